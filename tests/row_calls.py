"""Calls of the row functions, and what their tests are parametrised with."""

import math

import ml_dtypes
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

import numba_act
from numba_act.engine.public.registry import activations

DECLARATIONS = {name: found for name, found in activations().items() if found.is_row}
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = {name: np.dtype(name) for name in ("float16", "float32", "float64")} | {"bfloat16": BFLOAT16}
WIDE = {name: DTYPES[name] for name in ("float32", "float64")}
functions = pytest.mark.parametrize("name", DECLARATIONS)
same_shape = pytest.mark.parametrize("name", [name for name, found in DECLARATIONS.items() if not found.reduces])
dtypes = pytest.mark.parametrize("dtype", DTYPES.values(), ids=DTYPES)
wide_dtypes = pytest.mark.parametrize("dtype", WIDE.values(), ids=WIDE)
few_examples = settings(max_examples=40, deadline=None, derandomize=True)
examples = settings(max_examples=120, deadline=None, derandomize=True)
any_function = st.sampled_from(sorted(DECLARATIONS))
any_dtype = st.sampled_from(list(DTYPES.values()))
seeds = st.integers(0, 2**32 - 1)


def compute(name, x, **keywords):
    """Call a function on one thread; any floating-point warning but underflow fails the test."""
    with np.errstate(all="raise", under="ignore"):
        return getattr(numba_act.cpu, name)(x, **keywords)


def reduces(name):
    return DECLARATIONS[name].reduces


def nothing(name):
    """Return what a masked element gives, or a row without elements."""
    return 0.0 if name == "softmax" else -math.inf


def in_float32(dtype):
    """Return the dtype that is computed in."""
    return np.dtype(np.float32) if dtype.itemsize == 2 else dtype


def normal_rows(seed, shape, dtype, spread=3):
    return np.random.default_rng(seed).normal(0, spread, shape).astype(dtype)


GARBAGE = [np.nan, -np.nan, np.inf, -np.inf, 3e38, -3e38, 0.0, 1e-45]


def with_garbage(x, mask, seed):
    """Return a copy whose masked elements are anything."""
    generator = np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        garbage = generator.choice(np.array(GARBAGE), x.shape).astype(x.dtype)
    return np.where(mask, x, garbage)


def scaled_copy(x, scale):
    """Return the products as they are defined: rounded in the dtype that is computed in."""
    with np.errstate(all="ignore"):
        return x.astype(in_float32(x.dtype)) * in_float32(x.dtype).type(scale)


def rounded(values, dtype):
    with np.errstate(all="ignore"):
        return np.asarray(values).astype(dtype)
