"""Piecewise linear activations."""

from numba_act.engine.declare import INTEGER, REAL, vectorize
from numba_act.kernels.elementary.sign import has_negative_sign, is_negative_number


# An ordered comparison with NaN raises the invalid flag and max() does too, so the sign is read from the bits.
# Negative numbers are replaced and everything else passes, NaN of either sign included.
@vectorize([f"{dtype}({dtype})" for dtype in INTEGER + REAL])
def relu(x):
    r"""Rectified linear unit.

    .. math:: \operatorname{relu}(x) = \max(x, 0)
    """
    return type(x)(0) if is_negative_number(x) else x


# One product by a selected factor, rather than a selected product: ``inf * negative_slope`` in the lane that is not
# taken would raise the invalid flag at a slope of 0, and max(x, negative_slope * x) is wrong for slopes above 1.
@vectorize
def leaky_relu(x, negative_slope=0.01):
    r"""Leaky rectified linear unit.

    .. math:: x \text{ where } x \ge 0, \quad \text{negative\_slope} \cdot x \text{ elsewhere}
    """
    return x * (negative_slope if has_negative_sign(x) else type(x)(1))
