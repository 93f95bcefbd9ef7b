"""One thread against several threads on a ladder of sizes, for calls in a row and for calls after a rest."""

import functools
import time
from dataclasses import dataclass
from timeit import Timer

import numpy as np
from benchmarks.inputs import ELEMENTWISE
from tqdm import tqdm

import numba_act
from layers.cases import arrays, cases, divided, one_thread
from layers.turns import Effort, ratios, take_turns

# Seconds on one thread: from 2 to 512 microseconds.
RUNGS = tuple(2e-6 * 2**step for step in range(9))
LARGEST, ROW = 4_000_000, 100

AWAKE = Effort(blocks=21, fewest=5, seconds=0.05, block_seconds=0.0004)
RESTED = Effort(blocks=25, fewest=25, seconds=0.0, block_seconds=0)
REST = 0.004

# What wakes all threads, and leaves most of the caches alone. A system that has put a thread on the caller's CPU moves
# it after tens of milliseconds of such calls; what follows a rest does not have them.
WAKING = np.linspace(-4, 4, 20_000)
SETTLING = 0.2


@dataclass
class Rung:
    """One size: how long one thread takes, and how much of that several threads take.

    ``worst`` is what the slowest tenth of the rested calls takes at least.
    """

    seconds: float
    awake: float
    rested: float
    worst: float


def measure_ladder(layer, quick=False):
    """Return ``{(function, dtype): rungs}``, which is empty where one thread is all that a call may use."""
    found = {}
    if numba_act.most_threads() > 1:
        for name, dtype in tqdm(cases([*ELEMENTWISE, "softmax"]), desc=layer, unit="function"):
            found[name, dtype] = _rungs(name, dtype, quick)
    return found


def _rungs(name, dtype, quick):
    """Return the rungs of one function: first all calls in a row, then all calls after a rest."""
    inputs, size = [], 1000
    for seconds in RUNGS[::3] if quick else RUNGS:
        size = _size(name, dtype, seconds, size)
        inputs.append(arrays(name, dtype, size, LARGEST, ROW))
    awake_effort, rested_effort = (effort.quick() if quick else effort for effort in (AWAKE, RESTED))
    _settle()
    awake = [_turns(name, x, y, functools.partial(_wake, x, y), awake_effort) for x, y in inputs]
    rested = [_turns(name, x, y, functools.partial(time.sleep, REST), rested_effort) for x, y in inputs]
    return [
        Rung(
            float(np.median(together[:, 0])),
            *ratios(together),
            *ratios(alone),
            float(np.quantile(alone[:, 1] / alone[:, 0], 0.9)),
        )
        for together, alone in zip(awake, rested, strict=True)
    ]


def _size(name, dtype, seconds, size):
    """Return how many elements take so long on one thread, starting from a size that was near."""
    for _ in range(3):
        one = one_thread(name, *arrays(name, dtype, size, LARGEST, ROW))
        best = min(Timer(one.statement, globals=one.names).repeat(4, 1))
        size = round(np.clip(size * seconds / best, 2 * (1 if name in ELEMENTWISE else ROW), LARGEST))
    return size


def _turns(name, x, y, before, effort):
    """Return the seconds of one thread and of several, with something to do before each block of calls."""
    return take_turns([one_thread(name, x, y, before=before), divided(name, x, y, before=before)], effort)


def _settle():
    """Keep all threads busy until the system has given each a CPU."""
    end = time.perf_counter() + SETTLING
    while time.perf_counter() < end:
        numba_act.parallel.gelu(WAKING)


def _wake(x, y):
    """Have all threads look for more work, and the arrays in the caches."""
    numba_act.parallel.gelu(WAKING)
    y[...] = x
