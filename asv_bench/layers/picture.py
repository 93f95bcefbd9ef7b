"""Time by threads and size as a picture: a panel per function, a colour per layer, dashes per number of threads."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.lines import Line2D

from layers.cases import short
from layers.curves import FUNCTIONS, ROW

# Of Okabe and Ito, which colour-blind people can tell apart; the markers say the same again. What is drawn first is the
# widest, to be seen where lines coincide.
LOOKS = {
    "workers": {"color": "#0072B2", "marker": "o"},
    "tbb": {"color": "#E69F00", "marker": "s"},
    "omp": {"color": "#000000", "marker": "^"},
}
WIDTHS = {"workers": 5.0, "tbb": 3.0, "omp": 1.2}
DASHES = ((0, (1, 1.5)), (0, (4, 1.5)), (0, (4, 1.5, 1, 1.5)), (0, (7, 2)), (0, (7, 2, 1, 2)), (0, (2, 4)))

# Above it only the threads of small arrays would be seen.
HIGHEST = 4


def draw(results, path):
    """Draw what has been measured.

    Parameters
    ----------
    results : dict
        `suite.Measured` by layer.
    path : Path
    """
    counts = sorted({count for found in results.values() for count in found.points[0].ratios} - {"auto"})
    counts = [count for count in counts if count > 1]
    lowest = 0.85 * min(
        ratio for found in results.values() for point in found.points for ratio in point.ratios.values()
    )
    figure, axes = plt.subplots(2, 3, figsize=(13, 8), sharex=True, sharey=True, layout="constrained")
    panels = list(axes.flat)
    for panel, function in zip(panels, FUNCTIONS, strict=False):
        _panel(panel, function, results, counts, lowest)
    for panel in panels[2:5]:
        panel.tick_params(labelbottom=True)
        panel.set_xlabel("elements")
    for panel in axes[:, 0]:
        panel.set_ylabel("time over that of one thread")
    _legend(panels[-1], results, counts)
    figure.suptitle("Several threads against one: below 1 is faster")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _panel(panel, function, results, counts, lowest):
    """Draw the lines of one function."""
    name, dtype = function
    panel.set_title(f"{short(name, dtype)}{f', rows of {ROW}' if name == 'softmax' else ''}")
    panel.set_xscale("log")
    panel.set_yscale("log", base=2)
    panel.set_ylim(lowest, HIGHEST)
    panel.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    panel.grid(color="#dddddd", linewidth=0.6)
    panel.axhline(1, color="#888888", linewidth=1)
    for layer, found in results.items():
        points = [one for one in found.points if (one.name, one.dtype) == function]
        sizes = [one.size for one in points]
        for kind, look in (("auto", _solid(layer)), *((count, _dashed(counts, count)) for count in counts)):
            panel.plot(sizes, [one.ratios[kind] for one in points], **LOOKS[layer], **look)


def _solid(layer):
    return {"linewidth": WIDTHS[layer], "markersize": 3.5 + 1.3 * WIDTHS[layer]}


def _dashed(counts, count):
    style = DASHES[counts.index(count) % len(DASHES)]
    return {"linewidth": 1.3, "linestyle": style, "markersize": 4, "markerfacecolor": "white"}


def _legend(panel, results, counts):
    """Explain colours and line styles where there is no function to show."""
    panel.axis("off")
    lines = [Line2D([], [], label=f"{layer}, automatic", **LOOKS[layer], **_solid(layer)) for layer in results]
    lines += [
        Line2D([], [], label=f"{layer}, always among {count} threads", **LOOKS[layer], **_dashed(counts, count))
        for layer in results
        for count in counts
    ]
    columns = 1 if len(lines) <= 12 else 2
    panel.legend(handles=lines, loc="center", frameon=False, ncols=columns, fontsize=12 if columns == 1 else 8)
