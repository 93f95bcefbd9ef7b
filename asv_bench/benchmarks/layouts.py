"""Where the numbers lie: against a plain copy, in place, strided, with a parameter beside them, into a new array.

All on one thread (``numba_act.cpu``), float32. Only `FreshOutput` allocates anything.
"""

import numpy as np

from .compiled import setup_cache  # noqa: F401 - asv calls it first
from .inputs import ELEMENTWISE, copied, function, normals
from .paired import paired_ratio

SIZE = 100_000
LARGE = 10_000_000


class AgainstCopy:
    """Ten million numbers with ``out=`` against `np.copyto`: how far from the speed of memory."""

    params = (ELEMENTWISE,)
    param_names = ("function",)
    unit = "numba_act / np.copyto"

    def track_ratio(self, name):
        x = normals("float32", LARGE)
        names = {"f": function("cpu", name), "copyto": np.copyto, "x": x, "y": copied(np.zeros_like(x))}
        return paired_ratio("f(x, out=y)", "copyto(y, x)", **names)


class InPlace:
    """``f(x, out=x)`` against ``f(x, out=y)``, 100 000 numbers.

    They are infinite, which the branch-free loops compute like any other number: a function applied again and again in
    place would turn most others into subnormal ones, which the processor handles slowly.
    """

    params = (ELEMENTWISE,)
    param_names = ("function",)
    unit = "in place / out of place"

    def track_ratio(self, name):
        x = np.full(SIZE, np.inf, np.float32)
        return paired_ratio(
            "f(z, out=z)", "f(x, out=y)", f=function("cpu", name), x=x, y=copied(np.zeros_like(x)), z=copied(x)
        )


class Strided:
    """Every second number of an array against as many that lie side by side, 100 000 of them."""

    params = (ELEMENTWISE,)
    param_names = ("function",)
    unit = "strided / contiguous"

    def track_ratio(self, name):
        x = normals("float32", 2 * SIZE)[::2]
        names = {"f": function("cpu", name), "strided": x, "x": copied(x), "y": copied(np.zeros(SIZE, np.float32))}
        return paired_ratio("f(strided, out=y)", "f(x, out=y)", **names)


class ScalarParameter:
    """leaky_relu with its default slope against relu, 100 000 numbers."""

    unit = "leaky_relu / relu"

    def track_ratio(self):
        x = normals("float32", SIZE)
        names = {
            "f": function("cpu", "leaky_relu"),
            "g": function("cpu", "relu"),
            "x": x,
            "y": copied(np.zeros_like(x)),
        }
        return paired_ratio("f(x, out=y)", "g(x, out=y)", **names)


class FreshOutput:
    """``f(x)``, which allocates its result in every call, against ``f(x, out=y)``, 100 000 numbers."""

    params = (ELEMENTWISE,)
    param_names = ("function",)
    unit = "new array / given one"

    def track_ratio(self, name):
        x = normals("float32", SIZE)
        return paired_ratio("f(x)", "f(x, out=y)", f=function("cpu", name), x=x, y=copied(np.zeros_like(x)))
