"""float16 and bfloat16: every one of their numbers, and functions of them."""

import ml_dtypes
import numpy as np
import pytest
from subjects import representatives

from numba_act.engine.public.registry import activations
from numba_act.engine.public.ufunc import build_ufunc

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
HALVES = {"float16": np.dtype(np.float16), "bfloat16": BFLOAT16}
ELEMENTWISE = {name: found for name, found in activations().items() if not found.is_row}
halves = pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
elementwise_names = pytest.mark.parametrize("name", ELEMENTWISE)
elementwise_kinds = pytest.mark.parametrize("name", [found.name for found in representatives() if not found.is_row])


def all_numbers(half):
    return np.arange(1 << 16, dtype=np.uint16).view(half)


def all_but_nan(half):
    with np.errstate(invalid="ignore"):  # ml_dtypes raises the flag for signalling NaNs
        return all_numbers(half)[~np.isnan(all_numbers(half))]


def one_thread(name):
    """Return a function of x alone."""
    declaration = ELEMENTWISE[name]
    ufunc = build_ufunc(declaration, "cpu")
    return lambda x, **keywords: ufunc(x, *(x.dtype.type(v) for v in declaration.parameters.values()), **keywords)
