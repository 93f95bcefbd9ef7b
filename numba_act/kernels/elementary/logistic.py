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
    split_float32,
    split_float64,
)
from numba_act.kernels.primitives import by_dtype, fma, from_bits, to_bits

_ONE_FLOAT32, _ONE_FLOAT64 = np.float32(1), np.float64(1)
_MAGNITUDE_FLOAT32, _MAGNITUDE_FLOAT64 = np.int32(0x7FFFFFFF), np.int64(0x7FFFFFFFFFFFFFFF)

_EVEN_FLOAT32, _EVEN_FLOAT64 = np.int32(-2), np.int64(-2)

# Beyond these the result is 0 or 1.
_LARGEST_FLOAT32, _LARGEST_FLOAT64 = np.float32(104).view(np.int32), np.float64(746).view(np.int64)

# 2**k is built as 2**(k + lift) and lowered by a multiplication, which rounds the subnormal ones.
_LIFTED_ROUNDER_FLOAT32 = np.float32(ROUNDER_FLOAT32 + 127 + 24)
_LIFTED_ROUNDER_FLOAT64 = np.float64(ROUNDER_FLOAT64 + 1023 + 54)
_LOWER_FLOAT32, _LOWER_FLOAT64 = np.float32(2.0**-24), np.float64(2.0**-54)


def logistic_float32(x):
    """Return 1 / (1 + exp(-x))."""
    bits = to_bits(x)
    magnitude = np.int32(bits & _MAGNITUDE_FLOAT32)
    magnitude = from_bits(_LARGEST_FLOAT32 if magnitude > _LARGEST_FLOAT32 else magnitude)
    shifted, k, r = split_float32(-magnitude, _LIFTED_ROUNDER_FLOAT32)
    scale = from_bits(np.int32(to_bits(shifted) << EXPONENT_SHIFT_FLOAT32)) * _LOWER_FLOAT32
    curvature, square = exp_curvature_float32(-r)
    growth = fma(square, curvature, -r)
    inverse = _ONE_FLOAT32 / (_ONE_FLOAT32 + scale + growth)
    inverse = from_bits(np.int32(to_bits(inverse) & _EVEN_FLOAT32))
    residual = fma(-inverse, growth, fma(-inverse, scale, _ONE_FLOAT32 - inverse))
    tail = fma(inverse, fma(k, -LN_2_LOW_FLOAT32, residual), inverse) * scale
    result = tail if bits < np.int32(0) else _ONE_FLOAT32 - tail
    return result if x == x else x


def logistic_float64(x):
    """Return 1 / (1 + exp(-x))."""
    bits = to_bits(x)
    magnitude = bits & _MAGNITUDE_FLOAT64
    magnitude = from_bits(_LARGEST_FLOAT64 if magnitude > _LARGEST_FLOAT64 else magnitude)
    shifted, k, r = split_float64(-magnitude, _LIFTED_ROUNDER_FLOAT64)
    scale = from_bits(to_bits(shifted) << EXPONENT_SHIFT_FLOAT64) * _LOWER_FLOAT64
    curvature, square = exp_curvature_float64(-r)
    growth = fma(square, curvature, -r)
    inverse = _ONE_FLOAT64 / (_ONE_FLOAT64 + scale + growth)
    inverse = from_bits(to_bits(inverse) & _EVEN_FLOAT64)
    residual = fma(-inverse, growth, fma(-inverse, scale, _ONE_FLOAT64 - inverse))
    tail = fma(inverse, fma(k, -LN_2_LOW_FLOAT64, residual), inverse) * scale
    result = tail if bits < np.int64(0) else _ONE_FLOAT64 - tail
    return result if x == x else x


logistic = by_dtype(float32=logistic_float32, float64=logistic_float64)
