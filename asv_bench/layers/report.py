"""What ``scaling.py`` has measured, as Markdown: what lost first, then the bars, then the rest."""

import math

from layers.bars import NEVER_ABOVE, bars
from layers.callers import CALLERS, SIZE
from layers.cases import short
from layers.markdown import microseconds, ratio, table

# What is printed as 1.00 has not lost.
LOST = 1.005
NAMED = 4

EXPLANATION = """Figures are times over the time of one thread (`numba_act.cpu`) on the same arrays, measured in
turns in one process, calls at once after each other, medians of the blocks: below 1 is faster. *Automatic* is
`numba_act.gelu` and so on, which divides where it is worth it; a number of threads is `numba_act.parallel`, which
always does, under `numba_act.num_threads`. `out=` is given where nothing else is said. What seems slower than one
thread at first is measured again, longer, and that figure stands."""


def markdown(results):
    """Return the tables.

    Parameters
    ----------
    results : dict
        `suite.Measured` by layer.
    """
    parts = [EXPLANATION, f"## Automatic slower than one thread (bar: never above {NEVER_ABOVE:g})", _lost(results)]
    parts += ["## The bars", _bars(results), "## Layouts", _LAYOUTS, _layouts(results)]
    parts += ["## Several callers, and the choice", _others(results)]
    parts += ["## By threads and size", "The picture shows the sizes between, too."]
    for layer, found in results.items():
        parts += [f"### {layer}", _points(found)]
    return "\n\n".join(parts)


def _lost(results):
    """List the sizes at which a layer lost, those with the worst figure first."""
    groups = []
    for layer, found in results.items():
        for size in dict.fromkeys(figure.size for figure in found.figures):
            of_size = [figure for figure in found.figures if figure.size == size]
            lost = sorted((one for one in of_size if one.ratio > LOST), key=lambda one: -one.ratio)
            if lost:
                groups.append((lost[0].ratio, [layer, f"{size:_}", f"{len(lost)} of {len(of_size)}", _names(lost)]))
    rows = [cells for _, cells in sorted(groups, key=lambda group: -group[0])]
    return table(["layer", "size", "lost", "which"], rows, left=4) if rows else "None."


def _names(lost):
    """Return the worst by name, and all that are above the bar."""
    named = [one for number, one in enumerate(lost) if number < NAMED or one.ratio > NEVER_ABOVE]
    names = [f"{short(one.name, one.dtype)} {ratio(one.ratio, NEVER_ABOVE)}" for one in named]
    rest = lost[len(named) :]
    if rest:
        names.append(f"{len(rest)} more of at most {rest[0].ratio:.2f}")
    return ", ".join(names)


def _bars(results):
    rows = []
    for bar in bars(results):
        cells = []
        for layer in results:
            number = bar.measured[layer]
            verdict = "**missed**" if bar.missed(layer) else "reached"
            cells.append("not measured" if math.isnan(number) else f"{number / bar.unit:.3g} {verdict}")
        rows.append([bar.title, f"{'>=' if bar.at_least else '<='} {bar.limit / bar.unit:g}", *cells])
    return table(["what", "bar", *results], rows)


_LAYOUTS = """Automatic over one thread, float32. NumPy hands over a cropped array in pieces of 8192 elements, or of
`numpy.getbufsize`, and each is divided on its own or not at all."""


def _layouts(results):
    first = next(iter(results.values()))
    rows = [
        [title, function, microseconds(seconds), *(ratio(found.layouts[title][2]) for found in results.values())]
        for title, (function, seconds, _) in first.layouts.items()
    ]
    return table(["array", "function", "one thread us", *results], rows, left=2)


def _others(results):
    callers = [f"{CALLERS} threads that call gelu of {SIZE:_} float32: calls per second over those of one thread"]
    choice = ["automatic sigmoid of one number: ns more than one thread, and quartiles"]
    for found in results.values():
        middle, (low, high) = found.choice
        callers.append(f"{found.callers:.2f}")
        choice.append(f"{1e9 * middle:.1f} ({1e9 * low:.1f} to {1e9 * high:.1f})")
    return table(["what", *results], [callers, choice])


def _points(found):
    kinds = list(found.points[0].ratios)
    head = [
        "function",
        "size",
        "one thread us",
        "automatic",
        *(f"{count} thread{'s' * (count > 1)}" for count in kinds[1:]),
    ]
    rows = [
        [short(one.name, one.dtype), f"{one.size:_}", microseconds(one.seconds), *map(ratio, one.ratios.values())]
        for one in found.points
        if math.log10(one.size).is_integer()
    ]
    return table(head, rows)
