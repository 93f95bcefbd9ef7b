"""The loop that decides whether another loop's work is divided among threads.

One compiled loop serves every function, dtype and stride: it knows of an inner loop only its address. The ``data``
pointer of a ufunc's loop says what to call and how long an element takes; ``numba_act.cpu``, ``.parallel`` and the
automatic ufuncs differ in nothing else. Who the threads are, a layer (``layers.py``) decides.

The work is done by the calling thread alone where dividing it would be wrong or unsafe: an output that later elements
read, or a process forked from the one that started the threads.
"""

import sys

import numba
from numba.types import int32, intp

from numba_act.engine.atomic import call_with_integers, exchange, fetch_add, read_shared, shared
from numba_act.engine.elementwise_loop import independent
from numba_act.engine.pointers import SIZE_TABLE, call_loop, from_address, typed_pointer
from numba_act.engine.pool import (
    ALWAYS,
    BREAK_EVEN,
    CALLERS,
    DIMENSIONS,
    DRIVER,
    INPUTS,
    INTERRUPT,
    INTERRUPTED,
    ITEM_SIZE,
    LOOP,
    OWNER,
    POOL,
    STARTER,
)
from numba_act.engine.primitives_cpu import jit
from numba_act.engine.row_policy import LONG
from numba_act.engine.share import work_of

process_number = numba.types.ExternalFunction("_getpid" if sys.platform == "win32" else "getpid", int32())


@jit
def ready(pool, args, dims, steps, data):
    """Return whether the driver may be called, after starting it where no thread has tried."""
    if read_shared(shared(pool, DRIVER)) == 0:
        starter = exchange(shared(pool, STARTER), 0)
        if starter != 0:
            call_loop(starter, args, dims, steps, data)
            if pool[INTERRUPTED]:
                pool[INTERRUPTED] = 0
                call_with_integers(pool[INTERRUPT], 0, 0)
    return pool[DRIVER] != 0 and pool[OWNER] == process_number()


@jit
def may_divide(args, dims, steps, policy):
    """Return whether no part of the work waits for another, and none is divided further on.

    NumPy gives row loops no overlapping operands; they divide long rows themselves.
    """
    if policy[DIMENSIONS] > 1:
        return dims[1] <= LONG
    return independent(args, dims[0], steps, policy[INPUTS], policy[ITEM_SIZE])


def split_loop(args, dims, steps, data):
    """Call a loop, in parts on several threads where that is safe and worth it."""
    policy = typed_pointer(data, intp)
    pool = from_address(policy[POOL], SIZE_TABLE)
    worth = policy[ALWAYS] or work_of(policy, dims) >= pool[BREAK_EVEN]
    if worth and dims[0] > 1 and may_divide(args, dims, steps, policy) and ready(pool, args, dims, steps, data):
        callers = shared(pool, CALLERS)
        fetch_add(callers, 1)
        call_loop(pool[DRIVER], args, dims, steps, data)
        fetch_add(callers, -1)
    else:
        call_loop(policy[LOOP], args, dims, steps, data)
