"""x times the logistic function of a cubic in x, which approximates the normal distribution function."""

import numpy as np

from numba_act.kernels.elementary.gated_logistic import gated_by_logistic
from numba_act.kernels.elementary.magnitude import limited_by_sign
from numba_act.language.primitives import constant, fma

# Beyond these the result is -0.0 or x.
_LOWEST = constant(float32=np.float32(11), float64=np.float64(21.8))
_LARGEST = constant(float32=np.float32(5.5), float64=np.float64(9))

# 2 sqrt(2 / pi) and 0.044715 times that, each as a sum. The high part of the first has so few digits that subtracting
# it from any value of the slope is exact.
SLOPE_HIGH_FLOAT32, SLOPE_HIGH_FLOAT64 = np.float32(1.5957689), np.float64(1.5957691216057341)
SLOPE_LOW_FLOAT32, SLOPE_LOW_FLOAT64 = np.float32(1.930779e-07), np.float64(-3.430362161966579e-15)
CUBIC_HIGH_FLOAT32, CUBIC_HIGH_FLOAT64 = np.float32(0.071354814), np.float64(0.07135481627260025)
CUBIC_LOW_FLOAT32, CUBIC_LOW_FLOAT64 = np.float32(2.3988325e-09), np.float64(-6.175149918155315e-19)
_SLOPE_HIGH = constant(float32=SLOPE_HIGH_FLOAT32, float64=SLOPE_HIGH_FLOAT64)
_SLOPE_LOW = constant(float32=SLOPE_LOW_FLOAT32, float64=SLOPE_LOW_FLOAT64)
_CUBIC_HIGH = constant(float32=CUBIC_HIGH_FLOAT32, float64=CUBIC_HIGH_FLOAT64)
_CUBIC_LOW = constant(float32=CUBIC_LOW_FLOAT32, float64=CUBIC_LOW_FLOAT64)


# The exponential turns an absolute error of its argument, which goes up to 104 (745 in float64), into a relative one of
# the result. So the argument |x| (slope + cubic x**2) is computed as a sum, every rounding in it made good by an fma.
def cubic_logistic_gated(x):
    """Return x / (1 + exp(-2 u)), u = sqrt(2 / pi) (x + 0.044715 x**3)."""
    magnitude = limited_by_sign(x, _LOWEST(x), _LARGEST(x))
    square = magnitude * magnitude
    square_tail = fma(magnitude, magnitude, -square)
    slope = fma(_CUBIC_HIGH(x), square, _SLOPE_HIGH(x))
    slope_tail = fma(_CUBIC_HIGH(x), square, _SLOPE_HIGH(x) - slope)
    slope_tail = slope_tail + fma(_CUBIC_HIGH(x), square_tail, fma(_CUBIC_LOW(x), square, _SLOPE_LOW(x)))
    high = magnitude * slope
    low = fma(magnitude, slope_tail, fma(magnitude, slope, -high))
    return gated_by_logistic(x, magnitude, _LARGEST(x), high, low)
