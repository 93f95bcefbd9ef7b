"""What a new process waits for. Every figure is the median over several processes, timed inside of each."""

import os
import statistics
import subprocess
import sys

from numba_act.engine.public.registry import activations

from .compiled import setup_cache  # noqa: F401 - asv calls it first
from .few import SMOKE, few
from .inputs import FUNCTIONS

PROCESSES = 1 if SMOKE else 3
TIMED = "from time import perf_counter as now; {before}; start = now(); {timed}; print(now() - start)"
SMALL = "import numba_act, numpy; x = numpy.ones((10, 100))"
LARGE = "import numba_act, numpy; x = numpy.ones((1000, 1000))"


class Import:
    """``import numba_act``, which imports NumPy, against ``import numpy``, in turn."""

    unit = "import numba_act / import numpy"

    def track_ratio(self):
        _seconds("import numba_act")
        ratios = [_seconds("import numba_act") / _seconds("import numpy") for _ in range(4 * PROCESSES)]
        return round(statistics.median(ratios), 3)


class FirstCall:
    """The first call of a function in a process, import of the package not included.

    ``track_warm``: found on disk, the first function of the process. ``track_warm_threads``: the same on a million
    numbers, which also starts the threads. ``track_warm_further``: found on disk, after another function.
    """

    params = (few(FUNCTIONS),)
    param_names = ("function",)
    unit = "seconds"

    def track_warm(self, name):
        return _first_call(name, SMALL)

    def track_warm_threads(self, name):
        return _first_call(name, LARGE)

    def track_warm_further(self, name):
        return _first_call(name, f"{SMALL}; numba_act.{FUNCTIONS[FUNCTIONS.index(name) - 1]}(x)")


class Cold:
    """The same with nothing on disk, so that everything is compiled: one process, a function of each family."""

    params = (few(list({activations()[name].__module__: name for name in reversed(FUNCTIONS)}.values())),)
    param_names = ("function",)
    unit = "seconds"

    def track_first_call(self, name):
        return round(_seconds(f"numba_act.{name}(x)", SMALL, NUMBA_ACT_CACHE_DIR=""), 4)


def _first_call(name, before):
    return round(statistics.median(_seconds(f"numba_act.{name}(x)", before) for _ in range(PROCESSES)), 4)


def _seconds(timed, before="pass", **environment):
    """Return the time of a statement in a new process, after another statement."""
    code = TIMED.format(timed=timed, before=before)
    environment = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)
