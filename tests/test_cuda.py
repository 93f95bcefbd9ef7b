"""The GPU namespace: what it says without a GPU, its launchers in numba's simulator, and itself where there is one."""

import functools
import os
import subprocess
import sys

import numpy as np
import pytest

import numba_act as na
from numba_act.engine.cuda import _four_dimensional, _normalized
from numba_act.engine.registry import activations

NAMES = list(activations())
ROW_NAMES = [name for name, declaration in activations().items() if declaration.layout]


@functools.cache
def gpu_is_here():
    code = "from numba import cuda; raise SystemExit(not cuda.is_available())"
    return subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0


needs_gpu = pytest.mark.skipif(not gpu_is_here(), reason="no NVIDIA GPU")


class OnDevice:
    """A host array that describes itself as a device array."""

    def __init__(self, array):
        self.__cuda_array_interface__ = array.__array_interface__ | {"version": 3}


@pytest.mark.skipif(gpu_is_here(), reason="there is a GPU")
@pytest.mark.parametrize("name", NAMES)
def test_names_the_missing_driver(name):
    with pytest.raises(RuntimeError, match="needs an NVIDIA GPU and its driver"):
        getattr(na.cuda, name)(np.ones(3))


def test_names_the_missing_package():
    code = """
import sys
sys.modules["numba.cuda"] = None
import numba_act as na
try:
    na.cuda.relu(1)
except ImportError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "numba-act[cuda]" in run.stdout


SIMULATED_ELEMENTS = """
import numpy as np
import numba_act as na
from numba_act.engine.cuda import _launcher
from numba_act.engine.registry import activations

special = [0.0, -0.0, 1.5, -2.5, 80.0, -80.0, np.inf, -np.inf, np.nan, 1e-30, -1e-30, 3e38]
for name, declaration in activations().items():
    for dtype in (np.dtype("float32"), np.dtype("float64")) if declaration.layout is None else ():
        x = np.asfortranarray(np.resize(np.asarray(special, dtype), (1, 1, 2, 6)))
        for given in (x, x[:, :, :1, :6] / 2):
            out = np.full(given.shape, 7, dtype)
            parameters = tuple(dtype.type(value) for value in declaration.parameters.values())
            with np.errstate(all="ignore"):
                _launcher(declaration, dtype)[1, 4](given, out, *([parameters] if parameters else []))
            np.testing.assert_array_max_ulp(out, getattr(na.cpu, name)(given), 4)
            print(name)
"""

# Most rows are computed by few threads, for the simulator takes a second for one with as many as on a GPU. One block
# has less to do than the other, and the array is in Fortran order.
SIMULATED_ROWS = """
import numpy as np
from numba import cuda

import numba_act as na
from numba_act.engine.cuda import THREADS, _launcher
from numba_act.engine.launch_cuda import row_launcher
from numba_act.engine.registry import activations

def check(declaration, launcher, x, in_place=False):
    expected = getattr(na.cpu, declaration.name)(x, **({"keepdims": True} if declaration.reduces else {}))
    given = cuda.to_device(x)
    out = given if in_place else cuda.to_device(np.full(expected.shape, 7, x.dtype))
    with np.errstate(all="ignore"):
        launcher(given, out)
    np.testing.assert_array_max_ulp(out.copy_to_host(), expected, 1)
    return expected

random = np.random.default_rng(0)
for declaration in activations().values():
    for dtype in (np.dtype("float32"), np.dtype("float64")) if declaration.layout else ():
        few = row_launcher(declaration, dtype, 8)
        for length in (1, 2, 6, 20):
            x = (random.standard_normal((9, length)) * 5).astype(dtype)
            x[1] = -np.inf
            x[2, -1] = np.nan
            x[3, 0] = -np.nan
            x[4, [0, -1]] = np.inf, -np.inf
            x[5, ::2] = np.finfo(dtype).max
            x[6] = np.finfo(dtype).min
            x[7, 1:] = -np.inf
            x = np.asfortranarray(x.reshape(1, 3, 3, length))
            expected = check(declaration, few[2, 8], x)
            nothing = -np.inf if declaration.reduces else np.nan
            np.testing.assert_array_equal(expected[0, 0, 1], np.full_like(expected[0, 0, 1], nothing))
        if not declaration.reduces:
            check(declaration, few[1, 8], x, in_place=True)
        x = (random.standard_normal((1, 1, 2, THREADS + 44)) * 5).astype(dtype)
        x[0, 0, 1, ::3] = np.inf
        check(declaration, _launcher(declaration, dtype)[1, THREADS], x)
        print(declaration.name)
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param(
            SIMULATED_ELEMENTS, [name for name in NAMES if name not in ROW_NAMES for _ in range(4)], id="elements"
        ),
        pytest.param(SIMULATED_ROWS, [name for name in ROW_NAMES for _ in range(2)], id="rows"),
    ],
)
def test_launchers_in_the_simulator(code, expected):
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == expected


