"""What becomes of a row, in functions of numbers: what is summed up, and what the sum is made into.

The engines compute the same, in blocks of elements or of threads; here it stands in plain Python.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from numba_act.kernels.elementary.compensated import two_sum
from numba_act.kernels.elementary.exponential import is_nan
from numba_act.kernels.elementary.exponential_sum import LARGEST_PEAK, frame, term
from numba_act.language.declaration import guvectorize
from numba_act.language.primitives import fma, function_of


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

    @property
    def on_gpu(self):
        """Whether GPUs have launchers for it."""
        return True

    @property
    def masks(self):
        """Whether elements may be masked and scaled."""
        return True

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


class Fold(NamedTuple):
    """Some numbers into which the elements of a row are taken one after the other: sums, or whatever can be merged.

    A maximum with its place would be a fold whose ``step`` is also given the place of its element. The running state of
    a prefix would be merged from the blocks before an element instead of from all of them. Both have their place in
    ``engine/rows/fold.py`` and are not built.

    Attributes
    ----------
    start : tuple of float
        Up to five numbers: the state in which nothing has been taken in. Merged with another state, it must not change
        it.
    step : function
        ``step(*state, *elements)`` returns the state that has taken in an element of every input.
    merge : function
        ``merge(*state, *other)`` returns the state that has taken in what both have.
    summary : function
        ``summary(*state)`` returns up to three numbers, from which and the elements the kernel makes the results.
    """

    start: tuple[float, ...]
    step: Callable
    merge: Callable
    summary: Callable

    @property
    def weighs(self):
        """Whether results are made of the weights of an exponential sum."""
        return False

    @property
    def on_gpu(self):
        """Whether GPUs have launchers for it."""
        return False

    @property
    def masks(self):
        """Whether elements may be masked and scaled."""
        return False

    def summaries(self, declaration):
        """Return how many numbers the kernel is given behind the elements."""
        return declaration.kernel.__code__.co_argcount - (0 if declaration.reduces else len(declaration.inputs))

    def results(self, declaration, *rows):
        """Return what a declared function makes of rows, arrays of one dimension and one length."""
        state = tuple(rows[0].dtype.type(number) for number in self.start)
        with np.errstate(all="ignore"):
            for elements in zip(*rows, strict=True):
                state = _as_tuple(self.step(*state, *elements))
            summary = _as_tuple(self.summary(*state))
        if declaration.reduces:
            return declaration.kernel(*summary)
        return np.array([declaration.kernel(*each, *summary) for each in zip(*rows, strict=True)], rows[0].dtype)


def _as_tuple(numbers):
    return numbers if isinstance(numbers, tuple) else (numbers,)


def of_fold(signature, *, start, step, merge, summary, max_ulp=None):
    """Declare a row kernel that is made of what the elements of a row are folded into: see `Fold`.

    The signature is ``"(n)->(n)"`` or ``"(n)->()"``, or that of two inputs, ``"(n),(n)->(n)"`` or ``"(n),(n)->()"``.
    """
    return guvectorize(signature, reduction=Fold(tuple(start), step, merge, summary), max_ulp=max_ulp)


# Of an infinite sum nothing is lost: two_sum computes the difference of two infinities.
def _added(high, low, term):
    total, rounding = two_sum(high, term)
    return total, low + (type(high)(0) if is_nan(rounding) else rounding)


def _joined(high, low, other_high, other_low):
    total, rounding = two_sum(high, other_high)
    return total, (low + other_low) + (type(high)(0) if is_nan(rounding) else rounding)


def whole(high, low):
    """Return a sum of two numbers, rounded."""
    return high + low


def of_sum(signature, *, term, summary=whole, max_ulp=None):
    """Declare a row kernel that is made of a sum over the row.

    Parameters
    ----------
    signature, max_ulp
        As for `of_fold`.
    term : function
        ``term(*elements)`` returns what an element of every input adds. How its own result is rounded counts, how the
        sum is does not: what every addition loses is kept.
    summary : function, optional
        ``summary(high, low)`` returns up to three numbers, where ``high + low`` is the sum. By default that, rounded.
    """
    elements = ", ".join("xyz"[: signature.partition("->")[0].count("(")])
    step = function_of(f"lambda high, low, {elements}: added(high, low, term({elements}))", added=_added, term=term)
    return of_fold(signature, start=(0.0, 0.0), step=step, merge=_joined, summary=summary, max_ulp=max_ulp)


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
