"""Kernels with several inputs, several outputs and parameters of several kinds, on every CPU target."""

import numpy as np
import pytest
from bits import assert_same_bits
from declared_kernels import square_and_slope, sum_and_difference, sum_and_difference_of, swiglu
from ml_dtypes import bfloat16

from numba_act.engine.public.function import public_function
from numba_act.engine.public.ufunc import build_ufunc
from numba_act.language.declaration import vectorize

TARGETS = ("cpu", "parallel", "automatic")
DTYPES = (np.float16, bfloat16, np.float32, np.float64)
LENGTHS = (0, 1, 2, 17, 1000, 40_000)

targets = pytest.mark.parametrize("target", TARGETS)
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: np.dtype(dtype).name)


@pytest.fixture(scope="module")
def ufuncs():
    """Return every declaration on every target as a ufunc."""
    declarations = swiglu, square_and_slope, sum_and_difference
    return {(each.name, target): build_ufunc(each, target) for each in declarations for target in TARGETS}


def small(length, dtype, seed=0):
    return np.random.default_rng(seed).integers(-4, 5, length).astype(dtype)


@targets
@dtypes
def test_two_inputs_are_within_the_bound(ufuncs, target, dtype):
    """Silu is within 1 ULP, and the product is rounded once more."""
    x, gate = np.random.default_rng(0).normal(0, 2, (2, 3000)).astype(dtype)
    found = ufuncs["swiglu", target](x, gate)
    assert found.dtype == dtype
    wide = x.astype(np.longdouble)
    exact = wide / (1 + np.exp(-wide)) * gate.astype(np.longdouble)
    digits = {"float16": 10, "bfloat16": 7, "float32": 23, "float64": 52}[np.dtype(dtype).name]
    unit = 2.0 ** (np.floor(np.log2(np.abs(exact).astype(np.float64))) - digits)
    normal = np.abs(exact) > 1e-4  # of halves, which may be subnormal below
    assert (np.abs(found.astype(np.longdouble) - exact) / unit)[normal].max() <= 1.6


@targets
@dtypes
@pytest.mark.parametrize("length", LENGTHS)
def test_two_outputs(ufuncs, target, dtype, length):
    x = small(length, dtype)
    square, slope = ufuncs["square_and_slope", target](x)
    assert_same_bits(square, x * x)
    assert_same_bits(slope, x + x)


@targets
@dtypes
@pytest.mark.parametrize("length", LENGTHS)
def test_everything_side_by_side(ufuncs, target, dtype, length):
    x, y = small(length, dtype), small(length, dtype, 1)
    expected = sum_and_difference_of(x, y, 3, True, 0.5)
    for found, wanted in zip(ufuncs["sum_and_difference", target](x, y, 3, True, dtype(0.5)), expected, strict=True):
        assert_same_bits(found, wanted)


# Of each operand: how far its elements are apart, or 0 for a number.
STEPS = [
    (1, 1, 1, 1, 1),
    (1, 1, 0, 0, 1),
    (1, 1, 1, 0, 0),
    (2, 1, 0, 0, 0),
    (1, 3, 2, 1, 0),
    (-1, 1, 0, 1, 2),
    (0, 1, 0, 0, 0),
    (1, 0, 1, 1, 1),
    (2, -2, 3, -1, 2),
]


@targets
@dtypes
@pytest.mark.parametrize("steps", STEPS, ids=str)
@pytest.mark.parametrize("out_steps", [(1, 1), (2, 1), (-1, 3)], ids=str)
def test_any_strides_of_any_operand(ufuncs, target, dtype, steps, out_steps):
    for length in (1, 7, 1500, 20_000):
        generator = np.random.default_rng(length)
        sources = [small(3 * length, dtype, 1), small(3 * length, dtype, 2)]
        sources += [generator.integers(-3, 4, 3 * length), generator.integers(0, 2, 3 * length).astype(bool)]
        sources.append(np.array(generator.choice([0.5, 1, 2], 3 * length), dtype))
        operands = [source[::step][:length] if step else source[0] for source, step in zip(sources, steps, strict=True)]
        outs = [np.full(3 * length, 7, dtype)[::step][:length] for step in out_steps]
        found = ufuncs["sum_and_difference", target](*operands, out=tuple(outs))
        wanted = sum_and_difference_of(np.broadcast_to(operands[0], length), *operands[1:])
        for place, result, expected in zip(outs, found, wanted, strict=True):
            assert result is place
            assert_same_bits(place, np.broadcast_to(expected, length), (length,))
            gaps = np.ones(3 * length, bool)
            gaps[:: out_steps[0] if place is outs[0] else out_steps[1]][:length] = False
            assert (place.base[gaps] == 7).all()


