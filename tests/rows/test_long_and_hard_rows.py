"""Values of the row functions: of short, long and hard rows."""

import itertools
import math

import ml_dtypes
import numpy as np
import pytest
import ulp
from hard_rows import HARD_ROWS, hard_rows
from row_calls import (
    BFLOAT16,
    DECLARATIONS,
    DTYPES,
    WIDE,
    compute,
    dtypes,
    functions,
    normal_rows,
    reduces,
    wide_dtypes,
)
from row_truth import EXACT, HAS_MORE_DIGITS, allowed, assert_true, truth, units_off


def test_the_truth_is_true():
    """What long rows are held against agrees with mpmath on short ones."""
    for dtype, spread in itertools.product(WIDE.values(), (0.1, 3, 200)):
        x = normal_rows(1, 60, dtype, spread)
        for name, declaration in DECLARATIONS.items():
            wanted = ulp.exact(declaration, x, axis=-1)
            found = getattr(truth(x), name)
            as_exact = np.vectorize(lambda number: EXACT(str(number)), otypes=[EXACT])(wanted)
            tolerance = 2 * np.finfo(EXACT).eps * (1 + (abs(x).max() if declaration.reduces else 0))
            np.testing.assert_allclose(found, as_exact, rtol=float(tolerance), atol=0)


@functions
@dtypes
@pytest.mark.parametrize("spread", [0.01, 1, 10, 100])
def test_short_rows_against_mpmath(name, dtype, spread):
    """Each row by itself: all lengths up to where rows are no longer taken several at a time would take minutes."""
    for length in (1, 2, 3, 5, 16, 17):
        x = normal_rows(length, length, dtype, spread)
        exact = ulp.exact(DECLARATIONS[name], x, axis=-1)
        computed = np.asarray(compute(name, x))
        errors = ulp.errors(computed, exact)
        assert errors.max() <= allowed(name, dtype, EXACT(str(exact.item())) if reduces(name) else 0, x.max())


def lengths_around(*places):
    return [place + beside for place in places for beside in (-1, 0, 1)]


@hard_rows
@wide_dtypes
@pytest.mark.skipif(not HAS_MORE_DIGITS, reason="long double is no longer than double")
def test_hard_rows(kind, dtype):
    lengths = [1, 2, 3, 5, 8, *lengths_around(16, 32, 64, 128), 130, 4095, 4096, 4097, 8192, 8193]
    for length in lengths:
        x = HARD_ROWS[kind](length, dtype, np.random.default_rng(length))
        exact = truth(x)
        for name in DECLARATIONS:
            assert_true(name, compute(name, x), x, None, f"{name} {length}:", exact)


@hard_rows
@wide_dtypes
@pytest.mark.skipif(not HAS_MORE_DIGITS, reason="long double is no longer than double")
def test_long_hard_rows(kind, dtype):
    for length in (131_073, 300_000) if dtype == np.float32 else (131_073,):
        x = HARD_ROWS[kind](length, dtype, np.random.default_rng(length))
        exact = truth(x)
        for name in DECLARATIONS:
            assert_true(name, compute(name, x), x, None, f"{name} {length}:", exact)


@hard_rows
@pytest.mark.parametrize("dtype", [DTYPES["float16"], BFLOAT16], ids=["float16", "bfloat16"])
def test_hard_rows_of_halves(kind, dtype):
    for length in (1, 17, 130, 5000):
        with np.errstate(all="ignore"):
            x = HARD_ROWS[kind](length, np.dtype(np.float32), np.random.default_rng(length)).astype(dtype)
        exact = truth(x)
        for name in DECLARATIONS:
            assert_true(name, compute(name, x), x, None, f"{name} {length}:", exact)


@pytest.mark.parametrize("value", [0.0, 0.3, -87.3, 1e5])
def test_ten_million_equal_numbers(value):
    length = 10**7
    x = np.full(length, value, np.float32)
    shares, logarithms = compute("softmax", x), compute("log_softmax", x)
    assert shares.min() == shares.max()
    assert logarithms.min() == logarithms.max()
    count = EXACT(length)
    assert units_off(shares[0], 1 / count) <= 2
    assert units_off(logarithms[0], -np.log(count)) <= 2
    exact = EXACT(x[0]) + np.log(count)
    assert units_off(compute("logsumexp", x), exact) <= allowed("logsumexp", x.dtype, exact, x[0])


@pytest.mark.parametrize("distance", [0.5, 15.0, 20.0, 30.0, 90.0])
@pytest.mark.parametrize("place", [0, 5_000_000, 9_999_999])
def test_one_number_above_ten_million_equal_ones(distance, place):
    """In float32 the sum of terms of 1e-7 of it each would not grow at all if they were added one by one."""
    length = 10**7
    x = np.full(length, -distance, np.float32)
    x[place] = 0
    others = (length - 1) * np.exp(-EXACT(distance))
    shares, logarithms = compute("softmax", x), compute("log_softmax", x)
    at = np.array([place, 1, length - 2])
    assert units_off(shares[at], [1 / (1 + others), *[np.exp(-EXACT(distance)) / (1 + others)] * 2]).max() <= 2
    assert units_off(logarithms[at], [-np.log1p(others), *[-distance - np.log1p(others)] * 2]).max() <= 2
    assert units_off(compute("logsumexp", x), np.log1p(others)) <= 2


@wide_dtypes
@pytest.mark.parametrize("below", [0.1, 1.0, 5.0, 17.5, 30.0, 80.0, 103.0])
def test_log_softmax_at_the_maximum_is_relatively_accurate(dtype, below):
    """It is -log1p of what is beside the maximum, however little that is."""
    for shift in (0.0, 3.0, -100.0, 1000.0):
        x = np.array([shift, shift - below], dtype)
        rest = np.exp(-(EXACT(x[0]) - EXACT(x[1])))
        assert units_off(compute("log_softmax", x)[0], -np.log1p(rest)) <= 2


@dtypes
@pytest.mark.parametrize("length", [1, 2, 10, 100, 1000, 10_000, 200_000])
def test_probabilities_sum_to_one(dtype, length):
    """Each is wrong by so many units in its last place, which are its own share of 1's, or the smallest number."""
    bound = ulp.max_ulp(DECLARATIONS["softmax"], dtype)
    information = ml_dtypes.finfo(dtype)
    for spread in (0, 0.1, 3, 50):
        computed = compute("softmax", normal_rows(length, length, dtype, spread))
        error = abs(math.fsum(computed.astype(float).tolist()) - 1)
        assert error <= bound * (float(information.eps) + length * float(information.smallest_subnormal))
