"""Properties that the definition has: of any finite row, shifted, permuted, sorted."""

import numpy as np
import ulp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from row_calls import DECLARATIONS, any_dtype, any_function, compute, examples, few_examples, normal_rows, seeds
from row_truth import EXACT, assert_true, truth, units_off


def finite_rows(dtype=np.float32, longest=40):
    """Return rows of any finite numbers, of which many are far apart."""
    return hnp.arrays(
        dtype, st.integers(1, longest), elements=st.floats(width=32, allow_nan=False, allow_infinity=False)
    )


@examples
@given(name=any_function, x=finite_rows())
def test_any_finite_row(name, x):
    assert_true(name, compute(name, x), x)


@examples
@given(name=any_function, dtype=any_dtype, seed=seeds, length=st.integers(1, 300), shift=st.integers(-64, 64))
def test_shifting_by_what_can_be_added_exactly(name, dtype, seed, length, shift):
    """Multiples of 1/8 up to 16 can be held by all dtypes, their sums too; a shift changes only `logsumexp`."""
    sixteenths = np.random.default_rng(seed).integers(-64, 65, length)
    x, shifted = (sixteenths / 8).astype(dtype), ((sixteenths + shift) / 8).astype(dtype)
    exact = truth(x)
    exact.logsumexp += EXACT(shift) / 8
    assert_true(name, compute(name, shifted), shifted, exact=exact)


@examples
@given(name=any_function, dtype=any_dtype, seed=seeds, length=st.integers(1, 300))
def test_permutations(name, dtype, seed, length):
    """The same numbers in another order have the same results in that order, but for the rounding of their sum."""
    x = normal_rows(seed, length, dtype)
    order = np.random.default_rng(seed).permutation(length)
    exact = truth(x)
    exact.softmax, exact.log_softmax = exact.softmax[order], exact.log_softmax[order]
    assert_true(name, compute(name, x[order]), x[order], exact=exact)


@few_examples
@given(dtype=any_dtype, seed=seeds, length=st.integers(1, 200))
def test_larger_numbers_have_no_smaller_results(dtype, seed, length):
    """Within the bound: of two numbers one unit apart, either result may be the larger."""
    x = np.sort(normal_rows(seed, length, dtype))
    for name in ("softmax", "log_softmax"):
        computed = compute(name, x)
        exact = getattr(truth(x), name)
        slack = 2 * ulp.max_ulp(DECLARATIONS[name], dtype)
        assert np.all(units_off(np.minimum.accumulate(computed[::-1])[::-1], exact) <= slack)
