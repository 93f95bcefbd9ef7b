"""The functions of rows by shape and axis: many short rows, a square, long ones, those of attention, and a single one.

All are float32 and on one thread, except for `AgainstOneThread`.
"""

import sys

import numpy as np

from .inputs import REDUCTIONS, ROWS, function, normals, output
from .paired import paired_ratio

SQUARE, ATTENTION = "1024x1024", "8x12x512x512"
SHAPES = ["65536x16", SQUARE, "64x50257", ATTENTION, "1x10000000"]
AXES = ["-1", "0"]
TRANSFORMS = [name for name in ROWS if name not in REDUCTIONS]
LARGE = 4096


class AgainstNumPy:
    """``numba_act.cpu`` against the stable NumPy formula. Both allocate the result in every call.

    The formula also allocates its intermediate results and could not write to an ``out=``; ours could.
    """

    params = (ROWS, SHAPES, AXES)
    param_names = ("function", "shape", "axis")
    unit = "numba_act / NumPy"

    def track_ratio(self, name, shape, axis):
        names = {"f": function("cpu", name), "formula": function("reference", name), "x": numbers(shape)}
        return paired_ratio("f(x, axis=axis)", "formula(x, axis=axis)", axis=int(axis), **names)


class AgainstSciPy:
    """``numba_act.cpu`` against ``scipy.special``, if that is installed. Both allocate the result in every call.

    SciPy's are formulas in NumPy too: they allocate intermediate results and have no ``out=``.
    """

    params = (ROWS, [SQUARE, "65536x16"], AXES)
    param_names = ("function", "shape", "axis")
    unit = "numba_act / SciPy"

    def setup(self, *parameters):
        try:
            import scipy.special  # noqa: F401
        except ImportError as error:
            raise NotImplementedError("SciPy is not installed") from error

    def track_ratio(self, name, shape, axis):
        from scipy import special

        names = {"f": function("cpu", name), "theirs": getattr(special, name), "x": numbers(shape)}
        return paired_ratio("f(x, axis=axis)", "theirs(x, axis=axis)", axis=int(axis), **names)


class Masked:
    """Half of the numbers masked at random, or in row i all after number i; the formula has -inf in their place.

    Along the last axis. Ours allocates the result in every call; the formula also the array with -inf in it and its
    intermediate results, and it could not write to an ``out=``. The mask is of one matrix and broadcast.
    """

    params = (TRANSFORMS, ["where", "causal"], [SQUARE, ATTENTION])
    param_names = ("function", "mask", "shape")
    unit = "numba_act / NumPy"

    def track_ratio(self, name, mask, shape):
        x = numbers(shape)
        names = {"f": function("cpu", name), "formula": function("reference", name), "np": np, "x": x}
        if mask == "where":
            ours, names["mask"] = "f(x, where=mask)", np.random.default_rng(0).random(x.shape[-2:]) < 0.5
        else:
            ours, names["mask"] = "f(x, causal=True)", np.tri(*x.shape[-2:], dtype=bool)
        return paired_ratio(ours, "formula(np.where(mask, x, -np.inf))", **names)


class AgainstOneThread:
    """``numba_act.parallel``, on all threads, against ``numba_act.cpu``, both with ``out=``: nothing is allocated."""

    params = (ROWS, AXES)
    param_names = ("function", "axis")
    unit = "threads / one thread"

    def track_parallel(self, name, axis):
        x, axis = numbers(SQUARE), int(axis)
        names = {"divided": function("parallel", name), "single": function("cpu", name), "x": x, "axis": axis}
        names["y"] = output(name, x, axis)
        return paired_ratio("divided(x, axis=axis, out=y)", "single(x, axis=axis, out=y)", **names)


class Memory:
    """4096 by 4096 numbers, 64 MiB, with ``out=`` and in place: what else is allocated? One thread.

    ``track_out`` and ``track_in_place``: by how many such arrays a call raises the most memory that the process ever
    had. Along the first axis there is a buffer, of a MiB however large the input is; a temporary array would show as 1.
    ``peakmem_...``: that memory itself, of which 128 MiB are the arrays, or 64 in place. The formula could not write to
    an ``out=``: it has new arrays for the result and for the steps to it.
    """

    params = (TRANSFORMS, AXES)
    param_names = ("function", "axis")
    unit = "allocated / array"

    def track_out(self, name, axis):
        return _allocated(name, int(axis), in_place=False)

    def track_in_place(self, name, axis):
        return _allocated(name, int(axis), in_place=True)

    def peakmem_out(self, name, axis):
        _allocated(name, int(axis), in_place=False)

    def peakmem_in_place(self, name, axis):
        _allocated(name, int(axis), in_place=True)

    def peakmem_numpy(self, name, axis):
        function("reference", name)(normals("float32", LARGE, LARGE), axis=int(axis))


def numbers(shape):
    """Return the input of a shape such as 65536x16."""
    return normals("float32", *map(int, shape.split("x")))


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
