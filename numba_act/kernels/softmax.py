"""Activations along rows."""

import numpy as np

from numba_act.engine.declare import guvectorize
from numba_act.kernels.elementary.exponential import exp
from numba_act.kernels.primitives import positions, row_maximum, row_sum


# Shifting by the peak keeps every exponential in [0, 1] and the sum at 1 or more, so nothing overflows and nothing
# divides by zero. Where adding 800, beyond the reach of either dtype's exp, does not change the peak, it is infinite or
# so large that every other number lies further below it than exp reaches: the weights are exactly 1 and 0, and
# computing x - peak could overflow or subtract infinities. A row of -inf only is a fully masked one and gives zeros.
@guvectorize("(n)->(n)")
def softmax(x, out):
    r"""Softmax: the exponentials of a row, scaled to the sum 1.

    .. math:: \operatorname{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}

    Notes
    -----
    No input overflows. A NaN makes its whole row NaN. inf takes the whole mass, several share it equally; a row of -inf
    only counts as masked and gives zeros. The difference between an element and the largest of its row is rounded before
    it is exponentiated, which changes a small weight by up to that difference times the rounding unit.

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
    if len(x) == 0:
        return
    peak = row_maximum(x)
    real = type(peak)
    if peak + real(800) == peak:
        weight = real(0) if peak == real(-np.inf) else real(1)
        for i in positions(x):
            out[i] = x[i] if x[i] != x[i] else (weight if x[i] == peak else real(0))
    else:
        for i in positions(x):
            out[i] = exp(x[i] - peak)
    total = row_sum(out)
    scale = real(1) / total if total != real(0) else total
    for i in positions(x):
        out[i] = out[i] * scale
