"""What becomes of a row, in functions of numbers: what is summed up, and what the sum is made into.

The engines compute the same, in blocks of elements or of threads; here it stands in plain Python.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from numba_act.kernels.elementary.exponential_sum import LARGEST_PEAK, frame, term
from numba_act.language.declaration import guvectorize
from numba_act.language.primitives import fma


class ExponentialSum(NamedTuple):
    """The sum of a row's exponentials, in a unit in which that of the peak, the largest element, is about 1.

    Attributes
    ----------
    summary : function
        ``summary(peak, high, low, count, visible)`` returns three numbers. ``high + low`` is the sum; unless
        ``weighs``, without the ``count`` terms of elements that equal the peak. ``visible`` is 0 if the whole row is
        masked, else 1.
    beyond : function
        ``beyond(x, peak, count)`` returns the result of an element where the peak, of which there are ``count``, is inf
        or so large that everything else is negligible; NaN for NaN.
    weighs : bool
        Whether the kernel is given, instead of the element, its exponential in the sum's unit. Of the summary, then,
        the third number must be 1; it and the others are rescaled to the unit of the element's block.
    """

    summary: Callable
    beyond: Callable
    weighs: bool

    def results(self, declaration, row):
        """Return what a declared function makes of one row, an array of one dimension of which nothing is masked."""
        real = row.dtype.type
        peak = np.max(row, initial=real(-np.inf))
        if peak <= LARGEST_PEAK[row.dtype]:
            return _within_bounds(declaration, row, peak)
        count = real(np.count_nonzero(row == peak))
        with np.errstate(over="ignore"):
            if declaration.reduces:
                return self.beyond(peak, peak, count)
            return np.array([self.beyond(peak if np.isnan(peak) else x, peak, count) for x in row], row.dtype)


def of_exponential_sum(signature, *, summary, beyond, weighs=False, max_ulp=None):
    """Declare a row kernel that is made of the sum of the row's exponentials: see `ExponentialSum`.

    The kernel computes a result from an element, if there is one for each, and the three numbers of the summary.
    """
    return guvectorize(signature, reduction=ExponentialSum(summary, beyond, weighs), max_ulp=max_ulp)


def _within_bounds(declaration, row, peak):
    summary, _, weighs = declaration.reduction
    real = row.dtype.type
    # exp(x) is the power times (1 + growth), in a unit in which that of the peak is about 1.
    terms = [term(x, *frame(peak)) for x in row]
    added = [each for x, each in zip(row, terms, strict=True) if weighs or x != peak]
    parts = [part for power, growth in added for part in (float(power), float(power) * float(growth))]
    high = real(math.fsum(parts))
    low = real(math.fsum([*parts, -float(high)]))
    count = real(len(row) - len(added))
    found = summary(peak, high, low, count, real(1))
    if declaration.reduces:
        return declaration.kernel(*found)
    given = [fma(power, growth, power) for power, growth in terms] if weighs else row
    return np.array([declaration.kernel(x, *found) for x in given], row.dtype)
