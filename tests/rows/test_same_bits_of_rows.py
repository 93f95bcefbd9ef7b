"""The bits of a result depend on its row alone: not on axis, strides, neighbours or threads."""

import math

import numpy as np
import pytest
from bits import assert_same_bits
from hard_rows import HARD_ROWS, blocks_of_different_peaks
from hypothesis import given
from hypothesis import strategies as st
from row_calls import (
    any_dtype,
    any_function,
    compute,
    dtypes,
    examples,
    functions,
    normal_rows,
    reduces,
    seeds,
    wide_dtypes,
)

import numba_act


@st.composite
def views(draw, dtype, most=4):
    """Return an array of any shape, order of axes, direction and step."""
    shape = tuple(draw(st.lists(st.sampled_from([1, 2, 3, 4, 5, 7, 16, 17, 33]), min_size=1, max_size=most)))
    shape = shape if math.prod(shape) < 20_000 else shape[:2]
    steps = [draw(st.sampled_from([1, 1, 2, -1, -3])) for _ in shape]
    memory = normal_rows(draw(seeds), [length * abs(step) for length, step in zip(shape, steps, strict=True)], dtype)
    order = draw(st.permutations(range(len(shape))))
    return memory[tuple(slice(None, None, step) for step in steps)].transpose(order)


@examples
@given(data=st.data(), name=any_function, dtype=any_dtype)
def test_any_axis_of_any_view(data, name, dtype):
    x = data.draw(views(dtype))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    along_last = np.ascontiguousarray(np.moveaxis(x, axis, -1))
    one_by_one = np.array([compute(name, row) for row in along_last.reshape(-1, along_last.shape[-1])], dtype)
    if reduces(name):
        expected = one_by_one.reshape(along_last.shape[:-1])
    else:
        expected = np.moveaxis(one_by_one.reshape(along_last.shape), -1, axis)
    assert_same_bits(compute(name, x, axis=axis), expected)
    mask = np.ones(x.shape, bool)
    assert_same_bits(compute(name, x, axis=axis, where=mask), expected, "with a mask of True:")
    assert_same_bits(compute(name, x, axis=axis, where=True, scale=1), expected, "with one True:")
    if not reduces(name):
        in_place = np.array(x)
        assert compute(name, in_place, axis=axis, out=in_place) is in_place
        assert_same_bits(in_place, expected, "in place:")
        in_place = np.array(x)
        compute(name, in_place, axis=axis, where=mask, out=in_place)
        assert_same_bits(in_place, expected, "in place with a mask:")


@functions
@dtypes
@pytest.mark.parametrize("length", [1, 3, 16, 100, 128, 129, 5000])
def test_place_in_the_batch(name, dtype, length):
    """From four rows on, short ones are computed sixteen at a time."""
    x = normal_rows(length, (37, length), dtype)
    mask = np.random.default_rng(length).random(x.shape) < 0.7
    alone = np.array([compute(name, row) for row in x], dtype)
    alone_masked = np.array([compute(name, row, where=seen) for row, seen in zip(x, mask, strict=True)], dtype)
    for rows in (1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 37):
        for first in (0, 37 - rows):
            those = slice(first, first + rows)
            assert_same_bits(compute(name, x[those]), alone[those], f"{rows} rows:")
            masked = compute(name, x[those], where=mask[those])
            assert_same_bits(masked, alone_masked[those], f"{rows} masked rows:")
            across = compute(name, x[those].T.copy(), axis=0, where=mask[those].T.copy())
            assert_same_bits(across.T, alone_masked[those], f"{rows} masked columns:")


@functions
@wide_dtypes
@pytest.mark.parametrize("kind", ["normal", "blocks-of-different-peaks", "subnormal-results", "wide", "near-1e+30"])
def test_bits_of_hard_rows_along_any_axis(name, dtype, kind):
    for length in (130, 4097, 9000):
        generator = np.random.default_rng(length)
        x = np.stack([HARD_ROWS[kind](length, dtype, generator) for _ in range(5)])
        expected = np.array([compute(name, row) for row in x], dtype)
        assert_same_bits(compute(name, x), expected)
        assert_same_bits(compute(name, x.T.copy(), axis=0).T, expected)
        assert_same_bits(compute(name, np.repeat(x, 3, axis=1)[:, ::3]), expected)
        assert_same_bits(compute(name, x, where=True), expected)
        assert_same_bits(compute(name, x.T.copy(), axis=0, where=True).T, expected)


@functions
@wide_dtypes
def test_bits_of_a_row_that_is_divided(name, dtype):
    """On one thread here; ``threads/`` has the others."""
    x = blocks_of_different_peaks(300_000, dtype, np.random.default_rng(5))
    expected = compute(name, x)
    spread = np.repeat(x, 2)[::2]
    assert_same_bits(compute(name, spread), expected)
    assert_same_bits(compute(name, x[::-1].copy()[::-1]), expected)
    assert_same_bits(compute(name, x, where=np.ones(x.shape, bool)), expected)
    columns = np.stack([x] * 5, axis=1)
    assert_same_bits(compute(name, columns, axis=0)[..., 3], expected)
    assert_same_bits(numba_act.parallel.__getattr__(name)(x), expected)
    if not reduces(name):
        in_place = x.copy()
        compute(name, in_place, out=in_place)
        assert_same_bits(in_place, expected)
