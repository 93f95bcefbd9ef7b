"""The results of one run as Markdown: what lost first, and beside each figure what it is held to."""

import itertools
import json
import math
from dataclasses import dataclass

from bars import bar

TIMES = (
    "formula.AgainstNumPy.time_numba_act",
    "formula.AgainstNumPy.time_numba_act_out",
    "formula.AgainstNumPy.time_numpy",
)


@dataclass
class Figure:
    """One measurement: its benchmark, parameters, value (None if it failed), unit and bar (None if it has none)."""

    benchmark: str
    parameters: tuple[str, ...]
    value: float | None
    unit: str
    bar: float | None

    @property
    def behind(self):
        """How many times over its bar it is; a ratio without a bar is held to 1."""
        if self.value is None:
            return float("inf")
        held_to = self.bar if self.bar is not None else 1 if "/" in self.unit else float("inf")
        return self.value / held_to

    def line(self):
        """Return its line of a Markdown table."""
        held_to = "" if self.bar is None else f"{self.bar:g}"
        if self.value is None:
            value = "**failed**"
        elif self.behind > 1:
            value = f"{self.value:.3g} **{'slower' if self.bar is None else 'missed'}**"
        else:
            value = f"{self.value:.3g}"
        return f"| {self.benchmark} | {', '.join(self.parameters)} | {value} | {held_to} | {self.unit} |"


def figures(folder, commit, since):
    """Return the figures of the latest run.

    Parameters
    ----------
    folder : Path
        Where asv keeps results.
    commit : str
        What they were recorded under.
    since : float
        Time at which the run began; the files also hold what was measured before.
    """
    found = []
    for path in folder.glob(f"*/{commit[:8]}-*.json"):
        benchmarks = json.loads((folder / "benchmarks.json").read_text())
        stored = json.loads(path.read_text())
        for name, columns in stored["results"].items():
            result = dict(zip(stored["result_columns"], columns, strict=False))
            if result["started_at"] < 1000 * since:
                continue
            combinations = [tuple(map(_plain, values)) for values in itertools.product(*result["params"])]
            for parameters, value in zip(combinations, result["result"] or [None] * len(combinations), strict=True):
                if value is None or not math.isnan(value):  # NaN: skipped
                    found.append(Figure(name, parameters, value, benchmarks[name]["unit"], bar(name, parameters)))
    return found


def _plain(value):
    """Return a parameter, which asv stores as Python writes it, as one reads it."""
    return f"{int(value):_}" if value.isdigit() else value.strip("'")


def markdown(figures, conditions):
    """Return the summary.

    Parameters
    ----------
    figures : list of Figure
    conditions : list of str
        What was measured, where and when; one line each.
    """
    ratios = [figure for figure in figures if figure.benchmark not in TIMES or figure.value is None]
    behind = sorted((figure for figure in ratios if figure.behind > 1), key=lambda figure: -figure.behind)
    reached = [figure for figure in ratios if figure.behind <= 1 and figure.bar is not None]
    others = [figure for figure in ratios if figure.behind <= 1 and figure.bar is None]
    parts = ["# numba_act against plain NumPy", "\n".join(f"* {line}" for line in conditions)]
    for title, chosen in (("Behind", behind), ("Bars reached", reached), ("Without a bar", others)):
        parts.append(f"## {title} ({len(chosen)})")
        if chosen:
            parts.append("\n".join([HEAD, *(figure.line() for figure in chosen)]))
    times = _times(figures)
    return "\n\n".join([*parts, *(["## Times of one call", times] if times else []), ""])


HEAD = "| benchmark | parameters | measured | bar | unit |\n|---|---|---:|---:|---|"


def _times(figures):
    """Return the table of absolute times against the formula, or nothing if none were measured."""
    times = {(figure.benchmark, figure.parameters): figure.value for figure in figures}
    combinations = dict.fromkeys(figure.parameters for figure in figures if figure.benchmark in TIMES)
    head = "| parameters | numba_act | numba_act, `out=` | NumPy formula |\n|---|---:|---:|---:|"
    lines = [
        f"| {', '.join(parameters)} | {' | '.join(_microseconds(times.get((name, parameters))) for name in TIMES)} |"
        for parameters in combinations
    ]
    return "\n".join([head, *lines]) if lines else ""


def _microseconds(seconds):
    return "" if seconds is None else f"{1e6 * seconds:,.1f} us"
