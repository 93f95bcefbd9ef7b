"""Comparing floating-point arrays bit by bit, so that -0.0 is not 0.0; any NaN equals any NaN."""

import numpy as np


def assert_same_bits(found, expected, situation=""):
    """Fail where dtype, shape or any bit differs."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    differs = np.flatnonzero(different(found, expected))
    first = differs[:5]
    assert differs.size == 0, (
        f"{situation} {differs.size} of {found.size} differ, first at {first}: "
        f"{found.ravel()[first]} not {expected.ravel()[first]}"
    )


def different(found, expected):
    """Return where two arrays of one native dtype and one shape differ, as a flat array."""
    found, expected = np.ravel(found), np.ravel(expected)
    result = found.view(f"u{found.dtype.itemsize}") != expected.view(f"u{expected.dtype.itemsize}")
    return result & ~(np.isnan(found) & np.isnan(expected)) if found.dtype.kind in "fV" else result


def with_one_nan(values):
    """Return a copy whose NaNs are all the same NaN."""
    return np.where(np.isnan(values), np.asarray(np.nan, values.dtype), values)
