"""Rows: what softmax and its relatives promise of axes, masks, scales, long rows and hard ones.

Expected values come from the definition, computed here in `np.longdouble`, or from mpmath; where bits are compared, from the
plainest call of the same function: one contiguous row, or a copy, on one thread.
"""

import itertools
import math
from dataclasses import dataclass

import ml_dtypes
import numpy as np
import pytest
import ulp
from bits import assert_same_bits
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import numba_act
from numba_act.engine.registry import activations

DECLARATIONS = {name: found for name, found in activations().items() if found.layout}
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = {name: np.dtype(name) for name in ("float16", "float32", "float64")} | {"bfloat16": BFLOAT16}
WIDE = {name: DTYPES[name] for name in ("float32", "float64")}

functions = pytest.mark.parametrize("name", DECLARATIONS)
same_shape = pytest.mark.parametrize("name", [name for name, found in DECLARATIONS.items() if not found.reduces])
dtypes = pytest.mark.parametrize("dtype", DTYPES.values(), ids=DTYPES)
wide_dtypes = pytest.mark.parametrize("dtype", WIDE.values(), ids=WIDE)

few_examples = settings(max_examples=40, deadline=None, derandomize=True)
examples = settings(max_examples=120, deadline=None, derandomize=True)
any_function = st.sampled_from(sorted(DECLARATIONS))
any_dtype = st.sampled_from(list(DTYPES.values()))
seeds = st.integers(0, 2**32 - 1)

# The truth of float64 needs more digits than float64 has; not every platform's C compiler offers them.
EXACT = np.longdouble
HAS_MORE_DIGITS = np.finfo(EXACT).nmant >= 63


def compute(name, x, **keywords):
    """Call a function on one thread; any floating-point warning but underflow fails the test."""
    with np.errstate(all="raise", under="ignore"):
        return getattr(numba_act.cpu, name)(x, **keywords)


def reduces(name):
    return DECLARATIONS[name].reduces


def nothing(name):
    """Return what a masked element gives, or a row without elements."""
    return 0.0 if name == "softmax" else -math.inf


def in_float32(dtype):
    """Return the dtype that is computed in."""
    return np.dtype(np.float32) if dtype.itemsize == 2 else dtype


def wider(x):
    """Return the same numbers as `EXACT`; NumPy knows no direct way from a bfloat16."""
    return np.asarray(x).astype(np.float64).astype(EXACT)


def normal_rows(seed, shape, dtype, spread=3):
    return np.random.default_rng(seed).normal(0, spread, shape).astype(dtype)


# ---- the truth


def difference(a, b):
    """Return ``a - b`` and what its rounding loses."""
    result = a - b
    minus_b = result - a
    return result, (a - (result - minus_b)) - (b + minus_b)


@dataclass
class Truth:
    """The exact results of one row, of all three functions."""

    softmax: np.ndarray
    log_softmax: np.ndarray
    logsumexp: np.ndarray


def truth(x, seen=None):
    """Return the exact results for a 1-D array, of which only some elements may be seen."""
    x = wider(x)
    seen = np.ones(x.shape, bool) if seen is None else seen
    shares, logarithms = np.zeros_like(x), np.full_like(x, -np.inf)
    visible = x[seen]
    peak = visible.max(initial=-np.inf)
    if np.isnan(peak) or (visible.size and peak == -np.inf):
        shares[seen] = logarithms[seen] = np.nan
        return Truth(shares, logarithms, peak)
    if np.isinf(peak):
        winners = seen & (x == peak)
        shares[winners] = EXACT(1) / max(winners.sum(), 1)
        logarithms[winners] = -np.log(EXACT(max(winners.sum(), 1)))
        return Truth(shares, logarithms, peak)
    distance = np.full_like(visible, -np.inf)
    distance[visible > -np.inf], lost = difference(visible[visible > -np.inf], peak)
    weights = np.exp(distance)
    weights[visible > -np.inf] *= 1 + lost
    # Without one of the peaks, whose term is 1, what the others add to it keeps all its digits.
    others = np.sum(np.delete(weights, np.argmax(visible)))
    shares[seen] = weights / (1 + others)
    logarithms[seen] = distance - np.log1p(others)
    return Truth(shares, logarithms, peak + np.log1p(others))


def units_off(computed, exact):
    """Return how many units in the last place results are away from exact values, as ``ulp.errors`` does.

    What rounds to infinity, and infinity, count as the power of two behind the largest number.
    """
    computed, exact = np.asarray(computed), np.asarray(exact, EXACT)
    information = ml_dtypes.finfo(computed.dtype)
    digits, smallest, largest = int(information.nmant), int(information.minexp), int(information.maxexp) - 1
    beyond = np.ldexp(EXACT(1), largest + 1)
    limit = beyond - np.ldexp(EXACT(1), largest - digits - 1)
    found = np.clip(wider(computed), -beyond, beyond)
    wanted = np.where(np.abs(exact) >= limit, np.copysign(beyond, exact), exact)
    exponent = np.clip(np.frexp(wanted)[1] - 1, smallest, largest)
    off = np.ldexp(np.abs(found - wanted), digits - exponent)
    both_nan = np.isnan(found) & np.isnan(exact)
    return np.where(both_nan, 0, np.where(np.isnan(off), np.inf, off)).astype(float)


