"""The activations on one thread, whatever the size of the array."""

from numba_act.engine.public import namespace as _namespace

__getattr__, __dir__ = _namespace.publish(__name__, "cpu")
