"""Rows on a GPU: which of them reach which launcher, and what may lie in them."""

import itertools

import ml_dtypes
import numpy as np
from gpu_results import normal_rows

from numba_act.engine.gpu.rows.plan import plan
from numba_act.engine.gpu.target.formats import format_of


def hard_rows(dtype, length):
    """Return rows of length 3 and more with everything of which something is promised; the shape is (16, length)."""
    information = ml_dtypes.finfo(dtype)
    x = normal_rows((16, length), dtype)
    x[1] = -np.inf
    x[2, -1] = np.nan
    x[3, 0] = -dtype.type(np.nan)
    x[4, [0, -1]] = np.inf, -np.inf
    x[5, 1:] = np.inf
    x[6, ::2] = information.max
    x[7] = information.min
    x[8, 1:] = -np.inf
    x[9, [0, 1]] = np.nan, np.inf
    x[10] = 0
    x[11] = information.smallest_subnormal
    x[12] = x[12, 0]
    x[13, 1] = 60000
    x[14, :2] = information.max, information.min
    x[15] = -1000
    return x


def planned(dtype, how, length, threads):
    """Return the plan for rows on a simulated device, whose blocks have so many threads at most."""
    layout = {"vectors": how == "vectors", "masked": "masked" in how, "columns": "columns" in how}
    return plan(format_of(dtype), length, 1, **layout, largest_block=threads)


def reached(dtype, how, suits):
    """Return the smallest device on which a plan suits, and the shortest rows that it is made for there."""
    lanes = format_of(dtype).lanes if how == "vectors" else 1
    for threads, length in itertools.product((64, 128, 256), range(lanes, 5000, lanes)):
        if suits(planned(dtype, how, length, threads)):
            return threads, length
    raise AssertionError(f"no rows of {dtype} that lie as {how} have such a plan")


def rows_that_lie(gpu, how, values):
    """Return an array with rows of these values, and along which axis they lie."""
    if "columns" in how:
        return gpu.place(np.ascontiguousarray(values.T)), 0
    return gpu.place(values, shift=how != "vectors"), -1


def check_launch(gpu, launcher, arrangement, how):
    """Fail if rows were computed by another kernel than a test is for; a GPU has larger blocks."""
    (launch,) = gpu.launches
    layout = launch.variant[0]
    if gpu.simulated:
        found = launch.launcher, layout.arrangement, layout.lanes > 1, layout.masked
        assert found == (launcher, arrangement, how == "vectors", "masked" in how)


def mask_for(x):
    """Return booleans that hide a third, of one row everything, and of another nothing."""
    seen = np.random.default_rng(5).random(x.shape) < 0.7
    seen[0], seen[-1] = True, len(x) == 1
    return seen
