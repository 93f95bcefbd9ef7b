"""Arrays that do not lie in memory one number after the other, against as many that do."""

from dataclasses import dataclass

import numpy as np
from benchmarks import on_device
from layers.turns import Effort
from numpy.lib.stride_tricks import as_strided

from gpu import timers
from gpu.bars import CONTIGUOUS, LAYOUTS
from gpu.contest import Contest, Entry
from gpu.elementwise import compared
from gpu.figures import Case

DTYPE = "float32"
SIDE, QUICK_SIDE = 1 << 14, 1 << 9
EFFORT = Effort(blocks=31, fewest=5, seconds=0.8, block_seconds=0.005)
CHECKED = 4096


@dataclass(frozen=True)
class Layout:
    """A shape, and for the input and the output the strides and the first element, all in elements.

    ``slopes``: leaky_relu with an array of slopes, one for each column, instead of relu.
    """

    title: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    out_strides: tuple[int, ...]
    first: int = 0
    slopes: bool = False


def layouts(side):
    """Return what there is in a matrix of side by side numbers."""
    matrix, rows, columns = (side, side), (side, 1), (1, side)
    half = side * side // 2
    return [
        Layout("from the second number on", (side * side - 1,), (1,), (1,), first=1),
        Layout("every second number", (half,), (2,), (1,)),
        Layout("into every second number", (half,), (1,), (2,)),
        Layout("cropped matrix", (side, side - 8), rows, rows, first=4),
        Layout("transposed", matrix, columns, rows),
        Layout("into transposed", matrix, rows, columns),
        Layout("one row, broadcast", matrix, (0, 1), rows),
        Layout("one column, broadcast", matrix, (1, 0), rows),
        Layout("a slope for each column", matrix, rows, rows, slopes=True),
    ]


def figures(referee, peers):
    """Return the figures; peers take no part."""
    found = []
    side = QUICK_SIDE if referee.quick else SIDE
    for layout in layouts(side):
        case = Case(LAYOUTS, "leaky_relu" if layout.slopes else "relu", DTYPE, layout.title)
        found += referee.hold(case, _preparing(case, layout, side), EFFORT, timers.GpuTimer)
    return found


def _preparing(case, layout, side):
    def prepare():
        x, y = on_device.operands(DTYPE, side * side)
        count = int(np.prod(layout.shape))
        f = on_device.function(case.function)
        slopes = on_device.filled(DTYPE, side) if layout.slopes else None
        names = {
            "f": f,
            "x": on_device.View(x, layout.shape, layout.strides, layout.first),
            "y": on_device.View(y, layout.shape, layout.out_strides),
            "slopes": slopes,
        }
        statement = "f(x, slopes, out=y)" if layout.slopes else "f(x, out=y)"
        ours = Entry("numba_act", statement, names, names["y"], 2 * count * x.dtype.itemsize)
        plain = Entry(CONTIGUOUS, "f(x, out=y)", {"f": f, "x": x[:count], "y": y[:count]}, y)
        return Contest(ours, [plain], lambda run: _checked(case, layout, run, x, y, slopes))

    return prepare


def _checked(case, layout, run, x, y, slopes):
    """Run a function and compare results from all over the array."""
    on_device.upload(y, np.full(y.shape, np.nan, DTYPE))
    run()
    chosen = np.unravel_index(np.linspace(0, np.prod(layout.shape) - 1, CHECKED, dtype=int), layout.shape)
    inputs = _as_laid_out(x, layout.shape, layout.strides, layout.first)[chosen]
    found = _as_laid_out(y, layout.shape, layout.out_strides)[chosen]
    parameters = [] if slopes is None else [on_device.to_host(slopes)[chosen[-1]].astype(np.float64)]
    return compared(case, inputs, found, *parameters)


def _as_laid_out(array, shape, strides, first=0):
    host = on_device.to_host(array)
    return as_strided(host[first:], shape, [host.itemsize * stride for stride in strides])
