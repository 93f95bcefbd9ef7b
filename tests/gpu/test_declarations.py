"""Kernels of several inputs, of several outputs, and of parameters of several kinds, on a GPU."""

import re

import declared_kernels
import numpy as np
import pytest
from bits import assert_same_bits
from declared_kernels import sum_and_difference_of
from gpu_process import OnHost
from ml_dtypes import bfloat16

from numba_act.engine.gpu.function import gpu_function
from numba_act.engine.gpu.ptx import ptx_text
from numba_act.engine.gpu.target import toolkit
from numba_act.kernels.elementary.row_reductions import of_sum

DTYPES = (np.float16, bfloat16, np.float32, np.float64)
dtypes = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: np.dtype(dtype).name)

SWIGLU, SQUARE, SUM = (f"declared_kernels.{name}" for name in ("swiglu", "square_and_slope", "sum_and_difference"))


def small(shape, dtype, seed=0):
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(dtype)


def assert_both(found, expected):
    for one, wanted in zip(found, expected, strict=True):
        assert_same_bits(np.asarray(one), wanted)


@dtypes
@pytest.mark.parametrize("length", [1, 7, 64, 500])
def test_two_outputs(gpu, dtype, length):
    x = gpu.place(small(length, dtype))
    assert_both(gpu.call(SQUARE, x), (x * x, x + x))
    assert [launch.launcher for launch in gpu.launches] == ["contiguous_launcher"]


@dtypes
def test_two_inputs(gpu, dtype):
    """Where the sigmoid is 1/2 or 1, or as good as that, so that nothing but the product is rounded."""
    x, gate = np.repeat([0, 1000, -1000], 30).astype(dtype), small(90, dtype)
    found = gpu.call(SWIGLU, gpu.place(x), gpu.place(gate))
    expected = np.where(x > 0, x * gate, x * 0).astype(dtype)
    np.testing.assert_array_equal(np.asarray(found).astype(np.float64), expected.astype(np.float64))


@dtypes
@pytest.mark.parametrize("shapes", [((90,), (90,)), ((3, 30), (30,)), ((30,), (3, 1)), ((2, 1, 5), (3, 1))], ids=str)
def test_inputs_broadcast(gpu, dtype, shapes):
    x, y = (gpu.place(small(shape, dtype, seed)) for seed, shape in enumerate(shapes))
    assert_both(gpu.call(SUM, x, y), sum_and_difference_of(*np.broadcast_arrays(x, y)))


@dtypes
def test_parameters_of_every_kind(gpu, dtype):
    x, y = gpu.place(small((4, 25), dtype)), gpu.place(small((4, 25), dtype, 1))
    times, negated = gpu.place(np.arange(-2, 23)), gpu.place(np.arange(25) % 3 == 0)
    scale = gpu.place(np.array([[0.5], [1], [2], [0.25]], dtype))
    for arguments in ((3, True, 0.5), (times, False, 1.0), (2, negated, scale), (times, negated, scale)):
        wanted = sum_and_difference_of(x, y, *(each.astype(float) if each is scale else each for each in arguments))
        assert_both(gpu.call(SUM, x, y, *arguments), wanted)
    assert_both(gpu.call(SUM, x, y, negated=np.True_), sum_and_difference_of(x, y, negated=True))


@dtypes
@pytest.mark.parametrize("steps", [(1, 1), (2, 1), (1, -3), (3, 2)], ids=str)
def test_views(gpu, dtype, steps):
    places = [gpu.place(small(300, dtype, seed)) for seed in range(4)]
    x, y, first, second = (place[::step][:90] for place, step in zip(places, (*steps, 2, -1), strict=True))
    expected = sum_and_difference_of(x, y)
    found = gpu.call(SUM, x, y, out=(first, second))
    assert found[0] is first
    assert found[1] is second
    assert_both((first, second), expected)


@dtypes
@pytest.mark.parametrize("step", [1, 2])
def test_any_output_in_the_place_of_any_input(gpu, dtype, step):
    for first, second in ((0, None), (None, 0), (1, None), (None, 1), (0, 1), (1, 0)):
        gpu.clear()
        arrays = [gpu.place(small(step * 90, dtype, seed))[::step] for seed in range(2)]
        expected = sum_and_difference_of(*arrays)
        out = tuple(None if place is None else arrays[place] for place in (first, second))
        assert_both(gpu.call(SUM, *arrays, out=out), expected)


@dtypes
def test_a_number_for_the_second_input(gpu, dtype):
    x = gpu.place(small(90, dtype))
    assert_both(gpu.call(SUM, x, 2), sum_and_difference_of(x, dtype(2)))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_arrays_of_the_host(gpu, dtype):
    x, y = small((6, 20), dtype), small((20,), dtype, 1)
    expected = sum_and_difference_of(x, np.broadcast_to(y, x.shape), 2, True)
    assert_both(gpu.call(SUM, OnHost(x), OnHost(y), 2, True), expected)
    assert_both(gpu.call(SUM, [1.0, 2.0], [3.0, 4.0]), ([4.0, 6.0], [-2.0, -2.0]))
    with pytest.raises(TypeError, match=r"safe|same_kind"):
        gpu.call(SUM, OnHost(x), OnHost(y), [1.5] * 20)
    outs = np.zeros_like(x), np.zeros_like(x.T).T
    found = gpu.call(SUM, OnHost(x), OnHost(y), 2, True, out=tuple(map(OnHost, outs)))
    assert_both(found, expected)


def test_errors(gpu):
    x, y, out = gpu.place(small(8, np.float32)), gpu.place(small(8, np.float64)), gpu.room(8, np.float32)
    for arguments, keywords, error, message in (
        ((x, y), {}, TypeError, "y must have the dtype of x, float32, not float64"),
        ((x, x), {"times": 1.5}, TypeError, "times of .* of int64"),
        ((x, x), {"negated": 2}, TypeError, "negated of .* of bool"),
        ((x, x), {"times": x}, TypeError, "times must have the dtype int64, not float32"),
        ((x, x), {"out": gpu.room(8, np.float32)}, TypeError, "tuple of 2"),
        ((x, x), {"out": (x, x)}, ValueError, "overlap"),
        ((x[:4], x[4:]), {"out": (out[:4], out[2:6])}, ValueError, "overlap"),
        ((OnHost(np.ones(8, np.float32)), x), {}, TypeError, "not both"),
        ((x, gpu.place(small(3, np.float32))), {}, ValueError, "broadcast"),
    ):
        with pytest.raises(error, match=message):
            gpu.call(SUM, *arguments, **keywords)


def test_rows_of_other_kinds_are_refused():
    @of_sum("(n)->()", term=lambda x: x)
    def total(sum_of_all):
        return sum_of_all

    with pytest.raises(TypeError, match=r"^numba_act\.cuda\.total is not there yet"):
        gpu_function(total, "tests")(np.ones(3))


@pytest.mark.parametrize("name", ["swiglu", "square_and_slope", "sum_and_difference"])
@pytest.mark.parametrize(
    ("dtype", "layout"),
    [("float32", "contiguous"), ("bfloat16", "contiguous"), ("float64", "contiguous"), ("float32", "strided")],
)
def test_kernels_stay_in_registers(name, dtype, layout):
    pytest.importorskip("numba_cuda")
    text = ptx_text(getattr(declared_kernels, name), dtype, (9, 0), layout)
    assert ".local" not in text
    log = []
    toolkit.assembled(text, (9, 0), log)
    assert not re.search(r"[1-9]\d* bytes (spill|stack)", log[0]), log[0]
