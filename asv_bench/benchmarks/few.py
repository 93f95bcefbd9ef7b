"""Whether figures are wanted, or only whether everything runs: ``make smoke`` asks for the latter."""

import os

SMOKE = bool(os.environ.get("NUMBA_ACT_BENCH_SMOKE"))


def few(values):
    """Return the values of a parameter, or only the first in a smoke run."""
    return values[:1] if SMOKE else values
