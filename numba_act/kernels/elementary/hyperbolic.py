"""The hyperbolic tangent."""

import numpy as np

from numba_act.kernels.elementary.exponential import (
    EXPONENT_SHIFT_FLOAT32,
    EXPONENT_SHIFT_FLOAT64,
    ROUNDER_FLOAT32,
    ROUNDER_FLOAT64,
)
from numba_act.kernels.primitives import by_dtype, fma, from_bits, multiply_add, to_bits

_ONE_FLOAT32, _ONE_FLOAT64 = np.float32(1), np.float64(1)
_MAGNITUDE_FLOAT32, _MAGNITUDE_FLOAT64 = np.int32(0x7FFFFFFF), np.int64(0x7FFFFFFFFFFFFFFF)
_SIGN_FLOAT32, _SIGN_FLOAT64 = np.int32(-(2**31)), np.int64(-(2**63))

# 2 log2(e) and ln(2) / 2; (tanh(r) / r - 1) / r**2 in powers of r**2 on |r| <= ln(2)/4 (tools/coefficients.py).
TWO_LOG2_E_FLOAT32, TWO_LOG2_E_FLOAT64 = np.float32(2.88539), np.float64(2.8853900817779268)
HALF_LN_2_FLOAT32, HALF_LN_2_FLOAT64 = np.float32(0.3465736), np.float64(0.34657359027997264)
TANH_FLOAT32 = (np.float32(-0.33333322), np.float32(0.13331142), np.float32(-0.05271533))
TANH_FLOAT64 = (
    np.float64(-0.3333333333333248),
    np.float64(0.1333333333278227),
    np.float64(-0.05396825277953296),
    np.float64(0.021869370533945682),
    np.float64(-0.008857302819793666),
    np.float64(0.003444765229051081),
)

# Beyond these the result is +-1.
_LARGEST_FLOAT32, _LARGEST_FLOAT64 = np.float32(9.02).view(np.int32), np.float64(19.07).view(np.int64)
_BIASED_ROUNDER_FLOAT32 = np.float32(ROUNDER_FLOAT32 + 127)
_BIASED_ROUNDER_FLOAT64 = np.float64(ROUNDER_FLOAT64 + 1023)

# These bits minus the bits of a positive float are its reciprocal within 12 %.
_RECIPROCAL_FLOAT32, _RECIPROCAL_FLOAT64 = np.int32(0x7EF311C7), np.int64(0x7FDE6238DA3C2118)


def tanh_float32(x):
    """Return the hyperbolic tangent."""
    bits = to_bits(x)
    magnitude = np.int32(bits & _MAGNITUDE_FLOAT32)
    magnitude = from_bits(_LARGEST_FLOAT32 if magnitude > _LARGEST_FLOAT32 else magnitude)
    shifted = fma(magnitude, TWO_LOG2_E_FLOAT32, _BIASED_ROUNDER_FLOAT32)
    r = fma(shifted - _BIASED_ROUNDER_FLOAT32, -HALF_LN_2_FLOAT32, magnitude)
    scale = from_bits(np.int32(to_bits(shifted) << EXPONENT_SHIFT_FLOAT32))
    above, below = scale + _ONE_FLOAT32, scale - _ONE_FLOAT32
    c3, c5, c7 = TANH_FLOAT32
    square = r * r
    reduced = fma(square * r, multiply_add(square, multiply_add(square, c7, c5), c3), r)
    denominator = fma(below, reduced, above)
    estimate = fma(above, reduced, below) / denominator
    residual = fma(reduced, fma(-estimate, below, above), fma(-estimate, above, below))
    inverse = from_bits(np.int32(_RECIPROCAL_FLOAT32 - to_bits(denominator)))
    result = fma(residual, inverse, estimate)
    result = from_bits(np.int32(to_bits(result) | np.int32(bits & _SIGN_FLOAT32)))
    return result if x == x else x


def tanh_float64(x):
    """Return the hyperbolic tangent."""
    bits = to_bits(x)
    magnitude = bits & _MAGNITUDE_FLOAT64
    magnitude = from_bits(_LARGEST_FLOAT64 if magnitude > _LARGEST_FLOAT64 else magnitude)
    shifted = fma(magnitude, TWO_LOG2_E_FLOAT64, _BIASED_ROUNDER_FLOAT64)
    r = fma(shifted - _BIASED_ROUNDER_FLOAT64, -HALF_LN_2_FLOAT64, magnitude)
    scale = from_bits(to_bits(shifted) << EXPONENT_SHIFT_FLOAT64)
    above, below = scale + _ONE_FLOAT64, scale - _ONE_FLOAT64
    c3, c5, c7, c9, c11, c13 = TANH_FLOAT64
    square = r * r
    fourth = square * square
    low = multiply_add(fourth, multiply_add(square, c9, c7), multiply_add(square, c5, c3))
    high = multiply_add(square, c13, c11)
    reduced = fma(square * r, multiply_add(fourth * fourth, high, low), r)
    denominator = fma(below, reduced, above)
    estimate = fma(above, reduced, below) / denominator
    residual = fma(reduced, fma(-estimate, below, above), fma(-estimate, above, below))
    inverse = from_bits(_RECIPROCAL_FLOAT64 - to_bits(denominator))
    result = fma(residual, inverse, estimate)
    result = from_bits(to_bits(result) | (bits & _SIGN_FLOAT64))
    return result if x == x else x


tanh = by_dtype(float32=tanh_float32, float64=tanh_float64)
