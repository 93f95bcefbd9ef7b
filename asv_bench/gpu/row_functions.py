"""Softmax and its relatives against a copy, PyTorch, and what PyTorch's compiler makes of the same function."""

import math
from dataclasses import dataclass, replace

import numpy as np
from benchmarks import on_device
from benchmarks.inputs import REDUCTIONS
from layers.turns import Effort

from gpu import timers
from gpu.bars import LAST_AXIS, OTHER_ROWS, PYTORCH
from gpu.contest import Contest, Entry
from gpu.elementwise import copy_of
from gpu.figures import Case
from gpu.ulp import compare
from numba_act import cpu

EFFORT = Effort(blocks=31, fewest=5, seconds=0.8, block_seconds=0.005)
DTYPE = "float32"
QUICK_ROWS = 2


@dataclass(frozen=True)
class Rows:
    """A function, the shape and axis, and what is left out of a row: nothing, half at random or all behind number i."""

    function: str
    shape: tuple[int, ...]
    axis: int = -1
    left_out: str = ""

    @property
    def extent(self):
        """How the report calls it."""
        words = ["x".join(map(str, self.shape)), f"axis {self.axis}", self.left_out]
        return " ".join(filter(None, words))

    @property
    def size(self):
        """How many numbers there are."""
        return math.prod(self.shape)

    @property
    def results(self):
        """The shape of the results."""
        shape = list(self.shape)
        if self.function in REDUCTIONS:
            del shape[self.axis]
        return tuple(shape)

    @property
    def seen(self):
        """Which numbers of a matrix are not left out, or None if all are."""
        square = self.shape[-2:]
        if self.left_out == "causal":
            return np.tri(*square, dtype=bool)
        return np.random.default_rng(0).random(square) < 0.5 if self.left_out else None

    @property
    def moved(self):
        """The bytes that have to be read and written."""
        share = float(self.seen.mean()) if self.left_out == "causal" else 1.0
        mask = self.seen.nbytes if self.left_out == "where" else 0
        return round(np.dtype(DTYPE).itemsize * (share * self.size + math.prod(self.results))) + mask


# 2^28 numbers each.
LENGTHS = (1 << 10, 1 << 12, 1 << 15, 1 << 17)
OF_LENGTHS = [Rows(name, ((1 << 28) // n, n)) for name in ("softmax", "log_softmax") for n in LENGTHS]
OTHERS = [
    *(Rows("logsumexp", ((1 << 28) // n, n)) for n in LENGTHS),
    Rows("softmax", (1 << 12, 1 << 16), axis=0),
    Rows("softmax", (64, 2048, 2048), left_out="where"),
    Rows("softmax", (64, 2048, 2048), left_out="causal"),
]


def last_axis_figures(referee, peers):
    """Return the figures of softmax and log_softmax by length."""
    return _figures(LAST_AXIS, OF_LENGTHS, referee, peers)


def other_figures(referee, peers):
    """Return the figures of logsumexp, along the first axis, and with something left out."""
    return _figures(OTHER_ROWS, OTHERS, referee, peers)


def _figures(section, all_rows, referee, peers):
    found = []
    for rows in all_rows:
        if referee.quick:
            first, *others = rows.shape
            rows = replace(rows, shape=(min(first, QUICK_ROWS), *others))
        case = Case(section, rows.function, DTYPE, rows.extent)
        found += referee.hold(case, _preparing(case, rows, peers), EFFORT, timers.GpuTimer)
    return found


def _preparing(case, rows, peers):
    def prepare():
        flat_x, flat_y = on_device.operands(DTYPE, rows.size)
        x = flat_x.reshape(rows.shape)
        flat_results = flat_y[: math.prod(rows.results)]
        y = flat_results.reshape(rows.results)
        names = {"f": on_device.function(rows.function), "x": x, "y": y, "axis": rows.axis}
        keyword = {"causal": ", causal=True", "where": ", where=mask", "": ""}[rows.left_out]
        if rows.left_out == "where":
            names["mask"] = on_device.empty("bool", *rows.seen.shape)
            on_device.upload(names["mask"], rows.seen)
        ours = Entry("numba_act", f"f(x, axis, out=y{keyword})", names, y, rows.moved)
        rivals = [copy_of(flat_x, flat_y, 2 * flat_x.nbytes)]
        if PYTORCH in peers:
            rivals += _of_pytorch(peers[PYTORCH], rows, x, y)
        return Contest(ours, rivals, lambda run: _checked(case, rows, run, x, y))

    return prepare


def _of_pytorch(pytorch, rows, x, y):
    if rows.seen is None:
        return [*pytorch.entries(rows.function, x, y, axis=rows.axis), pytorch.compiled(rows.function, x, rows.axis)]
    hidden = pytorch.array(~rows.seen)
    # The same for any mask.
    spelled = pytorch.entries(f"{rows.function} causal", x, y, axis=rows.axis, hidden=hidden)
    return [*spelled, pytorch.compiled(rows.function, x, rows.axis, hidden)]


def _checked(case, rows, run, x, y):
    """Run a function and compare the first row, the last one and one between with the right results."""
    count = rows.size // rows.shape[rows.axis]
    chosen = (0, count // 2 - 1, count - 1)
    on_device.upload(y, np.full(rows.results, np.nan, DTYPE))
    run()
    inputs, found = _taken(x, rows, chosen), _taken(y, rows, chosen)
    where = True if rows.seen is None else rows.seen[[number % rows.shape[-2] for number in chosen]]
    right = getattr(cpu, rows.function)(inputs.astype(np.float64), where=where)
    return compare(case, found.reshape(right.shape), right)


def _taken(array, rows, chosen):
    """Return some rows of the input or of the results, in NumPy."""
    if rows.axis == 0:
        return on_device.to_host(array)[:, chosen].T
    length = math.prod(array.shape) * rows.shape[-1] // rows.size
    flat = array.reshape(math.prod(array.shape))
    taken = [on_device.to_host(flat[number * length : (number + 1) * length]) for number in chosen]
    return np.stack(taken)
