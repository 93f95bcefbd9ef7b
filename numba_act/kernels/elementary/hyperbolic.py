"""The hyperbolic tangent."""

import numpy as np

from numba_act.kernels.elementary.exponential import (
    EXPONENT_SHIFT_FLOAT32,
    EXPONENT_SHIFT_FLOAT64,
    LN_2_LOW_FLOAT64,
    ROUNDER_FLOAT32,
    ROUNDER_FLOAT64,
    is_nan,
)
from numba_act.kernels.elementary.hyperbolic_by_cells import tanh_by_cells
from numba_act.language.primitives import by_dtype, divide, fma, from_bits, multiply_add, to_bits, where_tables

_ONE_FLOAT32, _ONE_FLOAT64 = np.float32(1), np.float64(1)
_TWO_FLOAT32, _TWO_FLOAT64 = np.float32(2), np.float64(2)
_MAGNITUDE_FLOAT32, _MAGNITUDE_FLOAT64 = np.int32(0x7FFFFFFF), np.int64(0x7FFFFFFFFFFFFFFF)
_SIGN_FLOAT32, _SIGN_FLOAT64 = np.int32(-(2**31)), np.int64(-(2**63))

# tools/coefficients.py derives these: (tanh(r) / r - 1) / r**2 in powers of r**2 on |r| <= ln(2)/4 + 0.085, leaving an
# error of 2**-28.0 and 2**-57.0 relative to tanh(r).
TWO_LOG2_E_FLOAT32, TWO_LOG2_E_FLOAT64 = np.float32(2.88539), np.float64(2.8853900817779268)
HALF_LN_2_FLOAT32, HALF_LN_2_FLOAT64 = np.float32(0.3465736), np.float64(0.34657359027997264)
TANH_CURVATURE_FLOAT32 = (np.float32(-0.3333322), np.float32(0.1332303), np.float32(-0.051267747))
TANH_CURVATURE_FLOAT64 = (
    np.float64(-0.333333333333325),
    np.float64(0.13333333333013345),
    np.float64(-0.05396825355317594),
    np.float64(0.021869462981352183),
    np.float64(-0.008862392322821206),
    np.float64(0.003576772320141256),
    np.float64(-0.0013093519020054498),
)

# What ln(2)/2 still lacks. In float32 it is a fiftieth of a unit in the last place of t, in float64 a sixth.
_HALF_LN_2_LOW_FLOAT64 = np.float64(LN_2_LOW_FLOAT64 / 2)

# Beyond these the result is +-1.
_LARGEST_FLOAT32, _LARGEST_FLOAT64 = np.float32(9.02).view(np.int32), np.float64(19.07).view(np.int64)

_BIASED_ROUNDER_FLOAT32 = np.float32(ROUNDER_FLOAT32 + 127)
_BIASED_ROUNDER_FLOAT64 = np.float64(ROUNDER_FLOAT64 + 1023)

# How far beyond the middle between two multiples of ln(2)/2 the argument goes before k changes.
_DELAY_FLOAT32, _DELAY_FLOAT64 = np.float32(0.085), np.float64(0.085)


