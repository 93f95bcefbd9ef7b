"""Comparing floats as integers, which raises no floating-point flag for NaN.

A float's bits, read as a signed integer, already order the positive numbers; flipping all but the sign bit of the
negative ones orders those too. The map is its own inverse. NaNs come to lie beyond the infinity of their sign.
"""

import numpy as np

from numba_act.language.primitives import by_dtype, from_bits, to_bits


def order_key_float32(x):
    """Return an integer that orders as x does."""
    bits = to_bits(x)
    return np.int32(bits ^ np.int32(np.int32(bits >> np.int32(31)) & np.int32(0x7FFFFFFF)))


def order_key_float64(x):
    """Return an integer that orders as x does."""
    bits = to_bits(x)
    return bits ^ ((bits >> np.int64(63)) & np.int64(0x7FFFFFFFFFFFFFFF))


order_key = by_dtype(float32=order_key_float32, float64=order_key_float64)


def from_order_key(key):
    """Return the float of an order key."""
    return from_bits(order_key(from_bits(key)))
