"""exp(x) - 1 for negative x."""

import numpy as np

from numba_act.kernels.elementary.decaying_exponential import BIASED_ROUNDER, decaying_exponential
from numba_act.kernels.elementary.magnitude import limited_magnitude
from numba_act.kernels.primitives import constant, fma

# Beyond these the result is -1.
_LARGEST = constant(float32=np.float32(17.4), float64=np.float64(37.5))


# exp(-|x|) - 1 = scale - 1 + scale (growth + lost). The result is for a caller who multiplies it by something and rounds
# once: the head carries the whole rounded sum, the tail what it lost. Every difference in it is of numbers within a factor
# of two, so exact. Without the tail, alpha * expm1(x) reaches 1.3 ULP.
def expm1_of_negative(x):
    """Return ``exp(-|x|) - 1`` as the sum of two numbers."""
    real = type(x)
    magnitude = limited_magnitude(x, _LARGEST(x))
    scale, growth, lost = decaying_exponential(magnitude, real(0), BIASED_ROUNDER(x))
    below = scale - real(1)
    head = fma(scale, growth, below)
    return head, fma(scale, lost, fma(scale, growth, below - head))
