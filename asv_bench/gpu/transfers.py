"""Arrays of NumPy, which are copied to the GPU and back, against nothing but these copies, from pinned memory."""

import numpy as np
from benchmarks import on_device
from layers.turns import Effort

from gpu import timers
from gpu.bars import HOST
from gpu.contest import Contest, Entry
from gpu.elementwise import WINDOW, compared
from gpu.figures import Case

FUNCTION, DTYPE = "relu", "float32"
EXPONENT, QUICK_EXPONENT = 28, 20
COPIES = "two pinned copies"

# Single calls.
EFFORT = Effort(blocks=9, fewest=3, seconds=4.0, block_seconds=0.0)


def figures(referee, peers):
    """Return the figures; peers take no part."""
    size = 1 << (QUICK_EXPONENT if referee.quick else EXPONENT)
    found = []
    for title in ("pageable, out=", "pageable, new result", "pinned, out="):
        case = Case(HOST, FUNCTION, DTYPE, f"{size * 4 >> 20} MiB {title}")
        found += referee.hold(case, _preparing(case, title, size), EFFORT, timers.WaitingTimer)
    return found


def _preparing(case, title, size):
    def prepare():
        pinned = [on_device.pinned(DTYPE, size) for _ in range(2)]
        numbers = np.random.default_rng(0).standard_normal(size, dtype=DTYPE)
        pinned[0][:] = numbers
        x, y = pinned if title.startswith("pinned") else (numbers, np.zeros_like(numbers))
        statement = "f(x, out=y)" if title.endswith("out=") else "f(x)"
        ours = Entry("numba_act", statement, {"f": on_device.function(FUNCTION), "x": x, "y": y}, y, 2 * x.nbytes)
        copies = Entry(COPIES, "there_and_back()", {"there_and_back": _copies(on_device.empty(DTYPE, size), *pinned)})
        return Contest(ours, [copies], lambda run: _checked(case, ours))

    return prepare


def _copies(on_gpu, source, target):
    def there_and_back():
        on_device.upload(on_gpu, source)
        on_gpu.copy_to_host(target)

    return there_and_back


def _checked(case, ours):
    """Evaluate ours and compare the first results and the last ones."""
    found, x = eval(ours.statement, ours.names), ours.names["x"]
    ends = [slice(0, WINDOW), slice(-WINDOW, None)]
    return compared(case, *(np.concatenate([array[end] for end in ends]) for array in (x, found)))
