"""Work in parts that threads take one after the other, until none is left.

A thread that is late, or that the system lets wait, finds less to do. Nobody waits for a part that has not been begun.
The calling thread takes parts as the others do.
"""

from numba.types import intp, voidptr

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.pointers import (
    POINTER_TABLE,
    SIZE_TABLE,
    address,
    advance,
    call_loop,
    from_address,
    stack_buffer,
)
from numba_act.engine.compiler.records import place_of, record_at
from numba_act.engine.threads.atomic import call_with_integers, fetch_add, read_shared
from numba_act.engine.threads.records import LOOP_DATA
from numba_act.engine.threads.thread_pool import MOST_OPERANDS

# The most dimensions of a loop that there is room for.
MOST_DIMENSIONS = 4

# Picoseconds that a part should take, at least and at most, and how many of them each thread has where that allows it.
# The longest is how long a caller may have to wait for another thread at the end.
PART_TIME, LONGEST_PART_TIME = 8_000_000, 100_000_000
PIECES = 4


@jit
def threads_for_caller(pool):
    """Return among how many threads to divide: those this thread may use, but no more than its part of the CPUs."""
    own = call_with_integers(pool.own_number, pool.own_number_key, 0)
    if own == 0:
        own = call_with_integers(pool.find_number, 0, 0)
    callers = read_shared(place_of(pool, "callers"))
    return max(1, min(own, pool.cpus // max(1, callers)))


@jit
def work_of(loop_data, dims, steps):
    """Return the picoseconds that a call should take on one thread."""
    cost = loop_data.cost
    for operand in range(loop_data.arrays, loop_data.inputs):
        cost = loop_data.cost_of_arrays if steps[operand] != 0 else cost
    work = dims[0] * cost
    for dimension in range(1, loop_data.dimensions):
        work *= dims[dimension]
    return work


# The parts of an element-wise loop begin at multiples of the grain, so that no two threads write to one cache line of
# an aligned array. Rows are many such lines each: those of fewer than the grain may make a part.
@jit
def division(loop_data, dims, steps, threads):
    """Return how much of the outermost dimension makes a part, and how many of the threads there are parts for."""
    total, work, pieces = dims[0], work_of(loop_data, dims, steps), threads * PIECES
    if not loop_data.always:
        worth = work // PART_TIME
        busy = max(1, min(threads, worth))
        pieces = busy * max(1, min(PIECES, worth // busy))
    pieces = max(pieces, work // LONGEST_PART_TIME)
    part = (total + pieces - 1) // pieces
    grain = loop_data.grain
    if loop_data.dimensions == 1 or part >= grain:
        part = (part + grain - 1) // grain * grain
    return part, min(threads, (total + part - 1) // part)


@jit
def run_part(args, dims, steps, data, first, count):
    """Call the inner loop on some of the outermost dimension."""
    loop_data = record_at(data, LOOP_DATA)
    part_args = stack_buffer(voidptr, MOST_OPERANDS)
    part_dims = stack_buffer(intp, MOST_DIMENSIONS)
    for operand in range(loop_data.operands):
        part_args[operand] = advance(args[operand], first * steps[operand])
    for dimension in range(1, loop_data.dimensions):
        part_dims[dimension] = dims[dimension]
    part_dims[0] = count
    call_loop(loop_data.part, part_args, part_dims, steps, data)


@jit
def prepare(job, args, dims, steps, data, part):
    """Write down what there is to do."""
    job.args, job.dims, job.steps, job.data = address(args), address(dims), address(steps), address(data)
    job.part, job.following = part, 0


@jit
def work_on(job):
    """Take parts until there are none left."""
    args, dims = from_address(job.args, POINTER_TABLE), from_address(job.dims, SIZE_TABLE)
    steps, data = from_address(job.steps, SIZE_TABLE), from_address(job.data, voidptr)
    total, part, following = dims[0], job.part, place_of(job, "following")
    first = fetch_add(following, part)
    while first < total:
        run_part(args, dims, steps, data, first, min(part, total - first))
        first = fetch_add(following, part)
