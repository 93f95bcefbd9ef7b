"""The sign of a number, read without a floating-point flag.

Interpreted as a signed integer, a float's bits order the negative numbers from -0.0, the smallest integer, up to -inf;
negative NaNs follow, then everything with a positive sign. So one integer comparison tells negative numbers from NaN,
where ``x < 0`` would raise the invalid flag for NaN and a float minimum would too.
"""

import numpy as np

from numba_act.kernels.primitives import by_dtype, to_bits

_NEGATIVE_INFINITY_BITS_FLOAT32 = np.float32(-np.inf).view(np.int32)
_NEGATIVE_INFINITY_BITS_FLOAT64 = np.float64(-np.inf).view(np.int64)


def is_negative_number_float32(x):
    """Return whether x is in [-inf, -0.0]; False for NaN of either sign."""
    return to_bits(x) <= _NEGATIVE_INFINITY_BITS_FLOAT32


def is_negative_number_float64(x):
    """Return whether x is in [-inf, -0.0]; False for NaN of either sign."""
    return to_bits(x) <= _NEGATIVE_INFINITY_BITS_FLOAT64


def is_negative_number_integer(x):
    """Return whether x is below zero."""
    return x < 0


is_negative_number = by_dtype(
    float32=is_negative_number_float32, float64=is_negative_number_float64, integer=is_negative_number_integer
)


def has_negative_sign(x):
    """Return whether the sign bit of a float is set, -0.0 and negative NaN included."""
    return to_bits(x) < 0
