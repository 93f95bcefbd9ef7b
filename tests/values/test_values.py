"""Values of the element-wise functions: against exact results, at the limits, and the properties that those have."""

import numpy as np
import pytest
import ulp
from bits import assert_same_bits
from exact_values import assert_within, errors_at_finite_numbers, exact_at_finite_numbers, limit
from samples import finite_numbers, numbers


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
