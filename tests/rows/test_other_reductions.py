"""Row functions of other kinds than the exponential sum: a norm, and the product of two rows times one of them."""

import math

import numpy as np
import pytest
from bits import assert_same_bits
from ml_dtypes import bfloat16

from numba_act.engine.public.ufunc import build_ufunc
from numba_act.kernels.elementary.row_reductions import of_fold, of_sum

TARGETS = ("cpu", "parallel", "automatic")
DTYPES = (np.float16, bfloat16, np.float32, np.float64)
DIGITS = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}

targets = pytest.mark.parametrize("target", TARGETS)
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: np.dtype(dtype).name)
# Rows that share a tile, that fill one block, some, and many, which threads divide.
shapes = pytest.mark.parametrize("shape", [(1, 1), (40, 3), (7, 16), (33, 100), (2, 5000), (1, 300_000)], ids=str)


def fourth_power(x):
    return (x * x) * (x * x)


@of_sum("(n)->()", term=fourth_power)
def four_norm(total):
    """The p-norm of a row for p = 4."""
    return np.sqrt(np.sqrt(total))


def product(y, gradient):
    return y * gradient


@of_sum("(n),(n)->(n)", term=product)
def softmax_backward(y, gradient, dot):
    """What reaches the input of a softmax whose results are y."""
    return y * (gradient - dot)


@of_sum("(n),(n)->()", term=product)
def dot_product(total):
    """The product of two rows."""
    return total


def reciprocal(x):
    return type(x)(1) / x


@of_sum("(n)->()", term=reciprocal)
def sum_of_reciprocals(total):
    """A term that raises a flag for 0."""
    return total


def larger(a, b):
    return max(b, a)


def extremes_with(low, high, x):
    return -larger(-low, -x), larger(high, x)


def extremes_of_both(low, high, other_low, other_high):
    return -larger(-low, -other_low), larger(high, other_high)


def extremes(low, high):
    return low, high


@of_fold("(n)->(n)", start=(np.inf, -np.inf), step=extremes_with, merge=extremes_of_both, summary=extremes)
def between_extremes(x, low, high):
    """Where an element lies between the smallest and the largest of its row."""
    return (x - low) / (high - low)


DECLARATIONS = (four_norm, softmax_backward, dot_product, sum_of_reciprocals, between_extremes)


@pytest.fixture(scope="module")
def ufuncs():
    return {(each.name, target): build_ufunc(each, target) for each in DECLARATIONS for target in TARGETS}


def rows(shape, dtype, seed=0):
    return np.random.default_rng(seed).normal(0, 1, shape).astype(dtype)


def unit_of(values, dtype):
    """Return the distance of neighbouring numbers of a dtype at some values, which are normal."""
    _, exponents = np.frexp(np.abs(values).astype(np.float64))
    return np.ldexp(1.0, exponents - DIGITS[np.dtype(dtype).name])


def exact_sum(terms):
    """Return the sums of rows of longdouble, added in Python without rounding but of each to float64 and a rest."""
    high = terms.astype(np.float64)
    low = (terms - high).astype(np.float64)
    return np.array([math.fsum([*a, *b]) for a, b in zip(high.tolist(), low.tolist(), strict=True)], np.longdouble)


@targets
@dtypes
@shapes
def test_norm(ufuncs, target, dtype, shape):
    """Two roundings of every term are halved twice by the roots, which round themselves."""
    x = rows(shape, dtype)
    exact = exact_sum(x.astype(np.longdouble) ** 4) ** 0.25
    found = ufuncs["four_norm", target](x)
    assert found.dtype == dtype
    assert (np.abs(found.astype(np.longdouble) - exact) <= 2 * unit_of(exact, dtype)).all()


@targets
@dtypes
@shapes
def test_softmax_backward(ufuncs, target, dtype, shape):
    """The terms and their sum are rounded, and so are a difference and a product, in what is computed in."""
    y, gradient = np.abs(rows(shape, dtype)) / dtype(8), rows(shape, dtype, 1)
    terms = y.astype(np.longdouble) * gradient
    dot = exact_sum(terms)[:, None]
    exact = y * (gradient - dot)
    found = ufuncs["softmax_backward", target](y, gradient)
    assert found.dtype == dtype
    computed = 2.0 ** -(53 if dtype is np.float64 else 24)
    off = computed * (np.abs(terms).sum(-1, keepdims=True) + np.abs(dot) + np.abs(gradient - dot) * 2) * np.abs(y)
    half = 2.0 ** -DIGITS[np.dtype(dtype).name] if np.dtype(dtype).itemsize == 2 else 0
    off = off + half * np.abs(exact) + (2.0**-25 if dtype is np.float16 else 0)
    assert (np.abs(found.astype(np.longdouble) - exact) <= off).all()


