"""The elementary functions for results that are rounded to halves, by the estimates that a GPU has instructions for.

Results have 16 bits, relative to their size, and more; float16 keeps 11 of them. That is a quarter to a half of the
operations that float32 results take, and on a GPU the memory waits for those.

With e = exp(-|x|), everything is a rational function of e, or a logarithm. Where that would be the difference of nearly
equal numbers a few terms of a series stand instead. The exponential is *lifted* by 2**24 until the last product, for
the estimate of a subnormal number is 0, and bfloat16 has as many of those as float32.
"""

import numpy as np

from numba_act.kernels.elementary.gated_normal import RATE, SHIFT, surplus_at
from numba_act.language.primitives import exp2_estimate, fma, log2_estimate, reciprocal_estimate

_LOG2_E, _LN_2 = np.float32(1.442695), np.float32(0.6931472)
_LIFT, _LOWER = np.float32(24), np.float32(2.0**-24)
_ZERO, _HALF, _ONE, _TWO = np.float32(0), np.float32(0.5), np.float32(1), np.float32(2)

# Where the results are 0: the product of -inf and 0 would be NaN.
_LOWEST = np.float32(-1024)


def lifted_decay(magnitude):
    """Return 2**24 exp(-magnitude)."""
    return exp2_estimate(fma(magnitude, -_LOG2_E, _LIFT))


def logistic(x):
    """Return 1 / (1 + exp(-x))."""
    lifted = lifted_decay(abs(x))
    inverse = reciprocal_estimate(_ONE + lifted * _LOWER)
    return lifted * inverse * _LOWER if x < _ZERO else inverse


# 1 - 2 / (exp(2x) + 1) has an error of 2**-22, relative to 1: from 1/8 on it is small enough.
_NEAR_ZERO = np.float32(0.125)
_THIRD, _TWO_FIFTEENTHS = np.float32(1 / 3), np.float32(2 / 15)
_TWO_LOG2_E = np.float32(2.88539)


def tanh(x):
    """Return the hyperbolic tangent."""
    magnitude = abs(x)
    inverse = reciprocal_estimate(exp2_estimate(magnitude * _TWO_LOG2_E) + _ONE)
    far = fma(-_TWO, inverse, _ONE)
    square = x * x
    near = x * fma(square, fma(square, _TWO_FIFTEENTHS, -_THIRD), _ONE)
    return near if magnitude < _NEAR_ZERO else (-far if x < _ZERO else far)


def gated_by_logistic(x, z):
    """Return x times the logistic function of z, which has its sign."""
    lifted = lifted_decay(abs(z))
    product = x * reciprocal_estimate(_ONE + lifted * _LOWER)
    return product * lifted * _LOWER if x < _ZERO else product


def at_least(x):
    """Return x, or where it is -inf a number whose gate is closed too."""
    return _LOWEST if x < _LOWEST else x


def logistic_gated(x):
    """Return x / (1 + exp(-x))."""
    limited = at_least(x)
    return gated_by_logistic(limited, limited)


# 2 sqrt(2 / pi), and 0.044715 times that.
_LINEAR, _CUBIC = np.float32(1.5957691), np.float32(0.07135482)


def cubic_logistic_gated(x):
    """Return x / (1 + exp(-2 u)), u = sqrt(2 / pi) (x + 0.044715 x**3)."""
    limited = at_least(x)
    return gated_by_logistic(limited, limited * fma(limited * limited, _CUBIC, _LINEAR))


_FAR = np.float32(64)


# The tail of gated_normal.py; both quotients from one reciprocal, of the product of their divisors.
def normal_gated(x):
    """Return x erfc(-x / sqrt(2)) / 2."""
    magnitude = abs(x)
    magnitude = magnitude if magnitude < _FAR else _FAR
    half = magnitude * _HALF
    first, second = magnitude + np.float32(SHIFT), fma(magnitude, np.float32(RATE), _ONE)
    inverse = reciprocal_estimate(first * second)
    surplus = surplus_at(magnitude * (inverse * second))
    lifted = lifted_decay(half * magnitude)
    tail = fma(half, surplus, half) * (inverse * first) * lifted * _LOWER
    return -tail if x < _ZERO else x - tail


# log(1 + e) as a series where 1 + e would lose too much of e.
_SMALL = np.float32(0.125)
_QUARTER, _FIFTH = np.float32(0.25), np.float32(0.2)


def log_one_plus_exp(x):
    """Return log(1 + exp(x))."""
    lifted = lifted_decay(abs(x))
    e = lifted * _LOWER
    series = fma(e, fma(e, fma(e, fma(e, _FIFTH, -_QUARTER), _THIRD), -_HALF), _ONE)
    rest = lifted * series * _LOWER if e < _SMALL else log2_estimate(_ONE + e) * _LN_2
    return rest + x if x > _ZERO else rest


# tanh(log(1 + exp(x))) = (e**2 + 2e) / (e**2 + 2e + 2) for negative x, (1 + 2e) / (1 + 2e + 2e**2) for others.
def softplus_tanh_gated(x):
    """Return x tanh(log(1 + exp(x)))."""
    limited = at_least(x)
    negative = limited < _ZERO
    lifted = lifted_decay(abs(limited))
    e = lifted * _LOWER
    square, constant = (_ONE, _TWO) if negative else (_TWO, _ONE)
    product = limited * reciprocal_estimate(fma(e, fma(e, square, _TWO), constant))
    below = product * (e + _TWO) * lifted * _LOWER
    return below if negative else product * fma(e, _TWO, _ONE)


_EXPM1_NEAR = np.float32(0.25)
_SIXTH, _TWENTY_FOURTH, _HUNDRED_AND_TWENTIETH = np.float32(1 / 6), np.float32(1 / 24), np.float32(1 / 120)


def expm1_of_negative(x):
    """Return ``exp(-|x|) - 1`` as the sum of two numbers, of which the second is 0."""
    y = -abs(x)
    far = exp2_estimate(y * _LOG2_E) - _ONE
    series = fma(y, fma(y, fma(y, fma(y, _HUNDRED_AND_TWENTIETH, _TWENTY_FOURTH), _SIXTH), _HALF), _ONE)
    return (far if y < -_EXPM1_NEAR else y * series), _ZERO
