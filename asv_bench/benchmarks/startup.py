"""What a new process waits for. Every measurement is the median over several processes, timed inside of each."""

import os
import statistics
import subprocess
import sys

from .inputs import FUNCTIONS
from .paired import QUICK

PROCESSES = 1 if QUICK else 5
TIMED = "from time import perf_counter as now; {before}; start = now(); {timed}; print(now() - start)"


def seconds(timed, before="pass", **environment):
    """Return the time of a statement in a new process, after another statement."""
    code = TIMED.format(timed=timed, before=before)
    environment = {**os.environ, **environment}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


class Import:
    """``import numba_act``, which imports NumPy, against ``import numpy``, in turn."""

    unit = "import numba_act / import numpy"

    def track_ratio(self):
        seconds("import numba_act")
        return round(
            statistics.median(seconds("import numba_act") / seconds("import numpy") for _ in range(2 * PROCESSES)), 3
        )


class FirstCall:
    """The first call of a function in a process, import of the package not included.

    ``track_warm``: found on disk, the first function of the process. ``track_warm_threads``: the same on a million
    numbers, which also starts the threads. ``track_warm_further``: found on disk, after another function.
    ``track_compile``: nothing on disk.
    """

    params = (FUNCTIONS,)
    param_names = ("function",)
    unit = "seconds"

    def track_warm(self, name):
        return _first_call(name, "import numba_act, numpy; x = numpy.ones((10, 100))")

    def track_warm_threads(self, name):
        return _first_call(name, "import numba_act, numpy; x = numpy.ones((1000, 1000))")

    def track_warm_further(self, name):
        other = FUNCTIONS[FUNCTIONS.index(name) - 1]
        return _first_call(name, f"import numba_act, numpy; x = numpy.ones((10, 100)); numba_act.{other}(x)")

    def track_compile(self, name):
        before = "import numba_act, numpy; x = numpy.ones((10, 100))"
        return round(seconds(f"numba_act.{name}(x)", before, NUMBA_ACT_CACHE_DIR=""), 4)


def _first_call(name, before):
    times = [seconds(f"numba_act.{name}(x)", before) for _ in range(1 + PROCESSES)]
    return round(statistics.median(times[1:]), 4)  # the first may have compiled