@targets
@dtypes
@shapes
def test_sum_loses_nothing_but_the_rounding_of_terms(ufuncs, target, dtype, shape):
    """One product is so large that the others, added to it, lose their last bits: a plain sum is wrong."""
    if dtype is np.float16 and shape[1] > 1000:
        pytest.skip("beyond the largest number")
    generator = np.random.default_rng(3)
    x, y = (generator.integers(-8, 9, shape).astype(dtype) for _ in range(2))
    digits = 53 if dtype is np.float64 else 24 if dtype is np.float32 else 8
    x[:, 0], y[:, 0] = 1, 2.0 ** (digits + 2)
    y[:, -1] *= 1 if shape[1] == 1 else 0
    x[:, 1::2], y[:, 1::2] = np.abs(x[:, 1::2]), np.abs(y[:, 1::2])
    terms = x.astype(np.float64).astype(object) * y.astype(np.float64).astype(object)
    expected = np.array([math.fsum(row) for row in terms])
    assert_same_bits(ufuncs["dot_product", target](x, y), expected.astype(dtype))


@targets
@dtypes
@shapes
def test_other_folds(ufuncs, target, dtype, shape):
    x = rows(shape, dtype)
    x[:, 1:] += dtype(1) if shape[1] > 1 else dtype(0)
    if shape[1] == 1:
        return
    wide = x.astype(np.float32 if np.dtype(dtype).itemsize < 8 else np.float64)
    low, high = wide.min(-1, keepdims=True), wide.max(-1, keepdims=True)
    assert_same_bits(ufuncs["between_extremes", target](x), ((wide - low) / (high - low)).astype(dtype))


@targets
@dtypes
@pytest.mark.parametrize("name", [each.name for each in DECLARATIONS])
def test_bits_depend_on_the_row_alone(ufuncs, target, dtype, name):
    """Not on the axis, the strides, the neighbours or the threads."""
    plain = ufuncs[name, "cpu"]
    for shape in ((20, 5), (70, 33), (18, 300), (3, 9000)):
        operands = [rows(shape, dtype, seed) for seed in range(plain.nin)]
        alone = np.array([plain(*(operand[row].copy() for operand in operands)) for row in range(shape[0])])
        ufunc = ufuncs[name, target]
        assert_same_bits(ufunc(*operands), alone)
        across = ufunc(*(np.ascontiguousarray(operand.T) for operand in operands), axis=0)
        assert_same_bits(across if alone.ndim == 1 else across.T, alone)
        spread = [np.repeat(np.repeat(operand, 2, 0), 3, 1)[::2, ::3] for operand in operands]
        assert_same_bits(ufunc(*spread), alone)
        mixed = [operands[0], *(each[:, ::-1].copy()[:, ::-1] for each in operands[1:])]
        assert_same_bits(ufunc(*mixed), alone)


@targets
@dtypes
def test_in_the_place_of_either_input(ufuncs, target, dtype):
    ufunc = ufuncs["softmax_backward", target]
    for shape in ((40, 7), (3, 6000), (1, 200_000)):
        y, gradient = rows(shape, dtype), rows(shape, dtype, 1)
        expected = ufunc(y, gradient)
        for place in (0, 1):
            operands = [y.copy(), gradient.copy()]
            result = ufunc(*operands, out=operands[place])
            assert result is operands[place]
            assert_same_bits(result, expected)


@targets
def test_nothing_is_computed_of_rows_that_are_not_there(ufuncs, target):
    """A tile has room for sixteen. A warning would be an error."""
    x = np.full((21, 7), 2.0)
    assert ufuncs["sum_of_reciprocals", target](x).tolist() == [3.5] * 21


@targets
@dtypes
def test_infinite_and_nan_rows(ufuncs, target, dtype):
    """Every row by itself, and without a warning."""
    ufunc = ufuncs["dot_product", target]
    for shape in ((40, 5), (3, 9000)):
        x, ones = np.full(shape, 0.5, dtype), np.ones(shape, dtype)
        x[0, 1], x[1, 2], x[2, 0] = np.inf, -np.inf, np.nan
        found = ufunc(x, ones).astype(np.float64)
        assert found[0] == np.inf
        assert found[1] == -np.inf
        assert np.isnan(found[2])
        assert (found[3:] == shape[1] / 2).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sum_that_overflows(ufuncs, dtype):
    largest = np.finfo(dtype).max
    x = np.full((20, 40), largest, dtype)
    assert (ufuncs["dot_product", "cpu"](x, np.ones_like(x)) == np.inf).all()
    assert dot_product(x[0], np.ones(40, dtype)) == np.inf


def test_batches_broadcast(ufuncs):
    y, gradient = rows((4, 1, 10), np.float32), rows((3, 10), np.float32, 1)
    found = ufuncs["softmax_backward", "automatic"](y, gradient)
    assert_same_bits(found, ufuncs["softmax_backward", "cpu"](*np.broadcast_arrays(y, gradient)))


def test_rows_of_nothing(ufuncs):
    assert ufuncs["four_norm", "cpu"](np.zeros((3, 0))).tolist() == [0, 0, 0]
    assert ufuncs["softmax_backward", "cpu"](np.zeros((3, 0)), np.zeros((3, 0))).shape == (3, 0)


@pytest.mark.parametrize("name", [each.name for each in DECLARATIONS])
def test_declaration_is_callable_on_rows(ufuncs, name):
    """Called from Python, it folds in another order, so that the last bit may differ."""
    (declaration,) = (each for each in DECLARATIONS if each.name == name)
    operands = [rows(50, np.float64, seed) for seed in range(len(declaration.inputs))]
    np.testing.assert_allclose(declaration(*operands), ufuncs[name, "cpu"](*operands), rtol=1e-13)
