"""x times the normal distribution function."""

import numpy as np

from numba_act.kernels.elementary.compensated import quotient_with_correction
from numba_act.kernels.elementary.decaying_exponential import LIFTED_ROUNDER, decaying_exponential
from numba_act.kernels.elementary.gated import gated
from numba_act.kernels.elementary.magnitude import limited_by_sign
from numba_act.language.primitives import constant, divide, fma, polynomial

# Beyond these the result is -0.0 or x.
_LOWEST = constant(float32=np.float32(14.5), float64=np.float64(38.8))
_LARGEST = constant(float32=np.float32(6), float64=np.float64(9))

# tools/coefficients.py derives these: (exp(a**2 / 2) erfc(a / sqrt(2)) (1 + RATE a) - 1) / t in powers of t - CENTRE,
# t = a / (a + SHIFT), for 0 <= a <= 13.5 (38.8 in float64), leaving an error of 2**-28.9 and 2**-58.5 relative to erfc.
SCALED_ERFC_FLOAT32 = (
    np.float32(-0.0024532676),
    np.float32(-0.5588899),
    np.float32(1.3576816),
    np.float32(-2.196263),
    np.float32(2.7453997),
    np.float32(-2.6965659),
    np.float32(1.9872178),
    np.float32(-0.93748814),
    np.float32(-0.052768722),
    np.float32(0.46797305),
)
SCALED_ERFC_FLOAT64 = (
    np.float64(-0.0024532694800598),
    np.float64(-0.5588900059264478),
    np.float64(1.3576828563181251),
    np.float64(-2.196245272173637),
    np.float64(2.745300653591935),
    np.float64(-2.697709083642783),
    np.float64(1.9882093543345187),
    np.float64(-0.9123231024732363),
    np.float64(-0.01014277712535046),
    np.float64(0.38674099411313717),
    np.float64(-0.24005924168706802),
    np.float64(-0.05547974660918107),
    np.float64(0.1514959672982455),
    np.float64(-0.03154068353388491),
    np.float64(-0.0774754435902981),
    np.float64(0.041199640899049955),
    np.float64(0.04080869698480229),
    np.float64(-0.03345412171631),
    np.float64(-0.025844320047808716),
    np.float64(0.020553211664140838),
    np.float64(0.018628107485759823),
    np.float64(-0.003707613516761964),
    np.float64(-0.005014676051923586),
)
_polynomial = polynomial(float32=SCALED_ERFC_FLOAT32, float64=SCALED_ERFC_FLOAT64)
RATE, SHIFT, CENTRE = 1.125, 5.0, 0.5625


def erfc_surplus(a):
    """Return ``exp(a**2 / 2) erfc(a / sqrt(2)) (1 + RATE a) - 1`` for a >= 0."""
    real = type(a)
    return surplus_at(divide(a, a + real(SHIFT)))


def surplus_at(position):
    """Return the same for ``position = a / (a + SHIFT)``."""
    return position * _polynomial(position - type(position)(CENTRE))


# With a = |x|, x times the normal distribution function has the tail
#
#     a/2 erfc(a / sqrt(2)) = exp(-a**2 / 2) (a/2) (1 + surplus) / (1 + 9/8 a),
#
# exp(a**2 / 2) erfc(a / sqrt(2)) times (1 + 9/8 a) being so nearly 1 that a polynomial for the surplus loses little of
# its last place (0.46 of 2**-24; with 5/4, which makes it vanish at infinity, 0.6; with 1, more than 0.7). The surplus
# is t times a polynomial in t = a / (a + 5): t has its own relative accuracy where a is small. The shift 5 rather than
# 4, which fits as well: a + 4 passes 8, where its rounding doubles, at a place where the surplus feels it.
#
# a**2 / 2 is the sum of two numbers and so are all products; the quotient is corrected by its residual. One division
# for both quotients, by the product of their denominators, takes as many operations and cost 0.16 ULP.
#
# Rejected by count, not built: in float64 within float32 loops, 31 operations on half as many numbers and two divisions
# for one, no fewer in all, and a GPU has few units for it. exp(-polynomial) in one: its argument grows to 100, so the
# polynomial would need two numbers.
def normal_gated(x):
    """Return x erfc(-x / sqrt(2)) / 2, within 0.96 ULP in float32 (all arguments)."""
    real = type(x)
    magnitude = limited_by_sign(x, _LOWEST(x), _LARGEST(x))
    half = magnitude * real(0.5)
    high = half * magnitude
    lifted, growth, lost = decaying_exponential(high, fma(half, magnitude, -high), LIFTED_ROUNDER(x))

    surplus = erfc_surplus(magnitude)
    risen = fma(half, surplus, half)
    risen_tail = fma(half, surplus, half - risen)
    numerator = fma(risen, growth, risen)
    numerator_tail = fma(risen, growth, risen - numerator) + fma(risen, lost, fma(risen_tail, growth, risen_tail))

    denominator = fma(magnitude, real(RATE), real(1))
    denominator_tail = fma(magnitude, real(RATE), real(1) - denominator)
    head, tail = quotient_with_correction(numerator, numerator_tail, denominator, denominator_tail)
    return gated(x, magnitude, _LARGEST(x), head, tail, lifted)
