"""exp(-x) for x >= 0, in parts that a caller may combine before anything is rounded."""

import numpy as np

from numba_act.kernels.elementary.exponential import (
    EXPONENT_SHIFT_FLOAT32,
    EXPONENT_SHIFT_FLOAT64,
    LN_2_HIGH,
    LN_2_LOW,
    LOG2_E,
    ROUNDER_FLOAT32,
    ROUNDER_FLOAT64,
    exp_curvature,
)
from numba_act.language.primitives import by_dtype, constant, fma, from_bits, to_bits

# 2**k is built as 2**(k + lift), a normal number, and lowered by a multiplication.
LIFT_FLOAT32, LIFT_FLOAT64 = 40, 120
LOWER = constant(float32=np.float32(2.0**-LIFT_FLOAT32), float64=np.float64(2.0**-LIFT_FLOAT64))
BIASED_ROUNDER = constant(float32=np.float32(ROUNDER_FLOAT32 + 127), float64=np.float64(ROUNDER_FLOAT64 + 1023))
LIFTED_ROUNDER = constant(
    float32=np.float32(ROUNDER_FLOAT32 + 127 + LIFT_FLOAT32),
    float64=np.float64(ROUNDER_FLOAT64 + 1023 + LIFT_FLOAT64),
)


def power_of_two_float32(shifted):
    """Return the float whose exponent field is in the lowest bits of ``shifted``."""
    return from_bits(np.int32(to_bits(shifted) << EXPONENT_SHIFT_FLOAT32))


def power_of_two_float64(shifted):
    """Return the float whose exponent field is in the lowest bits of ``shifted``."""
    return from_bits(to_bits(shifted) << EXPONENT_SHIFT_FLOAT64)


power_of_two = by_dtype(float32=power_of_two_float32, float64=power_of_two_float64)


def reduced(high, rounder):
    """Return 2**k, k and r, with ``-high = k LN_2_HIGH + r`` without error and |r| <= ln(2)/2.

    ``rounder`` is `BIASED_ROUNDER`, or `LIFTED_ROUNDER` where the power may be too small for a normal number; then it
    is lifted, and `LOWER` brings it down.
    """
    shifted = fma(-high, LOG2_E(high), rounder)
    k = shifted - rounder
    return power_of_two(shifted), k, fma(k, -LN_2_HIGH(high), -high)


# exp(-(high + low)) = 2**k exp(r + small), where small has what k LN_2_HIGH and high lack, up to 2**-17 in float32, and
# counts to first order: exp(r) small. exp(r) - 1 is rounded once, to `growth`; `lost` has the rounding and small's
# part.
def decaying_exponential(high, low, rounder):
    """Return a power of two, growth and lost: exp(-(high + low)) is the power times (1 + growth + lost)."""
    power, k, r = reduced(high, rounder)
    small = fma(k, -LN_2_LOW(high), -low)
    square, curvature = r * r, exp_curvature(r)
    growth = fma(square, curvature, r)
    return power, growth, fma(square, curvature, r - growth) + fma(small, growth, small)


def lifted_exponential(high, low):
    """Return ``exp(-(high + low)) / LOWER`` as the sum of two numbers."""
    lifted, growth, lost = decaying_exponential(high, low, LIFTED_ROUNDER(high))
    head = fma(lifted, growth, lifted)
    return head, fma(lifted, lost, fma(lifted, growth, lifted - head))
