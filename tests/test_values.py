"""Values: against exact results, at the limits, and the properties that the exact results have."""

import functools
import math

import numpy as np
import pytest
import ulp
from bits import assert_same_bits
from samples import finite_numbers, numbers

from numba_act.engine.registry import activations

INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")


@functools.cache
def exact_at_finite_numbers(declaration, dtype):
    return ulp.exact(declaration, finite_numbers(dtype))


@functools.cache
def errors_at_finite_numbers(declaration, dtype, computed):
    """Return the errors of results given as bytes, which are equal in all namespaces."""
    return ulp.errors(np.frombuffer(computed, dtype), exact_at_finite_numbers(declaration, dtype))


def assert_within(bound, computed, x, truth, errors=None):
    """Fail where an error exceeds its bound, naming the worst place."""
    errors = ulp.errors(computed, truth) if errors is None else errors
    worst = np.argmax(errors - bound)
    assert np.all(errors <= bound), (
        f"{errors.flat[worst]:.3f} ULP at {x.flat[worst]!r}: {computed.flat[worst]!r}, "
        f"exactly {float(truth.flat[worst])!r}; {np.count_nonzero(errors > bound)} of {x.size} exceed the bound"
    )


# ---- element-wise functions


def test_error_is_within_the_bound(elementwise):
    x = finite_numbers(elementwise.dtype)
    computed = elementwise(x)
    assert computed.dtype == elementwise.dtype
    assert computed.shape == x.shape
    truth = exact_at_finite_numbers(elementwise.declaration, elementwise.dtype)
    errors = errors_at_finite_numbers(elementwise.declaration, elementwise.dtype, computed.tobytes())
    assert_within(ulp.max_ulp(elementwise.declaration, elementwise.dtype), computed, x, truth, errors)


def test_unjitted_kernel_is_within_the_bound(one_thread_elementwise):
    """A kernel can be called from Python, where it means the same."""
    declaration, dtype = one_thread_elementwise.declaration, one_thread_elementwise.dtype
    if dtype not in declaration.dtypes:
        pytest.skip("computed in float32")
    x = finite_numbers(dtype)[::29]
    parameters = [dtype.type(default) for default in one_thread_elementwise.defaults]
    with np.errstate(all="ignore"):  # flags are a matter of the compiled code
        computed = np.array([declaration(value, *parameters) for value in x])
    assert computed.dtype == dtype
    assert_within(ulp.max_ulp(declaration, dtype), computed, x, ulp.exact(declaration, x))


def test_nan_in_nan_out_and_from_nothing_else(elementwise):
    x = numbers(elementwise.dtype)
    np.testing.assert_array_equal(np.isnan(elementwise(x)), np.isnan(x))


@functools.cache
def limit(declaration, dtype, sign):
    """Return the limit at an infinity, rounded: what the exact function tends to far outside the dtype's range."""
    xp = ulp.truth_namespace(dtype)
    parameters = {name: xp.asarray(float(dtype.type(value))) for name, value in declaration.parameters.items()}
    function = getattr(ulp.reference, declaration.name)
    near, far = (function(xp.asarray([f"{sign}1e{digits}"]), **parameters, xp=xp)[0] for digits in (400, 800))
    if abs(far) > 1 and abs(far) >= 2 * abs(near):
        return dtype.type(math.copysign(math.inf, far))
    return dtype.type(float(far))


@pytest.mark.parametrize("sign", ["+", "-"])
def test_limit_at_infinity(elementwise, sign):
    assert elementwise(elementwise.dtype.type(f"{sign}inf")) == limit(elementwise.declaration, elementwise.dtype, sign)


def test_odd_functions_are_exactly_odd(one_thread_elementwise):
    declaration, dtype = one_thread_elementwise.declaration, one_thread_elementwise.dtype
    x = finite_numbers(dtype)
    if np.any(exact_at_finite_numbers(declaration, dtype) != -ulp.exact(declaration, -x)):
        pytest.skip("not an odd function")
    assert_same_bits(one_thread_elementwise(-x), -one_thread_elementwise(x))


