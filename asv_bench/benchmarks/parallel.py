"""What the threads are worth. float32, with ``out=``: nothing is allocated."""

import numba_act

from .compiled import setup_cache  # noqa: F401 - asv calls it first
from .few import few
from .inputs import FUNCTIONS, function, operands
from .paired import paired_ratio

SIZES = few([100_000, 1_000_000, 10_000_000])


class Divided:
    """``numba_act.parallel``, which always divides, against ``numba_act.cpu``.

    Skipped where a call may use fewer threads than that.
    """

    params = (FUNCTIONS, few([2, 4, 8, 16]), SIZES)
    param_names = ("function", "threads", "size")
    unit = "threads / one thread"

    def setup(self, name, threads, size):
        if threads > numba_act.most_threads():
            raise NotImplementedError(f"{threads} threads are more than there are")

    def track_ratio(self, name, threads, size):
        numba_act.set_num_threads(threads)
        return _ratio(function("parallel", name), name, size)


class Automatic:
    """`numba_act`, which divides where that is worth it, on as many threads as it likes, against ``numba_act.cpu``."""

    params = (FUNCTIONS, SIZES)
    param_names = ("function", "size")
    unit = "automatic / one thread"

    def track_ratio(self, name, size):
        return _ratio(getattr(numba_act, name), name, size)


def _ratio(divided, name, size):
    single, x, out = operands("cpu", name, "float32", size)
    return paired_ratio("divided(x, out=out)", "single(x, out=out)", divided=divided, single=single, x=x, out=out)
