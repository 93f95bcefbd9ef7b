"""Numbers, which are rows of one, and arrays without elements."""

import numpy as np
import pytest
from bits import assert_same_bits
from row_calls import compute, dtypes, functions, normal_rows, nothing, reduces

NUMBERS = [2.5, 3, True, np.float32(-7.25), np.float16(0.1), np.array(12.3), np.array(-0.7, np.float32), np.int8(-4)]


@functions
@pytest.mark.parametrize("x", NUMBERS, ids=repr)
def test_number_is_a_row_of_one(name, x):
    for keywords in (
        {},
        {"axis": 0},
        {"axis": None},
        {"axis": (0,)},
        {"axis": (-1,)},
        {"scale": 2},
        {"where": True},
        {"where": False},
    ):
        computed = compute(name, x, **keywords)
        expected = compute(name, np.reshape(x, 1), **keywords)
        assert np.ndim(computed) == 0
        assert isinstance(computed, np.generic)
        assert_same_bits(computed, np.reshape(expected, ()), keywords)
        out = np.zeros((), expected.dtype)
        assert compute(name, x, out=out, **keywords) is out
        assert_same_bits(out, np.reshape(expected, ()), keywords)


@functions
@pytest.mark.parametrize("axis", [1, -2, (0, 1), (1,)], ids=str)
def test_axis_that_a_number_has_not_is_refused(name, axis):
    for x in (1.0, np.float32(1), np.array(1.0)):
        with pytest.raises(np.exceptions.AxisError):
            compute(name, x, axis=axis)


@dtypes
def test_rows_of_one_are_certain(dtype):
    """Nothing is divided that could be rounded."""
    x = np.concatenate([normal_rows(1, 3000, dtype, 20), [0, 1, -1, 88, -88, 700, -700, 1e4]]).astype(dtype)[:, None]
    assert_same_bits(compute("softmax", x), np.ones_like(x))
    assert_same_bits(abs(compute("log_softmax", x)), np.zeros_like(x))
    assert_same_bits(compute("logsumexp", x), x[:, 0])


@functions
@dtypes
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4), (0, 0)], ids=str)
def test_empty(name, dtype, shape):
    x = np.zeros(shape, dtype)
    for axis in [*range(-len(shape), len(shape)), None, tuple(range(len(shape))), (0, -1) if len(shape) > 1 else (0,)]:
        for keywords in ({}, {"where": True}, {"scale": 2.0}, {"where": np.zeros(shape, bool)}):
            computed = np.asarray(compute(name, x, axis=axis, **keywords))
            wanted = np.sum(x, axis=axis).shape if reduces(name) else shape
            assert_same_bits(computed, np.full(wanted, nothing(name)).astype(dtype), (axis, keywords))
