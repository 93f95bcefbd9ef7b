"""Activations that multiply x by a gate computed from it."""

from numba_act.engine.declare import REAL, vectorize
from numba_act.kernels.elementary.weighted_logistic import weighted_logistic


@vectorize(max_ulp=dict.fromkeys(REAL, 1.0))
def silu(x):
    r"""Sigmoid-weighted linear unit, also called swish.

    .. math:: \operatorname{silu}(x) = x \, \sigma(x) = \frac{x}{1 + e^{-x}}

    Notes
    -----
    NaN gives NaN, -inf gives -0.0, inf gives inf; -0.0 keeps its sign. The negative tail keeps its relative accuracy down to
    the smallest subnormal number.

    References
    ----------
    D. Hendrycks and K. Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415, 2016.

    S. Elfwing, E. Uchibe and K. Doya, "Sigmoid-weighted linear units for neural network function approximation in
    reinforcement learning", Neural Networks 107, 2018.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.silu(np.array([-np.inf, -2.0, 0.0, 2.0]))
    array([-0.        , -0.23840584,  0.        ,  1.76159416])
    """
    return weighted_logistic(x)
