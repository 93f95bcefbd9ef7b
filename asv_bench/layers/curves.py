"""Time by threads and size."""

from dataclasses import dataclass

import numpy as np

from layers.cases import arrays, automatic, divided, one_thread, thread_counts
from layers.turns import Effort, ratios, take_turns

FUNCTIONS = (
    ("relu", "float32"),
    ("sigmoid", "float32"),
    ("gelu", "float32"),
    ("gelu", "float64"),
    ("softmax", "float32"),
)
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000)
LARGE = 100_000_000
ROW = 1024

EFFORT = Effort(blocks=51, fewest=7, seconds=0.6)


@dataclass
class Point:
    """One function and size: seconds on one thread, and the ratios to them, "auto" and by the number of threads."""

    name: str
    dtype: str
    size: int
    seconds: float
    ratios: dict


def points(sizes):
    """Return what there is to measure."""
    return [(name, dtype, size) for name, dtype in FUNCTIONS for size in sizes]


def measure_point(name, dtype, size, most, effort):
    """Return the `Point` of one function and size, of which ``most`` is the largest."""
    x, y = arrays(name, dtype, size, most, ROW)
    counts = thread_counts()
    contenders = [one_thread(name, x, y), automatic(name, x, y), *(divided(name, x, y, count) for count in counts)]
    seconds = take_turns(contenders, effort)
    return Point(
        name, dtype, size, float(np.median(seconds[:, 0])), dict(zip(["auto", *counts], ratios(seconds), strict=True))
    )
