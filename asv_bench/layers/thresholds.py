"""From which size on dividing is worth it, as Markdown."""

import math
import statistics

import numpy as np

from layers.cases import short
from layers.ladder import RUNGS, Rung
from layers.markdown import table
from numba_act.engine.threads.start import layers as engine

# What several threads may take at most, of the time of one, to be worth it.
AWAKE, RESTED = 1.0, 1.05

EXPLANATION = """Times are those of one thread, in microseconds. *Awake*: calls follow one another at once, after one
that woke all threads. *Rested*: a single call after 4 ms in which nothing happened; *worst* is the ratio that one in
ten of these exceeds. `numba_act.parallel`, which divides whatever the size and ignores the thresholds, against
`numba_act.cpu`, in turns; medians of the ratios."""


def from_which_on(rungs, what, level):
    """Return the seconds of one thread from which on the ratio is at most the level.

    Parameters
    ----------
    rungs : list of Rung
    what : {"awake", "rested", "worst"}
    level : float

    Returns
    -------
    float
        Between two rungs as if the ratio changed evenly with the logarithm of the time; 0 if it is from the first rung
        on, infinity if it is from none on. Where the ratios cross the level several times, so that the fewest rungs
        contradict: some are noise.
    """
    ratios = [getattr(rung, what) for rung in rungs]
    contradictions = [
        sum(ratio <= level for ratio in ratios[:first]) + sum(ratio > level for ratio in ratios[first:])
        for first in range(len(ratios) + 1)
    ]
    first = max(number for number, count in enumerate(contradictions) if count == min(contradictions))
    if first == 0:
        return 0.0
    if first == len(rungs):
        return math.inf
    before, after = rungs[first - 1], rungs[first]
    share = (ratios[first - 1] - level) / (ratios[first - 1] - ratios[first])
    return before.seconds * (after.seconds / before.seconds) ** share


def medians(ladder):
    """Return the rungs of the medians over all functions."""
    return [
        Rung(*(statistics.median(getattr(rung, name) for rung in rungs) for name in _FIELDS))
        for rungs in zip(*ladder.values(), strict=True)
    ]


_FIELDS = ("seconds", "awake", "rested", "worst")


def markdown(found):
    """Return the tables.

    Parameters
    ----------
    found : dict
        By layer, what `measure_ladder` has found.
    """
    if not any(found.values()):
        return "One thread is all that a call may use here: nothing is ever divided."
    parts = [EXPLANATION, "## The thresholds", _thresholds(found), _IN_FORCE]
    parts += ["## The medians over all functions", _by_time(found)]
    parts += ["## By function: from when on several threads are no slower than one", _by_function(found)]
    return "\n\n".join(parts)


def _thresholds(found):
    head = ["layer", f"awake at most {AWAKE:g} from", f"rested at most {RESTED:g} from"]
    head += ["in force", "awake there", "rested there", "worst there"]
    rows = []
    for layer, ladder in found.items():
        rungs = medians(ladder)
        measured = from_which_on(rungs, "awake", AWAKE), from_which_on(rungs, "rested", RESTED)
        force = engine.BREAK_EVEN_OF_LAYER[layer]
        there = [f"{_at(rungs, what, force / 1e12):.2f}" for what in _FIELDS[1:]]
        rows.append([layer, *map(_text, measured), f"{force / 1e6:g}", *there])
    return table(head, rows)


_IN_FORCE = """From the medians over all functions. In force is `BREAK_EVEN_OF_LAYER` of
`numba_act/engine/threads/layers.py`,
which has picoseconds; *there* is what several threads then take of the time of one."""


def _at(rungs, what, seconds):
    """Return a ratio between two rungs."""
    times, ratios = zip(*((math.log(rung.seconds), getattr(rung, what)) for rung in rungs), strict=True)
    return float(np.interp(math.log(seconds), times, ratios))


def _by_time(found):
    columns = [(layer, what) for layer in found for what in _FIELDS[1:]]
    of_layer = {layer: medians(ladder) for layer, ladder in found.items()}
    head = ["one thread us", *(" ".join(column) for column in columns)]
    rows = [
        [f"{1e6 * seconds:.3g}", *(f"{getattr(of_layer[layer][number], what):.2f}" for layer, what in columns)]
        for number, seconds in enumerate(rung.seconds for rung in next(iter(of_layer.values())))
    ]
    return table(head, rows, left=0)


def _by_function(found):
    kinds = (("awake", AWAKE), ("rested", AWAKE))
    head = ["function", *(f"{layer} {what}" for layer in found for what, _ in kinds)]
    rows = [
        [short(*case), *(_text(from_which_on(found[layer][case], *kind)) for layer in found for kind in kinds)]
        for case in next(iter(found.values()))
    ]
    return table(head, rows)


def _text(seconds):
    if seconds == 0:
        return f"below {1e6 * RUNGS[0]:.0f}"
    return f"above {1e6 * RUNGS[-1]:.0f}" if math.isinf(seconds) else f"{1e6 * seconds:.1f}"
