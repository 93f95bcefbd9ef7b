"""The stages of a row function: what is done with one block of one row, or of sixteen rows side by side.

A row is computed in blocks of `BLOCK` elements. The largest element of a block and the sum of its exponentials are kept in
its *state*, a table of `FIELDS` entries for each row; when all blocks have theirs, the last stages turn them into results.
How a sum is rounded depends on its order, so there is one order for all: elements at the same place within groups of
`LANES` are added up, then those sums. It fits the registers both of one row, whose neighbouring elements then stand in
neighbouring lanes, and of sixteen rows in the columns of a tile. So the same bits come out along any axis, in whatever
parts and on however many threads.

Every stage is a loop of its own with the signature of NumPy's, called by ``row_loop.py`` through its address, and knows
of nothing but elements in the dtype computed in, side by side.
"""

import numba
import numpy as np

from numba_act.engine.interleave import VECTORS, interleave, trips
from numba_act.engine.link import link
from numba_act.engine.pointers import CACHE_LINE, address, advance, load_alone, prefetch, stack_buffer, typed_pointer
from numba_act.engine.primitives_cpu import cpu_primitives, jit
from numba_act.engine.row_policy import COLUMNS
from numba_act.kernels import primitives
from numba_act.kernels.elementary import exponential, exponential_sum
from numba_act.kernels.elementary.compensated import two_sum as two_sum_kernel

LANES = 64

FIELDS = 8
PEAK, HIGH, LOW, COUNT, VISIBLE, FIRST, SECOND, THIRD = range(FIELDS)

# Binary digits by which a lane's sum may exceed the unit. Weights are counted in larger units than where peaks are left out and the rest
# may be small: those of short rows then add up to less than 2**24 (2**53) units, without rounding.
ROOM, ROOM_FOR_WEIGHTS = 7, 9
SHORT = 8 * LANES


