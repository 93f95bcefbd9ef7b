"""How a kernel becomes a function on a GPU: launchers, compiled by numba-cuda, over device arrays of any library.

The rooms, from the ground up::

    target/         what is compiled and run on: numba-cuda and cuda-core, or numba's simulator; streams
    memory/         arrays of any library, where their elements lie, what is checked of them; the host's arrays
    elementwise/    functions of numbers: launchers, the one that fits (run), what is done for a call (call)
    rows/           the same for functions of rows
    function.py     numba_act.cuda.gelu: signature and documentation
    ptx.py          numba_act.cuda.compile_ptx

A call goes from ``function.py`` to ``call.py``, which asks ``memory/`` where the arrays lie and allocates results. Then
``run.py`` chooses a launcher, and ``target/launch.py`` has it compiled once and queues it.
"""
