"""relu and leaky_relu, whose results can be written down."""

import numpy as np
import pytest

from numba_act.engine.public.registry import activations
from numba_act.engine.public.ufunc import build_ufunc

INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")


@pytest.mark.parametrize("namespace", ["automatic", "cpu", "parallel"])
@pytest.mark.parametrize("dtype", INTEGERS)
def test_relu_keeps_integers(namespace, dtype):
    relu = build_ufunc(activations()["relu"], namespace)
    limits = np.iinfo(dtype)
    edges = np.array([limits.min, limits.min + 1, 0, 1, limits.max - 1, limits.max], dtype)
    middle = np.random.default_rng(7).integers(limits.min, limits.max, 600, dtype, endpoint=True)
    for x in (edges, middle, middle[::-2], np.concatenate([middle, edges])):
        result = relu(x)
        assert result.dtype == dtype
        np.testing.assert_array_equal(result, np.maximum(x, np.array(0, dtype)))


@pytest.mark.parametrize("slope", [0.0, 0.01, 1.0, 2.0, -0.5])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_leaky_relu_takes_any_slope(dtype, slope):
    leaky_relu = build_ufunc(activations()["leaky_relu"], "cpu")
    x = np.array([-8.0, -1.0, 0.0, 1.0, 8.0], dtype)
    np.testing.assert_array_equal(leaky_relu(x, slope), np.where(x > 0, x, x * np.dtype(dtype).type(slope)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_leaky_relu_of_a_nan_slope_is_nan_only_where_it_is_used(dtype):
    leaky_relu = build_ufunc(activations()["leaky_relu"], "cpu")
    result = leaky_relu(np.array([-1.0, 1.0], dtype), np.array(np.nan, dtype))
    np.testing.assert_array_equal(result, np.array([np.nan, 1.0], dtype))
