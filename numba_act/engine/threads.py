"""The thread pool behind ``numba_act.parallel`` and the automatic ufuncs: started on first use, from inside a loop.

Importing numba and launching its threads takes as long as activating a hundred million numbers, so a process that only
ever sees small arrays must not pay for it. Whether an array is large is known only in the compiled loop; so that loop
(``split.py``) calls back into Python the first time it would divide its work.
"""

import ctypes
import functools
import os
import threading

from numba_act.engine.compile import addresses

# Elements from which on the automatic ufuncs divide their work. Below, waking the threads costs more than it saves.
AUTOMATIC = 1 << 17
ALWAYS = 2

# What a split loop is passed as its data, and the pool that this points to: tables of integers, one entry each.
LOOP, INPUTS, DIMENSIONS, ITEM_SIZE, SMALLEST, POOL = range(6)
DRIVER, OWNER, BUSY, STARTER = range(4)

_Entry = ctypes.c_ssize_t
_pool = (_Entry * 4)()
_kept_alive = []


def split(declaration, loops, smallest):
    """Return loops that divide the work of other loops, and the data they are to be passed.

    Parameters
    ----------
    declaration : Declaration
    loops : list of int
        The addresses of its inner loops, one for each of its dtypes.
    smallest : int
        Elements from which on the work is divided.

    Returns
    -------
    tuple of (list of int, list of int)
    """
    policies = []
    for loop, dtype in zip(loops, declaration.dtypes, strict=True):
        policy = (_Entry * 6)()
        policy[LOOP] = loop
        policy[INPUTS] = declaration.inputs
        policy[DIMENSIONS] = 1 if declaration.layout is None else 2
        policy[ITEM_SIZE] = dtype.itemsize
        policy[SMALLEST] = smallest
        policy[POOL] = ctypes.addressof(_pool)
        policies.append(policy)
    _kept_alive.extend(policies)
    return [_loop("split_loop")] * len(loops), [ctypes.addressof(policy) for policy in policies]


@functools.cache
def _loop(name):
    """Return the address of a loop of ``split.py``."""

    def compiled():
        from numba_act.engine import split
        from numba_act.engine.pointers import c_function

        loop = c_function(getattr(split, name))
        return [(loop.native_name, loop.inspect_llvm())]

    return addresses(name, (name,), compiled)[0]


def _start():
    """Start numba's threads and let the split loops use them."""
    import numba

    numba.get_num_threads()
    driver = _loop("driver_loop")
    _pool[OWNER] = os.getpid()
    _pool[DRIVER] = driver


# Called by a loop in the middle of a ufunc. It works in a thread of its own because what numba's import computes would
# leave floating-point flags in the calling thread, and NumPy would report them as warnings of the ufunc. Where it
# fails, Python prints why, once, and the loops work on one thread.
@ctypes.CFUNCTYPE(None)
def _starter():
    _pool[STARTER] = 0
    thread = threading.Thread(target=_start, name="numba_act starts its threads")
    thread.start()
    thread.join()


_pool[STARTER] = ctypes.cast(_starter, ctypes.c_void_p).value
