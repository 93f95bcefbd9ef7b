"""Values of the row functions: against exact results, and of rows whose results are known."""

import math

import numpy as np
import pytest
import ulp
from bits import assert_same_bits
from exact_values import assert_within

import numba_act
from numba_act.engine.public.registry import activations


def moderate_rows(dtype, shape):
    """Return numbers whose differences are exact in any dtype: multiples of 1/16 between -8 and 8."""
    return (np.random.default_rng(11).integers(-128, 129, shape) / 16).astype(dtype)


def assert_row_within_the_bound(declaration, computed, x):
    """Fail where an error exceeds the bound.

    A logarithm of a sum lies between the largest number and that plus the logarithm of the length. Where it is closer
    to 0 than the largest number is, the two cancel, and one unit in the last place of that number is allowed, as in any
    sum.
    """
    computed = np.asarray(computed)
    bound = ulp.max_ulp(declaration, x.dtype)
    truth = np.asarray(ulp.exact(declaration, x, axis=-1))
    if declaration.reduces:
        x = x.max(axis=-1)
        in_float32 = x.dtype.itemsize == 2  # and rounded once
        unit = np.spacing(np.abs(x.astype(np.float32) if in_float32 else x)).astype(float)
        cancelling = np.abs(truth.astype(float)) < np.abs(x.astype(float))
        allowed = unit / np.spacing(np.abs(truth.astype(float)).astype(x.dtype)).astype(float) + 0.5 * in_float32
        bound = np.where(cancelling, np.maximum(bound, allowed), bound)
    assert_within(bound, computed, x, truth)


@pytest.mark.parametrize("length", [1, 2, 3, 10, 100, 1000])
def test_row_error_is_within_the_bound(every_row, length):
    x = moderate_rows(every_row.dtype, (3, length))
    assert_row_within_the_bound(every_row.declaration, every_row(x), x)


def test_row_error_with_rounded_differences_is_within_the_bound(every_row):
    """The difference d of an element and the largest is rounded; exp would turn half an ULP of d into up to |d| ULP."""
    x = np.random.default_rng(12).normal(0, 10, (20, 50)).astype(every_row.dtype)
    assert_row_within_the_bound(every_row.declaration, every_row(x), x)


def test_unjitted_row_kernel_is_within_the_bound(every_row):
    """A row function's declaration can be called from Python with a row, where it means the same."""
    declaration, dtype = every_row.declaration, every_row.dtype
    if dtype not in declaration.dtypes:
        pytest.skip("computed in float32")
    x = moderate_rows(dtype, 40)
    with np.errstate(all="ignore"):
        computed = np.asarray(declaration(x))
    assert computed.dtype == dtype
    assert computed.shape == every_row.result_shape(x.shape)
    assert_row_within_the_bound(declaration, computed, x)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("order", ["C", "F"])
def test_row_axis(row_loop, axis, order):
    x = np.asarray(moderate_rows(row_loop.dtype, (3, 4, 5)), order=order)
    expected = np.apply_along_axis(lambda line: row_loop(np.ascontiguousarray(line)), axis, x)
    assert_same_bits(row_loop(x, axis=axis), expected)


@pytest.mark.parametrize("position", [0, 1, 17, 39])
@pytest.mark.parametrize("nan", [np.nan, -np.nan], ids=["nan", "-nan"])
def test_nan_makes_its_whole_row_nan_and_no_other(every_row, position, nan):
    x = moderate_rows(every_row.dtype, (3, 40))
    expected = every_row(x)
    x[1, position] = nan
    expected[1] = np.nan
    assert_same_bits(every_row(x), expected)


@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
def test_nan_beside_infinity_still_makes_the_row_nan(every_row, infinity):
    x = np.array([[infinity, np.nan, 1.0], [np.nan, infinity, 1.0], [1.0, np.nan, infinity]], every_row.dtype)
    assert np.isnan(every_row(x)).all()


E = math.e
RECIPROCAL = 1 / (1 + E)
NAN = math.nan
INF = math.inf