def allowed(name, dtype, exact, peak):
    """Return the promised bound in units in the last place.

    A logarithm of a sum that is smaller than the largest logit is what the two numbers it is the sum of left of each other:
    their units are larger. One unit of that logit is then allowed, and half of the result's own where it is rounded again.
    """
    bound = ulp.max_ulp(DECLARATIONS[name], dtype)
    if name != "logsumexp" or not np.isfinite(peak) or abs(exact) >= abs(peak):
        return bound
    unit = EXACT(np.spacing(in_float32(dtype).type(abs(float(peak)))))
    own = EXACT(float(np.spacing(in_float32(dtype).type(max(abs(float(exact)), 1e-300)))))
    own *= 2 ** (int(ml_dtypes.finfo(in_float32(dtype)).nmant) - int(ml_dtypes.finfo(dtype).nmant))
    return max(bound, float(unit / own) + (0.5 if dtype.itemsize == 2 else 0.0))


def assert_true(name, computed, x, seen=None, situation="", exact=None):
    """Fail unless the results for one row are within the bound, and those of masked elements as they must be."""
    seen = np.ones(x.shape, bool) if seen is None else seen
    exact = getattr(truth(x, seen) if exact is None else exact, name)
    computed = np.asarray(computed)
    assert computed.shape == np.shape(exact)
    peak = np.max(wider(x)[seen], initial=-np.inf)
    off = units_off(computed, exact)
    bound = allowed(name, computed.dtype, exact, peak)
    worst = int(np.argmax(off))
    assert off.max(initial=0) <= bound, (
        f"{situation} {off.max():.3f} ULP, {bound:.3f} allowed, at {worst} of {x.size}, where x is {x.flat[worst]!r} and "
        f"the peak {peak!r}: {computed.flat[worst]!r}, exactly {np.ravel(exact)[worst]!r}; {np.sum(off > bound)} in all"
    )
    if not reduces(name):
        assert_same_bits(computed[~seen], np.full(np.sum(~seen), nothing(name)).astype(computed.dtype), situation)


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


# ---- values


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


# A row of every kind that has gone wrong somewhere: by length, dtype and a generator of random numbers.
def neighbours_of(base):
    """Return rows of numbers a few units in the last place apart."""

    def row(length, dtype, generator):
        start = dtype.type(base)
        return (start + generator.integers(0, 40, length) * np.spacing(abs(start)) * np.sign(start)).astype(dtype)

    return row


def one_above(distance):
    def row(length, dtype, generator):
        x = np.full(length, -distance)
        x[generator.integers(length)] = 0.0
        return x.astype(dtype)

    return row


def one_in_a_thousand_above(distance):
    """Return rows in which the sum is that of many equal terms, each too small for its rounding to be seen beside a peak's."""

    def row(length, dtype, generator):
        return np.where(np.arange(length) % 1000 == 0, 0.0, -distance).astype(dtype)

    return row


