"""The picture of the demo: every function, and how the two trainings went."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

import numba_act
from numba_act.engine.registry import activations

INK, PALE, GRID = "#1f2933", "#8b97a3", "#e6eaee"
COLOURS = ("#2563eb", "#0d9488", "#d97706", "#c026d3", "#dc2626", "#65a30d")
PER_ROW = 5

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GRID,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "xtick.color": PALE,
    "ytick.color": PALE,
    "grid.color": GRID,
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
    function_rows = -(-len(declarations) // PER_ROW)
    with plt.rc_context(STYLE):
        figure = plt.figure(figsize=(13, 2.9 * function_rows + 4.3), layout="constrained")
        functions, trainings = figure.subfigures(2, 1, height_ratios=(2.9 * function_rows, 4.3))
        panels = functions.subplots(function_rows, PER_ROW, squeeze=False).ravel()
        for panel, declaration, number in zip(panels, declarations.values(), range(len(panels)), strict=False):
            draw_function(panel, declaration, COLOURS[number % len(COLOURS)])
        for panel in panels[len(declarations) :]:
            panel.set_axis_off()
        colours = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(declarations)}
        left, right = trainings.subplots(1, 2, width_ratios=(3, 2))
        draw_losses(left, runs, colours)
        draw_times(right, runs, colours)
        figure.savefig(path, dpi=150, facecolor="white")
        plt.close(figure)


def draw_function(panel, declaration, colour):
    """Draw one function; one of rows as the weights of a row while its first number grows."""
    x = np.linspace(-5, 5, 501)
    function = getattr(numba_act, declaration.name)
    panel.axhline(0, color=GRID, linewidth=1)
    panel.axvline(0, color=GRID, linewidth=1)
    if declaration.layout is None:
        y = function(x)
        panel.plot(x, y, color=colour, linewidth=2.6)
        if abs(y).max() <= 1:
            panel.set_ylim(-1.15, 1.15)
            panel.yaxis.set_major_locator(FixedLocator((-1, 0, 1)))
        panel.set_xlabel("x", color=PALE)
    else:
        rows = np.stack([x, np.full_like(x, 1), np.full_like(x, -1)], axis=-1)
        for line, label, opacity in zip(function(rows).T, ("x", "1", "\N{MINUS SIGN}1"), (1, 0.6, 0.35), strict=True):
            panel.plot(x, line, color=colour, linewidth=2.6, alpha=opacity)
            panel.annotate(label, (x[-1 if label == "x" else 0], line[-1 if label == "x" else 0]))
        panel.set_xlabel("x, of the row [x, 1, \N{MINUS SIGN}1]", color=PALE)
    panel.set_title(declaration.name, color=colour, family="DejaVu Sans Mono")
    panel.tick_params(length=0)
    panel.set_xticks([-5, 0, 5])


def draw_losses(panel, runs, colours):
    """Draw how far off the networks are after each round of training."""
    for activation, (ours, theirs) in runs.items():
        rounds = np.arange(1, len(ours.losses) + 1)
        panel.plot(rounds, ours.losses, color=colours[activation], linewidth=2.2, label=activation)
        panel.plot(rounds, theirs.losses, "o", color=colours[activation], markersize=5, markerfacecolor="white")
    panel.set_yscale("log")
    panel.legend()


def draw_times(panel, runs, colours):
    """Draw where the time of each training went."""
    for number, (activation, pair) in enumerate(runs.items()):
        for offset, run in zip((-0.2, 0.2), pair, strict=True):
            panel.barh(number + offset, run.activation_seconds, 0.36, color=colours[activation])
            rest = run.seconds - run.activation_seconds
            panel.barh(number + offset, rest, 0.36, left=run.activation_seconds, color=GRID)
    panel.invert_yaxis()
