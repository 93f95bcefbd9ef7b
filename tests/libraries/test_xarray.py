"""Objects of xarray: axes by name, dimensions, coordinates and attributes kept."""

import numpy as np
import pytest
from row_calls import functions, reduces

import numba_act as na

xarray = pytest.importorskip("xarray")

VALUES = np.random.default_rng(0).normal(0, 3, (2, 3, 4))
DIMS = ("batch", "row", "c")
X = xarray.DataArray(VALUES, dims=DIMS, coords={"c": [10, 20, 30, 40]}, name="x", attrs={"units": "m"})


@functions
@pytest.mark.parametrize("dim", ["c", "batch", "row", ["c", "batch"], ("row",), ...], ids=str)
def test_axes_by_name(name, dim):
    names = DIMS if dim is ... else [dim] if isinstance(dim, str) else dim
    axis = tuple(sorted(DIMS.index(one) for one in names))
    for keywords in ({}, {"scale": 0.5}, {"where": X > 0}, {"where": X[0, 0] < 2, "scale": 2.0}):
        found = getattr(na, name)(X, dim=dim, **keywords)
        plain = {key: np.asarray(value) for key, value in keywords.items()}
        np.testing.assert_array_equal(found, getattr(na, name)(VALUES, axis=axis, **plain))
        assert found.dims == tuple(one for one in DIMS if not reduces(name) or one not in names)
        assert found.attrs == X.attrs
        if "c" in found.dims:
            assert found.c.equals(X.c)


@functions
def test_axes_by_number(name):
    for axis in (-1, 0, (0, 2), None):
        np.testing.assert_array_equal(getattr(na, name)(X, axis=axis), getattr(na, name)(VALUES, axis=axis))


def test_masks_and_scales_by_name():
    """Whatever the order of their dimensions."""
    mask = (X > 0).transpose("c", "batch", "row")
    np.testing.assert_array_equal(na.softmax(X, dim="c", where=mask), na.softmax(VALUES, where=VALUES > 0))
    scale = xarray.DataArray([0.5, 1.0, 2.0], dims="row")
    expected = na.softmax(VALUES, scale=np.array([[0.5, 1, 2]]))
    np.testing.assert_array_equal(na.softmax(X, dim="c", scale=scale), expected)
    found = na.softmax(X, dim="row", scale=xarray.DataArray([1.0, 2.0], dims="batch"))
    np.testing.assert_array_equal(found, na.softmax(VALUES, axis=1, scale=np.array([1.0, 2.0])[:, None, None]))
    with pytest.raises(ValueError, match="dimensions that x has not got"):
        na.softmax(X, dim="c", where=xarray.DataArray([True], dims="other"))


def test_causal():
    np.testing.assert_array_equal(na.softmax(X, dim="c", causal=True), na.softmax(VALUES, causal=True))
    with pytest.raises(ValueError, match="causal"):
        na.softmax(X, dim="row", causal=True)


def test_datasets_and_variables():
    found = na.softmax(xarray.Dataset({"x": X, "y": X[0]}), dim="c")
    np.testing.assert_array_equal(found.x, na.softmax(VALUES))
    np.testing.assert_array_equal(found.y, na.softmax(VALUES[0]))
    found = na.logsumexp(X.variable, dim="row")
    assert isinstance(found, xarray.Variable)
    np.testing.assert_array_equal(found, na.logsumexp(VALUES, axis=1))
    assert float(na.softmax(xarray.DataArray(2.0))) == 1.0


def test_lazy():
    pytest.importorskip("dask.array")
    for chunks in ({"batch": 1}, {"c": 2}):
        found = na.softmax(X.chunk(chunks), dim="c")
        assert found.chunks is not None
        np.testing.assert_allclose(found, na.softmax(VALUES), rtol=1e-14)


def test_mistakes():
    with pytest.raises(ValueError, match="no dimension 'd'"):
        na.softmax(X, dim="d")
    with pytest.raises(TypeError, match="one of them is enough"):
        na.softmax(X, axis=0, dim="c")
    with pytest.raises(TypeError, match="out and keepdims"):
        na.softmax(X, out=VALUES.copy())
    with pytest.raises(TypeError, match="give dim"):
        na.softmax(xarray.Dataset({"x": X}))
    with pytest.raises(TypeError, match="it is axis here"):
        na.softmax(VALUES, dim="c")
