"""The thread pool behind ``numba_act.parallel`` and the automatic ufuncs: started on first use, from inside a loop.

Importing numba and launching its threads takes as long as activating a hundred million numbers, so a process that only
ever sees small arrays must not pay for it. Whether an array is large is known only in the compiled loop; so that loop
(``split.py``) calls back into Python the first time it would divide its work.
"""

import ctypes
import functools
import os
import threading

from numba_act.engine.compile import addresses, compile_loops

# Elements from which on each target divides its work. Below, waking the threads costs the automatic ufuncs more than it
# saves.
SMALLEST_OF_TARGET = {"cpu": 0, "parallel": 2, "automatic": 1 << 17}

# What a loop is passed as its data, and the pool that this points to: tables of integers, one entry each.
LOOP, INPUTS, DIMENSIONS, ITEM_SIZE, SMALLEST, POOL, WIDE_LOOP, COMMON = range(8)
DRIVER, OWNER, BUSY, STARTER = range(4)

_Entry = ctypes.c_ssize_t
_pool = (_Entry * 4)()
_kept_alive = []


def policy(loop, inputs, dimensions, item_size, target, *more, wide_loop=0):
    """Return the address of a new table of what one loop of one ufunc does; it is never freed, as ufuncs are not.

    Parameters
    ----------
    loop : int
        The address of the loop that works on one thread.
    inputs, dimensions : int
        Operands but one; sizes that the loop is passed.
    item_size : int
        Bytes of an element.
    target : {"cpu", "parallel", "automatic"}
    *more : int
        Further entries, for the loop alone.
    wide_loop : int
        The address of the float32 loop, which loops for half precision call.
    """
    smallest = SMALLEST_OF_TARGET[target]
    entries = (loop, inputs, dimensions, item_size, smallest, ctypes.addressof(_pool), wide_loop, *more)
    table = (_Entry * len(entries))(*entries)
    _kept_alive.append(table)
    return ctypes.addressof(table)


@functools.cache
def dividing_loop(name):
    """Return the address of a loop of ``split.py``."""

    def compiled():
        from numba_act.engine import split

        yield from compile_loops([getattr(split, name)])

    return addresses(name, (name,), compiled)[0]


def _start():
    """Start numba's threads and let the split loops use them."""
    import numba

    numba.get_num_threads()
    driver = dividing_loop("driver_loop")
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
