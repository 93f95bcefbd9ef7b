"""The loop that divides another loop's work among threads.

One compiled driver serves every function, dtype and stride: it knows of an inner loop only its address, and hands each
thread a contiguous part of the outermost dimension. The ``data`` pointer of a ufunc's loop says what to call and from
which size on to divide; ``numba_act.cpu``, ``.parallel`` and the automatic ufuncs differ in nothing else.

The work is done by the calling thread alone where dividing it would be wrong or unsafe: an output that later elements
read, a process forked from the one that started the threads (GNU OpenMP kills it), or a pool that another Python thread
is using (numba's workqueue layer aborts the process).
"""

import sys

import numba
from numba.types import int32, intp, voidptr

from numba_act.engine.elementwise_loop import independent
from numba_act.engine.pointers import (
    POINTER_TABLE,
    SIZE_TABLE,
    address,
    advance,
    call_loop,
    exchange,
    from_address,
    stack_buffer,
    typed_pointer,
    untyped_pointer,
)
from numba_act.engine.primitives_cpu import jit
from numba_act.engine.row_policy import COLUMNS, LONG
from numba_act.engine.threads import (
    BUSY,
    DIMENSIONS,
    DRIVER,
    INPUTS,
    ITEM_SIZE,
    LOOP,
    OWNER,
    POOL,
    SMALLEST,
    STARTER,
)

ENTRY = 8  # bytes of an entry of both tables

# The most operands of a ufunc, and dimensions of a loop, that the driver has room for.
MOST_OPERANDS = 8
MOST_DIMENSIONS = 4

# Parts begin at multiples of this many elements, so that no two threads write to one cache line of an aligned array.
GRAIN = 1024

# By name, not numba.get_num_threads(), which would leave an address of this process in the compiled code.
number_of_threads = numba.types.ExternalFunction("get_num_threads", intp())
process_number = numba.types.ExternalFunction("_getpid" if sys.platform == "win32" else "getpid", int32())


@jit
def ready(pool, args, dims, steps, data):
    """Return whether the driver may be called, after starting it where that has not been tried."""
    if pool[DRIVER] == 0 and pool[STARTER] != 0:
        call_loop(pool[STARTER], args, dims, steps, data)
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
    work = dims[0]
    for dimension in range(1, policy[DIMENSIONS]):
        work *= dims[dimension]
    if work >= policy[SMALLEST] and dims[0] > 1 and may_divide(args, dims, steps, policy):
        pool = from_address(policy[POOL], SIZE_TABLE)
        if ready(pool, args, dims, steps, data) and exchange(advance(pool, BUSY * ENTRY), 1) == 0:
            call_loop(pool[DRIVER], args, dims, steps, data)
            exchange(advance(pool, BUSY * ENTRY), 0)
            return
    call_loop(policy[LOOP], args, dims, steps, data)


@jit
def run_part(args, dims, steps, policy, first, count):
    """Call the inner loop on some of the outermost dimension."""
    part_args = stack_buffer(voidptr, MOST_OPERANDS)
    part_dims = stack_buffer(intp, MOST_DIMENSIONS)
    for operand in range(policy[INPUTS] + 1):
        part_args[operand] = advance(args[operand], first * steps[operand])
    for dimension in range(1, policy[DIMENSIONS]):
        part_dims[dimension] = dims[dimension]
    part_dims[0] = count
    call_loop(policy[LOOP], part_args, part_dims, steps, untyped_pointer(policy))


# Pointers pass into the parallel region as integers, the only form in which numba's threads take them.
@numba.njit(error_model="numpy", parallel=True, nogil=True)
def run_parts(args, dims, steps, data, total, part):
    """Call the inner loop on every part, on several threads at once."""
    for number in numba.prange((total + part - 1) // part):
        first = number * part
        run_part(
            from_address(args, POINTER_TABLE),
            from_address(dims, SIZE_TABLE),
            from_address(steps, SIZE_TABLE),
            from_address(data, SIZE_TABLE),
            first,
            min(part, total - first),
        )


def driver_loop(args, dims, steps, data):
    """Call a loop in as many parts as numba has threads."""
    policy = typed_pointer(data, intp)
    total = dims[0]
    threads = number_of_threads()
    part = (total + threads - 1) // threads
    grain = GRAIN if policy[DIMENSIONS] == 1 else COLUMNS
    if grain == GRAIN or part >= grain:
        part = (part + grain - 1) // grain * grain
    run_parts(address(args), address(dims), address(steps), address(data), total, part)