def test_bounds_are_not_exceeded(one_thread_elementwise):
    """Where a limit at an infinity bounds the function, no result lies beyond it."""
    declaration, dtype = one_thread_elementwise.declaration, one_thread_elementwise.dtype
    truth = exact_at_finite_numbers(declaration, dtype)
    computed = one_thread_elementwise(finite_numbers(dtype))
    limits = [limit(declaration, dtype, sign) for sign in "+-"]
    for bound in limits:
        # Compared as Python floats: mpmath knows them exactly.
        if np.all(truth <= float(bound)):
            assert computed.max() <= bound
        if np.all(truth >= float(bound)):
            assert computed.min() >= bound


def test_monotone_functions_are_monotone(one_thread_elementwise):
    declaration, dtype = one_thread_elementwise.declaration, one_thread_elementwise.dtype
    x = finite_numbers(dtype)
    order = np.argsort(x, kind="stable")
    truth = exact_at_finite_numbers(declaration, dtype)[order]
    slack = abs(truth[:-1]) * 2.0**-100  # the truth is rounded too
    if np.any(truth[1:] < truth[:-1] - slack):
        pytest.skip("not a monotone function")
    computed = one_thread_elementwise(x)[order]
    falls = np.flatnonzero(computed[1:] < computed[:-1])
    assert falls.size == 0, f"falls from {x[order][falls[0]]!r} to {x[order][falls[0] + 1]!r}, {falls.size} times"


def test_zero_keeps_its_sign_where_results_have_the_sign_of_x(one_thread_elementwise):
    """leaky_relu and tanh are such; relu, which maps negative numbers to 0, is not."""
    declaration, dtype = one_thread_elementwise.declaration, one_thread_elementwise.dtype
    x = finite_numbers(dtype)
    truth = exact_at_finite_numbers(declaration, dtype)
    if np.any((truth > 0) != (x > 0)) or np.any((truth < 0) != (x < 0)):
        pytest.skip("results do not have the sign of x")
    assert_same_bits(one_thread_elementwise(np.array([0.0, -0.0], dtype)), np.array([0.0, -0.0], dtype))


# ---- relu and leaky_relu


