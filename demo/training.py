"""The same network trained twice, side by side: once on our activations, once on the plain NumPy formulas."""

from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from perceptron import Perceptron

WIDTHS = [64, 512, 10]  # pixels, hidden units, digits
BATCH = 128
EPOCHS = 40
SEED = 1


class Stopwatch:
    """Adds up the time spent inside functions."""

    def __init__(self):
        self.seconds = 0.0

    def around(self, function):
        """Return the function with its time added up here."""

        def timed(x):
            start = perf_counter()
            result = function(x)
            self.seconds += perf_counter() - start
            return result

        return timed


@dataclass
class Run:
    """One training run as it went.

    Attributes
    ----------
    library : str
        Who provided the activations.
    losses : list of float
        Mean cross-entropy of each epoch.
    accuracy : float
        Share of the test images recognised at the end.
    seconds, activation_seconds : float
        Training time, and the part of it inside the activation functions.
    """

    library: str
    losses: list[float] = field(default_factory=list)
    accuracy: float = 0.0
    seconds: float = 0.0
    activation_seconds: float = 0.0


def train_side_by_side(activation, libraries, digits, on_epoch):
    """Train one network per library from equal weights on equal batches, taking turns epoch by epoch.

    Taking turns, whatever else the machine does meets both alike.

    Parameters
    ----------
    activation : str
        Of the hidden layer.
    libraries : dict of str to object
        Modules that have the activation functions.
    digits : Digits
        The data.
    on_epoch : callable
        Called after every epoch of every library with the latest loss.

    Returns
    -------
    list of Run
    """
    runs, watches, networks = [], [], []
    steps = EPOCHS * (len(digits.images) // BATCH)
    for name, library in libraries.items():
        watch = Stopwatch()
        functions = {used: watch.around(getattr(library, used)) for used in (activation, "softmax")}
        runs.append(Run(name))
        watches.append(watch)
        networks.append(Perceptron(WIDTHS, activation, functions, steps, SEED))

    random = np.random.default_rng(SEED)
    for epoch in range(EPOCHS):
        order = random.permutation(len(digits.images))
        turns = list(zip(runs, networks, strict=True))
        for run, network in turns if epoch % 2 else reversed(turns):
            start = perf_counter()
            run.losses.append(_epoch(network, digits, order))
            run.seconds += perf_counter() - start
            on_epoch(run.losses[-1])

    for run, watch, network in zip(runs, watches, networks, strict=True):
        run.activation_seconds = watch.seconds
        run.accuracy = network.accuracy(digits.test_images, digits.test_labels)
    return runs


def _epoch(network, digits, order):
    """Show every image once, in batches, and return the mean loss."""
    batches = [order[start : start + BATCH] for start in range(0, len(order) - BATCH + 1, BATCH)]
    return float(np.mean([network.learn(digits.images[batch], digits.labels[batch]) for batch in batches]))
