"""Element-wise functions of contiguous arrays."""

import itertools

import numpy as np
import pytest
from gpu_results import (
    INTEGERS,
    VECTOR,
    assert_near,
    assert_wrote_only,
    every_dtype,
    every_element,
    on_cpu,
    some_numbers,
)
from samples import numbers, specials


@every_element
@every_dtype
def test_values(name, dtype, gpu):
    x = np.concatenate([specials(dtype), numbers(dtype)[::31]])
    assert_near(gpu.call(name, gpu.place(x)), on_cpu(name, x))


@pytest.mark.parametrize(("name", "dtype"), INTEGERS, ids=str)
def test_integers(name, dtype, gpu):
    limits = np.iinfo(dtype)
    x = np.random.default_rng(1).integers(limits.min, limits.max, 70, dtype, endpoint=True)
    x[:6] = limits.min, limits.min + 1, 0, 1, limits.max - 1, limits.max
    np.testing.assert_array_equal(gpu.call(name, gpu.place(x)), on_cpu(name, x), strict=True)


@every_element
def test_arrays_of_numba(name, gpu):
    x = some_numbers(np.float32, 45).reshape(5, 9)
    assert_near(gpu.call(name, x), on_cpu(name, x))


@every_dtype
def test_an_array_of_numba_for_the_results(dtype, gpu):
    x, out = some_numbers(dtype, 21), np.zeros(21, dtype)
    assert gpu.call("relu", x, out) is out
    assert_near(out, on_cpu("relu", x), 0)


def test_blocks_take_turns(gpu):
    """More tiles than blocks, which are several, and a remainder."""
    gpu.device = (3, 8)
    x = some_numbers(np.float32, 4 * 8 * 2 * 7 + 4 * 11 + 3)
    for given in gpu.place(x), gpu.place(np.repeat(x, 2))[::2]:
        assert_near(gpu.call("relu", given), on_cpu("relu", given), 0)


def element_size_shifts(dtype):
    return range(VECTOR // dtype.itemsize)


@every_dtype
def test_any_length_equally_far_from_vectors(dtype, gpu):
    lanes = VECTOR // dtype.itemsize
    lengths = [*range(2 * lanes + 2), 63, 64, 65, 70]
    for shift, length in itertools.product(element_size_shifts(dtype), lengths):
        gpu.clear()
        x = gpu.place(some_numbers(dtype, length), shift)
        out = gpu.room(length, dtype, shift=shift)
        before = gpu.arena.copy()
        gpu.call("relu", x, out)
        assert [launch.launcher for launch in gpu.launches] == ["contiguous_launcher"] * (length > 0)
        assert_near(out, on_cpu("relu", x), 0)
        assert_wrote_only(gpu, before, out)


@every_dtype
@pytest.mark.parametrize("length", [1, 9, 70])
def test_differently_far_from_vectors(dtype, length, gpu):
    for shift, out_shift in itertools.permutations(element_size_shifts(dtype), 2):
        gpu.clear()
        x = gpu.place(some_numbers(dtype, length), shift)
        out = gpu.room(length, dtype, shift=out_shift)
        before = gpu.arena.copy()
        gpu.call("relu", x, out)
        assert_near(out, on_cpu("relu", x), 0)
        assert_wrote_only(gpu, before, out)


@every_dtype
@pytest.mark.parametrize("shift", [0, 1])
def test_in_place(dtype, shift, gpu):
    x = gpu.place(some_numbers(dtype, 53), shift)
    expected, before = on_cpu("leaky_relu", x), gpu.arena.copy()
    assert gpu.call("leaky_relu", x, out=x) is x
    assert_near(x, expected)
    assert_wrote_only(gpu, before, x)
