"""The ratios as a picture: a panel for one thread and one for all, in it a line per function and a mark per library.

A mark is the geometric mean over dtypes and sizes, its whiskers reach from the best case to the worst.
"""

from statistics import geometric_mean

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.ticker import NullLocator

from compare.libraries import PEERS
from compare.means import FASTEST, TITLES, modes, ratios

# Of Okabe and Ito, which colour-blind people can tell apart; the shapes say the same again. NumPy has that of the text.
LOOKS = {
    "NumPy": (None, "o"),
    "SciPy": ("#56B4E9", "s"),
    "numexpr": ("#009E73", "^"),
    "PyTorch": ("#D55E00", "D"),
    "JAX": ("#CC79A7", "v"),
    "ONNX Runtime": ("#E69F00", "P"),
}
THEMES = {
    "light": {"ink": "#24292f", "grid": "#d0d7de", "slower": "#ffdcd7"},
    "dark": {"ink": "#e6edf3", "grid": "#3d444d", "slower": "#5c2420"},
}

TICKS = (0.01, 0.1, 0.5, 1, 2, 10)
MARGIN = 1.3


def draw(results, folder):
    """Draw what has been measured, as ``comparison_light.svg`` and ``comparison_dark.svg`` in a folder."""
    known = {key: _by_function(of_cases) for key, of_cases in ratios(results).items() if key[1] != FASTEST}
    if not known:
        return
    # Two pictures of the same figures differ without the salt and with the date.
    with plt.rc_context({"svg.hashsalt": "numba_act", "svg.fonttype": "path", "font.size": 13}):
        for name, theme in THEMES.items():
            figure = _figure(known, theme)
            figure.savefig(folder / f"comparison_{name}.svg", transparent=True, metadata={"Date": None})
            plt.close(figure)


def _by_function(of_cases):
    """Return ``{function: its ratios}``."""
    found = {}
    for case, ratio in of_cases.items():
        found.setdefault(case.title, []).append(ratio)
    return found


def _figure(known, theme):
    means = {key: {function: geometric_mean(one) for function, one in found.items()} for key, found in known.items()}
    functions = sorted(
        dict.fromkeys(function for found in known.values() for function in found),
        key=lambda function: -max(found.get(function, 0) for found in means.values()),
    )
    # Whiskers may leave the picture on the left, where a formula takes hundreds of times as long.
    lowest = min(min(found.values()) for found in means.values()) / MARGIN
    highest = max(2, *(max(numbers) for found in known.values() for numbers in found.values())) * MARGIN
    size = (1.6 + 2.8 * len(modes(known)), 2 + 0.4 * len(functions))
    with plt.rc_context(dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), theme["ink"])):
        figure, axes = plt.subplots(
            1, len(modes(known)), figsize=size, sharey=True, squeeze=False, layout="constrained"
        )
        for panel, mode in zip(axes.flat, modes(known), strict=True):
            panel.set_title(TITLES[mode])
            panel.set_xlim(lowest, highest)
            _scales(panel, functions, theme)
            for peer in PEERS:
                if (mode, peer.name) in known:
                    _marks(panel, peer.name, known[mode, peer.name], means[mode, peer.name], functions, theme)
        handles, labels = axes.flat[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False, columnspacing=1)
        words = "time of numba_act over that of the library:\nfaster on the left of 1, slower on the right"
        figure.supxlabel(words, fontsize=13)
    return figure


def _scales(panel, functions, theme):
    panel.set_xscale("log")
    low, high = panel.get_xlim()
    ticks = [ratio for ratio in TICKS if low < ratio < high]
    panel.set_xticks(ticks, [f"{ratio:g}" for ratio in ticks])
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set_yticks(range(len(functions)), functions)
    panel.set_ylim(len(functions) - 0.5, -0.5)
    panel.tick_params(length=0)
    panel.grid(axis="x", color=theme["grid"], linewidth=0.8)
    panel.hlines([number - 0.5 for number in range(1, len(functions))], low, high, color=theme["grid"], linewidth=0.5)
    panel.axvspan(1, high, color=theme["slower"], linewidth=0)
    panel.axvline(1, color=theme["ink"], linewidth=1.2)
    panel.spines[:].set_visible(False)
    panel.set_axisbelow(True)


def _marks(panel, library, found, means, functions, theme):
    """Draw the marks of one library, each a little below those of the one before."""
    color, marker = LOOKS[library]
    color = color or theme["ink"]
    shift = (list(LOOKS).index(library) - (len(LOOKS) - 1) / 2) * 0.14
    heights = [functions.index(function) + shift for function in found]
    ends = map(min, found.values()), map(max, found.values())
    panel.hlines(heights, *map(list, ends), color=color, linewidth=1)
    panel.plot(means.values(), heights, marker, color=color, markersize=5.5, markeredgewidth=0, label=library)
