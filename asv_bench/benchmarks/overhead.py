"""What a call costs when there is next to nothing to compute."""

import numpy as np

from .inputs import FUNCTIONS, output
from .paired import paired_ratio


class OneNumber:
    """The functions of `numba_act` itself on one float32 with ``out=``: no allocation, one thread; against `np.exp`."""

    params = (FUNCTIONS,)
    param_names = ("function",)
    unit = "numba_act / np.exp"

    def track_ratio(self, name):
        import numba_act

        x = np.ones(1, np.float32)
        names = {"f": getattr(numba_act, name), "exp": np.exp, "x": x, "y": output(name, x), "z": np.empty_like(x)}
        return paired_ratio("f(x, out=y)", "exp(x, out=z)", **names)
