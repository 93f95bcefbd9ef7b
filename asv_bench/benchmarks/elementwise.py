"""Absolute times of one call on one thread: ours, the plain NumPy formula, and what plain numba makes of it."""

import functools

from . import plain_numba
from .compiled import setup_cache  # noqa: F401 - asv calls it first
from .few import few
from .formula import statement
from .inputs import DTYPES, FUNCTIONS, array, operands

SIZES = few([10_000, 1_000_000])


class _Times:
    """What the classes share: asv decides within the warm-up, which is longer than loading, how often to call."""

    param_names = ("function", "dtype", "size")
    rounds = 1
    repeat = (5, 30, 0.3)
    warmup_time = 0.2


class Times(_Times):
    """Ours with ``out=``, which allocates nothing; the formula too if it is a single ufunc, else it allocates."""

    params = (FUNCTIONS, DTYPES, SIZES)

    def time_numba_act(self, name, dtype, size):
        call, x, out = operands("cpu", name, dtype, size)
        call(x, out=out)

    def time_numpy(self, name, dtype, size):
        _formula(name, dtype, size)()


class PlainNumba(_Times):
    """The functions of the source document by ``numba.vectorize`` and ``numba.guvectorize``, with ``out=``.

    This is what the package would be without an engine of its own.
    """

    params = (list(plain_numba.KERNELS), DTYPES, SIZES)
    warmup_time = 2.0  # numba is imported, and compiles

    def time_plain_numba(self, name, dtype, size):
        plain_numba.function(name, dtype)(array(name, dtype, size), out=operands("cpu", name, dtype, size)[2])


@functools.cache
def _formula(name, dtype, size):
    """Return a function without arguments that computes the formula."""
    text, names = statement(*operands("reference", name, dtype, size))
    return eval(f"lambda: {text}", names)