def blocks_of_different_peaks(length, dtype, generator):
    """Return numbers whose level jumps every 4096 elements, which the sums are made of, and every few thousand others."""
    levels = generator.choice([-1e4, -700, -100, -90, -20, -3, 0, 1, 2, 15], -(-length // 1024))
    levels = np.repeat(levels.reshape(-1)[:: 4 if length > 8192 else 1], 4096 if length > 8192 else 1024)
    return (np.resize(levels, length) + generator.normal(0, 1, length)).astype(dtype)


def with_subnormal_results(length, dtype, generator):
    information = np.finfo(dtype)
    lowest, low = np.log(float(information.smallest_subnormal)) - 2, np.log(float(information.tiny)) + 2
    x = generator.uniform(lowest, low, length)
    x[length // 2] = 0
    return x.astype(dtype)


HARD_ROWS = {
    "normal": lambda length, dtype, generator: generator.normal(0, 3, length).astype(dtype),
    "wide": lambda length, dtype, generator: generator.normal(0, 300, length).astype(dtype),
    "equal": lambda length, dtype, generator: np.full(length, dtype.type(0.3)),
    "one-a-little-above": one_above(0.5),
    "one-above": one_above(12.25),
    "one-above-thousands": one_above(16.0),
    "one-far-above": one_above(30.0),
    "one-out-of-reach": one_above(2000.0),
    "one-in-a-thousand-above": one_in_a_thousand_above(6.59),
    "one-in-a-thousand-a-little-above": one_in_a_thousand_above(1.9),
    "two-values": lambda length, dtype, generator: np.where(generator.random(length) < 0.01, 3.7, -9.1).astype(dtype),
    "alternating": lambda length, dtype, generator: np.resize([5.3, -5.7], length).astype(dtype),
    "descending": lambda length, dtype, generator: np.linspace(40, -120, length).astype(dtype),
    "ascending": lambda length, dtype, generator: np.linspace(-120, 40, length).astype(dtype),
    "blocks-of-different-peaks": blocks_of_different_peaks,
    "subnormal-results": with_subnormal_results,
    "tiny": lambda length, dtype, generator: (generator.normal(0, 1, length) * np.finfo(dtype).tiny).astype(dtype),
} | {f"near{base:+.0e}": neighbours_of(base) for base in (1e5, -1e5, 1e6, -1e6, 1e30, -1e30, 3e38, -3e38)}
hard_rows = pytest.mark.parametrize("kind", HARD_ROWS)


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
    for length in (131_073, 300_000):
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


# ---- properties of the definition


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


# ---- the same bits


@st.composite
def views(draw, dtype, most=4):
    """Return an array of any shape, order of axes, direction and step."""
    shape = tuple(draw(st.lists(st.sampled_from([1, 2, 3, 4, 5, 7, 16, 17, 33]), min_size=1, max_size=most)))
    shape = shape if math.prod(shape) < 20_000 else shape[:2]
    steps = [draw(st.sampled_from([1, 1, 2, -1, -3])) for _ in shape]
    memory = normal_rows(draw(seeds), [length * abs(step) for length, step in zip(shape, steps, strict=True)], dtype)
    order = draw(st.permutations(range(len(shape))))
    return memory[tuple(slice(None, None, step) for step in steps)].transpose(order)


@examples
@given(data=st.data(), name=any_function, dtype=any_dtype)
def test_any_axis_of_any_view(data, name, dtype):
    x = data.draw(views(dtype))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    along_last = np.ascontiguousarray(np.moveaxis(x, axis, -1))
    one_by_one = np.array([compute(name, row) for row in along_last.reshape(-1, along_last.shape[-1])], dtype)
    if reduces(name):
        expected = one_by_one.reshape(along_last.shape[:-1])
    else:
        expected = np.moveaxis(one_by_one.reshape(along_last.shape), -1, axis)
    assert_same_bits(compute(name, x, axis=axis), expected)
    mask = np.ones(x.shape, bool)
    assert_same_bits(compute(name, x, axis=axis, where=mask), expected, "with a mask of True:")
    assert_same_bits(compute(name, x, axis=axis, where=True, scale=1), expected, "with one True:")
    if not reduces(name):
        in_place = np.array(x)
        assert compute(name, in_place, axis=axis, out=in_place) is in_place
        assert_same_bits(in_place, expected, "in place:")
        in_place = np.array(x)
        compute(name, in_place, axis=axis, where=mask, out=in_place)
        assert_same_bits(in_place, expected, "in place with a mask:")


@functions
@dtypes
@pytest.mark.parametrize("length", [1, 3, 16, 100, 128, 129, 5000])
def test_place_in_the_batch(name, dtype, length):
    """From four rows on, short ones are computed sixteen at a time."""
    x = normal_rows(length, (37, length), dtype)
    mask = np.random.default_rng(length).random(x.shape) < 0.7
    alone = np.array([compute(name, row) for row in x], dtype)
    alone_masked = np.array([compute(name, row, where=seen) for row, seen in zip(x, mask, strict=True)], dtype)
    for rows in (1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 37):
        for first in (0, 37 - rows):
            those = slice(first, first + rows)
            assert_same_bits(compute(name, x[those]), alone[those], f"{rows} rows:")
            masked = compute(name, x[those], where=mask[those])
            assert_same_bits(masked, alone_masked[those], f"{rows} masked rows:")
            across = compute(name, x[those].T.copy(), axis=0, where=mask[those].T.copy())
            assert_same_bits(across.T, alone_masked[those], f"{rows} masked columns:")


@functions
@wide_dtypes
@pytest.mark.parametrize("kind", ["normal", "blocks-of-different-peaks", "subnormal-results", "wide", "near-1e+30"])
def test_bits_of_hard_rows_along_any_axis(name, dtype, kind):
    for length in (130, 4097, 9000):
        generator = np.random.default_rng(length)
        x = np.stack([HARD_ROWS[kind](length, dtype, generator) for _ in range(5)])
        expected = np.array([compute(name, row) for row in x], dtype)
        assert_same_bits(compute(name, x), expected)
        assert_same_bits(compute(name, x.T.copy(), axis=0).T, expected)
        assert_same_bits(compute(name, np.repeat(x, 3, axis=1)[:, ::3]), expected)
        assert_same_bits(compute(name, x, where=True), expected)
        assert_same_bits(compute(name, x.T.copy(), axis=0, where=True).T, expected)


@functions
@wide_dtypes
def test_bits_of_a_row_that_is_divided(name, dtype):
    """On one thread here; ``test_threads.py`` has the others."""
    x = blocks_of_different_peaks(300_000, dtype, np.random.default_rng(5))
    expected = compute(name, x)
    spread = np.repeat(x, 2)[::2]
    assert_same_bits(compute(name, spread), expected)
    assert_same_bits(compute(name, x[::-1].copy()[::-1]), expected)
    assert_same_bits(compute(name, x, where=np.ones(x.shape, bool)), expected)
    columns = np.stack([x] * 5, axis=1)
    assert_same_bits(compute(name, columns, axis=0)[..., 3], expected)
    assert_same_bits(numba_act.parallel.__getattr__(name)(x), expected)
    if not reduces(name):
        in_place = x.copy()
        compute(name, in_place, out=in_place)
        assert_same_bits(in_place, expected)


# ---- masks


GARBAGE = [np.nan, -np.nan, np.inf, -np.inf, 3e38, -3e38, 0.0, 1e-45]


def with_garbage(x, mask, seed):
    """Return a copy whose masked elements are anything."""
    generator = np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        garbage = generator.choice(np.array(GARBAGE), x.shape).astype(x.dtype)
    return np.where(mask, x, garbage)


@examples
@given(
    name=any_function,
    dtype=any_dtype,
    seed=seeds,
    length=st.integers(1, 300),
    shown=st.sampled_from([0.0, 0.1, 0.5, 0.9]),
)
def test_masked_elements_are_as_if_deleted(name, dtype, seed, length, shown):
    x = normal_rows(seed, length, dtype)
    mask = np.random.default_rng(seed).random(length) < shown
    computed = compute(name, x, where=mask)
    assert_true(name, computed, x, mask)
    assert_same_bits(compute(name, with_garbage(x, mask, seed), where=mask), computed)
    if mask.any():
        deleted = truth(x[mask])
        exact = getattr(deleted, name)
        found = computed if reduces(name) else computed[mask]
        assert np.max(units_off(found, exact)) <= allowed(name, dtype, exact, x[mask].max())


@functions
@dtypes
@pytest.mark.parametrize("shape", [(1, 5000), (3, 129), (5, 7), (20, 128), (40, 3)], ids=str)
@pytest.mark.parametrize("axis", [-1, 0])
def test_masked_batches(name, dtype, shape, axis):
    x = normal_rows(2, shape, dtype)
    mask = np.random.default_rng(3).random(shape) < 0.6
    mask[0] = False
    mask[:, 0] = False
    hidden = with_garbage(x, mask, 4)
    along = np.moveaxis(np.asarray(compute(name, hidden, axis=axis, where=mask)), 0 if reduces(name) else axis, -1)
    rows, seen = np.moveaxis(x, axis, -1), np.moveaxis(mask, axis, -1)
    for index in range(len(rows)):
        assert_true(name, along[index], rows[index], seen[index], f"row {index}:")


MASK_SHAPES = [(), (5,), (1,), (4, 1), (1, 5), (4, 5), (3, 1, 1), (1, 4, 1), (3, 1, 5), (3, 4, 5)]


@functions
@dtypes
@pytest.mark.parametrize("axis", [0, 1, 2, -1, (0, 2), (1, 2), (0, 1, 2), None], ids=str)
def test_masks_broadcast(name, dtype, axis):
    x = normal_rows(1, (3, 4, 5), dtype)
    for shape in MASK_SHAPES:
        mask = np.random.default_rng(len(shape)).random(shape) < 0.6
        whole = np.broadcast_to(mask, x.shape).copy()
        expected = compute(name, x, axis=axis, where=whole)
        assert_same_bits(compute(name, x, axis=axis, where=mask), expected, shape)
        assert_same_bits(compute(name, x, axis=axis, where=mask.tolist()), expected, shape)
        assert_same_bits(compute(name, x, axis=axis, where=np.asfortranarray(whole)), expected, shape)
        assert_same_bits(compute(name, x.copy(order="F"), axis=axis, where=np.repeat(whole, 2, -1)[..., ::2]), expected)
        if axis in (2, -1):
            one_by_one = [
                compute(name, row, where=seen) for row, seen in zip(x.reshape(-1, 5), whole.reshape(-1, 5), strict=True)
            ]
            assert_same_bits(expected, np.array(one_by_one, dtype).reshape(expected.shape))


@functions
@pytest.mark.parametrize(
    "where", [1, 0, [1, 0, 1], np.ones(3), np.ones(3, np.uint8), np.array([True, None, True]), "yes"], ids=str
)
def test_mask_that_is_not_boolean_is_refused(name, where):
    with pytest.raises(TypeError):
        compute(name, np.zeros(3), where=where)


@functions
@pytest.mark.parametrize("shape", [(4,), (3, 1), (2, 2, 3), (1, 1, 2, 3)], ids=str)
def test_mask_that_does_not_broadcast_to_x_is_refused(name, shape):
    """Nor may it make x larger."""
    with pytest.raises(ValueError, match=r"broadcast|dimension"):
        compute(name, np.zeros((2, 3)), where=np.ones(shape, bool))


# ---- infinities and NaN, also beside masks

FEW_VALUES = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -2.5, 3e38, -3e38]


@examples
@given(
    name=any_function,
    dtype=st.sampled_from(list(WIDE.values())),
    seed=seeds,
    rows=st.integers(1, 20),
    length=st.sampled_from([1, 2, 3, 4, 7, 16, 20, 129]),
    across=st.booleans(),
    hides=st.booleans(),
)
def test_rows_of_special_values(name, dtype, seed, rows, length, across, hides):
    """Rows of a batch differ in what they hold: those that need no special care must not suffer from those that do."""
    generator = np.random.default_rng(seed)
    palettes = [generator.choice(FEW_VALUES, generator.integers(1, 4)) for _ in range(rows)]
    x = np.stack([generator.choice(palette, length) for palette in palettes]).astype(dtype)
    mask = generator.random(x.shape) < generator.choice([0.2, 0.5, 1.0], (rows, 1)) if hides else np.ones(x.shape, bool)
    keywords = {"where": mask.T.copy() if across else mask} if hides else {}
    computed = np.asarray(compute(name, x.T.copy() if across else x, axis=0 if across else -1, **keywords))
    for row, seen, found in zip(x, mask, computed.T if across and not reduces(name) else computed, strict=True):
        assert_true(name, found, row, seen, f"{name} of {row} where {seen}:")


@functions
@dtypes
@pytest.mark.parametrize("length", [5, 5000, 140_000])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_one_special_value_in_a_long_row(name, dtype, length, value):
    for place in {0, length // 2, length - 1}:
        x = np.full(length, 0.5).astype(dtype)
        x[place] = value
        assert_true(name, compute(name, x), x)
        mask = np.arange(length) != place
        assert_true(name, compute(name, x, where=mask), x, mask)
        mask = np.arange(length) % 3 == place % 3
        assert_true(name, compute(name, x, where=mask), x, mask)


# Sixteen rows lie side by side in a buffer, halves in it as float32.
@functions
@dtypes
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(("rows", "length"), [(1, 3), (3, 3), (15, 3), (17, 40), (40, 5000)])
def test_nan_spreads_over_its_row_and_no_further(name, dtype, axis, rows, length):
    x = np.ones((rows, length), dtype)
    x[rows // 2, -1] = np.nan
    result = getattr(numba_act, name)(x if axis == 1 else np.asfortranarray(x).T, axis=axis)
    result = result if axis == 1 or result.ndim == 1 else result.T
    is_nan = np.isnan(result.astype(np.float64))
    assert is_nan[rows // 2].all()
    assert not np.delete(is_nan, rows // 2, axis=0).any()


@functions
@dtypes
def test_rows_of_nothing(name, dtype):
    """Fully masked, of -inf only, with -inf only where it is not masked."""
    for length in (1, 2, 17, 200, 5000):
        x = np.full((6, length), -np.inf).astype(dtype)
        mask = np.zeros(x.shape, bool)
        mask[3:, ::2] = True
        x[:2] = np.nan
        computed = compute(name, x, where=mask)
        for row, seen, found in zip(x, mask, computed, strict=True):
            assert_true(name, found, row, seen)
        assert_same_bits(compute(name, x, where=False), np.full(computed.shape, nothing(name)).astype(dtype))


# ---- scale


def scaled_copy(x, scale):
    """Return the products as they are defined: rounded in the dtype that is computed in."""
    with np.errstate(all="ignore"):
        return x.astype(in_float32(x.dtype)) * in_float32(x.dtype).type(scale)


def rounded(values, dtype):
    with np.errstate(all="ignore"):
        return np.asarray(values).astype(dtype)


@functions
@dtypes
@pytest.mark.parametrize("scale", [1.0, 0.125, 0.1, -0.7, 3, 0, 1 / math.sqrt(96)], ids=str)
def test_scale_multiplies_first(name, dtype, scale):
    for shape in [(1,), (17,), (3, 200), (20, 30), (2, 5000)]:
        x = normal_rows(1, shape, dtype)
        expected = rounded(compute(name, scaled_copy(x, scale)), dtype)
        assert_same_bits(compute(name, x, scale=scale), expected, shape)
        if dtype.itemsize > 2:  # beside halves, a float32 is a wider operand: see test_scale_wider_than_x
            assert_same_bits(compute(name, x, scale=dtype.type(scale)), expected, shape)
        across = compute(name, x.T.copy(), axis=0, scale=scale)
        assert_same_bits(across if reduces(name) else across.T, expected, shape)
        mask = np.random.default_rng(1).random(shape) < 0.5
        expected = rounded(compute(name, scaled_copy(x, scale), where=mask), dtype)
        assert_same_bits(compute(name, with_garbage(x, mask, 2), scale=scale, where=mask), expected, shape)


@functions
@wide_dtypes
@pytest.mark.parametrize("scale", [1e30, -1e30, math.inf, -math.inf, math.nan, 0.0], ids=str)
def test_scale_that_overflows_or_is_no_number(name, dtype, scale):
    """No warning, and what the product is: infinite, or NaN."""
    for x in ([1e30, -1e30, 0.0, 1e-30], [1e30, 1e20, 1e30], [-1e30, -1e20], [math.inf, 1.0], [0.0, 0.0]):
        x = np.array(x, dtype)
        assert_same_bits(compute(name, x, scale=scale), compute(name, scaled_copy(x, scale)), x)


@functions
def test_scale_wider_than_x(name):
    """A float64 beside float32 numbers means what it means in ``x * scale``."""
    x = normal_rows(1, 20, np.float32)
    assert_same_bits(compute(name, x, scale=np.float64(0.1)), compute(name, x * np.float64(0.1)))


# ---- causal


@same_shape
@dtypes
@pytest.mark.parametrize(
    "shape", [(1, 1), (5, 5), (3, 7), (7, 3), (40, 40), (2, 3, 20, 33), (130, 150), (0, 4), (4, 0)], ids=str
)
def test_causal_is_a_lower_triangle(name, dtype, shape):
    x = normal_rows(1, shape, dtype)
    triangle = np.tril(np.ones(shape[-2:], bool))
    hidden = with_garbage(x, np.broadcast_to(triangle, shape), 2)
    expected = compute(name, x, where=triangle)
    assert_same_bits(compute(name, hidden, causal=True), expected)
    assert_same_bits(compute(name, hidden, axis=len(shape) - 1, causal=True), expected)
    assert_same_bits(compute(name, np.asfortranarray(hidden), causal=True), expected)
    out = hidden.copy()
    assert compute(name, out, causal=True, out=out) is out
    assert_same_bits(out, expected)
    assert_same_bits(compute(name, hidden, causal=True, scale=0.3), compute(name, x, where=triangle, scale=0.3))
    mask = np.random.default_rng(3).random(shape) < 0.6
    both = compute(name, x, where=triangle & mask)
    assert_same_bits(compute(name, with_garbage(x, triangle & mask, 4), causal=True, where=mask), both)


@same_shape
@pytest.mark.parametrize("axis", [0, -2, None, (0, 1), 1.5], ids=str)
def test_causal_along_another_axis_is_refused(name, axis):
    with pytest.raises(TypeError if axis == 1.5 else ValueError):
        compute(name, np.zeros((3, 3)), axis=axis, causal=True)


@same_shape
def test_causal_without_two_axes_is_refused(name):
    for x in (np.zeros(3), np.float64(1), 1.0):
        with pytest.raises(ValueError, match="causal"):
            compute(name, x, causal=True)


def test_causal_makes_no_sense_where_rows_have_one_result():
    with pytest.raises(TypeError):
        compute("logsumexp", np.zeros((3, 3)), causal=True)


# ---- several axes


def merged(x, axes):
    """Return a copy with these axes, in their order in x, as its last; and how to bring results of their shape back."""
    axes = sorted(axis % x.ndim for axis in axes)
    moved = np.moveaxis(x, axes, range(-len(axes), 0))
    rows = moved.reshape(*moved.shape[: x.ndim - len(axes)], -1).copy()
    return rows, lambda results: np.moveaxis(results.reshape(moved.shape), range(-len(axes), 0), axes)


AXES = [(0,), (-1,), (0, 1), (1, 2), (0, 2), (-1, -3), (0, 1, 2), (1, 3), (0, 3), (0, 1, 2, 3), (-4, 2)]
LAID_OUT = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "step": lambda x: np.repeat(np.repeat(x, 2, axis=-1), 2, axis=0)[::2, ..., ::2],
    "reversed": lambda x: x[::-1, :, ::-1].copy()[::-1, :, ::-1],
    "transposed": lambda x: x.transpose(2, 0, 3, 1).copy().transpose(1, 3, 0, 2),
}


@functions
@dtypes
@pytest.mark.parametrize("axes", AXES, ids=str)
def test_several_axes_are_one(name, dtype, axes):
    values = normal_rows(1, (3, 4, 5, 6), dtype)
    rows, restore = merged(values, sorted(axis % 4 for axis in axes))
    expected = compute(name, rows) if reduces(name) else restore(compute(name, rows))
    for (kind, lay_out), (out_kind, lay_out_result) in itertools.product(LAID_OUT.items(), LAID_OUT.items()):
        x = lay_out(values)
        in_order = tuple(sorted(axes, key=lambda axis: axis % 4))
        assert_same_bits(compute(name, x, axis=in_order), expected, kind)
        if reduces(name):
            out = np.full(expected.shape, 7.0).astype(dtype)
        else:
            out = lay_out_result(np.full(values.shape, 7.0).astype(dtype))
        assert compute(name, x, axis=in_order, out=out) is out
        assert_same_bits(out, expected, f"{kind} into {out_kind}")
        if not reduces(name):
            in_place = lay_out(values.copy())
            assert compute(name, in_place, axis=in_order, out=(in_place,)) is in_place
            assert_same_bits(in_place, expected, f"{kind} in place")


@functions
def test_axes_in_another_order_are_within_the_bound(name):
    """The elements are then added up in that order, or in memory's: either is right."""
    x = normal_rows(1, (3, 4, 5), np.float32)
    computed = np.asarray(compute(name, x, axis=(2, 0)))
    assert computed.shape == ((4,) if reduces(name) else x.shape)
    for index in range(4):
        found = computed[index] if reduces(name) else computed[:, index].ravel()
        assert_true(name, found, x[:, index].ravel())


@functions
@dtypes
def test_all_axes(name, dtype):
    for shape in [(7,), (3, 4), (2, 3, 4), (1, 1)]:
        x = normal_rows(1, shape, dtype)
        expected = np.asarray(compute(name, x.ravel())).reshape(() if reduces(name) else shape)
        assert_same_bits(compute(name, x, axis=None), expected)
        assert_same_bits(compute(name, np.asfortranarray(x), axis=None), expected)
        mask = np.random.default_rng(1).random(shape) < 0.5
        masked = np.asarray(compute(name, x.ravel(), where=mask.ravel())).reshape(expected.shape)
        assert_same_bits(compute(name, x, axis=None, where=mask), masked)


@functions
@pytest.mark.parametrize("axis", [3, -4, (0, 3), (-4,), 100])
def test_axis_out_of_range_is_refused(name, axis):
    for keywords in ({}, {"where": True}, {"scale": 2.0}):
        with pytest.raises(np.exceptions.AxisError):
            compute(name, np.zeros((2, 3, 4)), axis=axis, **keywords)


@functions
@pytest.mark.parametrize("axis", [(0, 0), (0, -3), (1, 1, 2)])
def test_repeated_axis_is_refused(name, axis):
    with pytest.raises(ValueError, match="repeated"):
        compute(name, np.zeros((2, 3, 4)), axis=axis)


# ---- keepdims


@pytest.mark.parametrize("axis", [-1, 0, 1, (0, 2), (0, 1, 2), None], ids=str)
@pytest.mark.parametrize("keywords", [{}, {"where": True}, {"scale": 0.5}], ids=str)
@dtypes
def test_keepdims(axis, keywords, dtype):
    x = normal_rows(1, (3, 4, 5), dtype)
    wanted = np.sum(x, axis=axis, keepdims=True).shape
    plain = compute("logsumexp", x, axis=axis, **keywords)
    expected = np.reshape(plain, wanted)
    assert_same_bits(compute("logsumexp", x, axis=axis, keepdims=True, **keywords), expected)
    out = np.zeros(wanted, dtype)
    assert compute("logsumexp", x, axis=axis, keepdims=True, out=out, **keywords) is out
    assert_same_bits(out, expected)
    out = np.zeros(np.shape(plain), dtype)
    assert compute("logsumexp", x, axis=axis, out=out, **keywords) is out
    assert_same_bits(out, plain)


# ---- out


@functions
@pytest.mark.parametrize(
    "keywords", [{}, {"where": True}, {"scale": 2.0}, {"axis": (0, 1)}, {"axis": None}, {"axis": 0}], ids=str
)
@pytest.mark.parametrize("shape", [(3,), (4,), (3, 3), (3, 4, 1), (1, 3, 4), (2, 3, 4), (5,), (4, 3), (12,)], ids=str)
def test_out_of_another_shape_is_refused(name, keywords, shape):
    x = normal_rows(1, (3, 4), np.float32)
    if shape == np.shape(compute(name, x, **keywords)):
        pytest.skip("the right shape")
    out = np.full(shape, 7, np.float32)
    with pytest.raises(ValueError):  # noqa: PT011 - NumPy's messages differ
        compute(name, x, out=out, **keywords)
    assert np.all(out == 7)


@functions
@pytest.mark.parametrize("keywords", [{}, {"where": True}, {"axis": (0, 1)}, {"axis": None, "scale": 2.0}], ids=str)
def test_out_of_another_dtype(name, keywords):
    """A wider one is filled, an integer one refused."""
    x = normal_rows(1, (3, 4), np.float32)
    expected = np.asarray(compute(name, x, **keywords))
    out = np.full(expected.shape, 7.0)
    compute(name, x, out=out, dtype=np.float32, **keywords)
    np.testing.assert_array_equal(out, expected.astype(np.float64))
    integers = np.full(expected.shape, 7)
    with pytest.raises(TypeError):
        compute(name, x, out=integers, **keywords)
    assert np.all(integers == 7)


@functions
def test_read_only_out_is_refused(name):
    x = normal_rows(1, (3, 4), np.float32)
    for keywords in ({}, {"where": True}, {"axis": (0, 1)}, {"axis": (1, 0), "scale": 2.0}):
        out = np.zeros_like(np.asarray(compute(name, x, **keywords)))
        out.flags.writeable = False
        with pytest.raises(ValueError, match="read-only"):
            compute(name, x, out=out, **keywords)
        assert not np.any(out)


# ---- other dtypes


INTEGERS = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]


@functions
@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize(
    "keywords",
    [{}, {"where": [True, False, True, True]}, {"scale": 1}, {"scale": -3.0}, {"scale": 100}, {"axis": None}],
    ids=str,
)
def test_integers_promote_as_for_exp_and_never_wrap(name, dtype, keywords):
    information = None if dtype == "bool" else np.iinfo(dtype)
    values = [0, 1, 1, 0] if information is None else [information.min, information.max, 0, 7]
    x = np.array(values, dtype)
    wanted = np.exp(np.zeros(1, dtype)).dtype
    with np.errstate(over="ignore"):  # 65535 lies beyond float16 for those that NumPy makes of 16 bits
        promoted = x.astype(wanted)
    computed = compute(name, x, **keywords)
    assert computed.dtype == wanted
    assert_same_bits(computed, compute(name, promoted, **keywords))


@functions
def test_dtype_is_that_of_the_computation(name):
    for given_dtype, dtype in itertools.product([*DTYPES.values(), np.dtype("int8")], WIDE.values()):
        x = np.array([1, 3, -2], given_dtype)
        for keywords in ({}, {"where": [True, False, True]}, {"scale": 0.1}, {"axis": (0,)}):
            if given_dtype.itemsize > dtype.itemsize:
                continue
            assert_same_bits(compute(name, x, dtype=dtype, **keywords), compute(name, x.astype(dtype), **keywords))


@functions
@pytest.mark.parametrize("keywords", [{}, {"where": True}, {"scale": 2.0}, {"axis": None}, {"axis": (0,)}], ids=str)
def test_complex_numbers_are_refused(name, keywords):
    for x in (np.ones(3, complex), np.ones(3, np.complex64), [1j, 2.0], 1j):
        with pytest.raises(TypeError):
            compute(name, x, **keywords)


@functions
def test_complex_scale_is_refused(name):
    with pytest.raises(TypeError):
        compute(name, np.ones(3), scale=1j)


@functions
@pytest.mark.parametrize("namespace", ["automatic", "cpu", "parallel"])
def test_bfloat16_stays(name, namespace):
    function = getattr(numba_act if namespace == "automatic" else getattr(numba_act, namespace), name)
    x = normal_rows(1, (5, 20), BFLOAT16)
    for keywords in ({}, {"where": True}, {"scale": 0.5}, {"axis": (0, 1)}, {"axis": 0}):
        computed = np.asarray(function(x, **keywords))
        in_single = np.asarray(function(x.astype(np.float32), **keywords))
        assert_same_bits(computed, rounded(in_single, BFLOAT16))


# ---- numbers and empty arrays


NUMBERS = [2.5, 3, True, np.float32(-7.25), np.float16(0.1), np.array(12.3), np.array(-0.7, np.float32), np.int8(-4)]


@functions
@pytest.mark.parametrize("x", NUMBERS, ids=repr)
def test_number_is_a_row_of_one(name, x):
    for keywords in (
        {},
        {"axis": 0},
        {"axis": None},
        {"axis": (0,)},
        {"axis": (-1,)},
        {"scale": 2},
        {"where": True},
        {"where": False},
    ):
        computed = compute(name, x, **keywords)
        expected = compute(name, np.reshape(x, 1), **keywords)
        assert np.ndim(computed) == 0
        assert isinstance(computed, np.generic)
        assert_same_bits(computed, np.reshape(expected, ()), keywords)
        out = np.zeros((), expected.dtype)
        assert compute(name, x, out=out, **keywords) is out
        assert_same_bits(out, np.reshape(expected, ()), keywords)


@functions
@pytest.mark.parametrize("axis", [1, -2, (0, 1), (1,)], ids=str)
def test_axis_that_a_number_has_not_is_refused(name, axis):
    for x in (1.0, np.float32(1), np.array(1.0)):
        with pytest.raises(np.exceptions.AxisError):
            compute(name, x, axis=axis)


@dtypes
def test_rows_of_one_are_certain(dtype):
    """Nothing is divided that could be rounded."""
    x = np.concatenate([normal_rows(1, 3000, dtype, 20), [0, 1, -1, 88, -88, 700, -700, 1e4]]).astype(dtype)[:, None]
    assert_same_bits(compute("softmax", x), np.ones_like(x))
    assert_same_bits(abs(compute("log_softmax", x)), np.zeros_like(x))
    assert_same_bits(compute("logsumexp", x), x[:, 0])


@functions
@dtypes
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4), (0, 0)], ids=str)
def test_empty(name, dtype, shape):
    x = np.zeros(shape, dtype)
    for axis in [*range(-len(shape), len(shape)), None, tuple(range(len(shape))), (0, -1) if len(shape) > 1 else (0,)]:
        for keywords in ({}, {"where": True}, {"scale": 2.0}, {"where": np.zeros(shape, bool)}):
            computed = np.asarray(compute(name, x, axis=axis, **keywords))
            wanted = np.sum(x, axis=axis).shape if reduces(name) else shape
            assert_same_bits(computed, np.full(wanted, nothing(name)).astype(dtype), (axis, keywords))


# ---- warnings


@few_examples
@given(name=any_function, dtype=any_dtype, seed=seeds, rows=st.integers(1, 20), length=st.integers(1, 40))
def test_no_warning_from_any_bits(name, dtype, seed, rows, length):
    """Any number of the format, NaN that signal excepted: converting those is NumPy's and ml_dtypes' to report."""
    integer = np.dtype(f"u{dtype.itemsize}")
    bits = np.random.default_rng(seed).integers(0, np.iinfo(integer).max, (rows, length), integer, endpoint=True)
    with np.errstate(all="ignore"):
        x = bits.view(dtype)
        x = np.where(np.isnan(x), dtype.type(np.nan), x)
        finite = np.where(np.isfinite(x), x, dtype.type(0))
    mask = np.random.default_rng(seed).random(x.shape) < 0.5
    for values, keywords, axis in itertools.product(
        (x, finite), ({}, {"where": mask}, {"scale": 3.0}, {"scale": -1e4, "where": mask}), (-1, 0)
    ):
        compute(name, values, axis=axis, **keywords)