# x, and softmax, log_softmax and logsumexp of it.
SPECIAL_ROWS = [
    (
        [1000.0, 1001.0],
        [RECIPROCAL, E * RECIPROCAL],
        [-1 - math.log1p(1 / E), -math.log1p(1 / E)],
        1001 + math.log1p(1 / E),
    ),
    (
        [-1001.0, -1000.0],
        [RECIPROCAL, E * RECIPROCAL],
        [-1 - math.log1p(1 / E), -math.log1p(1 / E)],
        -1000 + math.log1p(1 / E),
    ),
    ([-1e4, 0.0], [0.0, 1.0], [-1e4, 0.0], 0.0),
    ([0.0, -1e4, 1e4], [0.0, 0.0, 1.0], [-1e4, -2e4, 0.0], 1e4),
    ([5.0] * 8, [0.125] * 8, [-math.log(8)] * 8, 5 + math.log(8)),
    ([-3e4] * 4, [0.25] * 4, [-math.log(4)] * 4, -3e4 + math.log(4)),
    ([3.5], [1.0], [0.0], 3.5),
    ([0.0], [1.0], [0.0], 0.0),
    ([-0.3], [1.0], [0.0], -0.3),
    ([INF, 1.0, -INF], [1.0, 0.0, 0.0], [0.0, -INF, -INF], INF),
    ([1.0, INF, 2.0, INF], [0.0, 0.5, 0.0, 0.5], [-INF, -math.log(2), -INF, -math.log(2)], INF),
    ([INF], [1.0], [0.0], INF),
    ([INF] * 4, [0.25] * 4, [-math.log(4)] * 4, INF),
    ([-INF, 0.0, -INF], [0.0, 1.0, 0.0], [-INF, 0.0, -INF], 0.0),
    ([-INF, -INF], [NAN, NAN], [NAN, NAN], -INF),
    ([-INF], [NAN], [NAN], -INF),
    ([NAN, -INF], [NAN, NAN], [NAN, NAN], NAN),
    ([NAN], [NAN], [NAN], NAN),
]

COLUMNS = {"softmax": 1, "log_softmax": 2, "logsumexp": 3}


@pytest.mark.parametrize("special", SPECIAL_ROWS, ids=lambda special: str(special[0]))
def test_special_row(every_row, special):
    """The results that are written out are exact, others within the bound."""
    expected = np.array(special[COLUMNS[every_row.name]], every_row.dtype)
    result = np.asarray(every_row(np.array(special[0], every_row.dtype)))
    assert result.dtype == every_row.dtype
    assert result.shape == expected.shape
    exactly = np.isin(special[COLUMNS[every_row.name]], [0, 0.125, 0.25, 0.5, 1, -1e4, -2e4, 1e4, *special[0]])
    np.testing.assert_array_equal(result[exactly], expected[exactly])
    np.testing.assert_array_equal(np.isfinite(result), np.isfinite(expected))
    finite = np.isfinite(expected)
    # The expected value is itself rounded, by half an ULP of another binade at most.
    bound = math.ceil(ulp.max_ulp(every_row.declaration, every_row.dtype))
    np.testing.assert_array_max_ulp(result[finite], expected[finite], bound)


def test_extremes_far_apart(every_row):
    """The difference of the largest and the smallest number overflows."""
    largest = np.finfo(every_row.dtype).max
    expected = {"softmax": [0.0, 1.0], "log_softmax": [-np.inf, 0.0], "logsumexp": largest}[every_row.name]
    with np.errstate(all="raise", under="ignore"):
        result = every_row(np.array([-largest, largest], every_row.dtype))
    np.testing.assert_array_equal(result, expected)


both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@both_dtypes
@pytest.mark.parametrize("length", [2, 31, 1000])
def test_softmax_rows_sum_to_one(dtype, length):
    rows = np.random.default_rng(13).normal(0, 5, (20, length)).astype(dtype)
    for row in numba_act.cpu.softmax(rows):
        assert abs(math.fsum(row.tolist()) - 1) <= 4 * np.finfo(dtype).eps


@both_dtypes
def test_softmax_keeps_subnormal_weights(dtype):
    """Results below the smallest normal number are computed, not flushed to zero."""
    low = dtype(np.log(float(np.finfo(dtype).tiny)) - 3)
    result = numba_act.cpu.softmax(np.array([low, 0.0], dtype))
    truth = ulp.exact(activations()["softmax"], np.array([low, 0.0], dtype), axis=-1)
    bound = ulp.max_ulp(activations()["softmax"], dtype)
    assert 0 < result[0] < np.finfo(dtype).tiny
    assert_within(bound, result, np.array([low, 0.0], dtype), truth)
