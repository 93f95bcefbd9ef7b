"""The distance from the right results in units in the last place: a wrong function must not win.

What is right is ``numba_act.cpu`` in float64, which itself is held to mpmath by the tests.
"""

from dataclasses import dataclass

import numpy as np

from gpu.figures import Case
from numba_act.engine.public.registry import activations

# The digits after the first one and the smallest exponent of normal numbers.
FORMATS = {"float16": (10, -14), "bfloat16": (7, -126), "float32": (23, -126), "float64": (52, -1022)}


# What counts as the same function in a peer, which has its own idea of accuracy and of the tails: half of its results,
# at least, are this close, relatively or in the last place.
SAME, SAME_ULP = 1e-2, 2.0


@dataclass
class Checked:
    """How many results of a case were compared, their largest error and the median, and the error that is allowed."""

    case: Case
    count: int
    worst: float
    typical: float
    allowed: float

    @property
    def wrong(self):
        """Whether a result is further off than is allowed; so is NaN, the distance from a NaN that should not be."""
        return not self.worst <= self.allowed

    @property
    def another_function(self):
        """Whether these are not even a peer's results of the same function."""
        digits, _ = FORMATS[self.case.dtype]
        return not self.typical <= max(SAME_ULP, SAME * 2**digits)


def compare(case, found, right):
    """Return how far results are from the right ones, in NumPy's arrays of any dtype.

    What is right in float64 has the error that is allowed itself, so there twice of it is.
    """
    distances = errors(found, right, case.dtype)
    allowed = activations()[case.function].max_ulp_on_gpu[case.dtype] * (2 if case.dtype == "float64" else 1)
    return Checked(case, found.size, float(np.max(distances)), float(np.median(distances)), allowed)


def errors(found, right, dtype):
    """Return the distance of each result from the right one, in the dtype's last place there; NaN equals NaN.

    Parameters
    ----------
    found, right : array
    dtype : str
        That of the results, also where their numbers lie in an array of another one.
    """
    found, right = found.astype(np.float64), right.astype(np.float64)
    digits, smallest = FORMATS[dtype]
    _, exponents = np.frexp(right)
    units = np.ldexp(1.0, np.maximum(exponents - 1, smallest) - digits)
    with np.errstate(invalid="ignore"):  # inf - inf
        distances = np.abs(found - right) / units
    distances[(found == right) | (np.isnan(found) & np.isnan(right))] = 0
    return distances
