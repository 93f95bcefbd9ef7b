"""Dask's arrays: lazy, whole rows and rows that lie in several chunks."""

import mpmath
import numpy as np
import pytest
from row_calls import DECLARATIONS, functions, nothing, reduces
from row_truth import assert_true

import numba_act as na

da = pytest.importorskip("dask.array")

VALUES = np.random.default_rng(0).normal(0, 3, (6, 10))
MASK = np.random.default_rng(1).random(VALUES.shape) < 0.6
MASK[0] = False
MASK[1, :4] = False
SPECIAL = VALUES.copy()
SPECIAL[0, 0], SPECIAL[1, [2, 7]], SPECIAL[2, :5], SPECIAL[3], SPECIAL[4, 9] = np.nan, np.inf, -np.inf, -np.inf, -np.inf
WHOLE_ROWS, SPLIT_ROWS = (2, 10), (4, 3)
chunks = pytest.mark.parametrize("chunks", [WHOLE_ROWS, SPLIT_ROWS, (6, 1), (1, 7)], ids=str)
KEYWORDS = {
    "plain": {},
    "scale": {"scale": -0.7},
    "scale of rows": {"scale": np.linspace(0.1, 2, 6)},
    "scale of elements": {"scale": np.linspace(0.1, 2, 60).reshape(6, 10)},
    "where": {"where": MASK},
    "where of columns": {"where": MASK[3]},
    "both": {"where": MASK, "scale": np.linspace(0.1, 2, 6)[:, None]},
}


def compute(name, x, **keywords):
    with np.errstate(all="raise", under="ignore"):
        found = getattr(na, name)(x, **keywords)
        return found.compute(scheduler="synchronous") if isinstance(found, da.Array) else found


@functions
@chunks
@pytest.mark.parametrize("keywords", KEYWORDS.values(), ids=KEYWORDS)
@pytest.mark.parametrize("x", [VALUES, SPECIAL], ids=["finite", "special"])
def test_as_in_one_piece(name, chunks, keywords, x):
    lazy = getattr(na, name)(da.from_array(x, chunks=chunks), **keywords)
    assert isinstance(lazy, da.Array)
    expected = compute(name, x, **keywords)
    found = compute(name, da.from_array(x, chunks=chunks), **keywords)
    assert lazy.shape == found.shape == expected.shape
    assert lazy.dtype == found.dtype == expected.dtype
    assert tuple(map(sum, lazy.chunks)) == found.shape
    np.testing.assert_allclose(found, expected, rtol=4e-15)


@functions
@pytest.mark.parametrize("axis", [0, -1, (0, 1), None], ids=str)
def test_axes(name, axis):
    for sizes in ((6, 10), (4, 3)):
        for keywords in ({}, {"keepdims": True}) if reduces(name) else ({},):
            found = compute(name, da.from_array(VALUES, chunks=sizes), axis=axis, **keywords)
            expected = compute(name, VALUES, axis=axis, **keywords)
            assert np.shape(found) == np.shape(expected)
            np.testing.assert_allclose(found, expected, rtol=4e-15)


@functions
@pytest.mark.parametrize("dtype", ["float16", "float32", "int8"])
def test_dtypes(name, dtype):
    x = (VALUES * 3).astype(dtype)
    expected = compute(name, x)
    unit = np.finfo(expected.dtype).eps
    for keywords in ({}, {"dtype": np.float64}):
        found = compute(name, da.from_array(x, chunks=SPLIT_ROWS), **keywords)
        exact = compute(name, x, **keywords)
        assert found.dtype == exact.dtype
        np.testing.assert_allclose(found, exact, rtol=4e-15 if keywords else 3 * unit)


@functions
@pytest.mark.parametrize("offset", [0, -1000, 1000])
def test_errors_across_chunks_are_within_twice_the_bound(name, offset):
    """Of float64 rows far from 0, where a logarithm of a chunk's sum would round to much more."""
    x = np.random.default_rng(2).normal(offset, 6, (1, 300))
    found = compute(name, da.from_array(x, chunks=(1, 70)))
    with mpmath.workdps(40):
        exact = [mpmath.mpf(float(value)) for value in x[0]]
        total = mpmath.log(mpmath.fsum(mpmath.exp(value) for value in exact))
        truth = {
            "logsumexp": [total],
            "softmax": [mpmath.exp(value - total) for value in exact],
            "log_softmax": [value - total for value in exact],
        }[name]
        errors = [
            abs(mpmath.mpf(float(a)) - b) / np.spacing(abs(float(b))) for a, b in zip(found.ravel(), truth, strict=True)
        ]
    assert max(errors) <= 2 * DECLARATIONS[name].max_ulp["float64"]


@functions
def test_float32_across_chunks_is_within_the_bound_and_a_half(name):
    x = np.random.default_rng(3).normal(100, 6, 5000).astype(np.float32)
    found = compute(name, da.from_array(x, chunks=700))
    if reduces(name):
        assert_true(name, np.asarray(found), x)
        return
    exact = compute(name, x.astype(np.float64))
    assert np.all(np.abs(found - exact) <= 3 * np.spacing(np.abs(exact.astype(np.float32))))


@chunks
def test_causal(chunks):
    x = np.random.default_rng(4).normal(0, 3, (2, 6, 10))
    lazy = da.from_array(x, chunks=(1, *chunks))
    for keywords in ({}, {"where": MASK}, {"scale": 0.5}):
        found = compute("softmax", lazy, causal=True, **keywords)
        np.testing.assert_allclose(found, compute("softmax", x, causal=True, **keywords), rtol=4e-15)
    with pytest.raises(ValueError, match="causal"):
        na.softmax(lazy, axis=0, causal=True)


@functions
def test_lazy_masks_and_scales(name):
    lazy = da.from_array(VALUES, chunks=SPLIT_ROWS)
    mask, scale = da.from_array(MASK, chunks=(1, 10)), da.linspace(0.1, 2, 6, chunks=2)
    found = compute(name, lazy, where=mask, scale=scale)
    np.testing.assert_allclose(found, compute(name, VALUES, where=MASK, scale=np.linspace(0.1, 2, 6)), rtol=4e-15)
    hidden = compute(name, lazy, where=da.zeros(VALUES.shape, dtype=bool, chunks=3))
    assert np.all(hidden == nothing(name))


@functions
def test_numbers_and_element_wise_functions(name):
    assert compute(name, da.asarray(2.0)) == compute(name, 2.0)
    lazy = da.from_array(VALUES, chunks=SPLIT_ROWS)
    np.testing.assert_array_equal(compute("gelu", lazy), na.gelu(VALUES))
    np.testing.assert_array_equal(compute("leaky_relu", lazy), na.leaky_relu(VALUES))


def test_mistakes():
    lazy = da.from_array(VALUES, chunks=SPLIT_ROWS)
    with pytest.raises(TypeError, match="lazy"):
        na.softmax(lazy, out=np.empty_like(VALUES))
    with pytest.raises(TypeError, match="boolean"):
        na.softmax(lazy, where=np.ones(10))
    with pytest.raises(np.exceptions.AxisError):
        na.softmax(lazy, axis=2)
    with pytest.raises(ValueError, match="broadcast"):
        na.softmax(lazy, scale=np.ones(7))
