"""Rows along any axes of any array."""

import numpy as np
import pytest
from gpu_results import (
    BFLOAT16,
    DTYPES,
    ROWS,
    assert_near,
    assert_wrote_only,
    bound,
    every_row,
    normal_rows,
    on_cpu,
    rows_by,
)

AXES = [0, 1, 2, -1, -3, (0,), (0, 1), (2, 1), (0, 2), (-1, 0), (0, 1, 2), None]


@rows_by("axis", AXES, [0, (0, 2), None])
def test_axes(name, axis, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    assert_near(gpu.call(name, x, axis), on_cpu(name, x, axis), bound(name, x.dtype))


@rows_by("axis", [0, 1, (0, 1), (1, 2), (0, 2), None], [(0, 2)])
def test_axes_of_views(name, axis, gpu):
    base = gpu.place(normal_rows((3, 4, 6), np.float32))
    for x in base[:, ::2, ::-1], base.transpose(2, 0, 1), base[:2, :, :4]:
        before = gpu.arena.copy()
        assert_near(gpu.call(name, x, axis), on_cpu(name, x, axis), bound(name, x.dtype))
        np.testing.assert_array_equal(gpu.arena, before)


@rows_by("axis", [-1, 0, (0, 2), (1, 2), None], [0, (0, 2)])
def test_axes_of_results_that_are_views(name, axis, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    expected = on_cpu(name, x, axis)
    out = gpu.room((*expected.shape, 2), np.float32)[..., 1]
    before = gpu.arena.copy()
    assert gpu.call(name, x, axis, out) is out
    assert_near(out, expected, bound(name, x.dtype))
    assert_wrote_only(gpu, before, out)


@pytest.mark.parametrize("name", [name for name, found in ROWS.items() if found.reduces])
@pytest.mark.parametrize("axis", [0, -1, (0, 2), (0, 1), None], ids=str)
def test_axes_that_are_kept(name, axis, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    expected = on_cpu(name, x, axis, keepdims=True)
    out = gpu.room(expected.shape[::-1], np.float32).T
    assert_near(gpu.call(name, x, axis, keepdims=True), expected, bound(name, x.dtype))
    assert_near(gpu.call(name, x, axis, out, keepdims=True), expected, bound(name, x.dtype))


@pytest.mark.parametrize("name", [name for name, found in ROWS.items() if not found.reduces])
@pytest.mark.parametrize("axis", [-1, 0, (0, 2), None], ids=str)
@pytest.mark.parametrize("dtype", [DTYPES["float16"], DTYPES["float64"]], ids=str)
def test_rows_in_place(name, axis, dtype, gpu):
    x = gpu.place(normal_rows((5, 2, 9), dtype))[:, :, ::2]
    expected, before = on_cpu(name, x, axis), gpu.arena.copy()
    assert gpu.call(name, x, axis, out=x) is x
    assert_near(x, expected, bound(name, dtype))
    assert_wrote_only(gpu, before, x)


@every_row
@pytest.mark.parametrize("dtype", [DTYPES["float32"], BFLOAT16], ids=str)
def test_numbers_as_rows(name, dtype, gpu):
    x = gpu.place(np.full((), 1.5, dtype))
    for keywords in {}, {"axis": None}, {"scale": 2.0}, {"where": gpu.place(np.full((), False))}:
        assert_near(gpu.call(name, x, **keywords), on_cpu(name, x, **keywords), 0)


@every_row
def test_array_of_no_axes_as_scale_of_a_number(name, gpu):
    x, scale = gpu.place(np.full((), 1.5, np.float32)), gpu.place(np.full((), 2, np.float32))
    assert_near(gpu.call(name, x, scale=scale), on_cpu(name, x, scale=scale), 0)


@every_row
@pytest.mark.parametrize(
    ("shape", "axis"), [((3, 0), -1), ((0, 3), -1), ((0, 3), 0), ((2, 0, 3), (0, 1)), ((0,), None)], ids=str
)
def test_rows_of_nothing(name, shape, axis, gpu):
    x = gpu.room(shape, np.float32)
    assert_near(gpu.call(name, x, axis), on_cpu(name, x, axis), 0)


@every_row
def test_rows_of_numba(name, gpu):
    x = normal_rows((3, 7), np.float64)
    assert_near(gpu.call(name, x), on_cpu(name, x), bound(name, x.dtype))


@every_row
def test_rows_of_repeated_elements(name, gpu):
    row = gpu.place(normal_rows((5,), np.float32))
    for x in np.broadcast_to(row, (4, 5)), np.broadcast_to(row[:, None], (5, 4)):
        assert_near(gpu.call(name, x), on_cpu(name, x), bound(name, x.dtype))


def test_results_of_rows_keep_the_order(gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32)).transpose(2, 0, 1)
    assert gpu.call("softmax", x).strides == np.empty_like(x).strides
