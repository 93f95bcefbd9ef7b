"""What has been measured: one case against one rival."""

import math
from dataclasses import dataclass

import numpy as np

from gpu.bars import COPY, bar


@dataclass(frozen=True)
class Case:
    """What is computed, in which section of the report, of which dtype and how many numbers or how they lie."""

    section: str
    function: str
    dtype: str
    extent: str


@dataclass
class Figure:
    """A case against a rival, or the trouble that left it without a figure.

    Attributes
    ----------
    measured, spread
        The median of the ratios and their quartiles: of bandwidths against a copy, ours over the copy's, and of times
        against anything else.
    seconds, rival_seconds : float
        The medians of the times.
    bandwidth : float
        The bytes that we move in a second, NaN where these do not count.
    allocates : bool
        Whether the rival made a new array rather than write to the given one.
    trouble : str
        Why there is no figure.
    ours : bool
        Whether the trouble is this package's.
    """

    case: Case
    rival: str
    measured: float = math.nan
    spread: tuple[float, float] = (math.nan, math.nan)
    seconds: float = math.nan
    rival_seconds: float = math.nan
    bandwidth: float = math.nan
    allocates: bool = False
    trouble: str = ""
    ours: bool = False

    @property
    def bar(self):
        """What it is held to, or None."""
        return bar(self.case, self.rival)

    @property
    def behind(self):
        """How many times over its bar it is: above 1 it has lost. Without a bar times are held to 1, a copy to none."""
        if self.trouble:
            return math.inf if self.ours else 0.0
        if self.rival == COPY:
            return self.bar / self.measured if self.bar else 0.0
        return self.measured / (self.bar or 1.0)


def figure(case, ours, rival, seconds, rival_seconds):
    """Return the `Figure` of times that were measured in turns.

    Parameters
    ----------
    case : Case
    ours, rival : contest.Entry
    seconds, rival_seconds : array
        Of one call in each block.
    """
    ratios = seconds / rival_seconds
    if rival.library == COPY:
        ratios = (ours.moved / seconds) / (rival.moved / rival_seconds)
    low, middle, high = map(float, np.quantile(ratios, (0.25, 0.5, 0.75)))
    median = float(np.median(seconds))
    return Figure(
        case,
        rival.library,
        measured=middle,
        spread=(low, high),
        seconds=median,
        rival_seconds=float(np.median(rival_seconds)),
        bandwidth=ours.moved / median if ours.moved else math.nan,
        allocates=rival.allocates,
    )
