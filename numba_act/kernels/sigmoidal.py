"""Bounded, S-shaped activations."""

from numba_act.kernels.elementary import estimates, hyperbolic, logistic
from numba_act.language.declaration import vectorize
from numba_act.language.dtypes import REAL
from numba_act.language.primitives import or_estimate

_logistic = or_estimate(logistic.logistic, estimates.logistic)
_tanh = or_estimate(hyperbolic.tanh, estimates.tanh)


@vectorize(max_ulp=dict.fromkeys(REAL, 1.0))
def sigmoid(x):
    r"""Sigmoid, the logistic function.

    .. math:: \sigma(x) = \frac{1}{1 + e^{-x}}

    Notes
    -----
    NaN gives NaN, -inf gives 0, inf gives 1. Values below the smallest normal number are computed, not flushed to 0.

    References
    ----------
    D. R. Cox, "The regression analysis of binary sequences", J. Roy. Stat. Soc. B 20, 1958.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.sigmoid(np.array([-np.inf, 0.0, np.inf]))
    array([0. , 0.5, 1. ])
    """
    return _logistic(x)


@vectorize(max_ulp=dict.fromkeys(REAL, 1.0))
def tanh(x):
    r"""Hyperbolic tangent.

    .. math:: \tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}

    Notes
    -----
    Exactly odd: -0.0 gives -0.0. NaN gives NaN, -inf gives -1, inf gives 1.

    References
    ----------
    Y. LeCun, L. Bottou, G. B. Orr and K.-R. Müller, "Efficient backprop", in Neural Networks: Tricks of the Trade,
    1998.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.tanh(np.array([-np.inf, -0.0, np.inf]))
    array([-1., -0.,  1.])
    """
    return _tanh(x)
