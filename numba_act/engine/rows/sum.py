"""The stage of a row function that adds up the exponentials of a block."""

import numba
import numpy as np

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.interleave import VECTORS, interleave, opaque_count
from numba_act.engine.compiler.memory import CACHE_LINE
from numba_act.engine.compiler.pointers import advance, prefetch, stack_buffer, typed_pointer
from numba_act.engine.rows.loop_data import COLUMNS
from numba_act.engine.rows.state import (
    COUNT,
    HIGH,
    LANES,
    LOW,
    PEAK,
)
from numba_act.kernels.elementary import exponential, exponential_sum
from numba_act.language import primitives

# Binary digits by which a lane's sum may exceed the unit. Weights are counted in larger units than where peaks are left
# out and the rest may be small: those of short rows then add up to less than 2**24 (2**53) units, without rounding.
ROOM, ROOM_FOR_WEIGHTS = 7, 9
SHORT_ROW = 8 * LANES


# A sum may not be rounded with every term, or rows with one large term would lose all that follow it. Sums begin at a
# number so large that they never leave its binade: they stay multiples of one unit, what they take of a term is known
# without error, and the rest of it goes into a second sum. That rest is of the term before it is rounded, so that a
# weight's own rounding, which is shared by the whole row where the weight is large, does not enter the sum: six
# operations of 21.
#
# Where peaks are left out, rests may be all that there is: in long rows they are added in chains of eight, and those
# without error. Beside a peak's weight they never count so much.
def _adding(linked, weighs):
    """Return the function that adds the exponential of x to a lane, but for peaks unless it ``weighs``, and returns
    it."""
    fma, term, real = linked.primitives[primitives.fma], linked.term, linked.dtype.type

    @jit
    def add(x, peak, shift, rounder, lowest, sums, rests, counts, lane):
        power, growth = term(x, shift, rounder, lowest)
        if not weighs:
            is_peak = x == peak
            power = real(0) if is_peak else power
            counts[lane] += real(1) if is_peak else real(0)
        weight = fma(power, growth, power)
        before = sums[lane]
        total = before + weight
        sums[lane] = total
        rests[lane] += fma(power, growth, power - (total - before))
        return weight

    return add


