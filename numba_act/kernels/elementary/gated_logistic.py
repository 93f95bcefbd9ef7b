"""x times the logistic function of x, or of a number near it that is known to more digits than it has."""

import numpy as np

from numba_act.kernels.elementary.compensated import even
from numba_act.kernels.elementary.decaying_exponential import LIFTED_ROUNDER, LOWER, reduced
from numba_act.kernels.elementary.exponential import LN_2_LOW, exp_curvature
from numba_act.kernels.elementary.gated import gated
from numba_act.kernels.elementary.magnitude import limited_magnitude
from numba_act.language.primitives import constant, divide, fma

# Beyond these x logistic(x) is -0.0 or x.
_LARGEST = constant(float32=np.float32(110), float64=np.float64(760))


# With -z = k ln(2) + r and scale = 2**k, logistic(-z) = scale / (1 + scale + growth), growth = exp(-r) - 1, as in
# logistic.py, where it is explained why the reciprocal is made even: its residual is then free of rounding. To this
# come here
#
# * what the rounding of growth lost, which takes the quotient from 0.4 to 0.1 units in the last place (without: 1.12),
# * the low part of z, times the derivative of log(logistic(-z)), which is logistic(z) = (1 + growth) inverse,
# * the product with |x|, whose rounding an fma returns. Without the tail, x * logistic(x) reaches 1.5 ULP.
#
# Tried and rejected: |x| (1 + growth) / (1 + scale (1 + growth)) with growth = exp(r) - 1, as good and 15 % slower.
def gated_by_logistic(x, magnitude, largest, high, low):
    """Return x times the logistic function of z, an odd function of x.

    The magnitude of z is high + low; low may be None.
    """
    one = type(x)(1)
    lifted, k, r = reduced(high, LIFTED_ROUNDER(x))
    scale = lifted * LOWER(x)
    square, curvature = r * r, exp_curvature(-r)
    growth = fma(square, curvature, -r)
    lost = fma(square, curvature, -(growth + r))
    inverse = even(divide(one, one + scale + growth))
    residual = fma(-inverse, growth, fma(-inverse, scale, one - inverse))
    correction = fma(k, -LN_2_LOW(x), fma(-inverse, lost, residual))
    if low is not None:
        correction = fma(-low, fma(inverse, growth, inverse), correction)
    head = magnitude * inverse
    tail = fma(head, correction, fma(magnitude, inverse, -head))
    return gated(x, magnitude, largest, head, tail, lifted)


def logistic_gated(x):
    """Return x / (1 + exp(-x)), within 0.86 ULP in float32 (all arguments)."""
    magnitude = limited_magnitude(x, _LARGEST(x))
    return gated_by_logistic(x, magnitude, _LARGEST(x), magnitude, None)