@targets
@dtypes
@pytest.mark.parametrize("length", [1, 33, 5000, 40_000])
def test_any_output_in_the_place_of_any_input(ufuncs, target, dtype, length):
    ufunc = ufuncs["sum_and_difference", target]
    x, y = small(length, dtype), small(length, dtype, 1)
    expected = sum_and_difference_of(x, y)
    for first, second in ((0, None), (None, 0), (1, None), (None, 1), (0, 1), (1, 0)):
        for steps in ((1, 1), (2, 1), (1, 2), (2, 2)):
            arrays = [np.repeat(each, step)[::step] for each, step in zip((x, y), steps, strict=True)]
            out = tuple(None if place is None else arrays[place] for place in (first, second))
            for found, wanted in zip(ufunc(*arrays, 1, False, dtype(1), out=out), expected, strict=True):
                assert_same_bits(found, wanted, (first, second, steps))


@targets
def test_output_shifted_by_one_element(ufuncs, target):
    """Whatever overlaps otherwise is computed as if nothing did."""
    memory = small(5001, np.float64)
    x = memory[:-1].copy()
    expected = sum_and_difference_of(x, x)
    found, _ = ufuncs["sum_and_difference", target](memory[:-1], memory[:-1], 1, False, 1.0, out=(memory[1:], None))
    assert_same_bits(found, expected[0])


@targets
def test_reduce_and_accumulate_compute_in_order(target):
    @vectorize(["float64(float64)"], identity=0)
    def half_and_add(x, y):
        return x * 0.5 + y

    ufunc = build_ufunc(half_and_add, target)
    x = np.arange(3000.0)
    expected = [x[0]]
    for value in x[1:]:
        expected.append(expected[-1] * 0.5 + value)
    assert ufunc.accumulate(x).tolist() == expected
    assert ufunc.reduce(x, initial=x[0], where=x > 0) == expected[-1]
    assert ufunc.identity == 0
    assert ufunc.reduce(x[:0]) == 0


def test_function_with_defaults():
    function = public_function(sum_and_difference, "automatic", "numba_act")
    x, y = small(100, np.float32), small(100, np.float32, 1)
    for arguments in ({}, {"times": 2}, {"negated": True, "scale": 0.5}, {"times": np.arange(100), "scale": 2}):
        for found, wanted in zip(function(x, y, **arguments), sum_and_difference_of(x, y, **arguments), strict=True):
            assert_same_bits(found, wanted)
    out = np.empty(100, np.float32), np.empty(100, np.float32)
    assert function(x, y, out=out)[1] is out[1]
    assert [found.dtype for found in function([1, 2], 3)] == [np.float64] * 2
    assert [found.dtype for found in function(x.astype(bfloat16), y.astype(bfloat16), scale=0.5)] == [bfloat16] * 2
    with pytest.raises(TypeError, match="no_such"):
        function(x, y, no_such=1)
    with pytest.raises(TypeError):
        function(x, y, times=1.5)


def test_dtype_asked_for_holds_for_the_defaults():
    function = public_function(sum_and_difference, "cpu", "numba_act.cpu")
    x = np.float32([1, 2])
    third = function(x, x * 0, scale=1 / 3, dtype=np.float64)[1]
    assert_same_bits(third, np.array([1, 2]) * (1 / 3))


def test_kernel_that_returns_another_number_of_results_is_refused():
    @vectorize
    def two(x):
        return x, x

    with pytest.raises(Exception, match=r"returns 2 numbers and is declared with outputs=1"):
        build_ufunc(two, "cpu")


def test_more_operands_than_there_is_room_for_are_refused():
    names = ", ".join(f"x{number}" for number in range(16))
    sum_of_all = vectorize(["float64(float64)"])(eval(f"lambda {names}: {names.replace(',', ' +')}"))
    with pytest.raises(ValueError, match="17 operands, and there is room for 16"):
        build_ufunc(sum_of_all, "cpu")


def test_as_many_operands_as_there_is_room_for():
    names = ", ".join(f"x{number}" for number in range(15))
    sum_of_all = vectorize(["float64(float64)"])(eval(f"lambda {names}: {names.replace(',', ' +')}"))
    ufunc = build_ufunc(sum_of_all, "parallel")
    for length in (1, 3000):
        operands = [small(2 * length, np.float64, number)[::2] for number in range(15)]
        assert_same_bits(ufunc(*operands), sum(operands))
