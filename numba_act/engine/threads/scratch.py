"""Memory that a loop works in, because the stack of a user's thread may be a few pages and loops do not probe it.

Threads find theirs by where their stacks are, so that it is in their processor's caches, and keep it for the next
call: to take it is one atomic step, where `malloc` may ask the system for pages each time. One that is taken when a
process forks is lost to the child.
"""

from numba.types import intp

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.memory import CACHE_LINE
from numba_act.engine.compiler.pointers import (
    SIZE_TABLE,
    address,
    allocate,
    from_address,
    release,
    stack_buffer,
    untyped_pointer,
)
from numba_act.engine.compiler.records import place_of, record_at
from numba_act.engine.threads.atomic import call_with_integers, exchange, read_shared, write_shared
from numba_act.engine.threads.records import SCRATCH
from numba_act.engine.threads.thread_pool import SCRATCH_SIZE, SCRATCHES

# How many to look at before memory is allocated for this once.
TRIES = 8
RECORD_SIZE = SCRATCH.size

# In front of the memory stand the record that it belongs to, or 0, and what `malloc` returned.
OWNER, ALLOCATED = -2, -1


@jit
def allocated(pool, size):
    """Return the address of new memory behind its front, or 0 after telling Python that there is none."""
    place = address(allocate(size + 2 * CACHE_LINE))
    if place == 0:
        if exchange(place_of(pool, "lacks_memory"), 1) == 0:
            call_with_integers(pool.add_pending_call, pool.truth_of, pool.memory_error)
        return place
    memory = (place + 2 * CACHE_LINE) // CACHE_LINE * CACHE_LINE
    front = from_address(memory, SIZE_TABLE)
    front[OWNER], front[ALLOCATED] = 0, place
    return memory


@jit
def give_back(memory):
    """Give back what `allocated` or `taken` returned, if that is not 0."""
    if memory == 0:
        return
    front = from_address(memory, SIZE_TABLE)
    if front[OWNER]:
        write_shared(place_of(record_at(front[OWNER], SCRATCH), "busy"), 0)
    else:
        release(untyped_pointer(from_address(front[ALLOCATED], SIZE_TABLE)))


@jit
def taken(pool):
    """Return the address of `SCRATCH_SIZE` bytes for the caller alone, or 0 after telling Python that there is none."""
    # Stacks are some multiple of a page apart: the odd factor brings them to different records.
    first = (address(stack_buffer(intp, 1)) >> 16) * 40503 >> 9
    for number in range(first, first + TRIES):
        place = pool.scratches + (number & (SCRATCHES - 1)) * RECORD_SIZE
        scratch = record_at(place, SCRATCH)
        busy = place_of(scratch, "busy")
        if read_shared(busy) == 0 and exchange(busy, 1) == 0:
            if scratch.memory == 0:
                scratch.memory = allocated(pool, SCRATCH_SIZE)
                if scratch.memory == 0:
                    write_shared(busy, 0)
                    return 0
                from_address(scratch.memory, SIZE_TABLE)[OWNER] = place
            return scratch.memory
    return allocated(pool, SCRATCH_SIZE)
