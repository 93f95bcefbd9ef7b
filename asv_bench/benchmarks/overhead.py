"""What a call costs when there is next to nothing to compute: the functions of `numba_act` itself, float32.

Everything is written to given outputs, where the peer can do that, on one thread.
"""

import functools
from timeit import Timer

import numpy as np

import numba_act

from .compiled import setup_cache  # noqa: F401 - asv calls it first
from .few import few
from .formula import statement
from .inputs import FUNCTIONS, function, normals, output
from .paired import paired_ratio

CALLS = 1000


class Calls:
    """A thousand calls on 1, 16 and 256 numbers, for functions of rows one row; and of the formula."""

    params = (FUNCTIONS, few([1, 16, 256]))
    param_names = ("function", "size")
    rounds = 1
    repeat = (5, 30, 0.3)
    warmup_time = 0.2

    def time_1000_calls(self, name, size):
        _ours(name, size).timeit(CALLS)

    def time_1000_calls_numpy(self, name, size):
        _formula(name, size).timeit(CALLS)


class OneNumber:
    """One number against `np.exp` of one number."""

    params = (FUNCTIONS,)
    param_names = ("function",)
    unit = "numba_act / np.exp"

    def track_ratio(self, name):
        call, x, out = _operands(name, 1)
        names = {"f": call, "exp": np.exp, "x": x, "y": out, "z": np.empty_like(x)}
        return paired_ratio("f(x, out=y)", "exp(x, out=z)", **names)


@functools.cache
def _operands(name, size):
    x = normals("float32", size)
    return getattr(numba_act, name), x, output(name, x)


@functools.cache
def _ours(name, size):
    call, x, out = _operands(name, size)
    return Timer("call(x, out=out)", globals={"call": call, "x": x, "out": out})


@functools.cache
def _formula(name, size):
    _, x, out = _operands(name, size)
    text, names = statement(function("reference", name), x, out)
    return Timer(text, globals=names)
