"""Row functions: every launcher, and everything that may lie in a row."""

import numpy as np
import pytest
from gpu_results import (
    DECLARATIONS,
    DTYPES,
    FIRST_ROW,
    assert_near,
    assert_wrote_only,
    bound,
    every_row,
    normal_rows,
    on_cpu,
    rows_by,
    some_numbers,
)
from gpu_rows import check_launch, hard_rows, mask_for, reached, rows_that_lie

from numba_act.engine.gpu.rows.launchers import streamed_launcher
from numba_act.engine.gpu.target.formats import format_of

# Lengths of rows that warps hold, in pieces: vectors or single elements.
OF_WARPS = (1, 2, 3, 8, 33)
CASES = [
    *[
        ("held_launcher", "warp", how, "float32", pieces)
        for how in ("vectors", "alone", "masked")
        for pieces in OF_WARPS
    ],
    *[
        ("held_launcher", "warp", how, dtype, 3)
        for how in ("vectors", "alone", "masked")
        for dtype in DTYPES
        if dtype != "float32"
    ],
    *[
        ("held_launcher", "block", how, dtype, None)
        for how in ("vectors", "alone", "masked")
        for dtype in ("float32", "float64")
    ],
    *[
        ("streamed_launcher", "block", how, dtype, None)
        for how in ("vectors", "alone", "masked")
        for dtype in ("float32", "float64")
    ],
    *[(launcher, "block", "vectors", "float16", None) for launcher in ("held_launcher", "streamed_launcher")],
    *[("streamed_launcher", "columns", how, dtype, 9) for how in ("columns", "masked columns") for dtype in DTYPES],
]


@rows_by(
    "launcher, arrangement, how, dtype, pieces",
    CASES,
    [case for case in CASES if case[3] == "float32" and case[4] in (None, 3, 9)],
)
def test_rows(name, launcher, arrangement, how, dtype, pieces, gpu):
    def suits(chosen):
        return (chosen.write.__name__, chosen.form.arrangement) == (launcher, arrangement)

    if pieces is None:
        threads, length = reached(dtype, how, suits)
        gpu.device = (1, threads)
    else:
        length = pieces * (format_of(dtype).lanes if how == "vectors" else 1)
    count = {"warp": max(1, min(20, 64 // length)), "columns": 35, "block": 1}[arrangement]
    values = normal_rows((count, length), DTYPES[dtype])
    x, axis = rows_that_lie(gpu, how, values)
    keywords = {"where": rows_that_lie(gpu, how, mask_for(values))[0]} if "masked" in how else {}
    expected = on_cpu(name, x, axis, **keywords)
    out = gpu.room(expected.shape, x.dtype) if DECLARATIONS[name].reduces else rows_that_lie(gpu, how, values)[0]
    before = gpu.arena.copy()
    gpu.call(name, x, axis, out, **keywords)
    check_launch(gpu, launcher, arrangement, how)
    assert_near(out, expected, bound(name, x.dtype))
    assert_wrote_only(gpu, before, out)


@every_row
@pytest.mark.parametrize("shifts", [(0, 1), (1, 0), (1, 1)], ids=str)
def test_rows_that_do_not_begin_with_a_vector(name, shifts, gpu):
    values = some_numbers(np.float32, 48).reshape(3, 16)
    expected = on_cpu(name, values)
    x, out = gpu.place(values, shifts[0]), gpu.room(expected.shape, np.float32, shift=shifts[1])
    gpu.call(name, x, out=out)
    assert_near(out, expected, 2)


@rows_by("dtype", [*DTYPES.values()], [DTYPES["float32"], DTYPES["float64"]])
def test_hard_rows(name, dtype, gpu):
    for length in 3, 20:
        x = gpu.place(hard_rows(dtype, length))
        # Computed in float32, as halves are.
        with np.errstate(over="ignore"):
            expected = on_cpu(name, x.astype(np.float32) if dtype.itemsize == 2 else x).astype(dtype)
        assert_near(gpu.call(name, x), expected, bound(name, dtype))


@every_row
@pytest.mark.parametrize("dtype", [DTYPES["float32"], DTYPES["float64"]], ids=str)
def test_hard_columns(name, dtype, gpu):
    x, axis = rows_that_lie(gpu, "columns", hard_rows(dtype, 9))
    assert_near(gpu.call(name, x, axis), on_cpu(name, x, axis), bound(name, dtype))
    check_launch(gpu, "streamed_launcher", "columns", "columns")


# Of float64 the shorter rows are streamed, which is what the simulator takes long for.
@rows_by(
    "launcher, dtype",
    [("held_launcher", "float32"), ("streamed_launcher", "float64")],
    [],
)
def test_hard_rows_of_blocks(name, launcher, dtype, gpu):
    def suits(chosen):
        return (chosen.write.__name__, chosen.form.arrangement) == (launcher, "block")

    threads, length = reached(dtype, "alone", suits)
    gpu.device = (1, threads)
    x = gpu.place(hard_rows(DTYPES[dtype], length), shift=1)
    found = gpu.call(name, x)
    check_launch(gpu, launcher, "block", "alone")
    assert_near(found, on_cpu(name, x), bound(name, x.dtype))


@rows_by("dtype", ["float32", "float64"], ["float32"])
def test_long_rows_whose_peak_comes_late(name, dtype, gpu):
    """Every thread meets nothing, then what is hardly more than nothing, and one of them at last the peak."""
    threads, length = reached(dtype, "alone", lambda chosen: chosen.write is streamed_launcher and chosen.team)
    gpu.device = (1, threads)
    x = gpu.room((3, length), dtype, shift=1)
    x[0, : length // 2], x[0, length // 2 :] = -np.inf, np.finfo(dtype).min
    x[1], x[1, -1] = np.finfo(dtype).min, 2.5
    x[2] = np.linspace(-1e30, 0, length)
    assert_near(gpu.call(name, x), on_cpu(name, x), bound(name, x.dtype))


@every_row
def test_three_warps_for_a_row(name, gpu):
    threads, length = reached("float32", "alone", lambda chosen: chosen.team == 96)
    gpu.device = (1, threads)
    x = gpu.place(normal_rows((1, length), np.float32), shift=1)
    assert_near(gpu.call(name, x), on_cpu(name, x), bound(name, x.dtype))
    if gpu.simulated:
        assert gpu.launches[0].threads == 96


@pytest.mark.parametrize("name", [FIRST_ROW])
def test_blocks_of_rows_take_turns(name, gpu):
    gpu.device = (2, 32)
    for shape in (23, 5), (5, 530), (4, 33):
        x = gpu.place(normal_rows(shape, np.float32), shift=1)
        x = x.T if shape == (4, 33) else x
        axis = 0 if shape == (4, 33) else -1
        assert_near(gpu.call(name, x, axis), on_cpu(name, x, axis), bound(name, x.dtype))
