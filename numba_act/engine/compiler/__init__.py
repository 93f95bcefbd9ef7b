"""From a kernel to machine code in memory: linked, compiled by numba and LLVM, kept in a cache folder.

All of it happens in ``workshop.py``. ``build.py`` is where it begins: the addresses of loops, from the cache or
compiled. It asks ``fingerprint.py`` for the key, ``cache.py`` for the file, ``pipeline.py`` for the intermediate code
of what is not there, and ``machine_code.py`` for the addresses. Loops are written in what ``pointers.py``,
``records.py`` and ``cpu_primitives.py`` offer, around kernels that ``link.py`` has compiled.
"""
