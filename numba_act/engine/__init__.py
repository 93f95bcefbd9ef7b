"""How a kernel becomes a NumPy ufunc. No line of mathematics stands here.

The rooms, from the ground up; each imports from those before it, and a test holds that (``tests/compiler``)::

    compiler/       from a kernel to machine code in memory, by way of a cache
    loops/          what loops of numbers and loops of rows share
    threads/        any loop's work divided among threads
    elementwise/    NumPy's loops around kernels of numbers
    rows/           NumPy's loop of kernels of rows
    gpu/            the same kernels on a GPU; stands on language, kernels and compiler alone
    public/         ufuncs, functions with defaults over them, and the namespaces
"""
