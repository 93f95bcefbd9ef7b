"""Softmax and its relatives: what becomes of the sum of a row's exponentials."""

import numpy as np

from numba_act.kernels.elementary.compensated import quotient_with_correction, two_sum
from numba_act.kernels.elementary.exponential import is_nan
from numba_act.kernels.elementary.exponential_sum import own_term
from numba_act.kernels.elementary.logarithm import log1p, log1p_in_parts
from numba_act.kernels.elementary.row_reductions import of_exponential_sum
from numba_act.language.primitives import constant, divide, fma

_NEGLIGIBLE = constant(float32=np.float32(2.0**-30), float64=np.float64(2.0**-60))


# Weights and their sum are in the same unit, so their quotient has none; the correction of the reciprocal keeps its
# rounding from adding to those of the weight and of the product. Only numbers that are all -inf sum to zero. Where one
# number has all the mass, half of what its weight has been rounded by counts, so that the quotient is rounded to 1.
def reciprocal_of_sum(peak, high, low, count, visible):
    """Return the reciprocal of a row's sum as the sum of two numbers, and 1."""
    real = type(high)
    own, own_low = own_term(peak)
    others = (high - own) + (low - own_low)
    alone = abs(others) < own * _NEGLIGIBLE(peak)
    nothing = high == real(0)
    total = own if alone else high
    total = real(1) if nothing else total
    tail = own_low * real(0.5) if alone else low
    inverse = divide(real(1), total)
    correction = fma(-tail, inverse, fma(-total, inverse, real(1))) * inverse
    of_nothing = real(np.nan) if visible != real(0) else real(0)
    return of_nothing if nothing else inverse, correction, real(1)


def share(x, peak, count):
    """Return the softmax of a number whose row's peak is infinite, or so large that nothing smaller counts, or NaN."""
    real = type(x)
    result = real(1) / count if x == peak else real(0)
    return x if is_nan(x) else result


@of_exponential_sum(
    "(n)->(n)", summary=reciprocal_of_sum, beyond=share, weighs=True, max_ulp={"float32": 2, "float64": 2}
)
def softmax(weight, inverse, correction, power):
    r"""Softmax: the exponentials of a row, scaled to the sum 1.

    .. math:: \operatorname{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}

    Notes
    -----
    No input overflows. A NaN makes its whole row NaN. inf takes the whole mass, several share it equally. A row of -inf
    only is NaN, for nothing has any mass; what is masked gives 0, and so does a row of which everything is.

    References
    ----------
    J. S. Bridle, "Probabilistic interpretation of feedforward classification network outputs, with relationships to
    statistical pattern recognition", in Neurocomputing, 1990.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.softmax(np.array([[1000.0, 1000.0], [-1e4, 0.0]]))
    array([[0.5, 0.5],
           [0. , 1. ]])
    >>> na.softmax(np.array([[1.0, 3.0], [1.0, 3.0]]), axis=0)
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    return fma(weight, inverse, weight * correction) * power


# The sum in units of the peak's exponential, without one of the peaks, is what the others add to 1: its logarithm is
# log(1 + others), as accurate as the others are, however little they are.
def logarithm_of_sum(peak, high, low, count, visible):
    """Return the peak and the logarithm of a row's sum relative to it, the latter as the sum of two numbers."""
    real = type(peak)
    own, own_low = own_term(peak)
    quotient, correction = quotient_with_correction(high, low, own, own_low)
    others, tail = two_sum(count - real(1), quotient)
    total, rest = log1p_in_parts(others, tail + correction)
    nothing = peak == real(-np.inf)
    return peak, real(0) if nothing else total, real(0) if nothing else rest


def subtrahends(peak, high, low, count, visible):
    """Return the same for `log_softmax`, to which a row of -inf only means NaN, or -inf if all of it is masked."""
    real = type(peak)
    _, total, rest = logarithm_of_sum(peak, high, low, count, visible)
    nothing = peak == real(-np.inf)
    total = real(np.nan) if nothing and visible != real(0) else total
    return real(0) if nothing else peak, total, rest


def log_of_share(x, peak, count):
    """Return the log_softmax of a number of a row as in `share`; the difference overflows rightly."""
    return type(x)(0) - log1p(count - type(x)(1)) if x == peak else x - peak


@of_exponential_sum("(n)->(n)", summary=subtrahends, beyond=log_of_share, max_ulp={"float32": 2, "float64": 2})
def log_softmax(x, peak, total, rest):
    r"""Logarithm of the softmax, accurate at every element, the largest included.

    .. math:: \log\operatorname{softmax}(x)_i = x_i - \log\sum_j e^{x_j}

    Notes
    -----
    The usual ``x - max - log(sum)`` is 0 at the largest element of a row that it dominates; here the sum is taken
    without it, and that result is ``-log1p`` of the rest. Values as for `softmax`: NaN for a row that holds one, or
    -inf only; -inf for what is masked.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, "Accurately computing the log-sum-exp and softmax functions", IMA Journal
    of Numerical Analysis, 2021.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.log_softmax(np.array([17.5, 0.0], dtype=np.float32))
    array([-2.5109992e-08, -1.7500000e+01], dtype=float32)
    """
    return x - peak - (total + rest)


def itself(x, peak, count):
    """Return a peak that is infinite, or so large that nothing can be added to it, or NaN."""
    return x


@of_exponential_sum("(n)->()", summary=logarithm_of_sum, beyond=itself, max_ulp={"float32": 2, "float64": 2})
def logsumexp(peak, total, rest):
    r"""Logarithm of the sum of a row's exponentials.

    .. math:: \operatorname{logsumexp}(x) = \log\sum_j e^{x_j}

    Notes
    -----
    No input overflows. NaN if the row holds one, inf if it holds that, -inf if it holds nothing else, is masked or
    empty. Where the largest element and the logarithm of the sum relative to it cancel, the bound is one unit of the
    element.

    References
    ----------
    P. Blanchard, D. J. Higham, N. J. Higham, "Accurately computing the log-sum-exp and softmax functions", IMA Journal
    of Numerical Analysis, 2021.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.logsumexp(np.array([[1000.0, 1000.0], [0.0, -np.inf]]))
    array([1000.69314718,    0.        ])
    >>> na.logsumexp(np.zeros((2, 3)), axis=0, keepdims=True)
    array([[0.69314718, 0.69314718, 0.69314718]])
    """
    real = type(peak)
    nothing = peak == real(-np.inf)
    result, tail = two_sum(real(0) if nothing else peak, total)
    return peak if nothing else result + (tail + rest)
