"""How a kernel becomes a NumPy ufunc: declaration, linking, loops, machine code, cache, threads, GPUs.

No line of mathematics stands in this package. Read it in the order a call takes::

    declare.py          @vectorize and @guvectorize: what an activation is
    registry.py         the table of all activations, found in ``numba_act.kernels``
    namespace.py        numba_act.sigmoid: built on first use, then a module attribute
    ufunc.py            one activation, one target -> one np.ufunc
    public.py           leaky_relu(x): defaults over a ufunc, which has none
    row_function.py     softmax(x, axis, where=...): several axes, masks and scales over gufuncs
    documentation.py    the docstrings
    numpy_api.py        NumPy's C API: a table of loop pointers becomes an np.ufunc
    compile.py          the loops of one activation as one object file, from the cache or from numba
    cache.py            the folder those files live in, and who may have written it
    fingerprint.py      the key: everything that can change the machine code
    link.py             a kernel and all it calls, compiled for one dtype and one target
    elementwise_loop.py NumPy's inner loop around a kernel
    interleave.py       loops that compute several vectors at a time
    lookup.py           tables in loops, where a CPU looks up the numbers of a whole vector
    pointers.py         raw memory, as the loops see it
    primitives_cpu.py   fma and bits on the CPU
    machine_code.py     object files to addresses
    half_loop.py        float16 and bfloat16, for which float32 loops do the work
    row_ufunc.py        one row function -> the loops of a gufunc, each told by a table what to call
    row_meaning.py      what a row function is, in plain Python
    row_policy.py       the entries of that table
    row_loop.py         NumPy's inner loop around all row functions: which rows go together
    row_unit.py         these rows, block by block and stage by stage
    row_state.py        what is kept of a block, and the order of its sum
    row_mask.py row_peak.py row_sum.py row_results.py row_beyond.py   the stages
    row_tiles.py        sixteen rows side by side, and back; halves widened and rounded
    split.py            the loop that decides whether work is divided among threads
    cost.py             how long an element takes, by which it decides
    share.py            work in parts, which threads take one after the other
    pool.py atomic.py   the tables that compiled code reads, and steps that threads do not disturb
    workers.py numba_layer.py   the package's own threads, and numba's
    layers.py threads.py        which of them there are, and how they start
    thread_count.py cpus.py     how many a call may use
    configuration.py    show_config
    gpu/                the same kernels on a GPU
    in_jitted_code.py   the kernels inside a user's own @njit functions
"""
