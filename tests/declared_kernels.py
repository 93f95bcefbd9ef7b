"""Kernels of several inputs, of several outputs, and of parameters of several kinds, and what the last is in NumPy."""

import numpy as np

from numba_act.kernels.self_gated import silu
from numba_act.language.declaration import vectorize


@vectorize
def swiglu(x, gate):
    """Swish-gated linear unit."""
    return silu(x) * gate


@vectorize(outputs=2)
def square_and_slope(x):
    """X squared, and its derivative."""
    return x * x, x + x


@vectorize(outputs=2)
def sum_and_difference(x, y, times=1, negated=False, scale=1.0):
    """Two of two, with an integer, a truth value and a number for parameters."""
    real = type(x)
    sign = real(-1) if negated else real(1)
    return (x + y) * real(times) * sign, (x - y) * scale


# The same, in NumPy. Small integers and halves of them, so that no operation is rounded in any dtype.
def sum_and_difference_of(x, y, times=1, negated=False, scale=1.0):
    wide = [np.asarray(each, np.float64) for each in (x, y)]
    sign = np.where(negated, -1.0, 1.0)
    results = (wide[0] + wide[1]) * times * sign, (wide[0] - wide[1]) * scale
    return tuple(np.asarray(result).astype(x.dtype) for result in results)
