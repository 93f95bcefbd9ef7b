"""x times the hyperbolic tangent of log(1 + exp(x))."""

import numpy as np

from numba_act.kernels.elementary.compensated import quotient_with_correction
from numba_act.kernels.elementary.decaying_exponential import LOWER, lifted_exponential
from numba_act.kernels.elementary.gated import gated
from numba_act.kernels.elementary.magnitude import limited_by_sign
from numba_act.kernels.elementary.sign import is_negative_number
from numba_act.language.primitives import constant, fma

# Beyond these the result is -0.0 or x.
_LOWEST = constant(float32=np.float32(110), float64=np.float64(760))
_LARGEST = constant(float32=np.float32(12), float64=np.float64(22))


# With w = exp(-|x|), tanh(log(1 + exp(x))) = ((1 + exp(x))**2 - 1) / ((1 + exp(x))**2 + 1) is
#
#     w (2 + w) / (2 + w (2 + w))                for negative x, and
#     1 - w 2w / (1 + 2w + w 2w)                 for positive x:
#
# one quotient w factor / (rest + w factor), no logarithm and no hyperbolic tangent. Every term is a sum of two numbers;
# all terms are positive, so nothing cancels, and the quotient is rounded once.
def softplus_tanh_gated(x):
    """Return x tanh(log(1 + exp(x)))."""
    real = type(x)
    negative = is_negative_number(x)
    magnitude = limited_by_sign(x, _LOWEST(x), _LARGEST(x))
    lifted, lifted_tail = lifted_exponential(magnitude, real(0))
    w, w_tail = lifted * LOWER(x), lifted_tail * LOWER(x)
    twice, twice_tail = w + w, w_tail + w_tail
    factor = real(2) + w if negative else twice
    factor_tail = w - (factor - real(2)) + w_tail if negative else twice_tail
    product = w * factor
    product_tail = fma(w, factor_tail, fma(w_tail, factor, fma(w, factor, -product)))
    rest = real(2) if negative else real(1) + twice
    rest_tail = real(0) if negative else twice - (rest - real(1)) + twice_tail
    denominator = rest + product
    denominator_tail = product - (denominator - rest) + (product_tail + rest_tail)
    numerator = lifted * factor
    numerator_tail = fma(lifted, factor_tail, fma(lifted_tail, factor, fma(lifted, factor, -numerator)))
    quotient, correction = quotient_with_correction(numerator, numerator_tail, denominator, denominator_tail)
    head = magnitude * quotient
    tail = fma(magnitude, correction, fma(magnitude, quotient, -head))
    return gated(x, magnitude, _LARGEST(x), head, tail, real(1))
