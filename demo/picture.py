"""The picture of the demo: every function, and how the two trainings went."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FixedLocator, NullLocator

import numba_act
from numba_act.engine.public.registry import activations

INK, PALE, GRID = "#1f2933", "#7b8794", "#e4e7eb"
COLOURS = ("#2563eb", "#0f9d8a", "#d97706", "#c026d3", "#dc2626", "#65a30d")
PER_ROW = 5
FUNCTION_HEIGHT, TRAINING_HEIGHT, WIDTH = 2.9, 4.4, 13

STYLE = {
    "font.size": 10.5,
    "text.color": INK,
    "axes.labelcolor": PALE,
    "axes.edgecolor": GRID,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.axisbelow": True,
    "xtick.color": PALE,
    "ytick.color": PALE,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": GRID,
    "lines.linewidth": 2.6,
    "lines.solid_capstyle": "round",
}


def draw(path, runs):
    """Write the picture.

    Parameters
    ----------
    path : str
        Of the image.
    runs : dict of str to list of Run
        For each hidden activation the run on our functions and the run on NumPy's formulas.
    """
    declarations = activations()
    # The trained ones first: they share a panel and must not share a colour.
    names = dict.fromkeys([*runs, *declarations])
    colours = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(names)}
    rows = -(-len(declarations) // PER_ROW)
    heights = (FUNCTION_HEIGHT * rows, TRAINING_HEIGHT)
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(WIDTH, sum(heights)), layout="constrained")
        functions, trainings = figure.subfigures(2, 1, height_ratios=heights, hspace=0.06)
        panels = functions.subplots(rows, PER_ROW, squeeze=False).ravel()
        for panel, declaration in zip(panels, declarations.values(), strict=False):
            draw_function(panel, declaration, colours[declaration.name])
        for panel in panels[len(declarations) :]:
            panel.set_axis_off()
        losses, times = trainings.subplots(1, 2, width_ratios=(3, 2), gridspec_kw={"wspace": 0.08})
        draw_losses(losses, runs, colours)
        draw_times(times, runs, colours)
        figure.savefig(path, dpi=150, facecolor="white", bbox_inches="tight", pad_inches=0.3)
        plt.close(figure)


def draw_function(panel, declaration, colour):
    """Draw one function."""
    x = np.linspace(-5, 5, 501)
    panel.axhline(0, color=GRID, linewidth=1)
    panel.axvline(0, color=GRID, linewidth=1)
    function = getattr(numba_act, declaration.name)
    if not declaration.is_row:
        y = function(x)
        panel.plot(x, y, color=colour)
        panel.set_xlabel("x")
    else:
        y = draw_row(panel, function, x, colour)
    bounded = abs(y).max() <= 1
    panel.yaxis.set_major_locator(FixedLocator((-5, 0, 5)))
    if bounded:
        panel.set_ylim(-1.12, 1.12)
        panel.yaxis.set_major_locator(FixedLocator((-1, 0, 1)))
    panel.set_xticks([-5, 0, 5])
    panel.set_title(declaration.name, color=colour)


def draw_row(panel, function, x, colour):
    """Draw a function of rows: what becomes of the row [x, 1, -1] while its first number grows. Return the results."""
    minus_one = "\N{MINUS SIGN}1"
    results = function(np.stack([x, np.full_like(x, 1), np.full_like(x, -1)], axis=-1))
    panel.set_xlabel(f"x of the row [x, 1, {minus_one}]")
    if results.ndim == 1:
        panel.plot(x, results, color=colour)
        return results
    labels = {"x": (4.9, "right"), "1": (-4.9, "left"), minus_one: (-4.9, "left")}
    for curve, opacity, (label, (place, horizontal)) in zip(results.T, (1, 0.6, 0.35), labels.items(), strict=True):
        panel.plot(x, curve, color=colour, alpha=opacity)
        height = np.interp(place, x, curve) + 0.03 * np.ptp(results)
        panel.text(place, height, f"at {label}", va="bottom", ha=horizontal, fontsize=9, color=PALE)
    return results


def draw_losses(panel, runs, colours):
    """Draw how wrong the networks are in each round of training."""
    for activation, (ours, theirs) in runs.items():
        rounds = np.arange(1, len(ours.losses) + 1)
        panel.plot(rounds, ours.losses, color=colours[activation], linewidth=1.8)
        panel.plot(
            rounds[::2], theirs.losses[::2], "o", color=colours[activation], markersize=4.5, markerfacecolor="white"
        )
    _label_ends(panel, {name: ours.losses[-1] for name, (ours, _) in runs.items()}, colours, rounds[-1])
    panel.set_yscale("log")
    panel.grid(axis="y")
    panel.set_xlabel("round of training")
    _title(panel, "Learning handwritten digits", "cross-entropy; lines: on numba_act, rings: on NumPy formulas")


def _label_ends(panel, ends, colours, last):
    """Write each name beside the end of its curve, no two of them closer than can be read."""
    lowest = -np.inf
    for name, end in sorted(ends.items(), key=lambda item: item[1]):
        lowest = max(np.log10(end), lowest + 0.32)
        panel.annotate(
            name, (last, 10**lowest), xytext=(10, 0), textcoords="offset points", va="center", color=colours[name]
        )


def draw_times(panel, runs, colours):
    """Draw where the time of each training went."""
    longest = max(run.seconds for pair in runs.values() for run in pair)
    for number, (activation, pair) in enumerate(runs.items()):
        for offset, run in zip((-0.2, 0.2), pair, strict=True):
            place, colour = number + offset, colours[activation]
            panel.barh(place, run.activation_seconds, 0.36, color=colour)
            panel.barh(place, run.seconds - run.activation_seconds, 0.36, left=run.activation_seconds, color=GRID)
            panel.text(
                run.seconds + 0.015 * longest, place, f"{run.library}  {run.seconds:.1f} s", va="center", fontsize=9
            )
    panel.set_xlim(0, 1.28 * longest)
    panel.set_yticks(range(len(runs)), runs)
    panel.invert_yaxis()
    panel.spines["bottom"].set_visible(False)
    panel.xaxis.set_major_locator(NullLocator())
    _title(panel, "Seconds to train", "coloured: inside the activations")


def _title(panel, what, how):
    """Put a title above a panel and, smaller, how to read it."""
    panel.set_title(what, pad=30)
    panel.annotate(how, (0, 1), xycoords="axes fraction", xytext=(0, 14), textcoords="offset points", color=PALE)
