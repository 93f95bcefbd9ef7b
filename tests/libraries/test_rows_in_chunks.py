"""Rows that lie in several chunks of Dask are as accurate as whole ones, or nearly."""

import numpy as np
import pytest

import numba_act as na

dask_array = pytest.importorskip("dask.array")


# What is lost is the rounding of each piece's logarithm, not that of differences between pieces, which may be large.
@pytest.mark.parametrize("deviation", [3, 30, 300])
@pytest.mark.parametrize("name", ["softmax", "logsumexp"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_errors_do_not_grow_with_the_numbers(name, dtype, deviation):
    x = (deviation * np.random.default_rng(0).standard_normal((50, 64))).astype(dtype)
    found = getattr(na, name)(dask_array.from_array(x, chunks=(25, 16))).compute()
    expected = getattr(na, name)(x)
    # Numbers that are not normal have no more digits than these.
    np.testing.assert_allclose(found, expected, rtol=8 * np.finfo(dtype).eps, atol=4 * np.finfo(dtype).smallest_normal)
