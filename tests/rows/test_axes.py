"""Several axes as one, and axes that are kept."""

import itertools

import numpy as np
import pytest
from bits import assert_same_bits
from row_calls import compute, dtypes, functions, normal_rows, reduces
from row_truth import assert_true


def merged(x, axes):
    """Return a copy with these axes, in their order in x, as its last; and how to bring results of their shape back."""
    axes = sorted(axis % x.ndim for axis in axes)
    moved = np.moveaxis(x, axes, range(-len(axes), 0))
    rows = moved.reshape(*moved.shape[: x.ndim - len(axes)], -1).copy()
    return rows, lambda results: np.moveaxis(results.reshape(moved.shape), range(-len(axes), 0), axes)


AXES = [(0,), (-1,), (0, 1), (1, 2), (0, 2), (-1, -3), (0, 1, 2), (1, 3), (0, 3), (0, 1, 2, 3), (-4, 2)]
LAID_OUT = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "step": lambda x: np.repeat(np.repeat(x, 2, axis=-1), 2, axis=0)[::2, ..., ::2],
    "reversed": lambda x: x[::-1, :, ::-1].copy()[::-1, :, ::-1],
    "transposed": lambda x: x.transpose(2, 0, 3, 1).copy().transpose(1, 3, 0, 2),
}


@functions
@dtypes
@pytest.mark.parametrize("axes", AXES, ids=str)
def test_several_axes_are_one(name, dtype, axes):
    values = normal_rows(1, (3, 4, 5, 6), dtype)
    rows, restore = merged(values, sorted(axis % 4 for axis in axes))
    expected = compute(name, rows) if reduces(name) else restore(compute(name, rows))
    for (kind, lay_out), (out_kind, lay_out_result) in itertools.product(LAID_OUT.items(), LAID_OUT.items()):
        x = lay_out(values)
        in_order = tuple(sorted(axes, key=lambda axis: axis % 4))
        assert_same_bits(compute(name, x, axis=in_order), expected, kind)
        if reduces(name):
            out = np.full(expected.shape, 7.0).astype(dtype)
        else:
            out = lay_out_result(np.full(values.shape, 7.0).astype(dtype))
        assert compute(name, x, axis=in_order, out=out) is out
        assert_same_bits(out, expected, f"{kind} into {out_kind}")
        if not reduces(name):
            in_place = lay_out(values.copy())
            assert compute(name, in_place, axis=in_order, out=(in_place,)) is in_place
            assert_same_bits(in_place, expected, f"{kind} in place")


@functions
def test_axes_in_another_order_are_within_the_bound(name):
    """The elements are then added up in that order, or in memory's: either is right."""
    x = normal_rows(1, (3, 4, 5), np.float32)
    computed = np.asarray(compute(name, x, axis=(2, 0)))
    assert computed.shape == ((4,) if reduces(name) else x.shape)
    for index in range(4):
        found = computed[index] if reduces(name) else computed[:, index].ravel()
        assert_true(name, found, x[:, index].ravel())


@functions
@dtypes
def test_all_axes(name, dtype):
    for shape in [(7,), (3, 4), (2, 3, 4), (1, 1)]:
        x = normal_rows(1, shape, dtype)
        expected = np.asarray(compute(name, x.ravel())).reshape(() if reduces(name) else shape)
        assert_same_bits(compute(name, x, axis=None), expected)
        assert_same_bits(compute(name, np.asfortranarray(x), axis=None), expected)
        mask = np.random.default_rng(1).random(shape) < 0.5
        masked = np.asarray(compute(name, x.ravel(), where=mask.ravel())).reshape(expected.shape)
        assert_same_bits(compute(name, x, axis=None, where=mask), masked)


@functions
@pytest.mark.parametrize("axis", [3, -4, (0, 3), (-4,), 100])
def test_axis_out_of_range_is_refused(name, axis):
    for keywords in ({}, {"where": True}, {"scale": 2.0}):
        with pytest.raises(np.exceptions.AxisError):
            compute(name, np.zeros((2, 3, 4)), axis=axis, **keywords)


@functions
@pytest.mark.parametrize("axis", [(0, 0), (0, -3), (1, 1, 2)])
def test_repeated_axis_is_refused(name, axis):
    with pytest.raises(ValueError, match="repeated"):
        compute(name, np.zeros((2, 3, 4)), axis=axis)


@pytest.mark.parametrize("axis", [-1, 0, 1, (0, 2), (0, 1, 2), None], ids=str)
@pytest.mark.parametrize("keywords", [{}, {"where": True}, {"scale": 0.5}], ids=str)
@dtypes
def test_keepdims(axis, keywords, dtype):
    x = normal_rows(1, (3, 4, 5), dtype)
    wanted = np.sum(x, axis=axis, keepdims=True).shape
    plain = compute("logsumexp", x, axis=axis, **keywords)
    expected = np.reshape(plain, wanted)
    assert_same_bits(compute("logsumexp", x, axis=axis, keepdims=True, **keywords), expected)
    out = np.zeros(wanted, dtype)
    assert compute("logsumexp", x, axis=axis, keepdims=True, out=out, **keywords) is out
    assert_same_bits(out, expected)
    out = np.zeros(np.shape(plain), dtype)
    assert compute("logsumexp", x, axis=axis, out=out, **keywords) is out
    assert_same_bits(out, plain)
