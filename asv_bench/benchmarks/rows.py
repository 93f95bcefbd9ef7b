"""The functions of rows by shape and axis: many short rows, a square, long ones, those of attention, and a single one.

All are float32 and on one thread.
"""

import numpy as np

from .compiled import setup_cache  # noqa: F401 - asv calls it first
from .few import few
from .inputs import REDUCTIONS, ROWS, function, normals, output
from .paired import paired_ratio

SQUARE, ATTENTION = "1024x1024", "8x12x512x512"
SHAPES = few(["65536x16", SQUARE, "64x50257", ATTENTION, "1x10000000"])
AXES = ["-1", "0"]
TRANSFORMS = [name for name in ROWS if name not in REDUCTIONS]


class AgainstNumPy:
    """``numba_act.cpu`` against the stable NumPy formula.

    Ours writes to a given output. The formula could not: it allocates the result and everything between.
    """

    params = (ROWS, SHAPES, AXES)
    param_names = ("function", "shape", "axis")
    unit = "numba_act / NumPy"

    def track_ratio(self, name, shape, axis):
        x, axis = numbers(shape), int(axis)
        names = {"f": function("cpu", name), "formula": function("reference", name), "x": x, "axis": axis}
        return paired_ratio("f(x, axis=axis, out=y)", "formula(x, axis=axis)", y=output(name, x, axis), **names)


class Masked:
    """Half of the numbers masked at random, or in row i all after number i; the formula has -inf in their place.

    Along the last axis. Ours writes to a given output; the formula could not, and allocates the array with -inf in it,
    the result and everything between. The mask is of one matrix and broadcast.
    """

    params = (TRANSFORMS, ["where", "causal"], few([SQUARE, ATTENTION]))
    param_names = ("function", "mask", "shape")
    unit = "numba_act / NumPy"

    def track_ratio(self, name, mask, shape):
        x = numbers(shape)
        names = {
            "f": function("cpu", name),
            "formula": function("reference", name),
            "np": np,
            "x": x,
            "y": output(name, x),
        }
        if mask == "where":
            ours, names["mask"] = "f(x, where=mask, out=y)", np.random.default_rng(0).random(x.shape[-2:]) < 0.5
        else:
            ours, names["mask"] = "f(x, causal=True, out=y)", np.tri(*x.shape[-2:], dtype=bool)
        return paired_ratio(ours, "formula(np.where(mask, x, -np.inf))", **names)


def numbers(shape):
    """Return the input of a shape such as 65536x16."""
    return normals("float32", *map(int, shape.split("x")))
