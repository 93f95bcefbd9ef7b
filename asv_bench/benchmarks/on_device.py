"""A GPU and arrays on it, for the suite ``cuda`` and for ``cuda_report.py``.

Arrays are numba's device arrays, and PyTorch's tensors for bfloat16, which NumPy and so numba's arrays lack. Everything
that touches the GPU is here or in ``gpu/timers.py``, so that the tests can put NumPy in its place.
"""

import functools
import importlib
import math

import numpy as np

from .inputs import normals

DTYPES = ["float16", "bfloat16", "float32", "float64"]

# Large arrays are so many numbers again and again. It is odd, so that numbers a power of two apart differ and a wrong
# offset shows.
BLOCK = (1 << 24) - 3
THREADS = 256


@functools.cache
def missing():
    """Return a sentence that says why there is no GPU to measure on, or None."""
    try:
        from numba_act.engine.gpu.target import toolkit

        toolkit.cuda()
    except (ImportError, RuntimeError) as error:
        return str(error)
    return None


@functools.cache
def function(name):
    """Return a function of ``numba_act.cuda``."""
    return getattr(importlib.import_module("numba_act.cuda"), name)


def empty(dtype, *shape):
    """Return an array whose numbers are arbitrary."""
    if dtype == "bfloat16":
        import torch

        return torch.empty(shape, dtype=torch.bfloat16, device="cuda")
    from numba import cuda

    return cuda.device_array(shape, dtype)


def filled(dtype, *shape):
    """Return normally distributed numbers times 3."""
    array, size = empty(dtype, *shape), math.prod(shape)
    flat, numbers = array.reshape(size), _block(dtype, min(size, BLOCK))
    for start in range(0, size, len(numbers)):
        upload(flat[start : start + len(numbers)], numbers[: size - start])
    return array


@functools.lru_cache(maxsize=1)
def operands(dtype, size):
    """Return a flat input and output array; only the last ones are kept, as they may fill the memory."""
    return filled(dtype, size), empty(dtype, size)


def _block(dtype, size):
    return normals("float64" if dtype == "float64" else "float32", size).astype(host_dtype(dtype), copy=False)


def host_dtype(dtype):
    """Return the dtype of an array's numbers in NumPy: float32 can hold those of bfloat16."""
    return "float32" if dtype == "bfloat16" else dtype


def rounded(number, dtype):
    """Return the closest number that a dtype can hold."""
    if dtype == "bfloat16":
        import torch

        return torch.tensor(number, dtype=torch.bfloat16).item()
    return float(np.dtype(dtype).type(number))


def upload(array, numbers):
    """Fill an array from one of NumPy."""
    if is_tensor(array):
        import torch

        array.copy_(torch.from_numpy(numbers))
    else:
        array.copy_to_device(numbers)


def to_host(array):
    """Return a NumPy array of the same numbers."""
    return array.float().cpu().numpy() if is_tensor(array) else array.copy_to_host()


def copying(target, source):
    """Return a function without arguments that copies a whole array: a single cudaMemcpy on the device."""
    return functools.partial(target.copy_ if is_tensor(target) else target.copy_to_device, source)


def is_tensor(array):
    """Return whether an array is one of PyTorch's."""
    return type(array).__module__.partition(".")[0] == "torch"


class View:
    """The memory of a device array with another shape, strides in elements and first element."""

    def __init__(self, array, shape, strides, first=0):
        self.array = array
        whole, itemsize = array.__cuda_array_interface__, array.dtype.itemsize
        address, read_only = whole["data"]
        self.__cuda_array_interface__ = whole | {
            "shape": shape,
            "strides": tuple(itemsize * stride for stride in strides),
            "data": (address + itemsize * first, read_only),
        }


def pinned(dtype, size):
    """Return a NumPy array in memory that the GPU can read and write by itself."""
    from numba import cuda

    return cuda.pinned_array(size, dtype)


def bare_launch(size):
    """Return the launch of a relu of float32 that numba's users write, with its configuration."""
    from numba import cuda

    @cuda.jit
    def relu(x, y):
        number = cuda.grid(1)
        if number < x.size:
            y[number] = x[number] if x[number] > 0 else np.float32(0)

    return relu[-(-size // THREADS), THREADS]


def synchronize():
    """Wait until the GPU has done everything that it has been given."""
    from numba import cuda

    cuda.synchronize()
