"""The results of one run as Markdown: what lost first, and beside each figure what it is held to."""

from pages.bars import MEAN
from pages.results import geometric_mean

TIMES = {
    "elementwise.Times.time_numba_act": "numba_act",
    "elementwise.Times.time_numpy": "NumPy formula",
    "elementwise.PlainNumba.time_plain_numba": "plain numba",
    "overhead.Calls.time_1000_calls": "numba_act, 1000 calls",
    "overhead.Calls.time_1000_calls_numpy": "NumPy formula, 1000 calls",
}
HEAD = "| parameters | measured | bar | unit | benchmark |\n|---|---:|---:|---|---|"
LONG = "## Bars reached"  # from where on it is of use to few


def markdown(run, conditions):
    """Return the summary of a `Run`; the conditions say what was measured, where and how long, one line each."""
    figures = [figure for figure in run.figures if figure.benchmark not in TIMES or figure.value is None]
    behind = sorted((figure for figure in figures if figure.behind > 1), key=lambda figure: -figure.behind)
    reached = [figure for figure in figures if figure.behind <= 1 and figure.bar is not None]
    others = [figure for figure in figures if figure.behind <= 1 and figure.bar is None]
    parts = ["# numba_act against plain NumPy", "\n".join(f"* {line}" for line in conditions)]
    if run.ratios():
        parts += ["## Geometric means of the ratios", means(run)]
    parts += [f"## Behind ({len(behind)})", table(behind)]
    parts += [f"{LONG} ({len(reached)})", table(reached), f"## Without a bar ({len(others)})", table(others)]
    return "\n\n".join([*parts, "## Times of one call", _times(run.figures), ""])


def shortened(text):
    """Return the part of a summary that fits a screen."""
    return text.partition(f"\n\n{LONG}")[0]


def table(figures):
    """Return figures as a Markdown table."""
    return "\n".join([HEAD, *map(_line, figures)]) if figures else "None."


def _line(figure):
    held_to = "" if figure.bar is None else f"{figure.bar:g}"
    if figure.value is None:
        value = "**failed**"
    elif figure.unit == "bytes":
        value = f"{figure.value / 2**20:,.0f} MiB"
    elif figure.behind > 1:
        value = f"{figure.value:.3g} **{'slower' if figure.bar is None else 'missed'}**"
    else:
        value = f"{figure.value:.3g}"
    return f"| {', '.join(figure.parameters)} | {value} | {held_to} | {figure.unit} | {figure.benchmark} |"


def means(run):
    """Return the geometric means of the headline suite by dtype and size as a Markdown table."""
    ratios = run.ratios()
    sizes = sorted({size for *_, size in ratios}, key=int)
    lines = [f"| | {' | '.join(sizes)} | all sizes |", f"|---|{'---:|' * (len(sizes) + 1)}"]
    dtypes = list(dict.fromkeys(dtype for _, dtype, _ in ratios))
    for title, chosen in (*((dtype, [dtype]) for dtype in dtypes), ("float32 and float64", ["float32", "float64"])):
        cells = [
            geometric_mean(ratio for (_, dtype, of), ratio in ratios.items() if dtype in chosen and size in (of, "all"))
            for size in (*sizes, "all")
        ]
        lines.append(f"| {title} | {' | '.join(f'{cell:.3f}' for cell in cells)} |")
    return "\n".join([*lines, "", f"Held to {MEAN:g}: float32 and float64, all sizes."])


def _times(figures):
    """Return the absolute times of ours and of others as a Markdown table."""
    times = {(figure.benchmark, figure.parameters): figure.value for figure in figures}
    combinations = dict.fromkeys(figure.parameters for figure in figures if figure.benchmark in TIMES)
    lines = [f"| parameters | {' | '.join(TIMES.values())} |", f"|---|{'---:|' * len(TIMES)}"]
    for parameters in combinations:
        cells = [_microseconds(times.get((name, parameters))) for name in TIMES]
        lines.append(f"| {', '.join(parameters)} | {' | '.join(cells)} |")
    return "\n".join(lines) if combinations else "None."


def _microseconds(seconds):
    return "" if seconds is None else f"{1e6 * seconds:,.1f} us"
