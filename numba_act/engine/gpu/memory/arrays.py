"""Device arrays of any library: what a launch has to know of them, and new ones for its results.

PyTorch, CuPy and numba are asked by their own attributes, because a ``__cuda_array_interface__`` that they put together
for each call takes longer than all the rest of this. Which way a type is read is found out once. No library is
imported: an array of a library shows that the user has imported it.
"""

import functools
import sys
from typing import NamedTuple

import numpy as np

from numba_act.engine.gpu.target import toolkit
from numba_act.engine.gpu.target.streams import LEGACY, handle_of
from numba_act.language.dtypes import FORMATS, numpy_dtype

SIZES = {"bool": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "uint64": 8}
SIZES |= {name: format.size for name, format in FORMATS.items()}

# What array interfaces call them. NumPy's dtype for bfloat16, which is ml_dtypes', says two bytes of no known type, and
# so do PyTorch's tensors.
NAMES = {np.dtype(name).str: name for name in SIZES if name != "bfloat16"} | {"<V2": "bfloat16", "|V2": "bfloat16"}

# DLPack's kinds of device: ordinary memory of a GPU, and managed memory.
DLPACK_CUDA = (2, 13)


class DeviceArray(NamedTuple):
    """An array on a GPU.

    Attributes
    ----------
    pointer : int
    shape : tuple of int
    strides : tuple of int
        In bytes.
    dtype : str
        One of `SIZES`.
    writable : bool
    stream : int or None
        The handle of the stream in which the owner's work on it is queued, if there may be any.
    device : int or None
        The number of the GPU, if the owner says it.
    owner : object
        What keeps the memory.
    """

    pointer: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: str
    writable: bool
    stream: int | None
    device: int | None
    owner: object


def describe(x, function_name):
    """Return the description of an array on the GPU, or None for an array or a number on the host.

    Parameters
    ----------
    x : object
    function_name : str
        For the errors.
    """
    reader = _reader(type(x))
    return None if reader is None else reader(x, function_name)


@functools.lru_cache(maxsize=256)
def _reader(kind):
    """Return the function that describes objects of a type, or None if they lie on the host."""
    bases = {(base.__module__.partition(".")[0], base.__name__) for base in kind.__mro__}
    if ("torch", "Tensor") in bases:
        return _of_torch
    if ("cupy", "ndarray") in bases:
        return _of_cupy
    # Before NumPy's arrays, which numba's arrays in mapped and managed memory are too.
    if hasattr(kind, "__cuda_ndarray__"):
        return _of_simulator if toolkit.simulated() else _of_numba
    if issubclass(kind, (np.ndarray, np.generic, int, float, complex, list, tuple)):
        return None
    # JAX has no array interface for bfloat16, and no array that may be written to.
    if {"jax", "jaxlib"} & {library for library, _ in bases}:
        return _of_jax
    return _of_any


# torch.cuda.current_stream() makes an object in Python for each call. What torch.compile calls instead is not public,
# so it may be gone some day.
def _of_torch(x, function_name):
    if not x.is_cuda:
        raise _elsewhere(x, function_name, "move the tensor to the GPU with x.cuda()")
    if x.requires_grad:
        raise TypeError(f"{function_name} records no gradient: pass x.detach() for a tensor with requires_grad=True")
    if x.is_neg():
        raise TypeError(f"{function_name} takes no tensor whose negation is pending: pass x.resolve_neg()")
    name, size = _known(x.dtype, function_name)
    device = x.get_device()
    torch = sys.modules["torch"]
    try:
        stream = torch._C._cuda_getCurrentRawStream(device)
    except AttributeError:
        stream = torch.cuda.current_stream(device).cuda_stream
    strides = tuple([size * stride for stride in x.stride()])
    return DeviceArray(x.data_ptr(), tuple(x.shape), strides, name, True, stream, device, x)


def _of_cupy(x, function_name):
    memory = x.data
    device = memory.device_id
    stream = sys.modules["cupy"].cuda.get_current_stream(device).ptr
    return DeviceArray(memory.ptr, x.shape, x.strides, _known(x.dtype, function_name)[0], True, stream, device, x)


def _of_numba(x, function_name):
    stream = handle_of(x.stream) if x.stream else None
    pointer = x.device_ctypes_pointer.value or 0
    return DeviceArray(pointer, x.shape, x.strides, _known(x.dtype, function_name)[0], True, stream, None, x)


# The simulator's arrays have no interface for devices, and their shape is a tuple that takes no negative index.
def _of_simulator(x, function_name):
    pointer, read_only = x.__array_interface__["data"]
    name, _ = _known(x.dtype, function_name)
    return DeviceArray(pointer, tuple(x.shape), x.strides, name, not read_only, None, None, x)


