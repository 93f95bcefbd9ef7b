"""Masks: what they hide is as if deleted, whatever it is, and they broadcast."""

import numpy as np
import pytest
from bits import assert_same_bits
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
    with_garbage,
)
from row_truth import allowed, assert_true, truth, units_off


@examples
@given(
    name=any_function,
    dtype=any_dtype,
    seed=seeds,
    length=st.integers(1, 300),
    shown=st.sampled_from([0.0, 0.1, 0.5, 0.9]),
)
def test_masked_elements_are_as_if_deleted(name, dtype, seed, length, shown):
    x = normal_rows(seed, length, dtype)
    mask = np.random.default_rng(seed).random(length) < shown
    computed = compute(name, x, where=mask)
    assert_true(name, computed, x, mask)
    assert_same_bits(compute(name, with_garbage(x, mask, seed), where=mask), computed)
    if mask.any():
        deleted = truth(x[mask])
        exact = getattr(deleted, name)
        found = computed if reduces(name) else computed[mask]
        assert np.max(units_off(found, exact)) <= allowed(name, dtype, exact, x[mask].max())


@functions
@dtypes
@pytest.mark.parametrize("shape", [(1, 5000), (3, 129), (5, 7), (20, 128), (40, 3)], ids=str)
@pytest.mark.parametrize("axis", [-1, 0])
def test_masked_batches(name, dtype, shape, axis):
    x = normal_rows(2, shape, dtype)
    mask = np.random.default_rng(3).random(shape) < 0.6
    mask[0] = False
    mask[:, 0] = False
    hidden = with_garbage(x, mask, 4)
    along = np.moveaxis(np.asarray(compute(name, hidden, axis=axis, where=mask)), 0 if reduces(name) else axis, -1)
    rows, seen = np.moveaxis(x, axis, -1), np.moveaxis(mask, axis, -1)
    for index in range(len(rows)):
        assert_true(name, along[index], rows[index], seen[index], f"row {index}:")


MASK_SHAPES = [(), (5,), (1,), (4, 1), (1, 5), (4, 5), (3, 1, 1), (1, 4, 1), (3, 1, 5), (3, 4, 5)]


@functions
@dtypes
@pytest.mark.parametrize("axis", [0, 1, 2, -1, (0, 2), (1, 2), (0, 1, 2), None], ids=str)
def test_masks_broadcast(name, dtype, axis):
    x = normal_rows(1, (3, 4, 5), dtype)
    for shape in MASK_SHAPES:
        mask = np.random.default_rng(len(shape)).random(shape) < 0.6
        whole = np.broadcast_to(mask, x.shape).copy()
        expected = compute(name, x, axis=axis, where=whole)
        assert_same_bits(compute(name, x, axis=axis, where=mask), expected, shape)
        assert_same_bits(compute(name, x, axis=axis, where=mask.tolist()), expected, shape)
        assert_same_bits(compute(name, x, axis=axis, where=np.asfortranarray(whole)), expected, shape)
        assert_same_bits(compute(name, x.copy(order="F"), axis=axis, where=np.repeat(whole, 2, -1)[..., ::2]), expected)
        if axis in (2, -1):
            one_by_one = [
                compute(name, row, where=seen) for row, seen in zip(x.reshape(-1, 5), whole.reshape(-1, 5), strict=True)
            ]
            assert_same_bits(expected, np.array(one_by_one, dtype).reshape(expected.shape))


@functions
@pytest.mark.parametrize(
    "where", [1, 0, [1, 0, 1], np.ones(3), np.ones(3, np.uint8), np.array([True, None, True]), "yes"], ids=str
)
def test_mask_that_is_not_boolean_is_refused(name, where):
    with pytest.raises(TypeError):
        compute(name, np.zeros(3), where=where)


@functions
@pytest.mark.parametrize("shape", [(4,), (3, 1), (2, 2, 3), (1, 1, 2, 3)], ids=str)
def test_mask_that_does_not_broadcast_to_x_is_refused(name, shape):
    """Nor may it make x larger."""
    with pytest.raises(ValueError, match=r"broadcast|dimension"):
        compute(name, np.zeros((2, 3)), where=np.ones(shape, bool))
