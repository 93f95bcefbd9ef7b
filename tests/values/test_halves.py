"""Activations of float16 and bfloat16, and what NumPy lets a foreign dtype take part in."""

import re

import numpy as np
import pytest
import ulp
from bits import assert_same_bits
from halves import (
    BFLOAT16,
    ELEMENTWISE,
    all_but_nan,
    all_numbers,
    elementwise_kinds,
    elementwise_names,
    halves,
    one_thread,
)
from samples import finite_numbers

from numba_act.engine.compiler.pointers import c_function
from numba_act.engine.elementwise.blocks import half_loop
from numba_act.engine.public.ufunc import build_ufunc
from numba_act.language.dtypes import HALF


@halves
@elementwise_names
def test_dtype_is_kept_and_rounded_once(name, half):
    x = all_but_nan(half)
    in_float32 = one_thread(name)
    with np.errstate(over="ignore"):  # of the conversion, for functions that exceed x
        wanted = build_ufunc(ELEMENTWISE[name], "cpu")(
            x.astype(np.float32), *(np.float32(half.type(v)) for v in ELEMENTWISE[name].parameters.values())
        ).astype(half)
        found = in_float32(x)
    assert found.dtype == half
    np.testing.assert_array_equal(found.view(np.uint16), wanted.view(np.uint16))


@elementwise_names
def test_bfloat16_error_is_within_the_bound(name):
    declaration = ELEMENTWISE[name]
    x = finite_numbers(BFLOAT16)
    errors = ulp.errors(one_thread(name)(x).astype(np.float64).astype(BFLOAT16), ulp.exact(declaration, x))
    assert errors.max() <= ulp.max_ulp(declaration, BFLOAT16)


@elementwise_names
def test_bounds_of_halves_follow_from_float32(name):
    bounds = ELEMENTWISE[name].max_ulp
    for half in HALF:
        assert bounds[half] <= 0.51


def test_no_single_number_is_converted_by_instruction():
    """It would be converted with what the rest of its register holds, whose floating-point flags NumPy would report."""
    text = c_function(half_loop("float16", overflowing=False)).inspect_llvm()
    for operation in ("fpext", "fptrunc"):
        converted = re.findall(rf"= {operation} (\S+)", text)
        assert all(kind.startswith("<") for kind in converted)


@halves
@elementwise_names
def test_nan_stays_nan_and_nothing_else_becomes_one(name, half):
    x = all_numbers(half)
    with np.errstate(all="ignore"):  # signalling NaNs raise the invalid flag
        np.testing.assert_array_equal(np.isnan(one_thread(name)(x)), np.isnan(x))


@halves
@elementwise_kinds
@pytest.mark.parametrize("length", [1, 2, 15, 16, 17, 1023, 1024, 1025, 3000])
def test_strides_and_places(name, half, length):
    function = one_thread(name)
    numbers = np.random.default_rng(length).normal(0, 3, 3 * length).astype(half)
    wanted = np.array([function(number[None])[0] for number in numbers[:length]], half)
    assert_same_bits(function(numbers[:length].copy()), wanted)
    in_place = numbers[:length].copy()
    assert_same_bits(function(in_place, out=in_place), wanted)
    for step in (2, 3, -1, -2):
        spread, out = np.zeros(3 * length, half), np.full(3 * length, 7, half)
        spread[::step][:length] = numbers[:length]
        function(spread[::step][:length], out=out[::step][:length])
        assert_same_bits(out[::step][:length], wanted)
        assert np.count_nonzero(out == 7) >= 2 * length  # the gaps


@elementwise_kinds
def test_threads_give_the_same_bits(name):
    declaration = ELEMENTWISE[name]
    x = np.random.default_rng(1).normal(0, 3, 300_000).astype(BFLOAT16)
    parameters = [BFLOAT16.type(value) for value in declaration.parameters.values()]
    divided = build_ufunc(declaration, "parallel")(x, *parameters)
    assert_same_bits(divided, build_ufunc(declaration, "cpu")(x, *parameters))


def test_python_parameters_do_not_widen():
    """Neither the default nor a number that the caller writes."""
    import numba_act

    x = np.array([-2, 4], BFLOAT16)
    assert numba_act.leaky_relu(x).dtype == BFLOAT16
    assert_same_bits(numba_act.leaky_relu(x, 0.5), np.array([-1, 4], BFLOAT16))
    assert_same_bits(numba_act.leaky_relu(x, negative_slope=2), np.array([-4, 4], BFLOAT16))


def test_parameters_may_be_arrays():
    import numba_act

    x = np.array([-2, -2, 4], BFLOAT16)
    assert_same_bits(numba_act.leaky_relu(x, np.array([0.5, 2, 1], BFLOAT16)), np.array([-1, -4, 4], BFLOAT16))