@pytest.mark.parametrize(
    ("array", "axis", "shape", "strides"),
    [
        (np.zeros((2, 3, 4, 5, 6), "f4"), None, (1, 1, 1, 720), (0, 0, 0, 4)),
        (np.zeros((6, 8), "f8")[:, ::2], None, (1, 1, 1, 24), (0, 0, 0, 16)),
        (np.zeros((6, 8), "f8")[:, :4], None, (1, 1, 6, 4), (0, 0, 64, 8)),
        (np.zeros((5, 7), "f4"), -1, (1, 1, 5, 7), (0, 0, 28, 4)),
        (np.zeros((5, 7), "f4"), 0, (1, 1, 7, 5), (0, 0, 4, 28)),
        (np.zeros((2, 3, 4), "f4"), 1, (1, 2, 4, 3), (0, 48, 4, 16)),
        (np.zeros((), "f4"), None, (1, 1, 1, 1), (0, 0, 0, 0)),
    ],
)
def test_every_array_becomes_four_dimensional(array, axis, shape, strides):
    axis = None if axis is None else _normalized(axis, array.ndim)
    for view in _four_dimensional(OnDevice(array), OnDevice(array), axis):
        description = view.__cuda_array_interface__
        assert (description["shape"], description["strides"]) == (shape, strides)


@pytest.mark.parametrize(
    ("x", "out", "axis", "shape", "strides", "out_strides"),
    [
        (np.zeros((6, 8), "f4")[:, :4], np.zeros((6, 4), "f4"), None, (1, 1, 6, 4), (0, 0, 32, 4), (0, 0, 16, 4)),
        (np.zeros((5, 7), "f4").T, np.zeros((7, 5), "f4"), None, (1, 1, 7, 5), (0, 0, 4, 28), (0, 0, 20, 4)),
        (np.zeros((2, 3, 4), "f4"), np.zeros((2, 4), "f4"), 1, (1, 2, 4, 3), (0, 48, 4, 16), (0, 16, 4, 0)),
        (np.zeros((2, 3, 4), "f4"), np.zeros((2, 3), "f4"), 2, (1, 1, 6, 4), (0, 0, 16, 4), (0, 0, 4, 0)),
        (np.zeros(4, "f4"), np.zeros((), "f4"), 0, (1, 1, 1, 4), (0, 0, 0, 4), (0, 0, 0, 0)),
    ],
)
def test_two_arrays_become_four_dimensional_together(x, out, axis, shape, strides, out_strides):
    """Dimensions that lie in memory as one in one array only are not merged; a reduced one has the length one."""
    view, out_view = (view.__cuda_array_interface__ for view in _four_dimensional(OnDevice(x), OnDevice(out), axis))
    assert (view["shape"], view["strides"]) == (shape, strides)
    assert out_view["shape"] == (shape if out.ndim == x.ndim else (*shape[:-1], 1))
    assert out_view["strides"] == out_strides


def test_bad_axis():
    with pytest.raises(np.exceptions.AxisError):
        _normalized(2, 2)


@needs_gpu
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_the_cpu(name, dtype):
    from numba import cuda

    x = np.random.default_rng(0).standard_normal((65, 1025)).astype(dtype) * 5
    result = getattr(na.cuda, name)(cuda.to_device(x)).copy_to_host()
    np.testing.assert_array_max_ulp(result, getattr(na.cpu, name)(x), 4)


@needs_gpu
@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("name", ROW_NAMES)
def test_rows_along_any_axis(name, axis):
    from numba import cuda

    x = np.random.default_rng(0).standard_normal((5, 33, 7)) * 5
    expected = getattr(na.cpu, name)(x, axis=axis)
    out = cuda.to_device(np.empty(expected.shape))
    assert getattr(na.cuda, name)(cuda.to_device(x), axis, out) is out
    np.testing.assert_array_max_ulp(out.copy_to_host(), expected, 4)


@needs_gpu
def test_rejects_what_is_not_on_the_gpu():
    with pytest.raises(TypeError, match="arrays on the GPU"):
        na.cuda.relu(np.ones(3))
