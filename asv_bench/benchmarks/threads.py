"""What the threads are worth, with as many as there are by default: one for each CPU that this process may use."""

import numba_act

from .inputs import FUNCTIONS, function, operands
from .paired import paired_ratio


class AgainstOneThread:
    """float32 with ``out=``, so nothing is allocated: ``numba_act.parallel`` and `numba_act` against ``numba_act.cpu``."""

    params = (FUNCTIONS, [1_000_000, 10_000_000])
    param_names = ("function", "size")
    unit = "threads / one thread"

    def track_parallel(self, name, size):
        return _ratio(function("parallel", name), name, size)

    def track_automatic(self, name, size):
        return _ratio(getattr(numba_act, name), name, size)


def _ratio(divided, name, size):
    single, x, out = operands("cpu", name, "float32", size)
    return paired_ratio("divided(x, out=out)", "single(x, out=out)", divided=divided, single=single, x=x, out=out)
