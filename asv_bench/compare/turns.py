"""Several expressions timed in one process, in turns.

As in ``benchmarks/paired.py``, in blocks of a millisecond: what disturbs the machine meets all of them.
"""

from dataclasses import dataclass
from time import perf_counter, process_time
from timeit import Timer

import numpy as np

BLOCK_SECONDS = 0.001
HOPELESS = 3


@dataclass
class Effort:
    """How long to measure one case: rounds of turns, fewer if they take too many seconds."""

    rounds: int
    fewest: int
    seconds: float


THOROUGH, QUICK = Effort(201, 7, 3.0), Effort(7, 2, 0.1)


def take_turns(calls, effort):
    """Return the seconds per evaluation, an array of rounds by calls, and how many processors worked on each call.

    After a third of the time, a call that takes three times as long as the fastest but the first sits out, to leave the
    rest to the others; its seconds are NaN from then on. The first call always goes on.

    Parameters
    ----------
    calls : list of Call
    effort : Effort
    """
    timers = [Timer(call.expression, globals=call.names) for call in calls]
    numbers = [_evaluations_in_a_block(timer) for timer in timers]
    playing = np.arange(len(calls))
    rounds = []
    processor_seconds, wall_seconds = np.zeros(len(calls)), np.zeros(len(calls))
    start = perf_counter()
    while len(rounds) < effort.fewest or (len(rounds) < effort.rounds and perf_counter() < start + effort.seconds):
        if len(rounds) >= effort.fewest and perf_counter() > start + effort.seconds / 3:
            least = np.nanmin(rounds, axis=0)
            playing = [
                which for which in playing if which == 0 or least[which] < HOPELESS * least[1:].min(initial=np.inf)
            ]
        seconds = np.full(len(calls), np.nan)
        # Each goes first in turn, and in every other round they go backwards.
        for which in np.roll(playing, len(rounds))[:: -1 if len(rounds) % 2 else 1]:
            wall_start, processor_start = perf_counter(), process_time()
            seconds[which] = timers[which].timeit(numbers[which]) / numbers[which]
            processor_seconds[which] += process_time() - processor_start
            wall_seconds[which] += perf_counter() - wall_start
        rounds.append(seconds)
    return np.array(rounds), processor_seconds / wall_seconds


def _evaluations_in_a_block(timer):
    """Return a number of evaluations that takes as long as a block, three times out of three: one may be interrupted."""
    number = 1
    while any(timer.timeit(number) < BLOCK_SECONDS for _ in range(3)):
        number *= 2
    return number
