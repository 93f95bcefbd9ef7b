"""Several statements timed in one process, in turns, each with something to do before its turn.

As in ``benchmarks/paired.py``: what disturbs the machine meets all of them, and the median of the blocks passes over
what hits only one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from timeit import Timer

import numpy as np

CALL = "f(x, out=y)"


def nothing():
    """Do nothing."""


@dataclass
class Contender:
    """A statement, the names in it, and what to call before each of its blocks."""

    names: dict
    statement: str = CALL
    before: Callable = field(default=nothing)


@dataclass
class Effort:
    """How many blocks to time, fewer if they take too many seconds, and how long each is: 0 is a single call."""

    blocks: int
    fewest: int
    seconds: float
    block_seconds: float = 0.001

    def quick(self):
        """Return an effort that only shows whether everything runs."""
        return Effort(2, 2, 0.0, min(self.block_seconds, 1e-4))


def take_turns(contenders, effort, timer=Timer):
    """Return the seconds per call, an array of blocks by contenders.

    Parameters
    ----------
    contenders : list of Contender
    effort : Effort
    timer : type, optional
        Another clock than Python's: a class that is made and used as `timeit.Timer` is.
    """
    timers = [timer(one.statement, globals=one.names) for one in contenders]
    numbers = [_calls_in_a_block(*pair, effort) for pair in zip(contenders, timers, strict=True)]
    blocks = []
    start = perf_counter()
    while len(blocks) < effort.fewest or (len(blocks) < effort.blocks and perf_counter() < start + effort.seconds):
        seconds = np.empty(len(contenders))
        # Each goes first in turn, and in every other block they go backwards.
        for which in np.roll(range(len(contenders)), len(blocks))[:: -1 if len(blocks) % 2 else 1]:
            contenders[which].before()
            seconds[which] = timers[which].timeit(numbers[which]) / numbers[which]
        blocks.append(seconds)
    return np.array(blocks)


def ratios(seconds):
    """Return the medians of the ratios to the first contender, of all but it."""
    return [float(ratio) for ratio in np.median(seconds[:, 1:] / seconds[:, :1], axis=0)]


def _calls_in_a_block(contender, timer, effort):
    """Return a number of calls that takes as long as a block. The first call, which may compile, does not count."""
    contender.before()
    timer.timeit(1)
    number = 1
    while effort.block_seconds and timer.timeit(number) < effort.block_seconds:
        number *= 2
    return number
