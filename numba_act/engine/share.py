"""Work in parts that threads take one after the other, until none is left.

A thread that is late, or that the system lets wait, finds less to do; nobody waits for parts that it has not begun. The
calling thread is one of them.
"""

from numba.types import intp, voidptr

from numba_act.engine.atomic import call_with_integers, fetch_add, read_shared, shared
from numba_act.engine.pointers import (
    POINTER_TABLE,
    SIZE_TABLE,
    address,
    advance,
    call_loop,
    from_address,
    stack_buffer,
    untyped_pointer,
)
from numba_act.engine.pool import (
    ALWAYS,
    CALLERS,
    COST,
    CPUS,
    DIMENSIONS,
    INPUTS,
    LOOP,
    OWN_NUMBER,
    OWN_NUMBER_KEY,
)
from numba_act.engine.primitives_cpu import jit
from numba_act.engine.row_policy import COLUMNS

# The most operands of a ufunc, and dimensions of a loop, that there is room for.
MOST_OPERANDS = 8
MOST_DIMENSIONS = 4

# Parts begin at multiples of this many elements, so that no two threads write to one cache line of an aligned array.
GRAIN = 1024

# Picoseconds that a part should take, at least and at most, and how many of them each thread has where that allows it.
# The longest is how long a caller may have to wait for another thread at the end.
PART_TIME, LONGEST_PART_TIME = 8_000_000, 100_000_000
PIECES = 4

# What is being worked on. The number of the next part changes all the time, and is in another cache line.
ARGS, DIMS, STEPS, DATA, PART = range(5)
NEXT = 8
JOB_ENTRIES = 16


@jit
def threads_for_caller(pool):
    """Return among how many threads to divide: what this thread is allowed, shared with all that are calling now."""
    chosen = call_with_integers(pool[OWN_NUMBER], pool[OWN_NUMBER_KEY], 0)
    callers = read_shared(shared(pool, CALLERS))
    return max(1, (chosen if chosen > 0 else pool[CPUS]) // max(1, callers))


@jit
def work_of(policy, dims):
    """Return the picoseconds that a call should take on one thread."""
    work = dims[0] * policy[COST]
    for dimension in range(1, policy[DIMENSIONS]):
        work *= dims[dimension]
    return work


@jit
def division(policy, dims, threads):
    """Return how much of the outermost dimension makes a part, and how many of the threads there are parts for."""
    total, work, pieces = dims[0], work_of(policy, dims), threads * PIECES
    if not policy[ALWAYS]:
        worth = work // PART_TIME
        busy = max(1, min(threads, worth))
        pieces = busy * max(1, min(PIECES, worth // busy))
    pieces = max(pieces, work // LONGEST_PART_TIME)
    part = (total + pieces - 1) // pieces
    grain = GRAIN if policy[DIMENSIONS] == 1 else COLUMNS
    if grain == GRAIN or part >= grain:
        part = (part + grain - 1) // grain * grain
    return part, min(threads, (total + part - 1) // part)


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


@jit
def prepare(job, args, dims, steps, policy, part):
    """Write down what there is to do."""
    job[ARGS], job[DIMS], job[STEPS], job[DATA] = address(args), address(dims), address(steps), address(policy)
    job[PART], job[NEXT] = part, 0


@jit
def work_on(job):
    """Take parts until there are none left."""
    args, dims = from_address(job[ARGS], POINTER_TABLE), from_address(job[DIMS], SIZE_TABLE)
    steps, policy = from_address(job[STEPS], SIZE_TABLE), from_address(job[DATA], SIZE_TABLE)
    total, part, following = dims[0], job[PART], shared(job, NEXT)
    first = fetch_add(following, part)
    while first < total:
        run_part(args, dims, steps, policy, first, min(part, total - first))
        first = fetch_add(following, part)
