"""Rows that lie in several chunks of Dask are as accurate as whole ones, or nearly."""

import numpy as np
import pytest
from row_calls import functions

import numba_act as na

dask_array = pytest.importorskip("dask.array")


# What is lost is the rounding of each piece's logarithm, not that of differences between pieces, which may be large.
@pytest.mark.parametrize("deviation", [3, 30, 300])
@functions
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_errors_do_not_grow_with_the_numbers(name, dtype, deviation):
    x = (deviation * np.random.default_rng(0).standard_normal((50, 64))).astype(dtype)
    found = getattr(na, name)(dask_array.from_array(x, chunks=(25, 16))).compute()
    expected = getattr(na, name)(x)
    # Numbers that are not normal have no more digits than these.
    np.testing.assert_allclose(found, expected, rtol=8 * np.finfo(dtype).eps, atol=4 * np.finfo(dtype).smallest_normal)


def test_logarithms_of_shares_next_to_one():
    """They are next to 0, and made of what the other chunks weigh."""
    x = np.array([0.0, -30, -31, -33, -40, -35])
    found = na.log_softmax(dask_array.from_array(x, chunks=2)).compute()
    np.testing.assert_allclose(found, na.log_softmax(x), rtol=4 * np.finfo(float).eps)


@functions
def test_a_task_and_a_quarter_for_each_of_four_chunks_besides_reading_it(name):
    """Dask takes longer for a task than a chunk of some thousand numbers takes."""
    x = dask_array.zeros((40, 64), chunks=(1, 16))
    tasks = len(getattr(na, name)(x).__dask_graph__()) - len(x.__dask_graph__())
    assert tasks <= 160 * 2 + 40
