"""Piecewise linear activations."""

from numba_act.kernels.elementary.sign import by_sign, is_negative_number
from numba_act.language.declaration import vectorize
from numba_act.language.dtypes import INTEGER, REAL


# An ordered comparison with NaN raises the invalid flag and max() does too, so the sign is read from the bits.
# Negative numbers are replaced and everything else passes, NaN of either sign included.
@vectorize([f"{dtype}({dtype})" for dtype in INTEGER + REAL], max_ulp=dict.fromkeys(REAL, 0.0))
def relu(x):
    r"""Rectified linear unit.

    .. math:: \operatorname{relu}(x) = \max(x, 0)

    Notes
    -----
    Integers stay integers. NaN gives NaN, -inf gives 0, inf gives inf; -0.0 gives 0.0.

    References
    ----------
    V. Nair and G. E. Hinton, "Rectified linear units improve restricted Boltzmann machines", ICML 2010.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.relu(np.array([-1.5, 0.0, 2.0]))
    array([0., 0., 2.])
    >>> na.relu(np.array([-3, 3]))
    array([0, 3])
    """
    return type(x)(0) if is_negative_number(x) else x


# One product by a selected factor, rather than a selected product: ``inf * negative_slope`` in the lane that is not
# taken would raise the invalid flag at a slope of 0, and max(x, negative_slope * x) is wrong for slopes above 1.
@vectorize(max_ulp=dict.fromkeys(REAL, 0.5))
def leaky_relu(x, negative_slope=0.01):
    r"""Leaky rectified linear unit.

    .. math::

        \operatorname{leaky\_relu}(x) = \begin{cases} x & x \ge 0 \\ \text{negative\_slope} \cdot x & x < 0 \end{cases}

    Parameters
    ----------
    negative_slope : array_like, default 0.01
        The slope for negative numbers; broadcast with ``x``.

    Notes
    -----
    NaN gives NaN, inf gives inf, -inf gives -inf times the slope; -0.0 keeps its sign under a positive slope.

    References
    ----------
    A. L. Maas, A. Y. Hannun and A. Y. Ng, "Rectifier nonlinearities improve neural network acoustic models", ICML 2013.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.leaky_relu(np.array([-2.0, 3.0]))
    array([-0.02,  3.  ])
    >>> na.leaky_relu(np.array([-2.0, -2.0]), negative_slope=[0.1, 0.5])
    array([-0.2, -1. ])
    """
    return x * by_sign(x, negative_slope, type(x)(1))
