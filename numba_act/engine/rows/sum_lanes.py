"""Sums of exponentials in lanes: what is added to one, how they begin, and how they become the sum of a block.

``sum.py`` says in which lane an element is.
"""

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.interleave import VECTORS, independent_elements, interleave, opaque_count
from numba_act.engine.compiler.pointers import stack_buffer
from numba_act.engine.rows.loop_data import COLUMNS, LANES
from numba_act.engine.rows.state import COUNT, HIGH, LOW
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
def adding(linked, weighs):
    """Return the function that adds the exponential of x to a lane, and returns it; no peak, unless it ``weighs``."""
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


def origin_of(linked, weighs):
    """Return the number at which sums begin."""
    return linked.dtype.type(exponential_sum.UNIT[linked.dtype] * 2 ** (ROOM_FOR_WEIGHTS if weighs else ROOM))


@jit
def fill(cell, count, value):
    """Set a number of cells."""
    for i in range(count):
        independent_elements(VECTORS)
        cell[i] = value


def beginning(linked, weighs):
    """Return the function that prepares the cells in use, and returns whether rests are added in chains."""
    origin, zero = origin_of(linked, weighs), linked.dtype.type(0)

    @jit
    def begin(sums, rests, all_rests, tails, counts, used, length):
        fill(sums, used, origin)
        fill(rests, used, zero)
        if weighs:
            return False
        fill(counts, used, zero)
        if length <= SHORT_ROW:
            return False
        fill(all_rests, used, zero)
        fill(tails, used, zero)
        return True

    return begin


def joining_chains(linked):
    """Return the function that ends a chain: the rests become their sum, and the tails what it has lost."""
    two_sum, zero = linked.two_sum, linked.dtype.type(0)

    @jit
    def join_chains(rests, all_rests, tails, count):
        for c in range(count):
            independent_elements(VECTORS)
            total, tail = two_sum(all_rests[c], rests[c])
            all_rests[c], tails[c], rests[c] = total, tails[c] + tail, zero

    return join_chains


# Of multiples of one unit that do not reach 2**24 (2**53) of it, a plain sum is exact.
@jit
def exact_sum(a, b):
    """Return a sum that is exact, and 0 for what it has lost."""
    return a + b, type(a)(0)


def folding(width, weighs, sum_of):
    """Return the functions that add the upper half of the lanes in a group to the lower half, until one is left."""

    def of_half(half):
        @jit
        def fold(high, low, counts):
            for c in range(opaque_count(half)):
                independent_elements(1)
                if not weighs:
                    counts[c] += counts[half + c]
                total, tail = sum_of(high[c], high[half + c])
                high[c], low[c] = total, low[c] + (low[half + c] + tail)

        return fold

    return [of_half(count * width) for count in (8, 4, 2, 1)]


def lane_sums(linked, weighs):
    """Return the function of a lane's sum, its rest and what that has lost, which returns both as two numbers."""
    two_sum = linked.two_sum

    @jit
    def rest_beside(sum_, rest, tail):
        return sum_, rest

    @jit
    def rest_within(sum_, rest, tail):
        total, rounding = two_sum(sum_, rest)
        return total, rounding + tail

    return rest_beside if weighs else rest_within


# The lanes that a short row leaves empty add nothing, not even a rounding.
def concluding(linked, width, weighs, short):
    """Return the function that makes the sum of a block of its lanes', and writes it to the state."""
    element, two_sum, real = linked.element, linked.two_sum, linked.dtype.type
    origin, group, is_nan = origin_of(linked, weighs), COLUMNS * width, linked.link(exponential.is_nan)
    sum_of, lane_sum = exact_sum if weighs and short else two_sum, lane_sums(linked, weighs)
    fold_8, fold_4, fold_2, fold_1 = folding(width, weighs, sum_of)

    @jit
    def conclude(sums, rests, tails, counts, length, state, flag):
        high, low = stack_buffer(element, group), stack_buffer(element, group)
        cells_in_group = opaque_count(group)
        for c in range(cells_in_group):
            independent_elements(1)
            high[c], low[c] = lane_sum(sums[c] - origin, rests[c], real(0) if weighs or short else tails[c])
        for q in range(1, (min(length, LANES) + COLUMNS - 1) // COLUMNS):
            for c in range(cells_in_group):
                independent_elements(1)
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

    return conclude


def concluding_any(linked, width, weighs):
    """Return the function that concludes short and long blocks."""
    conclude_short, conclude_long = (concluding(linked, width, weighs, short) for short in (True, False))
    join_chains = joining_chains(linked)

    @jit
    def conclude(sums, rests, all_rests, tails, counts, used, length, state, flag):
        if length <= SHORT_ROW:
            conclude_short(sums, rests, tails, counts, length, state, flag)
        elif weighs:
            conclude_long(sums, rests, tails, counts, length, state, flag)
        else:
            join_chains(rests, all_rests, tails, used)
            conclude_long(sums, all_rests, tails, counts, length, state, flag)

    return conclude
