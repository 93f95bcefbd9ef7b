"""The exponential function, and the reduction and the polynomial that the functions built on it share."""

import numpy as np

from numba_act.language.primitives import by_dtype, constant, fma, from_bits, polynomial, to_bits

# tools/coefficients.py derives these. ln(2) is the sum of two floats; the first is so close to it (2**-29, 2**-55) that
# the second matters only once, for large k.
LOG2_E_FLOAT32, LOG2_E_FLOAT64 = np.float32(1.442695), np.float64(1.4426950408889634)
LN_2_HIGH_FLOAT32, LN_2_HIGH_FLOAT64 = np.float32(0.6931472), np.float64(0.6931471805599453)
LN_2_LOW_FLOAT32, LN_2_LOW_FLOAT64 = np.float32(-1.9046542e-09), np.float64(2.3190468138462996e-17)
LOG2_E = constant(float32=LOG2_E_FLOAT32, float64=LOG2_E_FLOAT64)
LN_2_HIGH = constant(float32=LN_2_HIGH_FLOAT32, float64=LN_2_HIGH_FLOAT64)
LN_2_LOW = constant(float32=LN_2_LOW_FLOAT32, float64=LN_2_LOW_FLOAT64)

# (exp(r) - 1 - r) / r**2 on |r| <= ln(2)/2, leaving an error of 2**-28.2 and 2**-57.8 relative to exp(r). One degree
# less would leave 2**-22.4 and 2**-51.6: alone almost a unit in the last place.
EXP_CURVATURE_FLOAT32 = (
    np.float32(0.49999994),
    np.float32(0.16666518),
    np.float32(0.041668136),
    np.float32(0.008368906),
    np.float32(0.0013831356),
)
EXP_CURVATURE_FLOAT64 = (
    np.float64(0.5000000000000012),
    np.float64(0.16666666666666502),
    np.float64(0.04166666666651601),
    np.float64(0.008333333333424455),
    np.float64(0.0013888888947524375),
    np.float64(0.00019841269683851595),
    np.float64(2.4801488924588585e-05),
    np.float64(2.755740688939731e-06),
    np.float64(2.7631772711554365e-07),
    np.float64(2.5062960402137158e-08),
)
exp_curvature = polynomial(float32=EXP_CURVATURE_FLOAT32, float64=EXP_CURVATURE_FLOAT64)

# Adding 1.5 * 2**(significand bits) leaves the nearest integer in the low bits of the sum, ready to be shifted into an
# exponent field. What is added on top becomes the exponent's bias.
ROUNDER_FLOAT32, ROUNDER_FLOAT64 = np.float32(1.5 * 2**23), np.float64(1.5 * 2**52)
EXPONENT_SHIFT_FLOAT32, EXPONENT_SHIFT_FLOAT64 = np.int32(23), np.int64(52)


def is_nan(x):
    """Return whether x is NaN, by the one comparison that raises no flag for it."""
    return x != x  # noqa: PLR0124


def split_float32(x, rounder):
    """Return k + `rounder`, k and ``x - k LN_2_HIGH`` without error, where k is the integer nearest to x / ln(2)."""
    shifted = fma(x, LOG2_E_FLOAT32, rounder)
    k = shifted - rounder
    return shifted, k, fma(k, -LN_2_HIGH_FLOAT32, x)


def split_float64(x, rounder):
    """Return k + `rounder`, k and ``x - k LN_2_HIGH`` without error, where k is the integer nearest to x / ln(2)."""
    shifted = fma(x, LOG2_E_FLOAT64, rounder)
    k = shifted - rounder
    return shifted, k, fma(k, -LN_2_HIGH_FLOAT64, x)


