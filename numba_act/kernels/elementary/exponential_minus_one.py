"""exp(x) - 1 for negative x."""

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

# Beyond these the result is -1.
_LARGEST_FLOAT32, _LARGEST_FLOAT64 = np.float32(17.4).view(np.int32), np.float64(37.5).view(np.int64)

_BIASED_ROUNDER_FLOAT32 = np.float32(ROUNDER_FLOAT32 + 127)
_BIASED_ROUNDER_FLOAT64 = np.float64(ROUNDER_FLOAT64 + 1023)


# exp(-|x|) - 1 = scale - 1 + scale growth, with exp(r) = 1 + growth and scale = 2**k as in exponential.py. The result is for a
# caller who multiplies it by something and rounds once: it is the sum of a head, which carries the whole rounded
# sum, and a tail, which has what the sum and growth lost in rounding and the second part of ln(2). Every difference in
# it is of numbers within a factor of two, so exact. Without the tail, alpha * expm1(x) reaches 1.3 ULP.
def scaled_expm1_of_negative_float32(x, alpha):
    """Return ``alpha * (exp(-|x|) - 1)``."""
    magnitude = np.int32(to_bits(x) & _MAGNITUDE_FLOAT32)
    magnitude = from_bits(min(magnitude, _LARGEST_FLOAT32))
    shifted, k, r = split_float32(-magnitude, _BIASED_ROUNDER_FLOAT32)
    scale = from_bits(np.int32(to_bits(shifted) << EXPONENT_SHIFT_FLOAT32))
    curvature, square = exp_curvature_float32(r)
    growth = fma(square, curvature, r)
    lost = fma(square, curvature, r - growth)
    below = scale - _ONE_FLOAT32
    head = fma(scale, growth, below)
    tail = fma(scale, growth, below - head)
    tail = fma(scale, fma(k, -LN_2_LOW_FLOAT32, lost), tail)
    return fma(alpha, head, alpha * tail)


def scaled_expm1_of_negative_float64(x, alpha):
    """Return ``alpha * (exp(-|x|) - 1)``."""
    magnitude = to_bits(x) & _MAGNITUDE_FLOAT64
    magnitude = from_bits(min(magnitude, _LARGEST_FLOAT64))
    shifted, k, r = split_float64(-magnitude, _BIASED_ROUNDER_FLOAT64)
    scale = from_bits(to_bits(shifted) << EXPONENT_SHIFT_FLOAT64)
    curvature, square = exp_curvature_float64(r)
    growth = fma(square, curvature, r)
    lost = fma(square, curvature, r - growth)
    below = scale - _ONE_FLOAT64
    head = fma(scale, growth, below)
    tail = fma(scale, growth, below - head)
    tail = fma(scale, fma(k, -LN_2_LOW_FLOAT64, lost), tail)
    return fma(alpha, head, alpha * tail)


scaled_expm1_of_negative = by_dtype(float32=scaled_expm1_of_negative_float32, float64=scaled_expm1_of_negative_float64)
