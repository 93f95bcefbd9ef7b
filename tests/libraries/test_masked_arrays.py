"""NumPy's masked arrays: what is masked has no influence, and stays masked."""

import numpy as np
import pytest
from row_calls import DECLARATIONS, functions, same_shape

import numba_act as na
from numba_act import reference

X = np.random.default_rng(0).normal(0, 3, (4, 5, 6))
MASK = np.random.default_rng(1).random(X.shape) < 0.4
MASK[0, 0] = True
MASKED = np.ma.array(np.where(MASK, np.nan, X), mask=MASK)


def expected(name, axis, hidden=MASK):
    """Return what the formula in plain NumPy gives, and which results are masked."""
    exact = reference.__dict__[name](np.where(hidden, -np.inf, X), axis=axis)
    if DECLARATIONS[name].reduces:
        return exact, MASK.all(axis)
    return exact, MASK


@functions
@pytest.mark.parametrize("axis", [-1, 0, (0, 2), None], ids=str)
def test_masked_elements_have_no_influence(name, axis):
    result = getattr(na, name)(MASKED, axis=axis)
    with np.errstate(all="ignore"):
        values, mask = expected(name, axis)
    if not np.ndim(mask):
        np.testing.assert_allclose(result, values, rtol=1e-12)
        return
    assert isinstance(result, np.ma.MaskedArray)
    np.testing.assert_array_equal(np.ma.getmaskarray(result), mask)
    np.testing.assert_allclose(result.compressed(), values[~mask], rtol=1e-12)


def test_figures():
    """Of a user's report."""
    found = na.softmax(np.ma.array([-1.0, 2, 3], mask=[0, 1, 0]))
    np.testing.assert_allclose(found.compressed(), [0.01798620996209156, 0.9820137900379085], rtol=1e-15)
    found = na.softmax(np.ma.masked_invalid([1.0, np.nan, 3.0]))
    np.testing.assert_allclose(found.compressed(), [0.11920292202211755, 0.8807970779778824], rtol=1e-15)
    found = na.logsumexp(np.ma.array([1.0, 2.0]))
    assert found == pytest.approx(2.313261687518223, rel=1e-15)
    assert not isinstance(found, np.ma.MaskedArray)


@functions
def test_where_hides_besides(name):
    hidden = np.random.default_rng(2).random(X.shape) < 0.3
    result = getattr(na, name)(MASKED, where=~hidden)
    with np.errstate(all="ignore"):
        values, mask = expected(name, -1, MASK | hidden)
    np.testing.assert_array_equal(np.ma.getmaskarray(result), mask)
    finite = np.isfinite(values) & ~mask
    np.testing.assert_allclose(result[finite], values[finite], rtol=1e-12)


@same_shape
def test_results_go_to_a_masked_array_or_a_plain_one(name):
    plain = getattr(na, name)(MASKED)
    out = np.ma.zeros(X.shape)
    assert getattr(na, name)(MASKED, out=out) is out
    np.testing.assert_array_equal(out.mask, MASK)
    np.testing.assert_array_equal(out.compressed(), plain.compressed())
    out = np.zeros(X.shape)
    assert getattr(na, name)(MASKED, out=out) is out
    np.testing.assert_array_equal(out[~MASK], plain.compressed())


def test_without_a_mask_it_stays_without():
    found = na.softmax(np.ma.array([1.0, 2.0], fill_value=7.0))
    assert found.mask is np.ma.nomask
    assert found.fill_value == 7.0


def test_nothing_but_masked_elements():
    assert na.logsumexp(np.ma.masked_all(3)) is np.ma.masked
    assert na.softmax(np.ma.masked_all(3)).mask.all()
    kept = na.logsumexp(np.ma.masked_all((2, 3)), keepdims=True)
    assert kept.shape == (2, 1)
    assert kept.mask.all()