def sums_stage(linked, width, weighs):
    """Add up the exponentials of a block.

    args: elements, where the weights go, what to fetch meanwhile: the next elements and the place of the results, and a
    flag that is set where a row holds NaN. steps: of the first, third and fourth.
    """
    element, frame, two_sum, real = linked.element, linked.frame, linked.two_sum, linked.dtype.type
    add = _adding(linked, weighs)
    size = linked.dtype.itemsize
    lines = LANES * size // CACHE_LINE
    minus_infinity = real(-np.inf)
    cells, group = LANES * width, COLUMNS * width
    unit = exponential_sum.UNIT[linked.dtype]
    origin = real(unit * 2 ** (ROOM_FOR_WEIGHTS if weighs else ROOM))
    is_nan = linked.link(exponential.is_nan)

    # Of multiples of one unit that do not reach 2**24 (2**53) of it, a plain sum is exact.
    @jit
    def exact_sum(a, b):
        return a + b, real(0)

    @jit
    def rest_beside(sum_, rest, tail):
        return sum_, rest

    @jit
    def rest_within(sum_, rest, tail):
        total, rounding = two_sum(sum_, rest)
        return total, rounding + tail

    # Between chains, the sum of the rests stands in their place, and what it has lost in the tails.
    @jit
    def join_chains(rests, all_rests, tails, count):
        for c in range(count):
            interleave(VECTORS)
            total, tail = two_sum(all_rests[c], rests[c])
            all_rests[c], tails[c], rests[c] = total, tails[c] + tail, real(0)

    @jit
    def fill(cell, count, value):
        for i in range(count):
            interleave(VECTORS)
            cell[i] = value

    @jit
    def begin(sums, rests, all_rests, tails, counts, used, length):
        """Return whether rests are added in chains."""
        fill(sums, used, origin)
        fill(rests, used, real(0))
        if weighs:
            return False
        fill(counts, used, real(0))
        if length <= SHORT_ROW:
            return False
        fill(all_rests, used, real(0))
        fill(tails, used, real(0))
        return True

    # The lanes that a short row leaves empty add nothing, not even a rounding.
    def concluding(short):
        sum_of, lane_sum = exact_sum if weighs and short else two_sum, rest_beside if weighs else rest_within

        def folding(half):
            @jit
            def fold(high, low, counts):
                for c in range(opaque_count(half)):
                    interleave(1)
                    if not weighs:
                        counts[c] += counts[half + c]
                    total, tail = sum_of(high[c], high[half + c])
                    high[c], low[c] = total, low[c] + (low[half + c] + tail)

            return fold

        fold_8, fold_4, fold_2, fold_1 = [folding(count * width) for count in (8, 4, 2, 1)]

        @jit
        def conclude_all(sums, rests, tails, counts, length, state, flag):
            high, low = stack_buffer(element, group), stack_buffer(element, group)
            cells_in_group = opaque_count(group)
            for c in range(cells_in_group):
                interleave(1)
                high[c], low[c] = lane_sum(sums[c] - origin, rests[c], real(0) if weighs or short else tails[c])
            for q in range(1, (min(length, LANES) + COLUMNS - 1) // COLUMNS):
                for c in range(cells_in_group):
                    interleave(1)
                    tail = real(0) if weighs or short else tails[q * group + c]
                    more, rest = lane_sum(sums[q * group + c] - origin, rests[q * group + c], tail)
                    total, tail = sum_of(high[c], more)
                    high[c], low[c] = total, low[c] + (rest + tail)
                    if not weighs:
                        counts[c] += counts[q * group + c]
            fold_8(high, low, counts)
            fold_4(high, low, counts)
            fold_2(high, low, counts)
            fold_1(high, low, counts)
            for j in range(opaque_count(width)):
                interleave(1)
                state[HIGH * width + j], state[LOW * width + j] = two_sum(high[j], low[j])
                state[COUNT * width + j] = real(0) if weighs else counts[j]
            for j in range(width):
                flag[0] |= is_nan(high[j])

        return conclude_all

    conclude_short, conclude_long = concluding(True), concluding(False)

    @jit
    def conclude(sums, rests, all_rests, tails, counts, used, length, state, flag):
        if length <= SHORT_ROW:
            conclude_short(sums, rests, tails, counts, length, state, flag)
        elif weighs:
            conclude_long(sums, rests, tails, counts, length, state, flag)
        else:
            join_chains(rests, all_rests, tails, used)
            conclude_long(sums, all_rests, tails, counts, length, state, flag)

    # By way of an array of its own, or LLVM would have to test whether weights overwrite elements still to be read.
    @jit
    def add_lanes(x, w, peak, shift, rounder, lowest, sums, rests, counts):
        elements, weights = stack_buffer(element, LANES), stack_buffer(element, LANES)
        for lane in range(LANES):
            elements[lane] = x[lane]
        for lane in range(LANES):
            interleave(VECTORS)
            weights[lane] = add(elements[lane], peak, shift, rounder, lowest, sums, rests, counts, lane)
        if weighs:
            for lane in range(LANES):
                w[lane] = weights[lane]

    def of_row(args, dims, steps, data):
        state = typed_pointer(data, element)
        length = dims[0]
        peak = state[PEAK]
        shift, rounder, lowest = frame(peak)
        sums, rests, counts = stack_buffer(element, cells), stack_buffer(element, cells), stack_buffer(element, cells)
        all_rests, tails = stack_buffer(element, cells), stack_buffer(element, cells)
        padded = stack_buffer(element, LANES)
        chained = begin(sums, rests, all_rests, tails, counts, cells, length)
        source, target, onward, results = args[0], args[1], args[2], args[3]
        whole = length // LANES * LANES
        for first in range(0, whole, SHORT_ROW):
            for start in range(first, min(first + SHORT_ROW, whole), LANES):
                place = start * size
                for line in range(lines):
                    prefetch(advance(onward, place + line * CACHE_LINE), 0)
                    prefetch(advance(results, place + line * CACHE_LINE), 1)
                x, w = typed_pointer(advance(source, place), element), typed_pointer(advance(target, place), element)
                add_lanes(x, w, peak, shift, rounder, lowest, sums, rests, counts)
            if chained and first + SHORT_ROW <= whole:
                join_chains(rests, all_rests, tails, cells)
        if whole < length:
            x = typed_pointer(advance(source, whole * size), element)
            w = typed_pointer(advance(target, whole * size), element)
            fill(padded, LANES, minus_infinity)
            for lane in range(length - whole):
                padded[lane] = x[lane]
            add_lanes(padded, w, peak, shift, rounder, lowest, sums, rests, counts)
        conclude(sums, rests, all_rests, tails, counts, cells, length, state, typed_pointer(args[4], numba.types.intp))

    def of_tile(args, dims, steps, data):
        state = typed_pointer(data, element)
        length = dims[0]
        sums, rests, counts = stack_buffer(element, cells), stack_buffer(element, cells), stack_buffer(element, cells)
        peaks, weights = stack_buffer(element, COLUMNS), stack_buffer(element, COLUMNS)
        shift, rounder = stack_buffer(element, COLUMNS), stack_buffer(element, COLUMNS)
        lowest = stack_buffer(element, COLUMNS)
        used = (min(length, LANES) + COLUMNS - 1) // COLUMNS * group
        all_rests, tails = stack_buffer(element, cells), stack_buffer(element, cells)
        chained = begin(sums, rests, all_rests, tails, counts, used, length)
        for j in range(COLUMNS):
            interleave(1)
            peaks[j] = state[PEAK * width + j]
            shift[j], rounder[j], lowest[j] = frame(peaks[j])
        columns = opaque_count(COLUMNS)
        source, target, onward, results = args[0], args[1], args[2], args[3]
        step, onward_step, results_step = steps[0], steps[2], steps[3]
        for i in range(length):
            x = typed_pointer(advance(source, i * step), element)
            prefetch(advance(onward, i * onward_step), 0)
            prefetch(advance(results, i * results_step), 1)
            lane = i % LANES * COLUMNS * size
            lane_sums = typed_pointer(advance(sums, lane), element)
            lane_rests = typed_pointer(advance(rests, lane), element)
            lane_counts = typed_pointer(advance(counts, lane), element)
            for j in range(columns):
                interleave(1)
                weights[j] = add(x[j], peaks[j], shift[j], rounder[j], lowest[j], lane_sums, lane_rests, lane_counts, j)
            if weighs:
                w = typed_pointer(advance(target, i * COLUMNS * size), element)
                for j in range(COLUMNS):
                    w[j] = weights[j]
            if chained and (i + 1) % SHORT_ROW == 0:
                join_chains(rests, all_rests, tails, used)
        conclude(sums, rests, all_rests, tails, counts, used, length, state, typed_pointer(args[4], numba.types.intp))

    return of_row if width == 1 else of_tile
