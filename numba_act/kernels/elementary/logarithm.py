"""log(1 + x)."""

import numpy as np

from numba_act.kernels.elementary.exponential import (
    LN_2_HIGH,
    LN_2_LOW,
    ROUNDER_FLOAT32,
    ROUNDER_FLOAT64,
    is_nan,
)
from numba_act.kernels.elementary.log_one_plus_exp import log_ratio
from numba_act.kernels.elementary.order import order_key
from numba_act.language.primitives import by_dtype, fma, from_bits, to_bits

_ROOT_HALF_FLOAT32, _ROOT_HALF_FLOAT64 = np.float32(0.5**0.5).view(np.int32), np.float64(0.5**0.5).view(np.int64)
_ROUNDER_BITS_FLOAT32, _ROUNDER_BITS_FLOAT64 = ROUNDER_FLOAT32.view(np.int32), ROUNDER_FLOAT64.view(np.int64)


def binary_exponent_float32(x):
    """Return the k that brings ``x 2**-k`` into [sqrt(1/2), sqrt(2)), as a float, and 4 2**-k, which is normal."""
    k = np.int32(np.int32(to_bits(x) - _ROOT_HALF_FLOAT32) >> np.int32(23))
    power = from_bits(np.int32(np.int32(np.int32(129) - k) << np.int32(23)))
    return from_bits(np.int32(k + _ROUNDER_BITS_FLOAT32)) - ROUNDER_FLOAT32, power


def binary_exponent_float64(x):
    """Return the k that brings ``x 2**-k`` into [sqrt(1/2), sqrt(2)), as a float, and 4 2**-k, which is normal."""
    k = (to_bits(x) - _ROOT_HALF_FLOAT64) >> np.int64(52)
    return from_bits(k + _ROUNDER_BITS_FLOAT64) - ROUNDER_FLOAT64, from_bits((np.int64(1025) - k) << np.int64(52))


binary_exponent = by_dtype(float32=binary_exponent_float32, float64=binary_exponent_float64)


# 1 + x = 2**k (1 + f), and log(1 + f) as in log_one_plus_exp.py. Only the choice of k looks at the rounded 1 + x; 4f is
# 4 2**-k x and the rest, whose rounding an fma returns. For k = 0 it is 4x itself, so that small x keep all of their
# accuracy. k LN_2_HIGH has more digits than a number holds, and its rounding is returned likewise.
def log1p_in_parts(x, tail):
    """Return log(1 + x + tail) as the sum of two numbers, for finite x > -1 and a tail below its last place."""
    real = type(x)
    k, power = binary_exponent(real(1) + x)
    quadruple = fma(x, power, power - real(4))
    quadruple_tail = fma(tail, power, fma(x, power, power - real(4) - quadruple))
    z, rest = log_ratio(quadruple * real(0.5), quadruple_tail * real(0.5))
    whole = k * LN_2_HIGH(x)
    whole_tail = fma(k, LN_2_HIGH(x), -whole)
    total = whole + z
    return total, whole - total + z + fma(k, LN_2_LOW(x), whole_tail + rest)


def log1p(x):
    """Return log(1 + x), within 0.57 ULP in float32 (all arguments); -inf at -1 and NaN below, without a flag."""
    real = type(x)
    key, lowest = order_key(x), order_key(real(-1))
    inside = x if key > lowest else real(0)
    inside = inside if key < order_key(real(np.inf)) else real(0)
    total, rest = log1p_in_parts(inside, real(0))
    result = total + rest
    result = real(np.nan) if key < lowest else result
    result = real(-np.inf) if key == lowest else result
    return x if is_nan(x) or x == real(0) or x == real(np.inf) else result