@pytest.mark.parametrize("namespace", ["automatic", "cpu", "parallel"])
@pytest.mark.parametrize("dtype", INTEGERS)
def test_relu_keeps_integers(namespace, dtype):
    relu = activations()["relu"].ufunc(namespace)
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
    leaky_relu = activations()["leaky_relu"].ufunc("cpu")
    x = np.array([-8.0, -1.0, 0.0, 1.0, 8.0], dtype)
    np.testing.assert_array_equal(leaky_relu(x, slope), np.where(x > 0, x, x * np.dtype(dtype).type(slope)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_leaky_relu_of_a_nan_slope_is_nan_only_where_it_is_used(dtype):
    leaky_relu = activations()["leaky_relu"].ufunc("cpu")
    result = leaky_relu(np.array([-1.0, 1.0], dtype), np.array(np.nan, dtype))
    np.testing.assert_array_equal(result, np.array([np.nan, 1.0], dtype))


# ---- rows


def moderate_rows(dtype, shape):
    """Return numbers whose differences are exact in any dtype: multiples of 1/16 between -8 and 8."""
    return (np.random.default_rng(11).integers(-128, 129, shape) / 16).astype(dtype)


def assert_row_within_the_bound(declaration, computed, x):
    """Fail where an error exceeds the bound.

    A logarithm of a sum lies between the largest number and that plus the logarithm of the length. Where it is closer to 0
    than the largest number is, the two cancel, and one unit in the last place of that number is allowed, as in any sum.
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
def test_row_error_is_within_the_bound(row, length):
    x = moderate_rows(row.dtype, (3, length))
    assert_row_within_the_bound(row.declaration, row(x), x)


def test_row_error_with_rounded_differences_is_within_the_bound(row):
    """The difference d of an element and the largest is rounded, and exp would turn half an ULP of d into up to |d| ULP."""
    x = np.random.default_rng(12).normal(0, 10, (20, 50)).astype(row.dtype)
    assert_row_within_the_bound(row.declaration, row(x), x)


def test_unjitted_row_kernel_is_within_the_bound(one_thread_row):
    """A row function's declaration can be called from Python with a row, where it means the same."""
    declaration, dtype = one_thread_row.declaration, one_thread_row.dtype
    if dtype not in declaration.dtypes:
        pytest.skip("computed in float32")
    x = moderate_rows(dtype, 40)
    with np.errstate(all="ignore"):
        computed = np.asarray(declaration(x))
    assert computed.dtype == dtype
    assert computed.shape == one_thread_row.result_shape(x.shape)
    assert_row_within_the_bound(declaration, computed, x)


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
@pytest.mark.parametrize("order", ["C", "F"])
def test_row_axis(row, axis, order):
    x = np.asarray(moderate_rows(row.dtype, (3, 4, 5)), order=order)
    expected = np.apply_along_axis(lambda line: row(np.ascontiguousarray(line)), axis, x)
    assert_same_bits(row(x, axis=axis), expected)


@pytest.mark.parametrize("position", [0, 1, 17, 39])
@pytest.mark.parametrize("nan", [np.nan, -np.nan], ids=["nan", "-nan"])
def test_nan_makes_its_whole_row_nan_and_no_other(row, position, nan):
    x = moderate_rows(row.dtype, (3, 40))
    expected = row(x)
    x[1, position] = nan
    expected[1] = np.nan
    assert_same_bits(row(x), expected)


@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
def test_nan_beside_infinity_still_makes_the_row_nan(row, infinity):
    x = np.array([[infinity, np.nan, 1.0], [np.nan, infinity, 1.0], [1.0, np.nan, infinity]], row.dtype)
    assert np.isnan(row(x)).all()


# ---- what the definition says of rows whose results are known

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
def test_special_row(row, special):
    """The results that are written out are exact, others within the bound."""
    expected = np.array(special[COLUMNS[row.name]], row.dtype)
    result = np.asarray(row(np.array(special[0], row.dtype)))
    assert result.dtype == row.dtype
    assert result.shape == expected.shape
    exactly = np.isin(special[COLUMNS[row.name]], [0, 0.125, 0.25, 0.5, 1, -1e4, -2e4, 1e4, *special[0]])
    np.testing.assert_array_equal(result[exactly], expected[exactly])
    np.testing.assert_array_equal(np.isfinite(result), np.isfinite(expected))
    finite = np.isfinite(expected)
    # The expected value is itself rounded, by half an ULP of another binade at most.
    bound = math.ceil(ulp.max_ulp(row.declaration, row.dtype))
    np.testing.assert_array_max_ulp(result[finite], expected[finite], bound)


def test_extremes_far_apart(row):
    """The difference of the largest and the smallest number overflows."""
    largest = np.finfo(row.dtype).max
    expected = {"softmax": [0.0, 1.0], "log_softmax": [-np.inf, 0.0], "logsumexp": largest}[row.name]
    with np.errstate(all="raise", under="ignore"):
        result = row(np.array([-largest, largest], row.dtype))
    np.testing.assert_array_equal(result, expected)


# ---- softmax


@pytest.fixture(params=["automatic", "cpu", "parallel", "ufuncs"])
def softmax(request):
    """Return the function of one namespace; every one of these tests runs for both dtypes."""
    import numba_act

    return (numba_act if request.param == "automatic" else getattr(numba_act, request.param)).softmax


both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@both_dtypes
@pytest.mark.parametrize("length", [2, 31, 1000])
def test_softmax_rows_sum_to_one(softmax, dtype, length):
    rows = np.random.default_rng(13).normal(0, 5, (20, length)).astype(dtype)
    for row in softmax(rows):
        assert abs(math.fsum(row.tolist()) - 1) <= 4 * np.finfo(dtype).eps


@both_dtypes
def test_softmax_keeps_subnormal_weights(softmax, dtype):
    """Results below the smallest normal number are computed, not flushed to zero."""
    low = dtype(np.log(float(np.finfo(dtype).tiny)) - 3)
    result = softmax(np.array([low, 0.0], dtype))
    truth = ulp.exact(activations()["softmax"], np.array([low, 0.0], dtype), axis=-1)
    bound = ulp.max_ulp(activations()["softmax"], dtype)
    assert 0 < result[0] < np.finfo(dtype).tiny
    assert_within(bound, result, np.array([low, 0.0], dtype), truth)
