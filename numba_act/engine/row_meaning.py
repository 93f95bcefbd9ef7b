"""What a row function is, in plain Python. The engines compute the same, in blocks of elements or threads."""

import math

import numpy as np

from numba_act.kernels.elementary.exponential_sum import LARGEST_PEAK, frame, term
from numba_act.kernels.primitives import fma


def row_results(declaration, row):
    """Return what a row function makes of one row.

    Parameters
    ----------
    declaration : Declaration
        Of a row function.
    row : ndarray
        Of one dimension, in a dtype the function is declared for. No element is masked.

    Returns
    -------
    ndarray or scalar
        A result for each element or, if the function ``reduces``, one.
    """
    real = row.dtype.type
    peak = np.max(row, initial=real(-np.inf))
    if peak <= LARGEST_PEAK[row.dtype]:
        return _within_bounds(declaration, row, peak)
    count = real(np.count_nonzero(row == peak))
    with np.errstate(over="ignore"):
        if declaration.reduces:
            return declaration.beyond(peak, peak, count)
        return np.array([declaration.beyond(peak if np.isnan(peak) else x, peak, count) for x in row], row.dtype)


def _within_bounds(declaration, row, peak):
    real = row.dtype.type
    # exp(x) is the power times (1 + growth), in a unit in which that of the peak is about 1.
    terms = [term(x, *frame(peak)) for x in row]
    added = [each for x, each in zip(row, terms, strict=True) if declaration.weighs or x != peak]
    parts = [part for power, growth in added for part in (float(power), float(power) * float(growth))]
    high = real(math.fsum(parts))
    low = real(math.fsum([*parts, -float(high)]))
    count = real(len(row) - len(added))
    summary = declaration.summary(peak, high, low, count, real(1))
    if declaration.reduces:
        return declaration.kernel(*summary)
    given = [fma(power, growth, power) for power, growth in terms] if declaration.weighs else row
    return np.array([declaration.kernel(x, *summary) for x in given], row.dtype)
