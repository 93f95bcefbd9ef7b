"""The logistic function 1 / (1 + exp(-x)), also called sigmoid."""

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

# Clearing the last bit.
_EVEN_FLOAT32, _EVEN_FLOAT64 = np.int32(-2), np.int64(-2)

# Beyond these the result is 0 or 1.
_LARGEST_FLOAT32, _LARGEST_FLOAT64 = np.float32(104).view(np.int32), np.float64(746).view(np.int64)

# 2**k is built as 2**(k + lift), a normal number, and lowered by a multiplication.
_LIFTED_ROUNDER_FLOAT32 = np.float32(ROUNDER_FLOAT32 + 127 + 24)
_LIFTED_ROUNDER_FLOAT64 = np.float64(ROUNDER_FLOAT64 + 1023 + 54)
_LOWER_FLOAT32, _LOWER_FLOAT64 = np.float32(2.0**-24), np.float64(2.0**-54)


# With -|x| = k ln(2) + r and scale = 2**k <= 1, the tail is
#
#     logistic(-|x|) = scale / (scale + exp(-r)) = scale / (1 + scale + growth),    growth = exp(-r) - 1,
#
# and the other half is 1 - tail, which is at least as accurate. A plain division would stack the roundings of the
# denominator, of the quotient and of growth: 2.4 ULP. Instead the quotient is taken as an estimate and corrected by
#
#     residual = 1 - inverse (1 + scale + growth),
#
# whose terms cancel from left to right without rounding, so the denominator's own error drops out. `1 - inverse` is
# exact for inverse >= 1/2, and below that when inverse is even; an odd one costs 0.15 ULP and monotonicity around zero.
# The second part of ln(2) changes the denominator's relative value by k LN_2_LOW wherever it matters at all (scale much
# smaller than 1), so it joins the residual and r stays exact. What remains: 0.5 for the corrected quotient, up to 0.4
# for growth (rounded at 2**-26 when |growth| >= 1/4; its r**2 curvature at 0.1), and for subnormal results the
# rounding of the last product instead of the former.
#
# Tried and rejected (float32, cycles per 16 elements on Zen 4; this one: 25.5):
#   the quotient without correction                       20    2.4 ULP
#   exp(r) = (1 + t) / (1 - t), t = tanh(r/2), corrected  27    one polynomial term fewer, four operations more after it
#   inverse from the bits and a cubic step, no division   28    2**-14.9 after three fma; the division costs as much
#   the CPU's 14-bit reciprocal estimate (AVX-512)        -    0.98 ULP, but not monotonic in two places
#   scaling before the last fma                           25    subnormal results round twice: 1.07 ULP
def logistic_float32(x):
    """Return 1 / (1 + exp(-x)), within 0.98 ULP (all arguments); monotonic."""
    bits = to_bits(x)
    magnitude = np.int32(bits & _MAGNITUDE_FLOAT32)
    magnitude = from_bits(min(magnitude, _LARGEST_FLOAT32))
    shifted, k, r = split_float32(-magnitude, _LIFTED_ROUNDER_FLOAT32)
    scale = from_bits(np.int32(to_bits(shifted) << EXPONENT_SHIFT_FLOAT32)) * _LOWER_FLOAT32
    curvature, square = exp_curvature_float32(-r)
    growth = fma(square, curvature, -r)
    inverse = _ONE_FLOAT32 / (_ONE_FLOAT32 + scale + growth)
    inverse = from_bits(np.int32(to_bits(inverse) & _EVEN_FLOAT32))
    residual = fma(-inverse, growth, fma(-inverse, scale, _ONE_FLOAT32 - inverse))
    tail = fma(inverse, fma(k, -LN_2_LOW_FLOAT32, residual), inverse) * scale
    result = tail if bits < np.int32(0) else _ONE_FLOAT32 - tail
    return x if is_nan(x) else result


def logistic_float64(x):
    """Return 1 / (1 + exp(-x)), within 0.87 ULP (254 920 arguments)."""
    bits = to_bits(x)
    magnitude = bits & _MAGNITUDE_FLOAT64
    magnitude = from_bits(min(magnitude, _LARGEST_FLOAT64))
    shifted, k, r = split_float64(-magnitude, _LIFTED_ROUNDER_FLOAT64)
    scale = from_bits(to_bits(shifted) << EXPONENT_SHIFT_FLOAT64) * _LOWER_FLOAT64
    curvature, square = exp_curvature_float64(-r)
    growth = fma(square, curvature, -r)
    inverse = _ONE_FLOAT64 / (_ONE_FLOAT64 + scale + growth)
    inverse = from_bits(to_bits(inverse) & _EVEN_FLOAT64)
    residual = fma(-inverse, growth, fma(-inverse, scale, _ONE_FLOAT64 - inverse))
    tail = fma(inverse, fma(k, -LN_2_LOW_FLOAT64, residual), inverse) * scale
    result = tail if bits < np.int64(0) else _ONE_FLOAT64 - tail
    return x if is_nan(x) else result


logistic = by_dtype(float32=logistic_float32, float64=logistic_float64)