# With |x| = k ln(2)/2 + r, scale = 2**k and t = tanh(r), the addition theorem gives one formula for the whole range,
#
#     tanh |x| = (below + above t) / (above + below t),    above = scale + 1, below = scale - 1,
#
# which for k = 0 is t itself, so small arguments need no branch of their own. `below` is computed from `above`: beyond
# 2**24 neither is exact, but together they belong to a scale that is off by less than its last bit.
#
# Numerator, denominator and quotient round, which together reaches 2.5 ULP; the residual
# (below - estimate above) + t (above - estimate below) takes all three back. What remains is 0.5 for the corrected
# quotient, the rounding of t, and that of the residual's two halves. The last two count most just above the change from
# k = 0 to k = 1: there a nearest k would have tanh |x| = 0.17 and t = -0.17, of the same size, and 1.68 ULP. Delaying
# the change by 0.085 makes it tanh |x| > 1/4 and t = -0.09, at the cost of one subtraction.
#
# The sign is joined at the end: the function is exactly odd and keeps -0.0.
#
# Tried and rejected (float32, cycles per 16 elements on Zen 4; this one: 22.5):
#   quotient without the correction                      17    2.5 ULP
#   estimate = numerator / denominator, corrected with
#   a reciprocal read from the denominator's bits        22    0.99 ULP; the reciprocal's 5 % make it not monotonic
#   reciprocal by bits and a cubic step, no division     24    the division costs less
#   the CPU's 14-bit reciprocal estimate (AVX-512)       -     0.97 ULP and 8 % faster on Zen 5, but 1402 numbers have a
#                                                              smaller result than the number before them
#   x + x**3 P(x**2) below 0.87, 1 - 2 / (exp(2x) + 1)
#   above, one division                                  -     30 operations against 25 by count; not built
def tanh_float32(x):
    """Return the hyperbolic tangent, within 0.98 ULP (all arguments); monotonic."""
    bits = to_bits(x)
    magnitude = np.int32(bits & _MAGNITUDE_FLOAT32)
    magnitude = from_bits(min(magnitude, _LARGEST_FLOAT32))
    shifted = fma(magnitude - _DELAY_FLOAT32, TWO_LOG2_E_FLOAT32, _BIASED_ROUNDER_FLOAT32)
    r = fma(shifted - _BIASED_ROUNDER_FLOAT32, -HALF_LN_2_FLOAT32, magnitude)
    scale = from_bits(np.int32(to_bits(shifted) << EXPONENT_SHIFT_FLOAT32))
    above = scale + _ONE_FLOAT32
    below = above - _TWO_FLOAT32
    c3, c5, c7 = TANH_CURVATURE_FLOAT32
    square = r * r
    reduced = fma(square * r, multiply_add(square, multiply_add(square, c7, c5), c3), r)
    denominator = fma(below, reduced, above)
    inverse = divide(_ONE_FLOAT32, denominator)
    estimate = fma(above, reduced, below) * inverse
    residual = fma(reduced, fma(-estimate, below, above), fma(-estimate, above, below))
    result = fma(residual, inverse, estimate)
    result = from_bits(np.int32(to_bits(result) | np.int32(bits & _SIGN_FLOAT32)))
    return x if is_nan(x) else result


def tanh_float64(x):
    """Return the hyperbolic tangent, within 0.94 ULP (182 460 arguments)."""
    bits = to_bits(x)
    magnitude = bits & _MAGNITUDE_FLOAT64
    magnitude = from_bits(min(magnitude, _LARGEST_FLOAT64))
    shifted = fma(magnitude - _DELAY_FLOAT64, TWO_LOG2_E_FLOAT64, _BIASED_ROUNDER_FLOAT64)
    k = shifted - _BIASED_ROUNDER_FLOAT64
    r = fma(k, -HALF_LN_2_FLOAT64, magnitude)
    scale = from_bits(to_bits(shifted) << EXPONENT_SHIFT_FLOAT64)
    above = scale + _ONE_FLOAT64
    below = above - _TWO_FLOAT64
    c3, c5, c7, c9, c11, c13, c15 = TANH_CURVATURE_FLOAT64
    square = r * r
    fourth = square * square
    low = multiply_add(fourth, multiply_add(square, c9, c7), multiply_add(square, c5, c3))
    high = multiply_add(fourth, c15, multiply_add(square, c13, c11))
    reduced = r + fma(square * r, multiply_add(fourth * fourth, high, low), k * -_HALF_LN_2_LOW_FLOAT64)
    denominator = fma(below, reduced, above)
    inverse = divide(_ONE_FLOAT64, denominator)
    estimate = fma(above, reduced, below) * inverse
    residual = fma(reduced, fma(-estimate, below, above), fma(-estimate, above, below))
    result = fma(residual, inverse, estimate)
    result = from_bits(to_bits(result) | (bits & _SIGN_FLOAT64))
    return x if is_nan(x) else result


# Where a CPU can look up the numbers of a whole vector, tables take two thirds of the time.
tanh = by_dtype(float32=where_tables(tanh_by_cells, tanh_float32), float64=tanh_float64)