class Linked:
    """The functions of the kernel room that stages are made of, compiled for one dtype."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.primitives = cpu_primitives()
        self.element = numba.from_dtype(dtype)
        self.frame = self.link(exponential_sum.frame)
        self.term = self.link(exponential_sum.term)
        self.joined = self.link(exponential_sum.joined)
        self.rescaling = self.link(exponential_sum.rescaling)
        self.scaled = self.link(exponential_sum.scaled)
        self.two_sum = self.link(two_sum_kernel)

    def link(self, function):
        """Compile a kernel function."""
        return link(function, self.dtype, self.primitives, jit)


# Comparisons of floats raise a flag for NaN, which passes unseen here and is found in the sum: whoever calls this clears the flag
# then. Comparing integers would take the processor four operations for one.
def peak_stage(linked, width):
    """Find the largest element of a block, disregarding NaN.

    args: elements, and a flag that is set where a row is beyond all bounds. steps: bytes between elements of a row, and whether
    none is masked, which the mask stage finds out otherwise.
    """
    element, real = linked.element, linked.dtype.type
    size = linked.dtype.itemsize
    lowest, largest = real(-np.inf), exponential_sum.LARGEST_PEAK[linked.dtype]

    @jit
    def conclude(best, steps, state, flag):
        unmasked, beyond = steps[1] != 0, 0
        for j in range(trips(width)):
            interleave(1)
            state[PEAK * width + j] = best[j]
            state[VISIBLE * width + j] = real(1) if unmasked else state[VISIBLE * width + j]
            beyond |= best[j] > largest
        flag[0] |= beyond

    @jit
    def compare_lanes(x, best):
        elements = stack_buffer(element, LANES)
        for lane in range(LANES):
            elements[lane] = x[lane]
        for lane in range(trips(LANES)):
            interleave(VECTORS)
            best[lane] = elements[lane] if elements[lane] > best[lane] else best[lane]

    # Into another array: LLVM would write conditionally to the same one, and what has been written so cannot be read at once.
    def folding(half):
        @jit
        def fold(best, into):
            for c in range(trips(half)):
                interleave(1)
                into[c] = best[half + c] if best[half + c] > best[c] else best[c]

        return fold

    fold_32, fold_16, fold_8, fold_4, fold_2, fold_1 = map(folding, (32, 16, 8, 4, 2, 1))

    def of_row(args, dims, steps, data):
        source, length = args[0], dims[0]
        best, padded = stack_buffer(element, LANES), stack_buffer(element, LANES)
        for lane in range(trips(LANES)):
            interleave(VECTORS)
            best[lane], padded[lane] = lowest, lowest
        whole = length // LANES * LANES
        for start in range(0, whole, LANES):
            compare_lanes(typed_pointer(advance(source, start * size), element), best)
        if whole < length:
            x = typed_pointer(advance(source, whole * size), element)
            for lane in range(length - whole):
                padded[lane] = x[lane]
            compare_lanes(padded, best)
        fold_32(best, padded)
        fold_16(padded, best)
        fold_8(best, padded)
        fold_4(padded, best)
        fold_2(best, padded)
        fold_1(padded, best)
        conclude(best, steps, typed_pointer(data, element), typed_pointer(args[1], numba.types.intp))

    def of_tile(args, dims, steps, data):
        best = stack_buffer(element, COLUMNS)
        columns = trips(COLUMNS)
        for j in range(columns):
            interleave(1)
            best[j] = lowest
        source, step = args[0], steps[0]
        for i in range(dims[0]):
            x = typed_pointer(advance(source, i * step), element)
            for j in range(columns):
                interleave(1)
                best[j] = x[j] if x[j] > best[j] else best[j]
        conclude(best, steps, typed_pointer(data, element), typed_pointer(args[1], numba.types.intp))

    return of_row if width == 1 else of_tile


# A sum may not be rounded with every term, or rows with one large term would lose all that follow it. Sums begin at a number so
# large that they never leave its binade: they stay multiples of one unit, what they take of a term is known without
# error, and the rest of it goes into a second sum. That rest is of the term before it is rounded, so that a weight's own
# rounding, which is shared by the whole row where the weight is large, does not enter the sum: six operations of 21.
#
# Where peaks are left out, rests may be all that there is: in long rows they are added in chains of eight, and those without
# error. Beside a peak's weight they never count so much.
def _adding(linked, weighs):
    """Return the function that adds the exponential of x to a lane, but for peaks unless it ``weighs``, and returns it."""
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

    args: elements, where the weights go, what to fetch meanwhile: the next elements and the place of the results, and a flag that
    is set where a row holds NaN. steps: of the first, third and fourth.
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

    # The lanes that a short row leaves empty add nothing, not even a rounding.
    def concluding(short):
        sum_of, lane_sum = exact_sum if weighs and short else two_sum, rest_beside if weighs else rest_within

        def folding(half):
            @jit
            def fold(high, low, counts):
                for c in range(trips(half)):
                    interleave(1)
                    if not weighs:
                        counts[c] += counts[half + c]
                    total, tail = sum_of(high[c], high[half + c])
                    high[c], low[c] = total, low[c] + (low[half + c] + tail)

            return fold

        fold_8, fold_4, fold_2, fold_1 = [folding(count * width) for count in (8, 4, 2, 1)]

        @jit
        def conclude(sums, rests, tails, counts, length, state, flag):
            high, low = stack_buffer(element, group), stack_buffer(element, group)
            cells_in_group = trips(group)
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
            for j in range(trips(width)):
                interleave(1)
                state[HIGH * width + j], state[LOW * width + j] = two_sum(high[j], low[j])
                state[COUNT * width + j] = real(0) if weighs else counts[j]
            for j in range(width):
                flag[0] |= is_nan(high[j])

        return conclude

    conclude_short, conclude_long = concluding(True), concluding(False)

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
        fill(sums, cells, origin)
        fill(rests, cells, real(0))
        if not weighs:
            fill(counts, cells, real(0))
        chained = not weighs and length > SHORT
        if chained:
            fill(all_rests, cells, real(0))
            fill(tails, cells, real(0))
        source, target, onward, results = args[0], args[1], args[2], args[3]
        whole = length // LANES * LANES
        for first in range(0, whole, SHORT):
            for start in range(first, min(first + SHORT, whole), LANES):
                place = start * size
                for line in range(lines):
                    prefetch(advance(onward, place + line * CACHE_LINE), 0)
                    prefetch(advance(results, place + line * CACHE_LINE), 1)
                x, w = typed_pointer(advance(source, place), element), typed_pointer(advance(target, place), element)
                add_lanes(x, w, peak, shift, rounder, lowest, sums, rests, counts)
            if chained and first + SHORT <= whole:
                join_chains(rests, all_rests, tails, cells)
        if whole < length:
            x = typed_pointer(advance(source, whole * size), element)
            w = typed_pointer(advance(target, whole * size), element)
            fill(padded, LANES, minus_infinity)
            for lane in range(length - whole):
                padded[lane] = x[lane]
            add_lanes(padded, w, peak, shift, rounder, lowest, sums, rests, counts)
        flag = typed_pointer(args[4], numba.types.intp)
        if chained:
            join_chains(rests, all_rests, tails, cells)
            conclude_long(sums, all_rests, tails, counts, length, state, flag)
        elif length > SHORT:
            conclude_long(sums, rests, tails, counts, length, state, flag)
        else:
            conclude_short(sums, rests, tails, counts, length, state, flag)

    def of_tile(args, dims, steps, data):
        state = typed_pointer(data, element)
        length = dims[0]
        sums, rests, counts = stack_buffer(element, cells), stack_buffer(element, cells), stack_buffer(element, cells)
        peaks, weights = stack_buffer(element, COLUMNS), stack_buffer(element, COLUMNS)
        shift, rounder = stack_buffer(element, COLUMNS), stack_buffer(element, COLUMNS)
        lowest = stack_buffer(element, COLUMNS)
        used = (min(length, LANES) + COLUMNS - 1) // COLUMNS * group
        all_rests, tails = stack_buffer(element, cells), stack_buffer(element, cells)
        fill(sums, used, origin)
        fill(rests, used, real(0))
        if not weighs:
            fill(counts, used, real(0))
        chained = not weighs and length > SHORT
        if chained:
            fill(all_rests, used, real(0))
            fill(tails, used, real(0))
        for j in range(COLUMNS):
            interleave(1)
            peaks[j] = state[PEAK * width + j]
            shift[j], rounder[j], lowest[j] = frame(peaks[j])
        columns = trips(COLUMNS)
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
            if chained and (i + 1) % SHORT == 0:
                join_chains(rests, all_rests, tails, used)
        flag = typed_pointer(args[4], numba.types.intp)
        if chained:
            join_chains(rests, all_rests, tails, used)
            conclude_long(sums, all_rests, tails, counts, length, state, flag)
        elif length > SHORT:
            conclude_long(sums, rests, tails, counts, length, state, flag)
        else:
            conclude_short(sums, rests, tails, counts, length, state, flag)

    return of_row if width == 1 else of_tile


def finish_stage(linked, width, summary, weighs):
    """Turn the states of all blocks, at ``data``, into what the last stage needs.

    args: a flag that is set where all that is visible of a row is -inf; dims: blocks.
    """
    element, real, two_sum = linked.element, linked.dtype.type, linked.two_sum
    joined, rescaling, scaled = linked.joined, linked.rescaling, linked.scaled
    summary = linked.link(summary)
    size = linked.dtype.itemsize
    state_size = FIELDS * width * size
    minus_infinity = real(-np.inf)

    @jit
    def store(state, j, a, b, c):
        state[FIRST * width + j], state[SECOND * width + j], state[THIRD * width + j] = a, b, c

    @jit
    def join(blocks, j, data, flag):
        first = typed_pointer(data, element)
        peak, visible = first[PEAK * width + j], first[VISIBLE * width + j]
        for block in range(1, blocks):
            state = typed_pointer(advance(data, block * state_size), element)
            part = state[PEAK * width + j]
            peak = part if part > peak else peak
            visible = max(visible, state[VISIBLE * width + j])
        high, low, count = real(0), real(0), real(0)
        for block in range(blocks):
            state = typed_pointer(advance(data, block * state_size), element)
            part = state[PEAK * width + j]
            power, growth = rescaling(part, peak)
            more, tail, peaks = joined(
                state[HIGH * width + j], state[LOW * width + j], state[COUNT * width + j], part, peak, power, growth
            )
            high, rounding = two_sum(high, more)
            low += rounding + tail
            count += peaks
        a, b, c = summary(peak, high, low, count, visible)
        flag[0] |= peak == minus_infinity and visible != real(0)
        for block in range(blocks):
            state = typed_pointer(advance(data, block * state_size), element)
            power, growth = rescaling(state[PEAK * width + j], peak)
            high, low = scaled(a, b, growth)
            if weighs:
                store(state, j, high, low, power)
            else:
                store(state, j, a, b, c)

    def finish(args, dims, steps, data):
        flag = typed_pointer(args[0], numba.types.intp)
        if dims[0] > 1:
            for j in range(width):
                join(dims[0], j, data, flag)
        else:
            state = typed_pointer(data, element)
            nothing = False
            for j in range(trips(width)):
                interleave(1)
                nothing |= state[PEAK * width + j] == minus_infinity and state[VISIBLE * width + j] != real(0)
                a, b, c = summary(
                    state[PEAK * width + j],
                    state[HIGH * width + j],
                    state[LOW * width + j],
                    state[COUNT * width + j],
                    state[VISIBLE * width + j],
                )
                store(state, j, a, b, c)
            flag[0] |= nothing

    return finish


def element_stage(linked, width, kernel):
    """Compute the results of a block; args: elements or weights, results."""
    element = linked.element
    kernel = linked.link(kernel)

    def of_row(args, dims, steps, data):
        state = typed_pointer(data, element)
        a, b, c = state[FIRST], state[SECOND], state[THIRD]
        x, out = typed_pointer(args[0], element), typed_pointer(args[1], element)
        if address(x) == address(out):
            for i in range(dims[0]):
                interleave(VECTORS)
                x[i] = kernel(x[i], a, b, c)
        else:
            for i in range(dims[0]):
                interleave(VECTORS)
                out[i] = kernel(x[i], a, b, c)

    def of_tile(args, dims, steps, data):
        state = typed_pointer(data, element)
        results = stack_buffer(element, COLUMNS)
        a, b, c = stack_buffer(element, COLUMNS), stack_buffer(element, COLUMNS), stack_buffer(element, COLUMNS)
        for j in range(COLUMNS):
            a[j], b[j], c[j] = state[FIRST * width + j], state[SECOND * width + j], state[THIRD * width + j]
        columns = trips(COLUMNS)
        source, target, step, target_step = args[0], args[1], steps[0], steps[1]
        for i in range(dims[0]):
            x = typed_pointer(advance(source, i * step), element)
            for j in range(columns):
                interleave(1)
                results[j] = kernel(x[j], a[j], b[j], c[j])
            out = typed_pointer(advance(target, i * target_step), element)
            for j in range(COLUMNS):
                out[j] = results[j]

    return of_row if width == 1 else of_tile


def result_stage(linked, width, kernel):
    """Compute the one result of each row, into args[1]."""
    element = linked.element
    kernel = linked.link(kernel)

    def results(args, dims, steps, data):
        state, out = typed_pointer(data, element), typed_pointer(args[1], element)
        for j in range(width):
            out[j] = kernel(state[FIRST * width + j], state[SECOND * width + j], state[THIRD * width + j])

    return results


def mask_stage(linked, width):
    """Scale a tile in place, and put -inf where it is masked.

    args: tile, mask, scales, limits; dims: length, rows, and where in their rows the tile begins; steps: the mask's along and
    between rows, the scales' and the limits' between rows. Elements at and beyond a row's limit are masked as well.
    """
    element, real = linked.element, linked.dtype.type
    size = linked.dtype.itemsize
    minus_infinity = real(-np.inf)
    byte, none = numba.types.uint8, np.uint8(0)

    # Nothing is computed of what is masked, not even the product, which might raise a flag.
    @jit
    def masked(x, visible, scale):
        product = (x if visible != none else real(0)) * scale
        return product if visible != none else minus_infinity

    def of_row(args, dims, steps, data):
        tile, allowed = typed_pointer(args[0], element), typed_pointer(args[1], byte)
        scale = typed_pointer(args[2], element)[0]
        limit = typed_pointer(args[3], numba.types.intp)[0] - dims[2]
        length = max(min(dims[0], limit), 0)
        step, seen = steps[0], none
        if step == 0:
            seen = allowed[0] if length > 0 else none
            for i in range(length):
                interleave(VECTORS)
                tile[i] = masked(tile[i], seen, scale)
        elif step == 1:
            flags = stack_buffer(byte, LANES)
            for start in range(0, length, LANES):
                count = min(LANES, length - start)
                for i in range(count):
                    flags[i] = allowed[start + i]
                cells = typed_pointer(advance(tile, start * size), element)
                for i in range(count):
                    interleave(1)
                    cells[i] = masked(cells[i], flags[i], scale)
                    seen |= flags[i]
        else:
            for i in range(length):
                visible = allowed[i * step]
                tile[i] = masked(tile[i], visible, scale)
                seen |= visible
        for i in range(length, dims[0]):
            tile[i] = minus_infinity
        typed_pointer(data, element)[VISIBLE] = real(1) if seen else real(0)

    def of_tile(args, dims, steps, data):
        state, rows = typed_pointer(data, element), dims[1]
        flags, seen = stack_buffer(byte, COLUMNS), stack_buffer(byte, COLUMNS)
        scale, limit = stack_buffer(element, COLUMNS), stack_buffer(numba.types.intp, COLUMNS)
        columns = trips(COLUMNS)
        for j in range(COLUMNS):
            flags[j], seen[j], scale[j], limit[j] = none, none, real(0), 0
        for j in range(rows):
            scale[j] = typed_pointer(advance(args[2], j * steps[2]), element)[0]
            limit[j] = typed_pointer(advance(args[3], j * steps[3]), numba.types.intp)[0] - dims[2]
        source, step, next_step = args[1], steps[0], steps[1]
        for i in range(dims[0]):
            line = advance(source, i * step)
            for j in range(rows):
                visible = load_alone(typed_pointer(advance(line, j * next_step), byte))
                flags[j] = visible if i < limit[j] else none
            tile = typed_pointer(advance(args[0], i * COLUMNS * size), element)
            for j in range(columns):
                interleave(1)
                tile[j] = masked(tile[j], flags[j], scale[j])
                seen[j] |= flags[j]
        for j in range(columns):
            state[VISIBLE * width + j] = real(1) if seen[j] else real(0)

    return of_row if width == 1 else of_tile


def settle_stage(linked):
    """Find the peak of a row from the states of its blocks; args: a flag that is set where it is -inf; dims: blocks.

    The results of such a row are NaN, as if it held one.
    """
    element, real = linked.element, linked.dtype.type
    size = linked.dtype.itemsize

    def settle(args, dims, steps, data):
        state = typed_pointer(data, element)
        peak = state[PEAK]
        for block in range(1, dims[0]):
            part = typed_pointer(advance(data, block * FIELDS * size), element)[PEAK]
            peak = part if part > peak else peak
        state[PEAK], state[FIRST], state[COUNT] = peak, peak, real(0)
        if peak == real(-np.inf):
            state[FIRST], state[PEAK], state[COUNT] = real(np.nan), real(np.inf), real(1)
            typed_pointer(args[0], numba.types.intp)[0] = 1

    return settle


def count_stage(linked):
    """Count how often a row's peak is in a block, and look for NaN; args: elements, a flag that is set where there is one.

    NaN goes into FIRST, where it is the result of rows that have one; the peak of such a row is said to be inf, met once.
    """
    element, real, is_nan = linked.element, linked.dtype.type, linked.link(exponential.is_nan)

    def count(args, dims, steps, data):
        state, x = typed_pointer(data, element), typed_pointer(args[0], element)
        peak, found, nan = state[PEAK], 0, False
        for i in range(dims[0]):
            found += 1 if x[i] == peak else 0
            nan |= is_nan(x[i])
        state[COUNT] += real(found)
        if nan:
            state[FIRST], state[PEAK], state[COUNT] = real(np.nan), real(np.inf), real(1)
            typed_pointer(args[1], numba.types.intp)[0] = 1

    return count


def beyond_stage(linked, beyond):
    """Compute the results of a block whose row's peak is beyond all bounds; args: elements, results."""
    element = linked.element
    beyond = linked.link(beyond)

    def results(args, dims, steps, data):
        state = typed_pointer(data, element)
        x, out = typed_pointer(args[0], element), typed_pointer(args[1], element)
        for i in range(dims[0]):
            out[i] = beyond(x[i], state[PEAK], state[COUNT])

    return results
