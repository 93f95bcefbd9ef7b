"""Causal limits: a lower triangle."""

import numpy as np
import pytest
from bits import assert_same_bits
from row_calls import compute, dtypes, normal_rows, same_shape, with_garbage


@same_shape
@dtypes
@pytest.mark.parametrize(
    "shape", [(1, 1), (5, 5), (3, 7), (7, 3), (40, 40), (2, 3, 20, 33), (130, 150), (0, 4), (4, 0)], ids=str
)
def test_causal_is_a_lower_triangle(name, dtype, shape):
    x = normal_rows(1, shape, dtype)
    triangle = np.tril(np.ones(shape[-2:], bool))
    hidden = with_garbage(x, np.broadcast_to(triangle, shape), 2)
    expected = compute(name, x, where=triangle)
    assert_same_bits(compute(name, hidden, causal=True), expected)
    assert_same_bits(compute(name, hidden, axis=len(shape) - 1, causal=True), expected)
    assert_same_bits(compute(name, np.asfortranarray(hidden), causal=True), expected)
    out = hidden.copy()
    assert compute(name, out, causal=True, out=out) is out
    assert_same_bits(out, expected)
    assert_same_bits(compute(name, hidden, causal=True, scale=0.3), compute(name, x, where=triangle, scale=0.3))
    mask = np.random.default_rng(3).random(shape) < 0.6
    both = compute(name, x, where=triangle & mask)
    assert_same_bits(compute(name, with_garbage(x, triangle & mask, 4), causal=True, where=mask), both)


@same_shape
@pytest.mark.parametrize("axis", [0, -2, None, (0, 1), 1.5], ids=str)
def test_causal_along_another_axis_is_refused(name, axis):
    with pytest.raises(TypeError if axis == 1.5 else ValueError):
        compute(name, np.zeros((3, 3)), axis=axis, causal=True)


@same_shape
def test_causal_without_two_axes_is_refused(name):
    for x in (np.zeros(3), np.float64(1), 1.0):
        with pytest.raises(ValueError, match="causal"):
            compute(name, x, causal=True)


def test_causal_makes_no_sense_where_rows_have_one_result():
    with pytest.raises(TypeError):
        compute("logsumexp", np.zeros((3, 3)), causal=True)
