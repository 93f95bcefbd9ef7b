"""Dividing work among threads: when it happens, and where it must not. Each in a process of its own."""

import os
import subprocess
import sys

import pytest

from numba_act.engine.registry import activations

START = """
import os, sys, threading
import numpy as np
import numba_act as na
from numba_act.engine import threads

x = np.random.default_rng(0).standard_normal(300_000).astype("f4")
expected = na.cpu.sigmoid(x)
"""


def run(code, **environment):
    # OpenMP's own way of waiting, which conftest.py changes.
    inherited = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    finished = subprocess.run(
        [sys.executable, "-c", START + code],
        capture_output=True,
        text=True,
        env=inherited | environment,
        timeout=240,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return finished.stdout.split()


def test_small_arrays_start_no_threads_and_large_ones_do():
    code = """
na.sigmoid(x[:1000])
print("numba.np.ufunc.parallel" in sys.modules, threads._pool[threads.DRIVER] != 0)
assert np.array_equal(na.sigmoid(x), expected)
print(threads._pool[threads.DRIVER] != 0)
"""
    assert run(code) == ["False", "False", "True"]


LAYERS = ["omp", "workqueue"]


# OpenMP and workqueue come with numba's own packages, on Linux at least; numba aborts where two threads meet in one.
@pytest.mark.skipif(sys.platform != "linux", reason="numba brings other threading layers there")
@pytest.mark.parametrize("layer", LAYERS)
def test_python_threads_at_once(layer):
    code = """
def work():
    for _ in range(50):
        if not np.array_equal(na.parallel.sigmoid(x), expected):
            print("wrong")
workers = [threading.Thread(target=work) for _ in range(4)]
for worker in workers: worker.start()
for worker in workers: worker.join()
import numba
print(numba.threading_layer())
"""
    assert run(code, NUMBA_THREADING_LAYER=layer) == [layer]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.parametrize("layer", LAYERS)
def test_forked_children(layer):
    code = """
na.parallel.sigmoid(x)  # the threads are running now
for _ in range(2):
    child = os.fork()
    if child == 0:
        right = np.array_equal(na.parallel.sigmoid(x), expected)
        os._exit(0 if right else 1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
assert np.array_equal(na.parallel.sigmoid(x), expected)
"""
    assert run(code, NUMBA_THREADING_LAYER=layer) == ["0", "0"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_child_forked_before_the_threads_starts_its_own():
    code = """
na.sigmoid(x[:10])
child = os.fork()
if child == 0:
    right = np.array_equal(na.parallel.sigmoid(x), expected) and threads._pool[threads.OWNER] == os.getpid()
    os._exit(0 if right else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run(code) == ["0"]


def test_starting_threads_leaves_no_floating_point_flag():
    code = """
with np.errstate(all="raise", under="ignore"):
    assert np.array_equal(na.parallel.sigmoid(x), expected)
"""
    run(code)


def test_a_failing_start_is_reported_once_and_work_goes_on_alone():
    code = """
def fail():
    raise RuntimeError("no threads today")
threads._start = fail
sys.stderr = sys.stdout
for _ in range(3):
    assert np.array_equal(na.parallel.sigmoid(x), expected)
"""
    output = run(code)
    assert output.count("today") == 1


def test_number_of_threads_changes_no_bit():
    code = """
import numba
for count in range(1, numba.config.NUMBA_NUM_THREADS + 1):
    numba.set_num_threads(count)
    assert np.array_equal(na.parallel.sigmoid(x), expected)
"""
    run(code, NUMBA_NUM_THREADS="7")


# Rows of (1, 300_000) are divided within the row, those of (3, 200_000) too, for they are too long for one thread each; the
# others are divided one from another. Their levels differ, so that blocks have to be rescaled to the peak of their row.
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("name", [found.name for found in activations().values() if found.layout])
def test_number_of_threads_changes_no_bit_of_rows(name, dtype):
    code = f"""
import numba
import ml_dtypes

name, dtype = {name!r}, {dtype!r}
parallel, one = getattr(na.parallel, name), getattr(na.cpu, name)


def bits(array):
    return np.where(np.isnan(array), np.nan, array).astype(dtype).tobytes()


for shape in ((1, 300_000), (3, 200_000), (250, 1000), (300_000, 1)):
    generator = np.random.default_rng(1)
    levels = np.repeat(generator.choice([-300.0, -20.0, 0.0, 3.0], 1000), 1000)
    rows = (np.resize(levels, shape) + generator.normal(0, 2, shape)).astype(dtype)
    mask = generator.random(shape) < 0.8
    special = rows.copy()
    special[0, 0], special[-1, -1] = np.inf, np.nan
    calls = [(x, dict(axis=axis)) for x in (rows, special, rows.T) for axis in (-1, 0)]
    calls += [(rows, dict(axis=axis, where=mask, scale=0.3)) for axis in (-1, 0)]
    wanted = [bits(one(x, **keywords)) for x, keywords in calls]
    for count in (1, 2, 3, 7):
        numba.set_num_threads(count)
        for (x, keywords), result in zip(calls, wanted):
            assert bits(parallel(x, **keywords)) == result, (count, x.strides, keywords)
        if np.shape(one(rows)) == shape:
            in_place = rows.copy()
            parallel(in_place, out=in_place)
            assert bits(in_place) == wanted[0], (count, "in place")
"""
    run(code, NUMBA_NUM_THREADS="7")


def test_kernels_in_jitted_code():
    code = """
import numba
from numba_act.kernels.rectified import leaky_relu
from numba_act.kernels.sigmoidal import sigmoid

@numba.njit
def kernel(x, slope, out):
    for i in range(len(x)):
        out[i] = leaky_relu(sigmoid(x[i]) - x.dtype.type(0.5), slope)

for dtype in (np.float32, np.float64):
    y = x[:100].astype(dtype)
    out = np.empty_like(y)
    kernel(y, dtype(0.5), out)
    assert np.array_equal(out, na.leaky_relu(na.sigmoid(y) - dtype(0.5), dtype(0.5)))
"""
    run(code)
