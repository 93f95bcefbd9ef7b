"""Every activation against a copy of the same bytes, PyTorch and CuPy's fused kernels, on large contiguous arrays."""

import numpy as np
from benchmarks import on_device
from benchmarks.inputs import ELEMENTWISE as NAMES
from layers.turns import Effort

from gpu import timers
from gpu.bars import COPY, ELEMENTWISE
from gpu.contest import Contest, Entry
from gpu.figures import Case
from gpu.ulp import compare
from numba_act import cpu
from numba_act.engine.public.registry import activations

# A GiB each, twenty times the second-level cache.
EXPONENTS = {"float32": 28, "float16": 29, "bfloat16": 29, "float64": 27}
QUICK_EXPONENT = 20

EFFORT = Effort(blocks=31, fewest=5, seconds=0.8, block_seconds=0.005)
WINDOW = 4096


def first_figures(referee, peers):
    """Return the figures of float32."""
    return _figures(["float32"], referee, peers)


def other_figures(referee, peers):
    """Return the figures of the other dtypes."""
    return _figures([dtype for dtype in EXPONENTS if dtype != "float32"], referee, peers)


def _figures(dtypes, referee, peers):
    found = []
    for dtype in dtypes:
        exponent = QUICK_EXPONENT if referee.quick else EXPONENTS[dtype]
        for name in NAMES:
            case = Case(ELEMENTWISE, name, dtype, f"2^{exponent}")
            found += referee.hold(case, _preparing(case, 2**exponent, peers), EFFORT, timers.GpuTimer)
    return found


def _preparing(case, size, peers):
    def prepare():
        x, y = on_device.operands(case.dtype, size)
        moved = 2 * size * x.dtype.itemsize
        ours = Entry("numba_act", "f(x, out=y)", {"f": on_device.function(case.function), "x": x, "y": y}, y, moved)
        rivals = [copy_of(x, y, moved)]
        for peer in peers.values():
            if case.dtype in peer.dtypes:
                rivals += peer.entries(case.function, x, y)
        return Contest(ours, rivals, lambda run: checked(case, run, x, y))

    return prepare


def copy_of(x, y, moved):
    """Return the entry that copies an array."""
    return Entry(COPY, "copy()", {"copy": on_device.copying(y, x)}, y, moved)


def checked(case, run, x, y):
    """Run a function and compare the results at the beginning, in the middle and at the end of two flat arrays."""
    size = x.shape[0]
    window = min(WINDOW, size)
    parts = [slice(start, start + window) for start in (0, (size - window) // 2, size - window)]
    for part in parts:
        on_device.upload(y[part], np.full(window, np.nan, on_device.host_dtype(case.dtype)))
    run()
    inputs, found = (np.concatenate([on_device.to_host(array[part]) for part in parts]) for array in (x, y))
    return compared(case, inputs, found)


def compared(case, inputs, found, *parameters):
    """Compare results with the right ones; without parameters for the defaults, as the dtype can hold them."""
    defaults = activations()[case.function].parameters.values()
    values = parameters or [on_device.rounded(value, case.dtype) for value in defaults]
    return compare(case, found, getattr(cpu, case.function)(inputs.astype(np.float64), *values))
