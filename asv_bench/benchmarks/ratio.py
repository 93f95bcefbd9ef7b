"""The headline: every function against its plain NumPy formula."""

from .compiled import setup_cache  # noqa: F401 - asv calls it first
from .few import few
from .formula import statement
from .inputs import FUNCTIONS, function, operands
from .paired import paired_ratio


class AgainstNumPy:
    """``numba_act.cpu`` against the formula of ``numba_act.reference``, each on one thread.

    Ours writes to a given output and allocates nothing. So does a formula of a single NumPy ufunc (relu, tanh); one of
    several steps could not, and allocates the result and everything between. Functions of rows have rows of 100.
    """

    params = (FUNCTIONS, few(["float32", "float64", "float16"]), few([1_000, 10_000, 100_000, 1_000_000, 10_000_000]))
    param_names = ("function", "dtype", "size")
    unit = "numba_act / NumPy"

    def track_ratio(self, name, dtype, size):
        ours, x, out = operands("cpu", name, dtype, size)
        theirs, names = statement(function("reference", name), x, out)
        return paired_ratio("ours(x, out=out)", theirs, **names | {"ours": ours, "x": x, "out": out})
