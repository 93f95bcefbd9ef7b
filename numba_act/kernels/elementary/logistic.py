"""The logistic function 1 / (1 + exp(-x)), also called sigmoid."""

import numpy as np

from numba_act.kernels.elementary.exponential import (
    EXPONENT_SHIFT_FLOAT32,
    EXPONENT_SHIFT_FLOAT64,
    ROUNDER_FLOAT32,
    ROUNDER_FLOAT64,
    expm1_reduced_float32,
    expm1_reduced_float64,
    split_float32,
    split_float64,
)
from numba_act.kernels.primitives import by_dtype, fma, from_bits, to_bits

_ONE_FLOAT32, _ONE_FLOAT64 = np.float32(1), np.float64(1)
_MAGNITUDE_FLOAT32, _MAGNITUDE_FLOAT64 = np.int32(0x7FFFFFFF), np.int64(0x7FFFFFFFFFFFFFFF)

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
    shifted, r = split_float32(-magnitude, _LIFTED_ROUNDER_FLOAT32)
    scale = from_bits(np.int32(to_bits(shifted) << EXPONENT_SHIFT_FLOAT32)) * _LOWER_FLOAT32
    growth = expm1_reduced_float32(-r)
    inverse = _ONE_FLOAT32 / (_ONE_FLOAT32 + scale + growth)
    residual = fma(-inverse, growth, fma(-inverse, scale, _ONE_FLOAT32 - inverse))
    estimate = inverse * scale
    tail = fma(estimate, residual, estimate)
    result = tail if bits < np.int32(0) else _ONE_FLOAT32 - tail
    return result if x == x else x


def logistic_float64(x):
    """Return 1 / (1 + exp(-x))."""
    bits = to_bits(x)
    magnitude = bits & _MAGNITUDE_FLOAT64
    magnitude = from_bits(_LARGEST_FLOAT64 if magnitude > _LARGEST_FLOAT64 else magnitude)
    shifted, r = split_float64(-magnitude, _LIFTED_ROUNDER_FLOAT64)
    scale = from_bits(to_bits(shifted) << EXPONENT_SHIFT_FLOAT64) * _LOWER_FLOAT64
    growth = expm1_reduced_float64(-r)
    inverse = _ONE_FLOAT64 / (_ONE_FLOAT64 + scale + growth)
    residual = fma(-inverse, growth, fma(-inverse, scale, _ONE_FLOAT64 - inverse))
    estimate = inverse * scale
    tail = fma(estimate, residual, estimate)
    result = tail if bits < np.int64(0) else _ONE_FLOAT64 - tail
    return result if x == x else x


logistic = by_dtype(float32=logistic_float32, float64=logistic_float64)
