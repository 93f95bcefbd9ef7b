"""The figures that asv has stored, by commit."""

import datetime
import itertools
import json
import math
from dataclasses import dataclass

from pages.bars import bar

# What is to be beaten; a plain copy, or a call of np.exp, is not.
RIVALS = "/ NumPy", "/ one thread"


@dataclass
class Figure:
    """One measurement: its benchmark, parameters, value (None if it failed), unit and bar (None if it has none)."""

    benchmark: str
    parameters: tuple[str, ...]
    value: float | None
    unit: str
    bar: float | None = None

    @property
    def behind(self):
        """How many times over its bar it is.

        Without a bar, a ratio to a rival is held to 1, and one to a yardstick to nothing.
        """
        if self.value is None:
            return math.inf
        held_to = self.bar if self.bar is not None else 1 if self.unit.endswith(RIVALS) else math.inf
        return self.value / held_to


@dataclass
class Run:
    """What has been measured of one commit on one machine."""

    commit: str
    date: datetime.datetime
    machine: str
    figures: list[Figure]

    def ratios(self):
        """Return ``{(function, dtype, size): ratio}`` of the headline suite, without what failed."""
        return {one.parameters: one.value for one in self.figures if one.benchmark == RATIO and one.value is not None}


RATIO = "ratio.AgainstNumPy.track_ratio"


def runs(folder, since=0.0):
    """Return the runs in a folder of asv's, in the order of the commits' dates.

    Parameters
    ----------
    folder : Path
        Where asv keeps results.
    since : float
        Time before which a measurement does not count; the files keep old ones too.
    """
    if not (folder / "benchmarks.json").exists():
        return []
    units = {
        name: benchmark["unit"]
        for name, benchmark in json.loads((folder / "benchmarks.json").read_text()).items()
        if isinstance(benchmark, dict)
    }
    found = []
    for path in folder.glob("*/*.json"):
        if path.name == "machine.json":
            continue
        stored = json.loads(path.read_text())
        figures = [
            figure
            for name, columns in stored["results"].items()
            if name in units
            for figure in _figures(name, dict(zip(stored["result_columns"], columns, strict=False)), units[name], since)
        ]
        if figures:
            date = datetime.datetime.fromtimestamp(stored["date"] / 1000, datetime.UTC)
            found.append(Run(stored["commit_hash"], date, path.parent.name, figures))
    return sorted(found, key=lambda run: run.date)


def _figures(name, result, unit, since):
    """Return the figures of one benchmark; what was skipped is not among them."""
    if result["started_at"] < 1000 * since:
        return
    combinations = [tuple(map(_plain, values)) for values in itertools.product(*result["params"])]
    for parameters, value in zip(combinations, result["result"] or [None] * len(combinations), strict=True):
        if value is None or not math.isnan(value):
            yield Figure(name, parameters, value, unit, bar(name, parameters))


def _plain(value):
    """Return a parameter, which asv stores as Python writes it, as one reads it."""
    return f"{int(value):_}" if value.isdigit() else value.strip("'")


def geometric_mean(ratios):
    """Return the geometric mean, NaN of nothing."""
    ratios = list(ratios)
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan
