"""The speed to reach, and whether each layer does."""

import math
from dataclasses import dataclass

from layers.cases import short

# The most that the automatic function may take of the time of one thread, where there are two threads or more.
AUTOMATIC = {
    ("gelu", "float32", 1_000_000): 0.58,
    ("gelu", "float64", 100_000): 0.58,
    ("sigmoid", "float32", 10_000_000): 0.75,
}
NEVER_ABOVE = 1.1
CALLERS_AT_LEAST = 0.85
CHOICE_AT_MOST = 20e-9


@dataclass
class Bar:
    """What is asked of every layer, as a text and a limit, and what has been measured of each."""

    title: str
    limit: float
    measured: dict[str, float]
    at_least: bool = False
    unit: float = 1.0

    def missed(self, layer):
        """Return whether a layer fails; what has not been measured does not."""
        number = self.measured[layer]
        return number < self.limit if self.at_least else number > self.limit


def bars(results):
    """Return all bars.

    Parameters
    ----------
    results : dict
        `suite.Measured` by layer.
    """
    worst = {layer: max(figure.ratio for figure in found.figures) for layer, found in results.items()}
    made = [Bar("automatic over one thread, the worst of all", NEVER_ABOVE, worst)]
    for case, limit in AUTOMATIC.items():
        measured = {layer: _automatic(found, *case) for layer, found in results.items()}
        made.append(Bar(f"{short(*case[:2])}, {case[2]:_}, automatic over one thread", limit, measured))
    several = {layer: found.callers for layer, found in results.items()}
    made.append(Bar("4 Python threads, calls per second over those of one", CALLERS_AT_LEAST, several, at_least=True))
    added = {layer: found.choice[0] for layer, found in results.items()}
    made.append(Bar("the choice at one element, ns", CHOICE_AT_MOST, added, unit=1e-9))
    return made


def _automatic(found, name, dtype, size):
    """Return a ratio, NaN where it has not been measured or there is one thread only."""
    ratios = [one.ratios["auto"] for one in found.points if (one.name, one.dtype, one.size) == (name, dtype, size)]
    return ratios[0] if ratios and found.threads > 1 else math.nan
