"""The functions of ``numba_act.cuda``. Every time ends when the GPU has finished.

Skipped without a GPU, and bfloat16 without PyTorch. ``cuda_report.py`` measures ratios to a copy and to other
libraries, with the GPU's own clock.
"""

import functools

import numpy as np

from . import on_device
from .few import few
from .inputs import ELEMENTWISE, REDUCTIONS, ROWS, normals

SIZES = [1_000_000, 16_777_216]
SHAPES = ["65536x256", "4096x4096", "128x131072"]
CALLS, SMALL, LARGE = 1000, 1024, 16_777_216


class _OnDevice:
    """What all classes share: they are skipped where there is no GPU, and compile before they are timed."""

    repeat = (5, 30, 1.0)
    rounds = 1
    warmup_time = 0.3

    def setup(self, *parameters):
        if on_device.missing():
            raise NotImplementedError(on_device.missing())
        if "bfloat16" in parameters:
            try:
                import torch  # noqa: F401
            except ImportError as error:
                raise NotImplementedError("bfloat16 needs PyTorch") from error
        self.prepare(*parameters)
        on_device.synchronize()


class Elementwise(_OnDevice):
    """Arrays on the GPU with ``out=``: nothing is allocated or copied."""

    params = (few(ELEMENTWISE), few(on_device.DTYPES), few(SIZES))
    param_names = ("function", "dtype", "size")

    def prepare(self, name, dtype, size):
        _compiled(name, dtype, (size,))

    def time_numba_act(self, name, dtype, size):
        call, x, y = _compiled(name, dtype, (size,))
        call(x, out=y)
        on_device.synchronize()


class Rows(_OnDevice):
    """The functions of rows along the last axis, 16 777 216 numbers, with ``out=``: nothing is allocated or copied."""

    params = (few(ROWS), few(on_device.DTYPES), few(SHAPES))
    param_names = ("function", "dtype", "shape")

    def prepare(self, name, dtype, shape):
        _compiled(name, dtype, _numbers(shape))

    def time_numba_act(self, name, dtype, shape):
        call, x, y = _compiled(name, dtype, _numbers(shape))
        call(x, out=y)
        on_device.synchronize()


class Launch(_OnDevice):
    """A thousand calls on 1024 float32 with ``out=``, and a thousand launches of a numba kernel, before one wait."""

    params = (few(ELEMENTWISE),)
    param_names = ("function",)

    def prepare(self, name):
        _compiled(name, "float32", (SMALL,))
        _launch()

    def time_1000_calls(self, name):
        call, x, y = _compiled(name, "float32", (SMALL,))
        for _ in range(CALLS):
            call(x, out=y)
        on_device.synchronize()

    # The peer is the same whatever the function is: a line to read each of them against.
    def time_1000_bare_launches(self, name):
        _, x, y = _compiled(name, "float32", (SMALL,))
        launch = _launch()
        for _ in range(CALLS):
            launch(x, y)
        on_device.synchronize()


class RoundTrip(_OnDevice):
    """NumPy arrays of 16 777 216 float32, copied to the GPU and back; to a given array in ``time_out``."""

    params = (few(ELEMENTWISE),)
    param_names = ("function",)

    def prepare(self, name):
        _on_host(name)

    def time_new(self, name):
        call, x, _ = _on_host(name)
        call(x)

    def time_out(self, name):
        call, x, y = _on_host(name)
        call(x, out=y)


# asv_runner 0.3 runs ``setup`` before every call, so everything is memoised, as in ``inputs.py``.
@functools.cache
def _compiled(name, dtype, shape):
    """Return a function that has been called once, its input and an output array on the GPU."""
    call, x = on_device.function(name), on_device.filled(dtype, *shape)
    y = on_device.empty(dtype, *(shape[:-1] if name in REDUCTIONS else shape))
    call(x, out=y)
    return call, x, y


@functools.cache
def _launch():
    """Return a bare launch that has been made once."""
    launch = on_device.bare_launch(SMALL)
    launch(on_device.filled("float32", SMALL), on_device.empty("float32", SMALL))
    return launch


@functools.cache
def _on_host(name):
    """Return a function that has been called once, its input and an output array of NumPy."""
    call, x = on_device.function(name), normals("float32", LARGE)
    y = np.zeros_like(x)
    call(x, out=y)
    return call, x, y


def _numbers(shape):
    return tuple(map(int, shape.split("x")))
