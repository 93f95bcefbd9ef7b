"""Activations that are the logarithm of a sum of exponentials."""

from numba_act.kernels.elementary import estimates, log_one_plus_exp
from numba_act.language.declaration import vectorize
from numba_act.language.dtypes import REAL
from numba_act.language.primitives import or_estimate

_log_one_plus_exp = or_estimate(log_one_plus_exp.log_one_plus_exp, estimates.log_one_plus_exp)


@vectorize(max_ulp=dict.fromkeys(REAL, 1.0))
def log_sigmoid(x):
    r"""Logarithm of the sigmoid.

    .. math:: \log \sigma(x) = -\log(1 + e^{-x}) = -\operatorname{softplus}(-x)

    Notes
    -----
    Exactly the negative of softplus at -x. NaN gives NaN, -inf gives -inf, inf gives -0.0. For large x, where the
    sigmoid rounds to 1, the result keeps its relative accuracy down to the smallest subnormal number.

    References
    ----------
    C. M. Bishop, Pattern Recognition and Machine Learning, Springer 2006, section 4.3.2.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.log_sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([-1.00000000e+03, -6.93147181e-01, -0.00000000e+00])
    """
    return -_log_one_plus_exp(-x)


@vectorize(max_ulp=dict.fromkeys(REAL, 1.0))
def softplus(x):
    r"""Softplus, a smooth form of the rectified linear unit.

    .. math:: \operatorname{softplus}(x) = \log(1 + e^{x})

    Notes
    -----
    NaN gives NaN, -inf gives 0, inf gives inf. The negative tail keeps its relative accuracy down to the smallest
    subnormal number, and nothing switches to a linear function at a threshold.

    References
    ----------
    C. Dugas, Y. Bengio, F. Bélisle, C. Nadeau and R. Garcia, "Incorporating second-order functional knowledge for
    better option pricing", NeurIPS 2000.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.softplus(np.array([-1000.0, 0.0, 1000.0]))
    array([0.00000000e+00, 6.93147181e-01, 1.00000000e+03])
    """
    return _log_one_plus_exp(x)
