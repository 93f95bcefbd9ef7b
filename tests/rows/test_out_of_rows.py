"""Outputs of row functions: another shape or dtype, or read-only."""

import numpy as np
import pytest
from row_calls import compute, functions, normal_rows


@functions
@pytest.mark.parametrize(
    "keywords", [{}, {"where": True}, {"scale": 2.0}, {"axis": (0, 1)}, {"axis": None}, {"axis": 0}], ids=str
)
@pytest.mark.parametrize("shape", [(3,), (4,), (3, 3), (3, 4, 1), (1, 3, 4), (2, 3, 4), (5,), (4, 3), (12,)], ids=str)
def test_out_of_another_shape_is_refused(name, keywords, shape):
    x = normal_rows(1, (3, 4), np.float32)
    if shape == np.shape(compute(name, x, **keywords)):
        pytest.skip("the right shape")
    out = np.full(shape, 7, np.float32)
    with pytest.raises(ValueError):  # noqa: PT011 - NumPy's messages differ
        compute(name, x, out=out, **keywords)
    assert np.all(out == 7)


@functions
@pytest.mark.parametrize("keywords", [{}, {"where": True}, {"axis": (0, 1)}, {"axis": None, "scale": 2.0}], ids=str)
def test_out_of_another_dtype(name, keywords):
    """A wider one is filled, an integer one refused."""
    x = normal_rows(1, (3, 4), np.float32)
    expected = np.asarray(compute(name, x, **keywords))
    out = np.full(expected.shape, 7.0)
    compute(name, x, out=out, dtype=np.float32, **keywords)
    np.testing.assert_array_equal(out, expected.astype(np.float64))
    integers = np.full(expected.shape, 7)
    with pytest.raises(TypeError):
        compute(name, x, out=integers, **keywords)
    assert np.all(integers == 7)


@functions
def test_read_only_out_is_refused(name):
    x = normal_rows(1, (3, 4), np.float32)
    for keywords in ({}, {"where": True}, {"axis": (0, 1)}, {"axis": (1, 0), "scale": 2.0}):
        out = np.zeros_like(np.asarray(compute(name, x, **keywords)))
        out.flags.writeable = False
        with pytest.raises(ValueError, match="read-only"):
            compute(name, x, out=out, **keywords)
        assert not np.any(out)
