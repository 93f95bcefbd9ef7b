"""Handwritten digits, learned with our activation functions and again with plain NumPy formulas.

Run with ``make demo``. Prints how well and how fast both learn and how every function compares, and draws demo.png.
"""

import time

import data
import picture
import report
from comparison import compare
from perceptron import DERIVATIVES
from threadpoolctl import threadpool_limits
from tqdm import tqdm
from training import EPOCHS, train_side_by_side

from numba_act import cpu, reference
from numba_act.engine.public.registry import activations

# One thread on either side, for the matrix products too: what is compared is the functions, not the threads.
LIBRARIES = {"numba_act": cpu, "NumPy": reference}
PICTURE = "demo.png"


def main():
    """Train, compare, draw."""
    start = time.perf_counter()
    digits = data.load()
    print(report.introduction(digits))

    with progress(len(activations()), "preparing") as bar:
        seconds = prepare(lambda _: bar.update())
    print(report.preparation(seconds))

    runs = {}
    with progress(len(DERIVATIVES) * len(LIBRARIES) * EPOCHS, "training") as bar, threadpool_limits(1):
        for activation in DERIVATIVES:
            bar.set_description(f"training, {activation}")
            runs[activation] = train_side_by_side(activation, LIBRARIES, digits, lambda _: bar.update())
    print(report.training(runs))

    with progress(2 * len(activations()), "comparing calls") as bar:
        rows = compare(lambda _: bar.update())
    print(report.comparison(rows))

    picture.draw(PICTURE, runs)
    print(f"The picture is in {PICTURE}. All of this took {time.perf_counter() - start:.0f} seconds.")


def prepare(on_function):
    """Call every function once, so that it is compiled, and return the seconds that this took."""
    start = time.perf_counter()
    for name in activations():
        getattr(cpu, name)([1.0])
        on_function(name)
    return time.perf_counter() - start


def progress(total, description):
    """Return a progress bar that goes when it is full."""
    return tqdm(total=total, desc=description, leave=False, bar_format="{desc:24} {bar:40} {percentage:3.0f} %")


if __name__ == "__main__":
    main()
