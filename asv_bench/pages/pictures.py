"""The ratios and their history, drawn for light and for dark pages.

Text stays text, in whatever font the reader's system has: the files are small and sharp at any size.
"""

import math

import matplotlib as mpl
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

from pages.results import geometric_mean

# Diverging maps whose middle is the page's own colour: what is neither faster nor slower does not stand out.
THEMES = {"light": ("#1f2328", "RdBu_r"), "dark": ("#e6edf3", "berlin")}
FASTEST, SLOWEST = 1 / 64, 2

# The same file for the same figures.
STYLE = {"svg.fonttype": "none", "svg.hashsalt": "numba_act", "font.family": "sans-serif", "font.size": 11}


def draw(run, earlier, folder):
    """Draw the heat maps of a run, and the history that leads to it, in both themes.

    Parameters
    ----------
    run : Run
    earlier : list of Run
        On the same machine, in the order of their dates, with the run itself at the end.
    folder : Path

    Returns
    -------
    dict
        What each picture shows, by the name of its files: ``{name}_light.svg`` and ``{name}_dark.svg``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ratios = run.ratios()
    names = {}
    for dtype in dict.fromkeys(dtype for _, dtype, _ in ratios):
        names[f"ratio_{dtype}"] = f"our time over NumPy's by function and size, {dtype}"
        chosen = {(function, size): ratio for (function, of, size), ratio in ratios.items() if of == dtype}
        _in_both_themes(folder, f"ratio_{dtype}", _heat_map, dtype, chosen)
    names["history"] = "geometric means of our time over NumPy's, by commit"
    _in_both_themes(folder, "history", _history, earlier)
    return names


def _in_both_themes(folder, name, drawing, *arguments):
    for theme, (ink, colours) in THEMES.items():
        style = STYLE | dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), ink)
        with mpl.rc_context(style | {"axes.edgecolor": ink}):
            figure = drawing(*arguments, ink, mpl.colormaps[colours])
            path = folder / f"{name}_{theme}.svg"
            figure.savefig(path, transparent=True, metadata={"Date": None})


def _heat_map(dtype, ratios, ink, colours):
    functions = list(dict.fromkeys(function for function, _ in ratios))
    sizes = sorted({size for _, size in ratios}, key=int)
    figure = Figure(figsize=(1.55 + 0.55 * len(sizes), 0.9 + 0.3 * len(functions)), layout="constrained")
    axes = figure.subplots()
    scale = TwoSlopeNorm(0, math.log(FASTEST), math.log(SLOWEST))
    for row, function in enumerate(functions):
        for column, size in enumerate(sizes):
            ratio = ratios.get((function, size))
            if ratio is None:
                continue
            colour = colours(scale(min(max(math.log(ratio), scale.vmin), scale.vmax)))
            axes.add_patch(mpl.patches.Rectangle((column, row), 1, 1, facecolor=colour))
            axes.text(
                column + 0.5,
                row + 0.53,
                f"{ratio:.2f}",
                color="white" if _luminance(colour) < 0.35 else "black",
                weight="bold" if ratio > 1 else "normal",
                ha="center",
                va="center",
            )
    axes.set(xlim=(0, len(sizes)), ylim=(len(functions), 0), title=dtype)
    axes.set_xticks([column + 0.5 for column in range(len(sizes))], map(_short, sizes))
    axes.set_yticks([row + 0.5 for row in range(len(functions))], functions)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def _history(runs, ink, colours):
    figure = Figure(figsize=(6.5, 2.8), layout="constrained")
    axes = figure.subplots()
    lines = {}
    for number, run in enumerate(runs):
        for dtype in {dtype for _, dtype, _ in run.ratios()}:
            mean = geometric_mean(ratio for (_, of, _), ratio in run.ratios().items() if of == dtype)
            lines.setdefault(dtype, []).append((number, mean))
    for place, (dtype, points) in enumerate(sorted(lines.items())):
        shade = mpl.colormaps["tab10"](place)
        axes.plot(*zip(*points, strict=True), marker="o", color=shade)
        last = points[-1]
        axes.annotate(f"{dtype} {last[1]:.3f}", last, (8, 0), textcoords="offset points", color=shade, va="center")
    axes.set(ylim=(0, None), xlim=(-0.4, len(runs) - 0.6), ylabel="our time / NumPy's")
    axes.set_xticks(range(len(runs)), [f"{run.commit[:8]}\n{run.date:%Y-%m-%d}" for run in runs])
    axes.margins(y=0.2)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _luminance(colour):
    red, green, blue, *_ = colour
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _short(size):
    """Return a size such as 10M."""
    number = int(size)
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if number >= unit:
            return f"{number // unit}{name}"
    return str(number)
