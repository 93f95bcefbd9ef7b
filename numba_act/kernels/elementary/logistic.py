"""The logistic function 1 / (1 + exp(-x)), also called sigmoid."""

import numpy as np

from numba_act.kernels.elementary.compensated import even
from numba_act.kernels.elementary.decaying_exponential import LIFTED_ROUNDER, LOWER, reduced
from numba_act.kernels.elementary.exponential import LN_2_LOW, exp_curvature, is_nan
from numba_act.kernels.elementary.magnitude import limited_magnitude
from numba_act.kernels.elementary.sign import is_negative_number
from numba_act.language.primitives import constant, divide, fma

# Beyond these the result is 0 or 1.
_LARGEST = constant(float32=np.float32(104), float64=np.float64(746))


# With -|x| = k ln(2) + r and scale = 2**k <= 1, the tail is
#
#     logistic(-|x|) = scale / (scale + exp(-r)) = scale / (1 + scale + growth),    growth = exp(-r) - 1,
#
# and the other half is 1 - tail, which is at least as accurate. A plain division would stack the roundings of the
# denominator, of the quotient and of growth: 2.4 ULP. Instead the quotient is taken as an estimate and corrected by
#
#     residual = 1 - inverse (1 + scale + growth),
#
# whose terms cancel from left to right without rounding, so the denominator's own error drops out. `1 - inverse` is
# exact for inverse >= 1/2, and below that when inverse is even; an odd one costs 0.15 ULP and monotonicity around zero.
# The second part of ln(2) changes the denominator's relative value by k LN_2_LOW wherever it matters at all (scale much
# smaller than 1), so it joins the residual and r stays exact. What remains: 0.5 for the corrected quotient, up to 0.4
# for growth (rounded at 2**-26 when |growth| >= 1/4; its r**2 curvature at 0.1), and for subnormal results the
# rounding of the last product instead of the former.
#
# Tried and rejected (float32, cycles per 16 elements on Zen 4; this one: 25.5):
#   the quotient without correction                       20    2.4 ULP
#   exp(r) = (1 + t) / (1 - t), t = tanh(r/2), corrected  27    one polynomial term fewer, four operations more after it
#   inverse from the bits and a cubic step, no division   28    2**-14.9 after three fma; the division costs as much
#   the CPU's 14-bit reciprocal estimate (AVX-512)        -    0.98 ULP, but not monotonic in two places
#   scaling before the last fma                           25    subnormal results round twice: 1.07 ULP
def logistic(x):
    """Return 1 / (1 + exp(-x)), within 0.98 ULP in float32 (all arguments); monotonic."""
    one = type(x)(1)
    lifted, k, r = reduced(limited_magnitude(x, _LARGEST(x)), LIFTED_ROUNDER(x))
    scale = lifted * LOWER(x)
    growth = fma(r * r, exp_curvature(-r), -r)
    inverse = even(divide(one, one + scale + growth))
    residual = fma(-inverse, growth, fma(-inverse, scale, one - inverse))
    tail = fma(inverse, fma(k, -LN_2_LOW(x), residual), inverse) * scale
    result = tail if is_negative_number(x) else one - tail
    return x if is_nan(x) else result
