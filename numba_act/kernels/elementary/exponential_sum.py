"""The sum of the exponentials of a row, in blocks whose order does not matter: softmax rests on it."""

import numpy as np

from numba_act.kernels.elementary.compensated import two_sum
from numba_act.kernels.elementary.decaying_exponential import BIASED_ROUNDER, power_of_two
from numba_act.kernels.elementary.exponential import (
    LN_2_HIGH,
    LOG2_E,
    ROUNDER_FLOAT32,
    ROUNDER_FLOAT64,
    growth_of,
)
from numba_act.language.primitives import constant, fma

# exp(x) = 2**k (1 + growth), k the integer nearest to x / ln(2), is found from x itself: subtracting the peak first, as
# usual, rounds the difference, which makes the result wrong by up to |x - peak| units. Only the exponents are taken
# relative to the peak's, K: a term is 2**(k - K + lift) (1 + growth). The lift keeps terms normal that a result needs,
# and those more than 2**-150 (2**-1077) below the peak get the exponent field 0 and with it the power 0: no subnormal
# product, for which the processor takes a hundred cycles, and none for the -inf of a masked element.
#
# k ln(2) is exact enough as long as k has no more than 19 (40) bits. Beyond, neighbouring numbers lie so far apart that
# the difference to the peak is exact wherever it matters, and it is taken first.
_LIFT_FLOAT32, _LIFT_FLOAT64 = 32, 64

# Beyond this, or where there is NaN, a row is computed by the ``beyond`` function of its declaration.
LARGEST_PEAK = {np.dtype(np.float32): np.float32(2.0**126), np.dtype(np.float64): np.float64(2.0**1022)}

# In which a block's terms are counted: about the exponential of its peak.
UNIT = {np.dtype(np.float32): 2**_LIFT_FLOAT32, np.dtype(np.float64): 2**_LIFT_FLOAT64}
_FAR = constant(float32=np.float32(2.0**18), float64=np.float64(2.0**40))
_ROUNDER = constant(float32=ROUNDER_FLOAT32, float64=ROUNDER_FLOAT64)
_LIFTED_ROUNDER = constant(
    float32=np.float32(ROUNDER_FLOAT32 + 127 + _LIFT_FLOAT32),
    float64=np.float64(ROUNDER_FLOAT64 + 1023 + _LIFT_FLOAT64),
)
_LOWEST_EXPONENT = constant(float32=np.float32(127 + _LIFT_FLOAT32), float64=np.float64(1023 + _LIFT_FLOAT64))

# A power of two so small that whatever is multiplied by it vanishes, and that is still the product of two normal ones.
_DEEPEST = constant(float32=np.float32(-240), float64=np.float64(-2000))


# A choice between the peak and 0 would not do: LLVM multiplies before it chooses, and a large peak overflows.
def origin(peak):
    """Return what is subtracted from every number of a block before it is exponentiated, and K: both 0 for -inf."""
    real = type(peak)
    limited = peak if peak < _FAR(peak) else _FAR(peak)
    limited = limited if limited > -_FAR(peak) else -_FAR(peak)
    exponent = fma(limited, LOG2_E(peak), _ROUNDER(peak)) - _ROUNDER(peak)
    far = limited != peak
    return peak if far and peak > real(-np.inf) else real(0), real(0) if far else exponent


def frame(peak):
    """Return what the terms of a block have in common: `origin`'s shift, a rounder, and the smallest argument."""
    shift, exponent = origin(peak)
    rounder = _LIFTED_ROUNDER(peak) - exponent
    return shift, rounder, (exponent - _LOWEST_EXPONENT(peak)) * LN_2_HIGH(peak)


# A NaN stays one, for it is to be found in the sum, and raises a flag.
def term(x, shift, rounder, lowest):
    """Return power and growth: exp(x) is the power times (1 + growth), in the unit of the block's frame."""
    y = x - shift
    y = lowest if lowest > y else y
    field = fma(y, LOG2_E(x), rounder)
    k = field - rounder
    return power_of_two(field), growth_of(k, fma(k, -LN_2_HIGH(x), y))


# Halves are subtracted because the difference itself may overflow. The power may be subnormal: it is the product of two
# that are not.
def rescaling(part, peak):
    """Return power and growth: the unit of ``part`` is the power times (1 + growth) units of ``peak``.

    Units are those of the two frames. ``part <= peak``; neither is NaN or inf.
    """
    real = type(part)
    part_shift, part_exponent = origin(part)
    shift, exponent = origin(peak)
    halved = part_shift * real(0.5) - shift * real(0.5)
    distance = real(2) * (halved if halved > _DEEPEST(part) else _DEEPEST(part))
    k = fma(distance, LOG2_E(part), _ROUNDER(part)) - _ROUNDER(part)
    growth = growth_of(k, fma(k, -LN_2_HIGH(part), distance))
    k = k + (part_exponent - exponent)
    k = k if k < real(0) else real(0)
    k = k if k > _DEEPEST(part) else _DEEPEST(part)
    half = fma(k, real(0.5), _ROUNDER(part)) - _ROUNDER(part)
    return power_of_two(BIASED_ROUNDER(part) + half) * power_of_two(BIASED_ROUNDER(part) + (k - half)), growth


def scaled(high, low, growth):
    """Return ``(high + low) (1 + growth)`` as the sum of two numbers."""
    result = fma(high, growth, high)
    return result, fma(high, growth, high - result) + fma(low, growth, low)


def own_term(peak):
    """Return the peak's own exponential in the unit of its frame, as the sum of two numbers; for -inf that of 0."""
    real = type(peak)
    finite = peak if peak > real(-np.inf) else real(0)
    shift, rounder, lowest = frame(finite)
    power, growth = term(finite, shift, rounder, lowest)
    return scaled(power, real(0), growth)


def joined(high, low, count, part, peak, power, growth):
    """Return what a block adds to the sum of its row, as the sum of two numbers, and how many of its terms are peaks.

    ``high + low`` is the sum of all terms but ``count`` of them, which are those of its own peak ``part``.
    """
    real = type(high)
    is_peak = part == peak
    own, own_low = own_term(part)
    others = real(0) if is_peak or part == real(-np.inf) else count
    total, tail = two_sum(high, own * others)
    total, tail = scaled(total, fma(own_low, others, fma(own, others, -(own * others)) + tail + low), growth)
    return total * power, tail * power, count if is_peak else real(0)
