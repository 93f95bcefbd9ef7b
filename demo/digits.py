"""Handwritten digits, learned with our activation functions and again with plain NumPy formulas.

Run with ``make demo``. Prints how well and how fast both learn and how every function compares, and draws demo.png.
"""

import time

import data
import picture
import report
from comparison import compare
from perceptron import DERIVATIVES
from tqdm import tqdm
from training import EPOCHS, train_side_by_side

import numba_act
from numba_act import cpu, reference
from numba_act.engine.registry import activations

LIBRARIES = {"numba_act": numba_act, "NumPy": reference}
PICTURE = "demo.png"


def main():
    """Train, compare, draw."""
    start = time.perf_counter()
    digits = data.load()
    print(report.introduction(digits))

    print(report.preparation(seconds_to_prepare()))
    runs = {}
    with progress(len(DERIVATIVES) * len(LIBRARIES) * EPOCHS, "training") as bar:
        for activation in DERIVATIVES:
            bar.set_description(f"training, {activation}")
            runs[activation] = train_side_by_side(activation, LIBRARIES, digits, lambda _: bar.update())
    print(report.training(runs))

    with progress(2 * len(activations()), "comparing calls") as bar:
        rows = compare(lambda _: bar.update())
    print(report.comparison(rows))

    picture.draw(PICTURE, runs)
    print(f"The picture is in {PICTURE}. All of this took {time.perf_counter() - start:.0f} seconds.")


def seconds_to_prepare():
    """Return the time until every function has been called once in each dtype."""
    start = time.perf_counter()
    for name in activations():
        for namespace in (numba_act, cpu):
            for dtype in ("float32", "float64"):
                getattr(namespace, name)([1.0], dtype=dtype)
    return time.perf_counter() - start


def progress(total, description):
    """Return a progress bar that goes when it is full."""
    return tqdm(total=total, desc=description, leave=False, bar_format="{desc:24} {bar:40} {percentage:3.0f} %")


if __name__ == "__main__":
    main()
