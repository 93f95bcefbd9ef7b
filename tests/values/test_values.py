"""Values of the element-wise functions: against exact results, at the limits, and the properties that those have."""

import numpy as np
import pytest
import ulp
from bits import assert_same_bits
from exact_values import assert_within, exact_at_finite_numbers, limit
from samples import finite_numbers, numbers


def test_error_is_within_the_bound(every_elementwise):
    x = finite_numbers(every_elementwise.dtype)
    computed = every_elementwise(x)
    assert computed.dtype == every_elementwise.dtype
    assert computed.shape == x.shape
    truth = exact_at_finite_numbers(every_elementwise.declaration, every_elementwise.dtype)
    assert_within(ulp.max_ulp(every_elementwise.declaration, every_elementwise.dtype), computed, x, truth)


def test_unjitted_kernel_is_within_the_bound(every_elementwise):
    """A kernel can be called from Python, where it means the same."""
    declaration, dtype = every_elementwise.declaration, every_elementwise.dtype
    if dtype not in declaration.dtypes:
        pytest.skip("computed in float32")
    x = finite_numbers(dtype)[::29]
    parameters = [dtype.type(default) for default in every_elementwise.defaults]
    with np.errstate(all="ignore"):  # flags are a matter of the compiled code
        computed = np.array([declaration(value, *parameters) for value in x])
    assert computed.dtype == dtype
    assert_within(ulp.max_ulp(declaration, dtype), computed, x, ulp.exact(declaration, x))


def test_nan_in_nan_out_and_from_nothing_else(every_elementwise):
    x = numbers(every_elementwise.dtype)
    np.testing.assert_array_equal(np.isnan(every_elementwise(x)), np.isnan(x))


@pytest.mark.parametrize("sign", ["+", "-"])
def test_limit_at_infinity(every_elementwise, sign):
    assert every_elementwise(every_elementwise.dtype.type(f"{sign}inf")) == limit(
        every_elementwise.declaration, every_elementwise.dtype, sign
    )


def test_odd_functions_are_exactly_odd(every_elementwise):
    declaration, dtype = every_elementwise.declaration, every_elementwise.dtype
    x = finite_numbers(dtype)
    if np.any(exact_at_finite_numbers(declaration, dtype)[::29] != -ulp.exact(declaration, -x[::29])):
        pytest.skip("not an odd function")
    assert_same_bits(every_elementwise(-x), -every_elementwise(x))


def test_bounds_are_not_exceeded(every_elementwise):
    """Where a finite limit at an infinity bounds the function, no result lies beyond it, not by a single unit."""
    declaration, dtype = every_elementwise.declaration, every_elementwise.dtype
    truth = exact_at_finite_numbers(declaration, dtype)
    computed = every_elementwise(finite_numbers(dtype))
    limits = [found for found in (limit(declaration, dtype, sign) for sign in "+-") if np.isfinite(found)]
    # Compared as Python floats: mpmath knows them exactly.
    above = [bound for bound in limits if np.all(truth <= float(bound))]
    below = [bound for bound in limits if np.all(truth >= float(bound))]
    if not above and not below:
        pytest.skip("no limit bounds the function")
    assert all(computed.max() <= bound for bound in above)
    assert all(computed.min() >= bound for bound in below)


def test_monotone_functions_are_monotone(every_elementwise):
    declaration, dtype = every_elementwise.declaration, every_elementwise.dtype
    x = finite_numbers(dtype)
    order = np.argsort(x, kind="stable")
    truth = exact_at_finite_numbers(declaration, dtype)[order]
    slack = abs(truth[:-1]) * 2.0**-100  # the truth is rounded too
    if np.any(truth[1:] < truth[:-1] - slack):
        pytest.skip("not a monotone function")
    computed = every_elementwise(x)[order]
    falls = np.flatnonzero(computed[1:] < computed[:-1])
    assert falls.size == 0, f"falls from {x[order][falls[0]]!r} to {x[order][falls[0] + 1]!r}, {falls.size} times"


def test_zero_keeps_its_sign_where_results_have_the_sign_of_x(every_elementwise):
    """leaky_relu and tanh are such; relu, which maps negative numbers to 0, is not."""
    declaration, dtype = every_elementwise.declaration, every_elementwise.dtype
    x = finite_numbers(dtype)
    truth = exact_at_finite_numbers(declaration, dtype)
    if np.any((truth > 0) != (x > 0)) or np.any((truth < 0) != (x < 0)):
        pytest.skip("results do not have the sign of x")
    assert_same_bits(every_elementwise(np.array([0.0, -0.0], dtype)), np.array([0.0, -0.0], dtype))
