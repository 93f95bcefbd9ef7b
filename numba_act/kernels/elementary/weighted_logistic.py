"""x times the logistic function of x."""

import numpy as np

from numba_act.kernels.elementary.exponential import (
    EXPONENT_SHIFT_FLOAT32,
    EXPONENT_SHIFT_FLOAT64,
    LN_2_LOW_FLOAT32,
    LN_2_LOW_FLOAT64,
    ROUNDER_FLOAT32,
    ROUNDER_FLOAT64,
    exp_curvature_float32,
    exp_curvature_float64,
    is_nan,
    split_float32,
    split_float64,
)
from numba_act.kernels.primitives import by_dtype, fma, from_bits, to_bits

_ONE_FLOAT32, _ONE_FLOAT64 = np.float32(1), np.float64(1)
_MAGNITUDE_FLOAT32, _MAGNITUDE_FLOAT64 = np.int32(0x7FFFFFFF), np.int64(0x7FFFFFFFFFFFFFFF)
_EVEN_FLOAT32, _EVEN_FLOAT64 = np.int32(-2), np.int64(-2)

# Beyond these the result is x or -0.0.
_LARGEST_FLOAT32, _LARGEST_FLOAT64 = np.float32(110).view(np.int32), np.float64(760).view(np.int64)

# 2**k is built as 2**(k + lift), a normal number, and lowered by a multiplication.
_LIFTED_ROUNDER_FLOAT32 = np.float32(ROUNDER_FLOAT32 + 127 + 40)
_LIFTED_ROUNDER_FLOAT64 = np.float64(ROUNDER_FLOAT64 + 1023 + 120)
_LOWER_FLOAT32, _LOWER_FLOAT64 = np.float32(2.0**-40), np.float64(2.0**-120)


# With the estimate `inverse` and its relative correction, both as in logistic.py, logistic(-|x|) is
# (inverse + inverse correction) scale, and |x| times it is
#
#     (head + tail) scale,    head = |x| inverse,    tail = what head's rounding lost + head correction,
#
# known to 0.1 units in the last place once the correction also has what growth's rounding lost, which costs three
# operations (without: 1.12 ULP). For negative x the sum is rounded once and scaled: first
# by the lifted power of two, which is exact, then down, which rounds only subnormal results. For positive x the result is
# |x| - (head + tail) scale: the rounding of the difference of |x| and head's part is exact to compute and joins the tail, because
# at small x the result is no larger than what is subtracted. Without the tail, x * logistic(x) reaches 1.5 ULP.
def weighted_logistic_float32(x):
    """Return x / (1 + exp(-x)), within 0.86 ULP (all arguments)."""
    bits = to_bits(x)
    magnitude = np.int32(bits & _MAGNITUDE_FLOAT32)
    magnitude = from_bits(min(magnitude, _LARGEST_FLOAT32))
    shifted, k, r = split_float32(-magnitude, _LIFTED_ROUNDER_FLOAT32)
    lifted = from_bits(np.int32(to_bits(shifted) << EXPONENT_SHIFT_FLOAT32))
    scale = lifted * _LOWER_FLOAT32
    curvature, square = exp_curvature_float32(-r)
    growth = fma(square, curvature, -r)
    inverse = _ONE_FLOAT32 / (_ONE_FLOAT32 + scale + growth)
    inverse = from_bits(np.int32(to_bits(inverse) & _EVEN_FLOAT32))
    residual = fma(-inverse, growth, fma(-inverse, scale, _ONE_FLOAT32 - inverse))
    lost = fma(square, curvature, -(growth + r))
    correction = fma(k, -LN_2_LOW_FLOAT32, fma(-inverse, lost, residual))
    head = magnitude * inverse
    tail = fma(head, correction, fma(magnitude, inverse, -head))
    negative = (head + tail) * -lifted * _LOWER_FLOAT32
    part = head * scale
    positive = magnitude - part
    positive = positive + fma(-tail, scale, (magnitude - positive) - part)
    result = negative if bits < np.int32(0) else positive
    result = x if bits > _LARGEST_FLOAT32 else result
    return x if is_nan(x) else result


def weighted_logistic_float64(x):
    """Return x / (1 + exp(-x)), within 0.79 ULP (42 000 arguments)."""
    bits = to_bits(x)
    magnitude = bits & _MAGNITUDE_FLOAT64
    magnitude = from_bits(min(magnitude, _LARGEST_FLOAT64))
    shifted, k, r = split_float64(-magnitude, _LIFTED_ROUNDER_FLOAT64)
    lifted = from_bits(to_bits(shifted) << EXPONENT_SHIFT_FLOAT64)
    scale = lifted * _LOWER_FLOAT64
    curvature, square = exp_curvature_float64(-r)
    growth = fma(square, curvature, -r)
    inverse = _ONE_FLOAT64 / (_ONE_FLOAT64 + scale + growth)
    inverse = from_bits(to_bits(inverse) & _EVEN_FLOAT64)
    residual = fma(-inverse, growth, fma(-inverse, scale, _ONE_FLOAT64 - inverse))
    lost = fma(square, curvature, -(growth + r))
    correction = fma(k, -LN_2_LOW_FLOAT64, fma(-inverse, lost, residual))
    head = magnitude * inverse
    tail = fma(head, correction, fma(magnitude, inverse, -head))
    negative = (head + tail) * -lifted * _LOWER_FLOAT64
    part = head * scale
    positive = magnitude - part
    positive = positive + fma(-tail, scale, (magnitude - positive) - part)
    result = negative if bits < np.int64(0) else positive
    result = x if bits > _LARGEST_FLOAT64 else result
    return x if is_nan(x) else result


weighted_logistic = by_dtype(float32=weighted_logistic_float32, float64=weighted_logistic_float64)
