"""exp(x) - 1."""

import numpy as np

from numba_act.kernels.elementary.decaying_exponential import BIASED_ROUNDER, decaying_exponential
from numba_act.kernels.elementary.exponential import ROUNDER_FLOAT32, ROUNDER_FLOAT64, is_nan
from numba_act.kernels.elementary.magnitude import limited_by_sign, limited_magnitude
from numba_act.kernels.elementary.sign import is_negative_number
from numba_act.language.primitives import constant, fma

# Beyond these the result is -1.
_LARGEST = constant(float32=np.float32(17.4), float64=np.float64(37.5))


# exp(-|x|) - 1 = scale - 1 + scale (growth + lost). The result is for a caller who multiplies it by something and
# rounds once: the head carries the whole rounded sum, the tail what it lost. Every difference in it is of numbers
# within a factor of two, so exact. Without the tail, alpha * expm1(x) reaches 1.3 ULP.
def expm1_of_negative(x):
    """Return ``exp(-|x|) - 1`` as the sum of two numbers."""
    real = type(x)
    magnitude = limited_magnitude(x, _LARGEST(x))
    scale, growth, lost = decaying_exponential(magnitude, real(0), BIASED_ROUNDER(x))
    below = scale - real(1)
    head = fma(scale, growth, below)
    return head, fma(scale, lost, fma(scale, growth, below - head))


_HALVED_ROUNDER = constant(float32=np.float32(ROUNDER_FLOAT32 + 126), float64=np.float64(ROUNDER_FLOAT64 + 1022))
_OVERFLOWING = constant(float32=np.float32(89), float64=np.float64(710))
_TINY = constant(float32=np.float32(2.0**-30), float64=np.float64(2.0**-60))


# The same for any sign, by half of the power of two, which would overflow before the result does. Half of a subnormal
# number is not exact, but there the result is x. The difference of a large power and 1/2 rounds, which joins the tail.
def expm1(x):
    """Return exp(x) - 1, within 0.95 ULP in float32 (all arguments); overflows as exp does."""
    real = type(x)
    exact = is_nan(x) or x == real(np.inf)
    magnitude = limited_by_sign(real(0) if exact else x, _LARGEST(x), _OVERFLOWING(x))
    high = magnitude if is_negative_number(x) else -magnitude
    power, growth, lost = decaying_exponential(high, real(0), _HALVED_ROUNDER(x))
    below = power - real(0.5)
    below_tail = power - below - real(0.5)
    head = fma(power, growth, below)
    tail = fma(power, lost, fma(power, growth, below - head) + below_tail)
    result = (head + tail) * real(2)
    return x if exact or magnitude < _TINY(x) else result
