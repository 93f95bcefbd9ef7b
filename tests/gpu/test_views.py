"""Arrays of any strides, as inputs and for the results."""

import numpy as np
import pytest
from gpu_results import DTYPES, assert_near, assert_wrote_only, every_dtype, on_cpu, some_numbers

# Each takes numbers from an array of the shape (3, 4, 5, 6).
VIEWS = {
    "contiguous": lambda base: base,
    "number": lambda base: base[1, 1, 1, 1],
    "one element": lambda base: base[1:2, 1:2, 1:2, 1:2],
    "step": lambda base: base[0, 0, :, ::2],
    "rows with gaps": lambda base: base[:, :, :, :5],
    "reversed": lambda base: base[::-1, ::-1, ::-1, ::-1],
    "one axis reversed": lambda base: base[0, :, ::-1, :],
    "transposed": lambda base: base[0, 0].T,
    "Fortran's order": lambda base: base.T,
    "axes in any order": lambda base: base.transpose(2, 0, 3, 1),
    "nothing merges": lambda base: base[:2, ::3, ::-2, 1:5:2].reshape(2, 2, 3, 1, 2),
    "five axes": lambda base: np.lib.stride_tricks.as_strided(
        base, (2, 2, 2, 2, 2), [base.itemsize * step for step in (181, 90, 40, 15, 6)]
    ),
}


def viewed(view, base):
    """Return a view of an array, and an array of no axes where that is a number."""
    return np.asarray(view(base)) if view is not VIEWS["number"] else base[1, 1, 1, 1:2].reshape(())


def view_of(gpu, view, dtype):
    values = some_numbers(dtype, 360).reshape(3, 4, 5, 6)
    return viewed(VIEWS[view], gpu.place(values))


@pytest.mark.parametrize("view", VIEWS)
@every_dtype
def test_views(view, dtype, gpu):
    x = view_of(gpu, view, dtype)
    result = gpu.call("leaky_relu", x)
    assert_near(result, on_cpu("leaky_relu", x))


@pytest.mark.parametrize("view", VIEWS)
def test_results_keep_the_order(view, gpu):
    x = view_of(gpu, view, np.float32)
    found = gpu.call("relu", x)
    assert found.strides == np.empty_like(x).strides


@pytest.mark.parametrize("view", VIEWS)
@every_dtype
def test_views_for_the_results(view, dtype, gpu):
    out = view_of(gpu, view, dtype)
    x = gpu.place(some_numbers(dtype, out.size)[::-1].reshape(out.shape))
    before = gpu.arena.copy()
    gpu.call("leaky_relu", x, out=out)
    assert_near(out, on_cpu("leaky_relu", x))
    assert_wrote_only(gpu, before, out)


@pytest.mark.parametrize("view", VIEWS)
def test_views_in_place(view, gpu):
    x = view_of(gpu, view, np.float32)
    expected, before = on_cpu("leaky_relu", x), gpu.arena.copy()
    gpu.call("leaky_relu", x, out=x)
    assert_near(x, expected)
    assert_wrote_only(gpu, before, x)


@pytest.mark.parametrize("shape", [(4, 6), (3, 4, 6), (4, 2, 6)])
def test_repeated_elements(shape, gpu):
    row = gpu.place(some_numbers(np.float32, 6))
    for x in (np.broadcast_to(row, shape), np.broadcast_to(row[::-1], shape), np.broadcast_to(row[:1], shape)):
        assert_near(gpu.call("relu", x), on_cpu("relu", x), 0)


TRANSPOSED = {
    (40, 50): (1, 0),
    (17, 70): (1, 0),
    (16, 16): (1, 0),
    (3, 33, 64): (0, 2, 1),
    (33, 3, 64): (2, 1, 0),
    (64, 2, 2, 33): (3, 1, 2, 0),
}


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        (shape, dtype)
        for shape in TRANSPOSED
        for dtype in DTYPES.values()
        if dtype == np.float32 or shape in [(17, 70), (3, 33, 64)]
    ],
    ids=str,
)
def test_results_across_the_memory_of_x(shape, dtype, gpu):
    x = gpu.place(some_numbers(dtype, int(np.prod(shape))).reshape(shape)).transpose(TRANSPOSED[shape])
    out = gpu.room(x.shape, dtype)
    before = gpu.arena.copy()
    gpu.call("leaky_relu", x, 0.25, out=out)
    assert [launch.launcher for launch in gpu.launches] == ["transposed_launcher"]
    assert_near(out, on_cpu("leaky_relu", x, dtype.type(0.25)))
    assert_wrote_only(gpu, before, out)


def test_nothing_to_do(gpu):
    for shape in (0,), (0, 3), (3, 0, 2):
        result = gpu.call("relu", gpu.room(shape, np.float32))
        assert (result.shape, gpu.launches) == (shape, [])
