"""The factor: what ``x * scale`` would give, without the array."""

import math

import numpy as np
import pytest
from bits import assert_same_bits
from row_calls import compute, dtypes, functions, normal_rows, reduces, rounded, scaled_copy, wide_dtypes, with_garbage


@functions
@dtypes
@pytest.mark.parametrize("scale", [1.0, 0.125, 0.1, -0.7, 3, 0, 1 / math.sqrt(96)], ids=str)
def test_scale_multiplies_first(name, dtype, scale):
    for shape in [(1,), (17,), (3, 200), (20, 30), (2, 5000)]:
        x = normal_rows(1, shape, dtype)
        expected = rounded(compute(name, scaled_copy(x, scale)), dtype)
        assert_same_bits(compute(name, x, scale=scale), expected, shape)
        if dtype.itemsize > 2:  # beside halves, a float32 is a wider operand: see test_scale_wider_than_x
            assert_same_bits(compute(name, x, scale=dtype.type(scale)), expected, shape)
        across = compute(name, x.T.copy(), axis=0, scale=scale)
        assert_same_bits(across if reduces(name) else across.T, expected, shape)
        mask = np.random.default_rng(1).random(shape) < 0.5
        expected = rounded(compute(name, scaled_copy(x, scale), where=mask), dtype)
        assert_same_bits(compute(name, with_garbage(x, mask, 2), scale=scale, where=mask), expected, shape)


@functions
@wide_dtypes
@pytest.mark.parametrize("scale", [1e30, -1e30, math.inf, -math.inf, math.nan, 0.0], ids=str)
def test_scale_that_overflows_or_is_no_number(name, dtype, scale):
    """No warning, and what the product is: infinite, or NaN."""
    for x in ([1e30, -1e30, 0.0, 1e-30], [1e30, 1e20, 1e30], [-1e30, -1e20], [math.inf, 1.0], [0.0, 0.0]):
        x = np.array(x, dtype)
        assert_same_bits(compute(name, x, scale=scale), compute(name, scaled_copy(x, scale)), x)


@functions
def test_scale_wider_than_x(name):
    """A float64 beside float32 numbers means what it means in ``x * scale``."""
    x = normal_rows(1, 20, np.float32)
    assert_same_bits(compute(name, x, scale=np.float64(0.1)), compute(name, x * np.float64(0.1)))
