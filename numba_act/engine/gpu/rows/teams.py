"""What the threads that work on one row found, put together.

A team is some lanes of a warp, a whole block, or, where neighbouring threads work on neighbouring rows, the threads of
a block with the same number in their warps. Whatever its members add up, all of them learn the result, and in an order
that depends on nothing but the number of threads. Every thread of the block must take part, and as often as the others.
"""

from typing import NamedTuple

from numba_act.engine.compiler.link import link
from numba_act.kernels.elementary import compensated

WARP = 32
COLUMN_THREADS = 256
HIGH, LOW, COUNT, PEAK = range(4)


class Arrangement(NamedTuple):
    """How a block's threads are divided among rows.

    Attributes
    ----------
    member, members : str
        Expressions for this thread's number in its team and how many there are.
    row, rows : str
        Expressions for the team's number in the block, and how many there are.
    memory : str
        An expression for the memory of the block that a team needs: four numbers of each warp, or of each thread.
    """

    member: str
    members: str
    row: str
    rows: str
    memory: str


ARRANGEMENTS = {
    "warp": Arrangement("thread() & (team - 1)", "team", "thread() // team", "threads() // team", "0"),
    "block": Arrangement("thread()", "threads()", "0", "1", f"cuda.shared.array((4, {WARP}), kind)"),
    "columns": Arrangement(
        f"thread() // {WARP}",
        f"threads() // {WARP}",
        f"thread() % {WARP}",
        f"{WARP}",
        f"cuda.shared.array((4, {COLUMN_THREADS}), kind)",
    ),
}


def merging(format, operations):
    """Return the function that adds two sums of two numbers each, and two counts; its arguments may be exchanged."""
    two_sum = link(compensated.two_sum, format.computed, operations.primitives, operations.jit)

    @operations.jit
    def merge(high, low, count, other_high, other_low, other_count):
        total, rounding = two_sum(high, other_high)
        return total, (low + other_low) + rounding, count + other_count

    return merge


def team_functions(arrangement, format, operations):
    """Return ``peak_of_team`` and ``sum_of_team`` for an arrangement; their last argument is its memory."""
    make = {"warp": _of_warps, "block": _of_blocks, "columns": _of_columns}[arrangement]
    return make(format, operations)


def _lanes(format, operations):
    larger, merge = operations.larger, merging(format, operations)
    exchanged = operations.threads["exchanged"]

    @operations.jit
    def peak_of_lanes(peak, lanes):
        distance = 1
        while distance < lanes:
            peak = larger(peak, exchanged(peak, distance))
            distance *= 2
        return peak

    @operations.jit
    def sum_of_lanes(high, low, count, lanes):
        distance = 1
        while distance < lanes:
            others = exchanged(high, distance), exchanged(low, distance), exchanged(count, distance)
            high, low, count = merge(high, low, count, others[0], others[1], others[2])
            distance *= 2
        return high, low, count

    return peak_of_lanes, sum_of_lanes


def _of_warps(format, operations):
    peak_of_lanes, sum_of_lanes = _lanes(format, operations)

    @operations.jit
    def peak_of_team(peak, team, memory):
        return peak_of_lanes(peak, team)

    @operations.jit
    def sum_of_team(high, low, count, team, memory):
        return sum_of_lanes(high, low, count, team)

    return {"peak_of_team": peak_of_team, "sum_of_team": sum_of_team}


# Each warp leaves its result in shared memory, and every warp puts all of them together. That is cheaper than to let
# one warp do it, for which the others would have to wait once more. A row has a peak and a sum in turn. A warp that
# writes one has waited for the other, and so for all warps that were to read what stood there before.
def _of_blocks(format, operations):
    peak_of_lanes, sum_of_lanes = _lanes(format, operations)
    thread, wait = operations.threads["thread"], operations.threads["wait"]
    nothing, none = format.computed.type("-inf"), format.computed.type(0)

    @operations.jit
    def peak_of_team(peak, team, memory):
        warp, lane, warps = thread() // WARP, thread() % WARP, team // WARP
        peak = peak_of_lanes(peak, WARP)
        if lane == 0:
            memory[PEAK, warp] = peak
        wait()
        peak = memory[PEAK, lane] if lane < warps else nothing
        return peak_of_lanes(peak, WARP)

    @operations.jit
    def sum_of_team(high, low, count, team, memory):
        warp, lane, warps = thread() // WARP, thread() % WARP, team // WARP
        high, low, count = sum_of_lanes(high, low, count, WARP)
        if lane == 0:
            memory[HIGH, warp], memory[LOW, warp], memory[COUNT, warp] = high, low, count
        wait()
        high, low, count = none, none, none
        if lane < warps:
            high, low, count = memory[HIGH, lane], memory[LOW, lane], memory[COUNT, lane]
        return sum_of_lanes(high, low, count, WARP)

    return {"peak_of_team": peak_of_team, "sum_of_team": sum_of_team}


def _of_columns(format, operations):
    larger, merge = operations.larger, merging(format, operations)
    thread, wait = operations.threads["thread"], operations.threads["wait"]

    @operations.jit
    def peak_of_team(peak, team, memory):
        lane = thread() % WARP
        memory[PEAK, thread()] = peak
        wait()
        peak = memory[PEAK, lane]
        for member in range(1, team):
            peak = larger(peak, memory[PEAK, lane + member * WARP])
        return peak

    @operations.jit
    def sum_of_team(high, low, count, team, memory):
        number, lane = thread(), thread() % WARP
        memory[HIGH, number], memory[LOW, number], memory[COUNT, number] = high, low, count
        wait()
        high, low, count = memory[HIGH, lane], memory[LOW, lane], memory[COUNT, lane]
        for member in range(1, team):
            other = lane + member * WARP
            high, low, count = merge(high, low, count, memory[HIGH, other], memory[LOW, other], memory[COUNT, other])
        return high, low, count

    return {"peak_of_team": peak_of_team, "sum_of_team": sum_of_team}
