"""Activations that multiply x by a gate computed from it."""

from numba_act.kernels.elementary import (
    estimates,
    gated_cubic_logistic,
    gated_logistic,
    gated_normal,
    gated_softplus,
)
from numba_act.language.declaration import vectorize
from numba_act.language.dtypes import REAL
from numba_act.language.primitives import or_estimate

_logistic_gated = or_estimate(gated_logistic.logistic_gated, estimates.logistic_gated)
_cubic_logistic_gated = or_estimate(gated_cubic_logistic.cubic_logistic_gated, estimates.cubic_logistic_gated)
_normal_gated = or_estimate(gated_normal.normal_gated, estimates.normal_gated)
_softplus_tanh_gated = or_estimate(gated_softplus.softplus_tanh_gated, estimates.softplus_tanh_gated)


@vectorize(max_ulp=dict.fromkeys(REAL, 1.0))
def silu(x):
    r"""Sigmoid-weighted linear unit, also called swish.

    .. math:: \operatorname{silu}(x) = x \, \sigma(x) = \frac{x}{1 + e^{-x}}

    Notes
    -----
    NaN gives NaN, -inf gives -0.0, inf gives inf; -0.0 keeps its sign. The negative tail keeps its relative accuracy
    down to the smallest subnormal number.

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
    return _logistic_gated(x)


@vectorize(max_ulp=dict.fromkeys(REAL, 1.0))
def gelu(x):
    r"""Gaussian error linear unit: x times the normal distribution function.

    .. math:: \operatorname{gelu}(x) = x \, \Phi(x) = \frac{x}{2} \operatorname{erfc}\!\left(-\frac{x}{\sqrt 2}\right)

    Notes
    -----
    NaN gives NaN, -inf gives -0.0, inf gives inf; -0.0 keeps its sign. The negative tail keeps its relative accuracy
    down to the smallest subnormal number, where :math:`x (1 + \operatorname{erf}(x / \sqrt 2)) / 2` has none left below
    -6.

    References
    ----------
    D. Hendrycks and K. Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415, 2016.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.gelu(np.array([-np.inf, -2.0, 0.0, 2.0]))
    array([-0.        , -0.04550026,  0.        ,  1.95449974])
    """
    return _normal_gated(x)


@vectorize(max_ulp=dict.fromkeys(REAL, 1.0))
def gelu_tanh(x):
    r"""Gaussian error linear unit in its approximation by the hyperbolic tangent.

    .. math:: \frac{x}{2} \left(1 + \tanh\left(\sqrt{2 / \pi} \, (x + 0.044715 x^3)\right)\right)

    Notes
    -----
    The bound is that of computing this formula, which itself differs from `gelu` by up to 0.0005. NaN gives NaN, -inf
    gives -0.0, inf gives inf; -0.0 keeps its sign. The negative tail keeps its relative accuracy.

    References
    ----------
    D. Hendrycks and K. Gimpel, "Gaussian error linear units (GELUs)", arXiv:1606.08415, 2016.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.gelu_tanh(np.array([-np.inf, -2.0, 0.0, 2.0]))
    array([-0.        , -0.04540231,  0.        ,  1.95459769])
    """
    return _cubic_logistic_gated(x)


@vectorize(max_ulp=dict.fromkeys(REAL, 1.0))
def mish(x):
    r"""Mish: x times the hyperbolic tangent of its softplus.

    .. math:: \operatorname{mish}(x) = x \tanh(\log(1 + e^{x}))

    Notes
    -----
    NaN gives NaN, -inf gives -0.0, inf gives inf; -0.0 keeps its sign. The negative tail keeps its relative accuracy
    down to the smallest subnormal number.

    References
    ----------
    D. Misra, "Mish: a self regularized non-monotonic activation function", BMVC 2020.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.mish(np.array([-np.inf, -2.0, 0.0, 2.0]))
    array([-0.        , -0.25250148,  0.        ,  1.94395896])
    """
    return _softplus_tanh_gated(x)