def _of_any(x, function_name):
    interface = getattr(x, "__cuda_array_interface__", None)
    if interface is None:
        return _of_dlpack(x, function_name)
    typestr = interface["typestr"]
    name = NAMES.get(typestr)
    if name is None:
        raise _unknown(typestr, function_name)
    if interface.get("mask") is not None:
        raise TypeError(f"{function_name} takes no masked arrays on the GPU: pass the data without the mask")
    pointer, read_only = interface["data"]
    shape, strides = tuple(interface["shape"]), interface.get("strides")
    strides = _c_strides(shape, SIZES[name]) if strides is None else tuple(strides)
    return DeviceArray(pointer or 0, shape, strides, name, not read_only, interface.get("stream"), None, x)


def _of_jax(x, function_name):
    return _of_dlpack(x, function_name)._replace(writable=False)


# The launch's stream is not known yet, so the owner lets the legacy default stream wait for its work: from then on that
# is where it is queued.
def _of_dlpack(x, function_name):
    if not hasattr(x, "__dlpack_device__"):
        raise TypeError(
            f"{function_name} takes arrays on the GPU, of any library with __cuda_array_interface__ or __dlpack__,"
            f" and NumPy arrays, not {type(x).__name__}"
        )
    kind, device = x.__dlpack_device__()
    if kind not in DLPACK_CUDA:
        raise _elsewhere(x, function_name, "move the array to the GPU")
    view = toolkit.view_of_dlpack(x, LEGACY)
    try:
        dtype = view.dtype
    except NotImplementedError as error:
        raise TypeError(f"{function_name} does not know the dtype of this {type(x).__name__}: {error}") from error
    name, size = _known(dtype, function_name)
    shape, strides = view.shape, view.strides
    strides = _c_strides(shape, size) if strides is None else tuple([size * stride for stride in strides])
    return DeviceArray(view.ptr, shape, strides, name, not view.readonly, LEGACY, int(device), view)


def _elsewhere(x, function_name, remedy):
    kind = f"{type(x).__module__.partition('.')[0]}.{type(x).__name__}"
    return TypeError(f"{function_name} takes no {kind} outside the GPU's memory: {remedy}, or pass a NumPy array")


def _unknown(dtype, function_name):
    return TypeError(f"{function_name} takes no arrays of dtype {dtype} on the GPU")


def _known(dtype, function_name):
    """Return the name and the size of a dtype of NumPy or PyTorch."""
    found = _named(dtype)
    if found is None:
        raise _unknown(dtype, function_name)
    return found


@functools.lru_cache(maxsize=256)
def _named(dtype):
    name = str(dtype).removeprefix("torch.")
    return (name, SIZES[name]) if name in SIZES else None


@functools.lru_cache(maxsize=1024)
def order_of(shape, strides):
    """Return the axes of an array from the largest stride to the smallest, as ``order="K"`` sorts them.

    Equal strides, as those of broadcast axes are, stay in C order. Axes of length one go by their strides too: wherever
    they come, the memory is the same.
    """
    magnitudes = [abs(stride) for stride in strides]
    return tuple(sorted(range(len(shape)), key=magnitudes.__getitem__, reverse=True))


def dense_strides(shape, order, size):
    """Return the strides in bytes of an array without gaps, given its axes from the outermost to the innermost."""
    strides = [0] * len(shape)
    for axis in reversed(order):
        strides[axis] = size
        size *= shape[axis]
    return tuple(strides)


@functools.lru_cache(maxsize=1024)
def _c_strides(shape, size):
    return dense_strides(shape, range(len(shape)), size)


def empty(like, shape, order, dtype):
    """Return an uninitialised array without gaps, of the library and on the device of another array.

    Parameters
    ----------
    like : DeviceArray
    shape : tuple of int
    order : tuple of int
        Its axes from the outermost to the innermost in memory, as `order_of` returns them.
    dtype : str
        One of `SIZES`.
    """
    reader = _reader(type(like.owner))
    if reader is _of_torch:
        torch = sys.modules["torch"]
        return torch.empty_permuted(shape, order, dtype=getattr(torch, dtype), device=like.owner.device)
    if reader is _of_cupy:
        return _empty_of_cupy(like.device, shape, order, _numpy_dtype(dtype))
    strides = dense_strides(shape, order, SIZES[dtype])
    return toolkit.cuda().device_array(shape, _numpy_dtype(dtype), strides=strides)


def _empty_of_cupy(device, shape, order, dtype):
    cupy = sys.modules["cupy"]
    if cupy.cuda.runtime.getDevice() != device:
        with cupy.cuda.Device(device):
            return _empty_of_cupy(device, shape, order, dtype)
    axes = range(len(shape))
    if order == tuple(axes):
        return cupy.ndarray(shape, dtype)
    permuted = cupy.ndarray(tuple([shape[axis] for axis in order]), dtype)
    return permuted.transpose(sorted(axes, key=order.__getitem__))


def _numpy_dtype(name):
    dtype = numpy_dtype(name)
    if dtype is None:
        raise TypeError("a bfloat16 array of numba needs the package ml_dtypes: install it, or pass out=")
    return dtype
