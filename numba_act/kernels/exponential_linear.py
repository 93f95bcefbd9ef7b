"""Activations that are linear above zero and exponential below."""

import numpy as np

from numba_act.kernels.elementary import estimates, exponential_minus_one
from numba_act.kernels.elementary.exponential import is_nan
from numba_act.kernels.elementary.magnitude import beyond, limited_magnitude
from numba_act.kernels.elementary.sign import by_sign, is_negative_number
from numba_act.language.declaration import vectorize
from numba_act.language.dtypes import REAL
from numba_act.language.primitives import constant, fma, or_estimate

_expm1_of_negative = or_estimate(exponential_minus_one.expm1_of_negative, estimates.expm1_of_negative)


# Positive numbers meet alpha = 1: an infinite alpha times the zero that x = 0 gives would raise the invalid flag.
@vectorize(max_ulp=dict.fromkeys(REAL, 1.0))
def elu(x, alpha=1.0):
    r"""Exponential linear unit.

    .. math:: \operatorname{elu}(x) = \begin{cases} x & x \ge 0 \\ \alpha (e^{x} - 1) & x < 0 \end{cases}

    Parameters
    ----------
    alpha : array_like, default 1.0
        The negative of the limit at -inf; broadcast with ``x``.

    Notes
    -----
    NaN gives NaN, -inf gives ``-alpha``, inf gives inf; -0.0 keeps its sign. Small negative numbers keep their
    relative accuracy.

    References
    ----------
    D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and accurate deep network learning by exponential linear
    units (ELUs)", ICLR 2016.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.elu(np.array([-np.inf, -1e-10, 2.0]))
    array([-1.e+00, -1.e-10,  2.e+00])
    """
    head, tail = _expm1_of_negative(x)
    factor = by_sign(x, alpha, type(x)(1))
    below = fma(factor, head, factor * tail)
    result = below if is_negative_number(x) else x
    return x if x == type(x)(0) else result


# tools/coefficients.py derives these. Both factors are sums of two numbers: rounded to one, each would be wrong by up
# to half a unit in the last place. The last is the largest number whose result is finite.
SELU_SCALE_HIGH_FLOAT32, SELU_SCALE_HIGH_FLOAT64 = np.float32(1.050701), np.float64(1.0507009873554805)
SELU_SCALE_LOW_FLOAT32, SELU_SCALE_LOW_FLOAT64 = np.float32(-3.4792652e-08), np.float64(3.9875512681859544e-17)
SELU_SCALE_ALPHA_HIGH_FLOAT32, SELU_SCALE_ALPHA_HIGH_FLOAT64 = np.float32(1.7580993), np.float64(1.7580993408473768)
SELU_SCALE_ALPHA_LOW_FLOAT32, SELU_SCALE_ALPHA_LOW_FLOAT64 = (
    np.float32(2.3296717e-08),
    np.float64(1.4157739056316833e-17),
)
SELU_LARGEST_FLOAT32, SELU_LARGEST_FLOAT64 = np.float32(3.2386221e38), np.float64(1.7109464600266028e308)
_SCALE_HIGH = constant(float32=SELU_SCALE_HIGH_FLOAT32, float64=SELU_SCALE_HIGH_FLOAT64)
_SCALE_LOW = constant(float32=SELU_SCALE_LOW_FLOAT32, float64=SELU_SCALE_LOW_FLOAT64)
_SCALE_ALPHA_HIGH = constant(float32=SELU_SCALE_ALPHA_HIGH_FLOAT32, float64=SELU_SCALE_ALPHA_HIGH_FLOAT64)
_SCALE_ALPHA_LOW = constant(float32=SELU_SCALE_ALPHA_LOW_FLOAT32, float64=SELU_SCALE_ALPHA_LOW_FLOAT64)
_LARGEST = constant(float32=SELU_LARGEST_FLOAT32, float64=SELU_LARGEST_FLOAT64)


@vectorize(max_ulp=dict.fromkeys(REAL, 1.0), overflowing=True)
def selu(x):
    r"""Scaled exponential linear unit.

    .. math:: \operatorname{selu}(x) = \lambda \begin{cases} x & x \ge 0 \\ \alpha (e^{x} - 1) & x < 0 \end{cases}

    with :math:`\lambda = 1.05070098735548049342` and :math:`\alpha = 1.67326324235437728482`: layers of neurons with
    this activation keep their outputs at mean 0 and variance 1.

    Notes
    -----
    NaN gives NaN, -inf gives ``-1.7580993408473766``, inf gives inf, and so do the largest finite numbers, whose result
    is beyond the dtype's range, without a warning; -0.0 keeps its sign.

    References
    ----------
    G. Klambauer, T. Unterthiner, A. Mayr and S. Hochreiter, "Self-normalizing neural networks", NeurIPS 2017.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.selu(np.array([-np.inf, -1.0, 0.0, 1.0]))
    array([-1.75809934, -1.11133074,  0.        ,  1.05070099])
    """
    head, tail = _expm1_of_negative(x)
    below = fma(_SCALE_ALPHA_HIGH(x), head, fma(_SCALE_ALPHA_HIGH(x), tail, _SCALE_ALPHA_LOW(x) * head))
    magnitude = limited_magnitude(x, _LARGEST(x))
    above = fma(_SCALE_HIGH(x), magnitude, _SCALE_LOW(x) * magnitude)
    result = below if is_negative_number(x) else above
    result = type(x)(np.inf) if beyond(x, _LARGEST(x)) else result
    return x if is_nan(x) or x == type(x)(0) else result
