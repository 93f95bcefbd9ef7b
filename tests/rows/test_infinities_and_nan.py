"""Infinities and NaN, also beside masks: they decide about their row and no other, without a warning."""

import itertools
import math

import numpy as np
import pytest
from bits import assert_same_bits
from hypothesis import given
from hypothesis import strategies as st
from row_calls import (
    DTYPES,
    WIDE,
    any_dtype,
    any_function,
    compute,
    dtypes,
    examples,
    few_examples,
    functions,
    nothing,
    reduces,
    seeds,
)
from row_truth import assert_true

import numba_act

FEW_VALUES = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -2.5, 3e38, -3e38]


@examples
@given(
    name=any_function,
    dtype=st.sampled_from(list(WIDE.values())),
    seed=seeds,
    rows=st.integers(1, 20),
    length=st.sampled_from([1, 2, 3, 4, 7, 16, 20, 129]),
    across=st.booleans(),
    hides=st.booleans(),
)
def test_rows_of_special_values(name, dtype, seed, rows, length, across, hides):
    """Rows of a batch differ in what they hold: those that need no special care must not suffer from those that do."""
    generator = np.random.default_rng(seed)
    palettes = [generator.choice(FEW_VALUES, generator.integers(1, 4)) for _ in range(rows)]
    x = np.stack([generator.choice(palette, length) for palette in palettes]).astype(dtype)
    mask = generator.random(x.shape) < generator.choice([0.2, 0.5, 1.0], (rows, 1)) if hides else np.ones(x.shape, bool)
    keywords = {"where": mask.T.copy() if across else mask} if hides else {}
    computed = np.asarray(compute(name, x.T.copy() if across else x, axis=0 if across else -1, **keywords))
    for row, seen, found in zip(x, mask, computed.T if across and not reduces(name) else computed, strict=True):
        assert_true(name, found, row, seen, f"{name} of {row} where {seen}:")


# How rows are divided into blocks is the same for all dtypes.
@functions
@pytest.mark.parametrize(
    ("dtype", "length"),
    [*itertools.product(DTYPES.values(), [5, 5000]), (DTYPES["float32"], 140_000)],
    ids=lambda each: str(each),
)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_one_special_value_in_a_long_row(name, dtype, length, value):
    for place in {0, length // 2, length - 1}:
        x = np.full(length, 0.5).astype(dtype)
        x[place] = value
        assert_true(name, compute(name, x), x)
        mask = np.arange(length) != place
        assert_true(name, compute(name, x, where=mask), x, mask)
        mask = np.arange(length) % 3 == place % 3
        assert_true(name, compute(name, x, where=mask), x, mask)


# Sixteen rows lie side by side in a buffer, halves in it as float32.
@functions
@dtypes
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(("rows", "length"), [(1, 3), (3, 3), (15, 3), (17, 40), (40, 5000)])
def test_nan_spreads_over_its_row_and_no_further(name, dtype, axis, rows, length):
    x = np.ones((rows, length), dtype)
    x[rows // 2, -1] = np.nan
    result = getattr(numba_act, name)(x if axis == 1 else np.asfortranarray(x).T, axis=axis)
    result = result if axis == 1 or result.ndim == 1 else result.T
    is_nan = np.isnan(result.astype(np.float64))
    assert is_nan[rows // 2].all()
    assert not np.delete(is_nan, rows // 2, axis=0).any()


@functions
@dtypes
def test_rows_of_nothing(name, dtype):
    """Fully masked, of -inf only, with -inf only where it is not masked."""
    for length in (1, 2, 17, 200, 5000):
        x = np.full((6, length), -np.inf).astype(dtype)
        mask = np.zeros(x.shape, bool)
        mask[3:, ::2] = True
        x[:2] = np.nan
        computed = compute(name, x, where=mask)
        for row, seen, found in zip(x, mask, computed, strict=True):
            assert_true(name, found, row, seen)
        assert_same_bits(compute(name, x, where=False), np.full(computed.shape, nothing(name)).astype(dtype))


@few_examples
@given(name=any_function, dtype=any_dtype, seed=seeds, rows=st.integers(1, 20), length=st.integers(1, 40))
def test_no_warning_from_any_bits(name, dtype, seed, rows, length):
    """Any number of the format, NaN that signal excepted: converting those is NumPy's and ml_dtypes' to report."""
    integer = np.dtype(f"u{dtype.itemsize}")
    bits = np.random.default_rng(seed).integers(0, np.iinfo(integer).max, (rows, length), integer, endpoint=True)
    with np.errstate(all="ignore"):
        x = bits.view(dtype)
        x = np.where(np.isnan(x), dtype.type(np.nan), x)
        finite = np.where(np.isfinite(x), x, dtype.type(0))
    mask = np.random.default_rng(seed).random(x.shape) < 0.5
    for values, keywords, axis in itertools.product(
        (x, finite), ({}, {"where": mask}, {"scale": 3.0}, {"scale": -1e4, "where": mask}), (-1, 0)
    ):
        compute(name, values, axis=axis, **keywords)
