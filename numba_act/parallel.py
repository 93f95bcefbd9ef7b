"""The activations divided among numba's threads, whatever the size of the array."""

from numba_act.engine.namespace import publish

__getattr__, __dir__ = publish(__name__, "parallel")
