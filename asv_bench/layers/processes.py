"""Each layer in a process of its own: which threads a process has is settled once, when it first divides an array."""

import multiprocessing
import os
import sys
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

LAYERS = ("workers", "tbb", "omp")


class LayerMissing(Exception):
    """The layer cannot be loaded; the message says why."""


def on_each_layer(measure, layers=LAYERS, **options):
    """Call a function once in a new process for each layer.

    Parameters
    ----------
    measure : callable
        Of a module that a new process can import; it is called with the layer's name and the options.
    layers : sequence of str

    Returns
    -------
    dict, dict
        What it returned, and why a layer is missing, by the layers' names.
    """
    found, missing = {}, {}
    for layer in layers:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, context, _choose, (layer,)) as executor:
            try:
                found[layer] = executor.submit(_started, layer, measure, options).result()
            except LayerMissing as error:
                missing[layer] = str(error)
            except BrokenProcessPool:
                missing[layer] = "its process died"
    return found, missing


def _choose(layer):
    os.environ["NUMBA_ACT_THREADING_LAYER"] = layer


def _started(layer, measure, options):
    """Start the layer's threads and measure."""
    import numpy as np

    import numba_act
    from numba_act.engine.threads.start import layers

    # An error in what the ufunc calls to start them is reported to Python's hooks alone.
    errors, hooks = [], (threading.excepthook, sys.unraisablehook)
    threading.excepthook = sys.unraisablehook = lambda error: errors.append(str(error.exc_value))
    numba_act.parallel.relu(np.zeros(1 << 20, np.float32))
    threading.excepthook, sys.unraisablehook = hooks
    if layers.started != layer:
        reason = " ".join(" ".join(errors).split())
        raise LayerMissing(reason or f"{layers.started} has been started instead")
    return measure(layer, **options)
