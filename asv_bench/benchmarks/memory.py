"""The most memory that a process has had, with 16 777 216 float32 numbers, 64 MiB. One thread.

Along the last axis, functions of rows in rows of 4096. All figures contain the 64 MiB of the input and some 40 MiB of
the interpreter and NumPy.
"""

import sys

import numpy as np

from .compiled import setup_cache  # noqa: F401 - asv calls it first
from .few import few
from .inputs import ELEMENTWISE, FUNCTIONS, REDUCTIONS, ROWS, function, normals, output

LARGE = 4096
TRANSFORMS = [name for name in ROWS if name not in REDUCTIONS]


class Peak:
    """``peakmem_out`` writes to a given output, which is 64 MiB more, and allocates nothing.

    The formula of ``peakmem_numpy`` allocates its result and, if it has several steps, what lies between.
    """

    params = (few(FUNCTIONS),)
    param_names = ("function",)

    def peakmem_out(self, name):
        x = _numbers(name)
        function("cpu", name)(x, out=output(name, x))

    def peakmem_numpy(self, name):
        with np.errstate(all="ignore"):
            function("reference", name)(_numbers(name))


class PeakInPlace:
    """The result takes the place of the input: a call allocates nothing."""

    params = (few(ELEMENTWISE + TRANSFORMS),)
    param_names = ("function",)

    def peakmem_in_place(self, name):
        x = _numbers(name)
        function("cpu", name)(x, out=x)


class Rows:
    """By how many such arrays a call raises the most memory that the process ever had, in place or not.

    Along the first axis there is a buffer, of a MiB however large the input is; a temporary array would show as 1.
    """

    params = (TRANSFORMS, ["-1", "0"])
    param_names = ("function", "axis")
    unit = "allocated / array"

    def track_out(self, name, axis):
        return _allocated(name, int(axis), in_place=False)

    def track_in_place(self, name, axis):
        return _allocated(name, int(axis), in_place=True)


def _numbers(name):
    return normals("float32", *((LARGE * LARGE,) if name in ELEMENTWISE else (LARGE, LARGE)))


def _allocated(name, axis, in_place):
    """Return by how much a call raises the most memory that the process ever had, in units of its input."""
    f = function("cpu", name)
    f(np.ones((2, 2), np.float32), axis=axis)  # loads it
    x = normals("float32", LARGE, LARGE)
    # Not zeros: their pages would be fetched in the call.
    out = x if in_place else np.ones_like(x)
    before = _most_memory()
    f(x, axis=axis, out=out)
    return round((_most_memory() - before) / x.nbytes, 4)


def _most_memory():
    import resource  # which Windows has not got

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
