"""Divisions and differences whose rounding is known."""

import numpy as np

from numba_act.language.primitives import by_dtype, divide, fma, from_bits, to_bits


def quotient_with_correction(numerator, numerator_tail, denominator, denominator_tail):
    """Return q and a correction: the exact quotient of the two sums, as the sum of two numbers.

    The residual ``numerator - q denominator`` is exact, so the roundings of the reciprocal and of q drop out.
    """
    inverse = divide(type(numerator)(1), denominator)
    quotient = numerator * inverse
    residual = fma(-quotient, denominator, numerator) + fma(-quotient, denominator_tail, numerator_tail)
    return quotient, residual * inverse


def even_float32(x):
    """Return x with its last bit cleared."""
    return from_bits(np.int32(to_bits(x) & np.int32(-2)))


def even_float64(x):
    """Return x with its last bit cleared."""
    return from_bits(to_bits(x) & np.int64(-2))


even = by_dtype(float32=even_float32, float64=even_float64)


def difference_with_tail(whole, part, tail, scale):
    """Return ``whole - part - tail * scale`` rounded once, where 0 <= part <= whole and the product is far smaller."""
    difference = whole - part
    return difference + fma(-tail, scale, (whole - difference) - part)


def two_sum(a, b):
    """Return ``a + b`` rounded, and its rounding error."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)
