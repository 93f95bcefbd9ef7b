"""The error function and its complement."""

import numpy as np

from numba_act.kernels.elementary.compensated import difference_with_tail, quotient_with_correction
from numba_act.kernels.elementary.decaying_exponential import LIFTED_ROUNDER, LOWER, decaying_exponential
from numba_act.kernels.elementary.exponential import is_nan
from numba_act.kernels.elementary.gated_normal import erfc_surplus
from numba_act.kernels.elementary.magnitude import limited_by_sign, limited_magnitude
from numba_act.kernels.elementary.sign import is_negative_number, with_sign
from numba_act.language.primitives import constant, fma, polynomial

# tools/coefficients.py derives these: 2 / sqrt(pi), sqrt(2), and 9/8 sqrt(2), as sums; and (erf(a) / a - 2 / sqrt(pi))
# / a**2 in powers of a**2 for a <= 7/8, leaving an error of 2**-31.7 and 2**-61.2 relative to erf.
TWO_BY_ROOT_PI_HIGH_FLOAT32, TWO_BY_ROOT_PI_HIGH_FLOAT64 = np.float32(1.1283792), np.float64(1.1283791670955126)
TWO_BY_ROOT_PI_LOW_FLOAT32, TWO_BY_ROOT_PI_LOW_FLOAT64 = np.float32(-5.8635383e-08), np.float64(1.533545961316588e-17)
ROOT_2_FLOAT32, ROOT_2_FLOAT64 = np.float32(1.4142135), np.float64(1.4142135623730951)
RATE_ROOT_2_HIGH_FLOAT32, RATE_ROOT_2_HIGH_FLOAT64 = np.float32(1.5909903), np.float64(1.590990257669732)
RATE_ROOT_2_LOW_FLOAT32, RATE_ROOT_2_LOW_FLOAT64 = np.float32(-4.727717e-08), np.float64(3.0020828301799294e-17)
ERF_CURVATURE_FLOAT32 = (
    np.float32(-0.37612638),
    np.float32(0.11283756),
    np.float32(-0.026862713),
    np.float32(0.0052093277),
    np.float32(-0.00082389195),
    np.float32(8.7895685e-05),
)
ERF_CURVATURE_FLOAT64 = (
    np.float64(-0.3761263890318374),
    np.float64(0.11283791670954402),
    np.float64(-0.026866170644944048),
    np.float64(0.005223977623022267),
    np.float64(-0.0008548326841247458),
    np.float64(0.00012055324331541519),
    np.float64(-1.4925380409010218e-05),
    np.float64(1.6456486003456941e-06),
    np.float64(-1.6287934445009363e-07),
    np.float64(1.4114986072015823e-08),
    np.float64(-8.646512493256712e-10),
)
_TWO_BY_ROOT_PI_HIGH = constant(float32=TWO_BY_ROOT_PI_HIGH_FLOAT32, float64=TWO_BY_ROOT_PI_HIGH_FLOAT64)
_TWO_BY_ROOT_PI_LOW = constant(float32=TWO_BY_ROOT_PI_LOW_FLOAT32, float64=TWO_BY_ROOT_PI_LOW_FLOAT64)
_ROOT_2 = constant(float32=ROOT_2_FLOAT32, float64=ROOT_2_FLOAT64)
_RATE_ROOT_2_HIGH = constant(float32=RATE_ROOT_2_HIGH_FLOAT32, float64=RATE_ROOT_2_HIGH_FLOAT64)
_RATE_ROOT_2_LOW = constant(float32=RATE_ROOT_2_LOW_FLOAT32, float64=RATE_ROOT_2_LOW_FLOAT64)
_erf_curvature = polynomial(float32=ERF_CURVATURE_FLOAT32, float64=ERF_CURVATURE_FLOAT64)

# Where erf takes over from 1 - erfc: there erfc is 0.36.
_SMALL = 0.65

# Beyond these erfc is 0, and erf +-1 and erfc of a negative number 2.
_VANISHING = constant(float32=np.float32(10.1), float64=np.float64(27.3))
_SATURATED = constant(float32=np.float32(4.2), float64=np.float64(6.2))


# As in gated_normal.py, with a sqrt(2) for its a: the surplus does not mind that this product is rounded, the
# denominator does, so its factor is the sum of two numbers.
def erfc_tail(a):
    """Return head, tail and lifted, for a >= 0: erfc(a) = (head + tail) * lifted * LOWER."""
    real = type(a)
    square = a * a
    lifted, growth, lost = decaying_exponential(square, fma(a, a, -square), LIFTED_ROUNDER(a))
    surplus = erfc_surplus(a * _ROOT_2(a))
    risen = real(1) + surplus
    risen_tail = real(1) - risen + surplus
    numerator = fma(risen, growth, risen)
    numerator_tail = fma(risen, growth, risen - numerator) + fma(risen, lost, fma(risen_tail, growth, risen_tail))
    denominator = fma(a, _RATE_ROOT_2_HIGH(a), real(1))
    denominator_tail = fma(a, _RATE_ROOT_2_LOW(a), fma(a, _RATE_ROOT_2_HIGH(a), real(1) - denominator))
    head, tail = quotient_with_correction(numerator, numerator_tail, denominator, denominator_tail)
    return head, tail, lifted


def erfc(x):
    """Return 1 - erf(x), within 0.97 ULP in float32 (all arguments)."""
    head, tail, lifted = erfc_tail(limited_by_sign(x, _SATURATED(x), _VANISHING(x)))
    scale = lifted * LOWER(x)
    above = difference_with_tail(type(x)(2), head * scale, tail, scale)
    result = above if is_negative_number(x) else (head + tail) * lifted * LOWER(x)
    return x if is_nan(x) else result


def erf(x):
    """Return the error function, within 0.77 ULP in float32 (all arguments); exactly odd."""
    a = limited_magnitude(x, _SATURATED(x))
    square = a * a
    rest = fma(square * a, _erf_curvature(square), a * _TWO_BY_ROOT_PI_LOW(x))
    small = fma(a, _TWO_BY_ROOT_PI_HIGH(x), rest)
    head, tail, lifted = erfc_tail(a)
    scale = lifted * LOWER(x)
    large = difference_with_tail(type(x)(1), head * scale, tail, scale)
    result = with_sign(small if a < type(x)(_SMALL) else large, x)
    return x if is_nan(x) else result
