"""Masks, factors and causal limits of rows."""

import itertools

import numpy as np
import pytest
from gpu_results import (
    CAUSAL,
    DTYPES,
    ROWS,
    VECTOR,
    assert_near,
    bound,
    every_dtype,
    every_row,
    normal_rows,
    on_cpu,
    rows_by,
)
from gpu_rows import hard_rows, mask_for


@rows_by(
    "axis, shape",
    [*itertools.product([-1, (0, 2), None], [(3, 2, 4), (4,), (3, 1, 1), ()]), (0, (3, 2, 4)), ((1, 2), (3, 1, 1))],
    [(-1, (3, 2, 4)), ((0, 2), (3, 1, 1))],
)
def test_masks(name, axis, shape, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    seen = gpu.place(np.random.default_rng(2).random(shape) < 0.6)
    found = gpu.call(name, x, axis, where=seen)
    assert_near(found, on_cpu(name, x, axis, where=seen), bound(name, x.dtype))


@every_row
@every_dtype
def test_nothing_is_read_of_what_is_masked(name, dtype, gpu):
    x = normal_rows((4, 6), dtype)
    seen = np.random.default_rng(4).random(x.shape) < 0.6
    seen[1] = False
    x[~seen] = np.nan
    x[2, ~seen[2]] = np.inf
    x, seen = gpu.place(x), gpu.place(seen)
    assert_near(gpu.call(name, x, where=seen), on_cpu(name, x, where=seen), bound(name, dtype))


@every_row
def test_hard_rows_with_a_mask(name, gpu):
    for length in 3, 20:
        x = gpu.place(hard_rows(DTYPES["float32"], length))
        seen = gpu.place(mask_for(x))
        assert_near(gpu.call(name, x, where=seen), on_cpu(name, x, where=seen), bound(name, x.dtype))


@rows_by(
    "dtype, scale",
    [*itertools.product(DTYPES.values(), [0.25, -2, 0.0])],
    [(DTYPES["float32"], -2), (DTYPES["float32"], 0.0)],
)
def test_numbers_as_scale(name, dtype, scale, gpu):
    x = gpu.place(normal_rows((4, 6), dtype))
    expected = on_cpu(name, x, scale=DTYPES["float32"].type(scale) if dtype.itemsize == 2 else scale)
    assert_near(gpu.call(name, x, scale=scale), expected, bound(name, dtype))


@rows_by(
    "axis, shape",
    [(-1, (3, 2)), (-1, (2,)), (0, (2, 4)), (1, (3, 1)), ((0, 2), (2,)), (None, ())],
    [(-1, (3, 2)), ((0, 2), (2,))],
)
def test_arrays_as_scale(name, axis, shape, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    scale = gpu.place(np.linspace(0.5, 2, int(np.prod(shape)), dtype=np.float32).reshape(shape))
    assert_near(gpu.call(name, x, axis, scale=scale), on_cpu(name, x, axis, scale=scale), bound(name, x.dtype))


@every_row
def test_float32_scales_of_halves(name, gpu):
    x, scale = gpu.place(normal_rows((3, 4), np.float16)), gpu.place(np.array([0.1, 1, 3], np.float32))
    assert_near(gpu.call(name, x, scale=scale), on_cpu(name, x, scale=scale), bound(name, x.dtype))


@pytest.mark.parametrize("name", CAUSAL)
@pytest.mark.parametrize(
    "shape", [(1, 1), (5, 5), (3, 7), (7, 3), (2, 3, 4, 4), (2, 3, 5), (0, 3), (1, 9), (9, 1)], ids=str
)
def test_causal(name, shape, gpu):
    x = gpu.place(normal_rows(shape, np.float32))
    assert_near(gpu.call(name, x, causal=True), on_cpu(name, x, causal=True), bound(name, x.dtype))


@rows_by(
    "dtype, length",
    [*itertools.product(DTYPES.values(), [16, 48]), (DTYPES["float32"], 520)],
    [(DTYPES["float16"], 48), (DTYPES["float32"], 16)],
)
def test_scaled_and_causal_rows_in_vectors(name, dtype, length, gpu):
    x = gpu.place(np.random.default_rng(3).standard_normal((2, 3, length)).astype(dtype))
    x[1, 1, length // 2] = np.nan
    keywords = {"scale": 0.5} if ROWS[name].reduces else {"scale": 0.5, "causal": True}
    expected = on_cpu(name, x, **keywords)
    assert_near(gpu.call(name, x, **keywords), expected, 2)
    (launch,) = gpu.launches
    layout, _ = launch.variant
    assert (layout.masked, layout.lanes) == (True, VECTOR // dtype.itemsize)


@pytest.mark.parametrize("name", CAUSAL)
def test_causal_along_memory_in_any_order(name, gpu):
    base = gpu.place(normal_rows((2, 3, 4), np.float32))
    for x in base.transpose(1, 2, 0), base.transpose(2, 1, 0), base[:, ::-1, ::2], np.broadcast_to(base[0], (2, 3, 4)):
        assert_near(gpu.call(name, x, causal=True), on_cpu(name, x, causal=True), bound(name, x.dtype))


@pytest.mark.parametrize("name", CAUSAL)
def test_causal_with_mask_and_scale(name, gpu):
    x = gpu.place(normal_rows((2, 5, 6), np.float32))
    keywords = {
        "causal": True,
        "where": gpu.place(mask_for(x[0].copy())),
        "scale": gpu.place(np.array([[0.5], [2]], np.float32)),
    }
    assert_near(gpu.call(name, x, **keywords), on_cpu(name, x, **keywords), bound(name, x.dtype))


@every_row
def test_mask_and_scale_along_axes_that_do_not_merge(name, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    keywords = {"where": gpu.place(mask_for(x.copy())), "scale": gpu.place(np.array([0.5, 2], np.float32))}
    before = gpu.arena.copy()
    assert_near(gpu.call(name, x, (0, 2), **keywords), on_cpu(name, x, (0, 2), **keywords), bound(name, x.dtype))
    np.testing.assert_array_equal(gpu.arena, before)