# exp(x) = 2**k exp(r), with exp(r) - 1 = growth = remainder + (low + r**2 curvature), r = remainder + low.
#
# `remainder` is exact, so growth is rounded once, by at most 2**-26 where |growth| >= 1/4 (float32; 2**-55 in float64),
# and the last addition once more: 0.5 + 0.25 + about 0.1 for curvature, r and the polynomial. Rounding r first, as
# usual, and then growth = fma(r**2, curvature, r), takes 16 cycles per 16 float32 instead of 18 (Zen 4) and reached
# 1.02. Ending with fma(r, fma(r, curvature, 1), 1) reached 0.91 but is not monotonic: the inner sum rounds too coarsely
# for small r.
#
# 2**k itself leaves the range of normal numbers at both ends, so k is halved and the result scaled twice; the second
# scaling rounds the subnormal ones. Its two exponent fields are the halves of k + twice the bias; the rounder's bits
# above them fall off in the shift.
#
# The argument is clamped through its bits: as signed integers the positive floats are ordered, as unsigned integers
# the negative ones lie above them, ordered by magnitude. +inf must not overflow and NaN is lost in the clamp, so both
# are computed as zero and put back.
_HALVED_ROUNDER_FLOAT32 = np.float32(ROUNDER_FLOAT32 + 2 * 127)
_HALVED_ROUNDER_FLOAT64 = np.float64(ROUNDER_FLOAT64 + 2 * 1023)
_OVERFLOWING_FLOAT32 = np.float32(89).view(np.int32)
_OVERFLOWING_FLOAT64 = np.float64(710).view(np.int64)
_VANISHING_FLOAT32 = np.float32(-104).view(np.uint32)
_VANISHING_FLOAT64 = np.float64(-746).view(np.uint64)
_INFINITY_FLOAT32 = np.float32(np.inf)
_INFINITY_FLOAT64 = np.float64(np.inf)


def growth_of(k, remainder):
    """Return exp(r) - 1 for r = ``remainder - k LN_2_LOW``."""
    low = k * -LN_2_LOW(k)
    r = remainder + low
    return remainder + fma(r * r, exp_curvature(r), low)


def exp_float32(x):
    """Return e to the power x, within 0.90 ULP (all arguments); monotonic."""
    exact = is_nan(x) or x == _INFINITY_FLOAT32
    bits = np.int32(0) if exact else to_bits(x)
    bits = min(bits, _OVERFLOWING_FLOAT32)
    bits = np.int32(_VANISHING_FLOAT32) if np.uint32(bits) > _VANISHING_FLOAT32 else bits
    shifted, k, remainder = split_float32(from_bits(bits), _HALVED_ROUNDER_FLOAT32)
    growth = growth_of(k, remainder)
    exponent = to_bits(shifted)
    first = np.int32(exponent >> np.int32(1))
    second = np.int32(exponent - first)
    scale = from_bits(np.int32(first << EXPONENT_SHIFT_FLOAT32))
    scaled = fma(growth, scale, scale)
    return x if exact else scaled * from_bits(np.int32(second << EXPONENT_SHIFT_FLOAT32))


def exp_float64(x):
    """Return e to the power x, within 0.87 ULP (238 242 arguments)."""
    exact = is_nan(x) or x == _INFINITY_FLOAT64
    bits = np.int64(0) if exact else to_bits(x)
    bits = min(bits, _OVERFLOWING_FLOAT64)
    bits = np.int64(_VANISHING_FLOAT64) if np.uint64(bits) > _VANISHING_FLOAT64 else bits
    shifted, k, remainder = split_float64(from_bits(bits), _HALVED_ROUNDER_FLOAT64)
    growth = growth_of(k, remainder)
    exponent = to_bits(shifted)
    first = exponent >> np.int64(1)
    second = exponent - first
    scale = from_bits(first << EXPONENT_SHIFT_FLOAT64)
    scaled = fma(growth, scale, scale)
    return x if exact else scaled * from_bits(second << EXPONENT_SHIFT_FLOAT64)


exp = by_dtype(float32=exp_float32, float64=exp_float64)
