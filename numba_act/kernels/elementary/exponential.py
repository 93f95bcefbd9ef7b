"""The exponential function, and the reduction and the polynomial that the functions built on it share."""

import numpy as np

from numba_act.kernels.primitives import by_dtype, fma, from_bits, multiply_add, to_bits

# Constants that arithmetic meets are typed: a Python literal would widen float32 to float64.
_ONE_FLOAT32, _ONE_FLOAT64 = np.float32(1), np.float64(1)

# log2(e), and ln 2 as the sum of two floats (tools/coefficients.py).
LOG2_E_FLOAT32, LOG2_E_FLOAT64 = np.float32(1.442695), np.float64(1.4426950408889634)
LN_2_HIGH_FLOAT32, LN_2_HIGH_FLOAT64 = np.float32(0.6931472), np.float64(0.6931471805599453)
LN_2_LOW_FLOAT32, LN_2_LOW_FLOAT64 = np.float32(-1.9046542e-09), np.float64(2.3190468138462996e-17)

# (exp(r) - 1 - r) / r**2 on |r| <= ln(2)/2, relative to exp(r) / r**2 (tools/coefficients.py).
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

# Adding 1.5 * 2**(significand bits) leaves the nearest integer in the low bits of the sum, ready to be shifted into an
# exponent field. What is added on top becomes the exponent's bias.
ROUNDER_FLOAT32, ROUNDER_FLOAT64 = np.float32(1.5 * 2**23), np.float64(1.5 * 2**52)
EXPONENT_SHIFT_FLOAT32, EXPONENT_SHIFT_FLOAT64 = np.int32(23), np.int64(52)


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


def exp_curvature_float32(r):
    """Return ``(exp(r) - 1 - r) / r**2`` for |r| <= ln(2)/2, and ``r**2``."""
    c2, c3, c4, c5, c6 = EXP_CURVATURE_FLOAT32
    square = r * r
    high = multiply_add(square, c6, multiply_add(c5, r, c4))
    return multiply_add(square, high, multiply_add(c3, r, c2)), square


def exp_curvature_float64(r):
    """Return ``(exp(r) - 1 - r) / r**2`` for |r| <= ln(2)/2, and ``r**2``."""
    c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 = EXP_CURVATURE_FLOAT64
    square = r * r
    fourth = square * square
    low = multiply_add(square, multiply_add(c5, r, c4), multiply_add(c3, r, c2))
    middle = multiply_add(square, multiply_add(c9, r, c8), multiply_add(c7, r, c6))
    high = multiply_add(fourth, multiply_add(c11, r, c10), middle)
    return multiply_add(fourth, high, low), square


# The exponent is halved, and the result scaled twice: 2**k alone leaves the range of normal numbers at both ends.
# Inputs are clamped through their bits: as signed integers the positive floats are ordered, as unsigned integers the
# negative ones lie above them, ordered by magnitude.
_HALVED_ROUNDER_FLOAT32 = np.float32(ROUNDER_FLOAT32 + 2 * 127)
_HALVED_ROUNDER_FLOAT64 = np.float64(ROUNDER_FLOAT64 + 2 * 1023)
_OVERFLOWING_FLOAT32 = np.float32(89).view(np.int32)
_OVERFLOWING_FLOAT64 = np.float64(710).view(np.int64)
_VANISHING_FLOAT32 = np.float32(-104).view(np.uint32)
_VANISHING_FLOAT64 = np.float64(-746).view(np.uint64)
_INFINITY_FLOAT32 = np.float32(np.inf)
_INFINITY_FLOAT64 = np.float64(np.inf)


def exp_float32(x):
    """Return e to the power x."""
    exact = x != x or x == _INFINITY_FLOAT32
    bits = np.int32(0) if exact else to_bits(x)
    bits = _OVERFLOWING_FLOAT32 if bits > _OVERFLOWING_FLOAT32 else bits
    bits = np.int32(_VANISHING_FLOAT32) if np.uint32(bits) > _VANISHING_FLOAT32 else bits
    shifted, k, r = split_float32(from_bits(bits), _HALVED_ROUNDER_FLOAT32)
    r = fma(k, -LN_2_LOW_FLOAT32, r)
    curvature, _ = exp_curvature_float32(r)
    exponent = np.int32(to_bits(shifted) & np.int32(0x3FF))
    first = np.int32(exponent >> np.int32(1))
    second = np.int32(exponent - first)
    scale = from_bits(np.int32(first << EXPONENT_SHIFT_FLOAT32))
    scaled = fma(r * scale, fma(r, curvature, _ONE_FLOAT32), scale)
    return x if exact else scaled * from_bits(np.int32(second << EXPONENT_SHIFT_FLOAT32))


def exp_float64(x):
    """Return e to the power x."""
    exact = x != x or x == _INFINITY_FLOAT64
    bits = np.int64(0) if exact else to_bits(x)
    bits = _OVERFLOWING_FLOAT64 if bits > _OVERFLOWING_FLOAT64 else bits
    bits = np.int64(_VANISHING_FLOAT64) if np.uint64(bits) > _VANISHING_FLOAT64 else bits
    shifted, k, r = split_float64(from_bits(bits), _HALVED_ROUNDER_FLOAT64)
    r = fma(k, -LN_2_LOW_FLOAT64, r)
    curvature, _ = exp_curvature_float64(r)
    exponent = to_bits(shifted) & np.int64(0x1FFF)
    first = exponent >> np.int64(1)
    second = exponent - first
    scale = from_bits(first << EXPONENT_SHIFT_FLOAT64)
    scaled = fma(r * scale, fma(r, curvature, _ONE_FLOAT64), scale)
    return x if exact else scaled * from_bits(second << EXPONENT_SHIFT_FLOAT64)


exp = by_dtype(float32=exp_float32, float64=exp_float64)
