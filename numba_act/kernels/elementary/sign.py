"""The sign of a number, read without a floating-point flag.

Interpreted as a signed integer, a float's bits order the negative numbers from -0.0, the smallest integer, up to -inf;
negative NaNs follow, then everything with a positive sign. So one integer comparison tells negative numbers from NaN,
where ``x < 0`` would raise the invalid flag for NaN and a float minimum would too.
"""

import numpy as np

from numba_act.language.primitives import by_dtype, from_bits, to_bits

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


# LLVM moves a multiplication into both arms of a select, and so back into the lane that must not compute it. It leaves
# alone what is merged bit by bit under a mask, the sign spread over all bits.
_SIGN_SHIFT_FLOAT32, _SIGN_SHIFT_FLOAT64 = np.int32(31), np.int64(63)


def by_sign_float32(x, negative, positive):
    """Return one of two numbers by the sign bit of x; the other takes part in nothing."""
    mask = np.int32(to_bits(x) >> _SIGN_SHIFT_FLOAT32)
    difference = np.int32(to_bits(negative) ^ to_bits(positive))
    return from_bits(np.int32(to_bits(positive) ^ np.int32(difference & mask)))


def by_sign_float64(x, negative, positive):
    """Return one of two numbers by the sign bit of x; the other takes part in nothing."""
    mask = to_bits(x) >> _SIGN_SHIFT_FLOAT64
    return from_bits(to_bits(positive) ^ ((to_bits(negative) ^ to_bits(positive)) & mask))


by_sign = by_dtype(float32=by_sign_float32, float64=by_sign_float64)


_SIGN_FLOAT32, _SIGN_FLOAT64 = np.int32(-(2**31)), np.int64(-(2**63))


def with_sign_float32(magnitude, x):
    """Return a number that has no sign with the sign of x."""
    return from_bits(np.int32(to_bits(magnitude) | np.int32(to_bits(x) & _SIGN_FLOAT32)))


def with_sign_float64(magnitude, x):
    """Return a number that has no sign with the sign of x."""
    return from_bits(to_bits(magnitude) | (to_bits(x) & _SIGN_FLOAT64))


with_sign = by_dtype(float32=with_sign_float32, float64=with_sign_float64)
