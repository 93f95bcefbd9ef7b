"""Softmax over many short rows, square, and over few long ones, along either axis."""

from .inputs import function, normals
from .paired import paired_ratio


class Softmax:
    """One thread on both sides, float32. Both allocate the result; the formula also its intermediate results."""

    params = (["65536x16", "1024x1024", "16x65536"], ["-1", "0"])
    param_names = ("shape", "axis")
    unit = "numba_act / NumPy"

    def track_ratio(self, shape, axis):
        x = normals("float32", *map(int, shape.split("x")))
        names = {"f": function("cpu", "softmax"), "formula": function("reference", "softmax"), "x": x}
        return paired_ratio("f(x, axis=axis)", "formula(x, axis=axis)", axis=int(axis), **names)
