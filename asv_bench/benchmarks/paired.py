"""The ratio of two timings, measured in one process.

The two take turns in blocks, so a change of the clock rate or a busy neighbour meets both, and the median of the block
ratios passes over what hits only one. The blocks are shorter than the time the system gives a process before it lets
another one work, so most of them are not interrupted even on a busy machine.
"""

import os
import statistics
from time import perf_counter
from timeit import Timer

import numpy as np

from .few import SMOKE

# NUMBA_ACT_BENCH_BLOCKS: fewer blocks for coarser figures, as `make dashboard QUICK=1` wants them.
BLOCKS = 1 if SMOKE else int(os.environ.get("NUMBA_ACT_BENCH_BLOCKS", "101"))
FEWEST_BLOCKS = min(BLOCKS, 5)
BLOCK_SECONDS = 0.001
MOST_SECONDS = 2.0


def paired_ratio(candidate, baseline, **names):
    """Return the time of one statement divided by that of another; below 1 the first is faster.

    Parameters
    ----------
    candidate, baseline : str
        Python statements, which are timed without a function call around them.
    **names
        What the statements refer to.
    """
    timers = [Timer(statement, globals=names) for statement in (candidate, baseline)]
    with np.errstate(all="ignore"):  # formulas overflow on their way to the right result
        return float(f"{statistics.median(_ratios(timers)):.4g}")


def _ratios(timers):
    """Return the ratios of the blocks."""
    numbers = [_calls_in_a_block(timer) for timer in timers]
    ratios = []
    start = perf_counter()
    while len(ratios) < FEWEST_BLOCKS or (len(ratios) < BLOCKS and perf_counter() < start + MOST_SECONDS):
        seconds = [0.0, 0.0]
        for which in (0, 1) if len(ratios) % 2 else (1, 0):
            seconds[which] = timers[which].timeit(numbers[which]) / numbers[which]
        ratios.append(seconds[0] / seconds[1])
    return ratios


def _calls_in_a_block(timer):
    """Return a number of calls that takes as long as a block. The first call, which may compile, does not count."""
    timer.timeit(1)
    number = 1
    while timer.timeit(number) < BLOCK_SECONDS:
        number *= 2
    return number
