"""Every activation against its plain NumPy formula: the time of a call, and how exact the result is."""

import statistics
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from exactness import ROW, largest_error

from numba_act import cpu, reference
from numba_act.engine.public.registry import activations

SIZE = 100_000
PAIRS = 101


@dataclass
class Comparison:
    """One function in one dtype: seconds per call, the ratio of the two, and the largest errors in ULP."""

    function: str
    dtype: str
    seconds: float
    numpy_seconds: float
    ratio: float
    error: float
    numpy_error: float


def compare(on_row):
    """Return a `Comparison` of each function and dtype, the slowest against NumPy first.

    Parameters
    ----------
    on_row : callable
        Called after each with its function and dtype.
    """
    rows = []
    for name, declaration in activations().items():
        for dtype in ("float32", "float64"):
            x = (3 * np.random.default_rng(0).standard_normal(SIZE)).astype(dtype)
            if declaration.is_row:
                x = x.reshape(-1, ROW)
            ours, formula = getattr(cpu, name), getattr(reference, name)
            with np.errstate(over="ignore"):  # some formulas overflow on the way
                times = _interleaved(ours, formula, x)
                errors = [largest_error(function, declaration, dtype) for function in (ours, formula)]
            rows.append(Comparison(name, dtype, *times, *errors))
            on_row(f"{name} {dtype}")
    return sorted(rows, key=lambda row: -row.ratio)


def _interleaved(ours, formula, x):
    """Return the median times of two functions and the median of their ratio, calling them in turn."""
    pairs = []
    for number in range(PAIRS):
        pair = [0.0, 0.0]
        for which in (0, 1) if number % 2 else (1, 0):
            function = (ours, formula)[which]
            start = perf_counter()
            function(x)
            pair[which] = perf_counter() - start
        pairs.append(pair)
    pairs = pairs[1:]  # the first meets cold caches
    first, second = zip(*pairs, strict=True)
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    return statistics.median(first), statistics.median(second), ratio
