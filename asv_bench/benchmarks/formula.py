"""Every function against the plain NumPy formula, as a user would write either."""

from .inputs import DTYPES, FUNCTIONS, array, function, operands
from .paired import paired_ratio

SIZES = [1_000, 100_000, 10_000_000]


class AgainstNumPy:
    """One thread on both sides (``numba_act.cpu``).

    Both return a new array in every call. A formula of several steps also allocates its intermediate results and could
    not write to an ``out=``; ours can, and ``time_numba_act_out`` shows what that is worth.
    """

    params = (FUNCTIONS, DTYPES, SIZES)
    param_names = ("function", "dtype", "size")
    unit = "numba_act / NumPy"
    rounds = 1
    repeat = (5, 30, 0.3)
    # Longer than it takes to load a function: asv decides within it how many calls make a sample.
    warmup_time = 0.3

    def time_numba_act(self, name, dtype, size):
        call, x, _ = operands("cpu", name, dtype, size)
        call(x)

    def time_numba_act_out(self, name, dtype, size):
        call, x, out = operands("cpu", name, dtype, size)
        call(x, out=out)

    def time_numpy(self, name, dtype, size):
        call, x, _ = operands("reference", name, dtype, size)
        call(x)

    def track_ratio(self, name, dtype, size):
        ours, formula = function("cpu", name), function("reference", name)
        return paired_ratio("ours(x)", "formula(x)", ours=ours, formula=formula, x=array(name, dtype, size))
