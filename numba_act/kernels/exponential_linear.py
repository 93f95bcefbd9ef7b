"""Activations that are linear above zero and exponential below."""

from numba_act.engine.declare import REAL, vectorize
from numba_act.kernels.elementary.exponential_minus_one import scaled_expm1_of_negative
from numba_act.kernels.elementary.sign import by_sign, is_negative_number


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
    D.-A. Clevert, T. Unterthiner and S. Hochreiter, "Fast and accurate deep network learning by exponential linear units
    (ELUs)", ICLR 2016.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> na.elu(np.array([-np.inf, -1e-10, 2.0]))
    array([-1.e+00, -1.e-10,  2.e+00])
    """
    below = scaled_expm1_of_negative(x, by_sign(x, alpha, type(x)(1)))
    result = below if is_negative_number(x) else x
    return x if x == type(x)(0) else result
