"""The GPU namespace: what it says without a GPU, its launchers in numba's simulator, and itself where there is one."""

import functools
import os
import subprocess
import sys

import numpy as np
import pytest

import numba_act as na
from numba_act.engine.cuda import _FourDimensional
from numba_act.engine.registry import activations

NAMES = list(activations())


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


SIMULATED = """
import numpy as np
import numba_act as na
from numba_act.engine.cuda import _launcher
from numba_act.engine.registry import activations

special = [0.0, -0.0, 1.5, -2.5, 80.0, -80.0, np.inf, -np.inf, np.nan, 1e-30, -1e-30, 3e38]
for name, declaration in activations().items():
    for dtype in (np.dtype("float32"), np.dtype("float64")):
        x = np.asfortranarray(np.resize(np.asarray(special, dtype), (1, 1, 2, 6)))
        for given in (x, x[:, :, :1, :6] / 2):
            out = np.full(given.shape, 7, dtype)
            parameters = tuple(dtype.type(value) for value in declaration.parameters.values())
            launch = _launcher(declaration, dtype)[1, 256 if declaration.layout else 4]
            with np.errstate(all="ignore"):
                launch(given, out, *([parameters] if parameters else []))
            expected = getattr(na.cpu, name)(given)
            np.testing.assert_array_max_ulp(out, expected, 4)
            print(name, dtype, given.shape)
"""


def test_launchers_in_the_simulator():
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1"}
    run = subprocess.run(
        [sys.executable, "-c", SIMULATED], capture_output=True, text=True, env=environment, check=False
    )
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == 4 * len(NAMES)


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
    view = _FourDimensional(OnDevice(array), axis).__cuda_array_interface__
    assert (view["shape"], view["strides"]) == (shape, strides)


def test_bad_axis():
    with pytest.raises(np.exceptions.AxisError):
        _FourDimensional(OnDevice(np.zeros((2, 3))), 2)


@needs_gpu
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_the_cpu(name, dtype):
    from numba import cuda

    x = np.random.default_rng(0).standard_normal((65, 1025)).astype(dtype) * 5
    result = getattr(na.cuda, name)(cuda.to_device(x)).copy_to_host()
    np.testing.assert_array_max_ulp(result, getattr(na.cpu, name)(x), 4)


@needs_gpu
def test_rejects_what_is_not_on_the_gpu():
    with pytest.raises(TypeError, match="arrays on the GPU"):
        na.cuda.relu(np.ones(3))
