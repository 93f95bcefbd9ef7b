"""The loop that decides whether another loop's work is divided among threads.

One compiled loop serves every function, dtype and stride: it knows of an inner loop only its address. The data of a
ufunc's loop says what to call and how long an element takes; ``numba_act.cpu``, ``.parallel`` and the automatic ufuncs
differ in nothing else. Which threads there are, a layer (``layers.py``) decides.

The calling thread does the work alone where dividing it would be wrong or unsafe: where later elements read the output,
or in a process forked from the one that started the threads.
"""

import sys

import numba
from numba.types import int32

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.pointers import call_loop
from numba_act.engine.compiler.records import place_of, record_at
from numba_act.engine.loops.overlap import independent
from numba_act.engine.threads.atomic import call_with_integers, exchange, fetch_add, read_shared
from numba_act.engine.threads.records import LOOP_DATA, THREAD_POOL
from numba_act.engine.threads.share import work_of

process_number = numba.types.ExternalFunction("_getpid" if sys.platform == "win32" else "getpid", int32())


@jit
def ready(pool, args, dims, steps, data):
    """Return whether the driver may be called, after starting it where no thread has tried."""
    if read_shared(place_of(pool, "driver")) == 0:
        starter = exchange(place_of(pool, "starter"), 0)
        if starter != 0:
            call_loop(starter, args, dims, steps, data)
            if pool.interrupted:
                pool.interrupted = 0
                call_with_integers(pool.interrupt, 0, 0)
    return pool.driver != 0 and pool.owner == process_number()


@jit
def may_divide(args, dims, steps, loop_data):
    """Return whether no part of the work waits for another, and none is divided further on.

    NumPy gives row loops no overlapping operands; they divide long rows themselves.
    """
    if loop_data.dimensions > 1:
        return dims[1] <= loop_data.longest
    return independent(args, dims[0], steps, loop_data)


def split_loop(args, dims, steps, data):
    """Call a loop, in parts on several threads where that is safe and worth it."""
    loop_data = record_at(data, LOOP_DATA)
    pool = record_at(loop_data.pool, THREAD_POOL)
    worth = loop_data.always or work_of(loop_data, dims, steps) >= pool.break_even
    if worth and dims[0] > 1 and may_divide(args, dims, steps, loop_data) and ready(pool, args, dims, steps, data):
        callers = place_of(pool, "callers")
        fetch_add(callers, 1)
        call_loop(pool.driver, args, dims, steps, data)
        fetch_add(callers, -1)
    else:
        call_loop(loop_data.loop, args, dims, steps, data)
