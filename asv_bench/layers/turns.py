"""Several statements timed in one process, in turns, each with something to do before its turn.

As in ``benchmarks/paired.py``: what disturbs the machine meets all of them, and the median of the blocks passes over
what hits only one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from timeit import Timer

import numpy as np

CALL = "f(x, out=y)"

# A reading this many times as long as a block settles how many calls fill one: no interruption takes as long.
PLENTY = 10


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
    """How many blocks to time, fewer if they take too many seconds, and how long each is: 0 is a single call.

    Who takes ``hopeless`` times as long as the fastest but the first sits out once it has had half of its share of the
    seconds, to leave the rest to the others. The first always goes on.
    """

    blocks: int
    fewest: int
    seconds: float
    block_seconds: float = 0.001
    hopeless: float = math.inf

    def quick(self):
        """Return an effort that only shows whether everything runs."""
        return Effort(2, 2, 0.0, min(self.block_seconds, 1e-4))


def take_turns(contenders, effort, timer=Timer):
    """Return the seconds per call, an array of blocks by contenders; NaN for one that sits out.

    Parameters
    ----------
    contenders : list of Contender
    effort : Effort
    timer : type, optional
        Another clock than Python's: a class that is made and used as `timeit.Timer` is.
    """
    timers = [timer(one.statement, globals=one.names) for one in contenders]
    numbers = np.array([_calls_in_a_block(*pair, effort) for pair in zip(contenders, timers, strict=True)])
    playing, least, spent = np.arange(len(contenders)), np.full(len(contenders), np.inf), np.zeros(len(contenders))
    blocks = []
    start = perf_counter()
    while len(blocks) < effort.fewest or (len(blocks) < effort.blocks and perf_counter() < start + effort.seconds):
        seconds = np.full(len(contenders), np.nan)
        # Each goes first in turn, and in every other block they go backwards.
        for which in np.roll(playing, len(blocks))[:: -1 if len(blocks) % 2 else 1]:
            contenders[which].before()
            number = int(numbers[which])
            seconds[which] = timers[which].timeit(number) / number
        blocks.append(seconds)
        least, spent = np.fmin(least, seconds), spent + np.nan_to_num(seconds * numbers)
        hopeless = least > effort.hopeless * least[1:].min(initial=np.inf)
        hopeless[0] = False
        playing = np.flatnonzero(~hopeless | (spent < effort.seconds / len(contenders) / 2))
    return np.array(blocks)


def ratios(seconds):
    """Return the medians of the ratios to the first contender, of all but it."""
    return [float(ratio) for ratio in np.median(seconds[:, 1:] / seconds[:, :1], axis=0)]


def _calls_in_a_block(contender, timer, effort):
    """Return a number of calls that takes as long as a block, three times out of three: one may be interrupted.

    The first call, which may compile, does not count.
    """
    contender.before()
    timer.timeit(1)
    number = 1
    while effort.block_seconds and _is_short(timer, number, effort.block_seconds):
        number *= 2
    return number


def _is_short(timer, number, block_seconds):
    for _ in range(3):
        seconds = timer.timeit(number)
        if seconds < block_seconds:
            return True
        if seconds > PLENTY * block_seconds:
            return False
    return False
