"""Memory that loops work in: nobody else has it meanwhile, and the next call has the same."""

import ctypes
import itertools

import pytest

from numba_act.engine.compiler.build import loop_function
from numba_act.engine.compiler.memory import CACHE_LINE
from numba_act.engine.compiler.pointers import c_function
from numba_act.engine.compiler.records import record_at
from numba_act.engine.elementwise.blocks import BLOCK_SIZE
from numba_act.engine.rows.loop_data import RowScratch
from numba_act.engine.threads.records import THREAD_POOL
from numba_act.engine.threads.scratch import TRIES, give_back, taken
from numba_act.engine.threads.thread_pool import MOST_OPERANDS, SCRATCH_SIZE, pool


def take_loop(args, dims, steps, data):
    dims[0] = taken(record_at(data, THREAD_POOL))


def give_loop(args, dims, steps, data):
    give_back(dims[0])


@pytest.fixture(scope="module")
def loops():
    """Return functions that take memory, and that give it back."""
    compiled = [c_function(loop) for loop in (take_loop, give_loop)]
    take_one, give_one = [loop_function(each.address) for each in compiled]

    def take():
        place = ctypes.c_ssize_t()
        take_one(None, ctypes.addressof(place), None, ctypes.addressof(pool))
        return place.value

    def give(place):
        give_one(None, ctypes.addressof(ctypes.c_ssize_t(place)), None, None)

    yield take, give
    del compiled


def test_memory_is_for_one(loops):
    take, give = loops
    places = [take() for _ in range(3 * TRIES)]  # of which only the first are kept
    for place in places:
        ctypes.memset(place, 1, SCRATCH_SIZE)
        assert place % CACHE_LINE == 0
    ordered = sorted(places)
    assert all(second - first >= SCRATCH_SIZE for first, second in itertools.pairwise(ordered))
    for place in places:
        give(place)
    assert [take() for _ in range(TRIES)] == places[:TRIES]
    for place in places[:TRIES]:
        give(place)


def test_there_is_room_for_what_loops_need():
    assert ctypes.sizeof(RowScratch) <= SCRATCH_SIZE
    assert MOST_OPERANDS * BLOCK_SIZE <= SCRATCH_SIZE
