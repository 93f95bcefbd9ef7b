"""What is checked of the arguments of a GPU function before anything is allocated or queued."""

import functools

import numpy as np

from numba_act.engine.gpu.memory.arrays import SIZES, describe, empty, order_of
from numba_act.engine.gpu.memory.strides import broadcast_strides, reach
from numba_act.engine.gpu.target.formats import format_of
from numba_act.kernels.elementary.half_precision import narrow_bfloat16, widen_bfloat16
from numba_act.language.dtypes import HALF


def full_name(declaration):
    """Return the name of a function for errors."""
    return f"numba_act.cuda.{declaration.name}"


@functools.cache
def gpu_dtypes(declaration):
    """Return the names of the dtypes that an activation is computed in on GPUs."""
    names = [dtype.name for dtype in declaration.dtypes]
    return (*(HALF if "float32" in names else ()), *names)


def checked_input(declaration, x):
    """Return the description of an array on the GPU, or None for what lies on the host."""
    array = describe(x, full_name(declaration))
    if array is not None:
        known = gpu_dtypes(declaration)
        if array.dtype not in known:
            raise TypeError(f"{full_name(declaration)} takes {', '.join(known)}, not {array.dtype}")
        _check_alignment(declaration, array)
    return array


# A GPU that is to read or write such an element gives an error from which its context does not recover.
def _check_alignment(declaration, array):
    size = SIZES[array.dtype]
    if array.pointer % size or not _whole(array.strides, size):
        raise ValueError(f"{full_name(declaration)} takes no array whose elements are not aligned in memory")


@functools.lru_cache(maxsize=1024)
def _whole(strides, size):
    return not any(stride % size for stride in strides)


def operand(declaration, name, value, dtype, kind):
    """Return an input after the first, or a parameter: as an array on the GPU of a dtype, or as a number.

    Parameters
    ----------
    declaration : Declaration
    name : str
    value : object
    dtype : str
        Of the first input.
    kind : str
        Of the operand: the same, "int64" or "bool".
    """
    if kind == dtype:
        found = number_or_array(declaration, name, value, dtype)
        if not isinstance(found, tuple):
            # NumPy makes it an operand like the first.
            return _rounded(found.tobytes(), dtype) if dtype in HALF else found
    else:
        found = value if _is_number(value) else describe(value, full_name(declaration))
        if found is None or not isinstance(found, tuple):
            return _integer(declaration, name, value, kind)
        _check_alignment(declaration, found)
    if found.dtype != kind:
        raise TypeError(f"{name} must have the dtype {'of x, ' if kind == dtype else ''}{kind}, not {found.dtype}")
    return found


def _is_number(value):
    return isinstance(value, (int, float, np.number, np.bool))


def _integer(declaration, name, value, kind):
    """Return an integer or a truth value as an int."""
    if np.ndim(value) or not np.can_cast(np.asarray(value).dtype, kind):
        raise TypeError(f"{name} of {full_name(declaration)} must be a number or an array on the GPU, of {kind}")
    return int(value)


# By its bytes, for 0.0 and -0.0 are equal.
@functools.lru_cache(maxsize=256)
def _rounded(number, dtype):
    """Return the float32 that is the number of a dtype nearest to one."""
    (number,) = np.frombuffer(number, np.float32)
    with np.errstate(over="ignore"):
        return np.float32(np.float16(number)) if dtype == "float16" else widen_bfloat16(narrow_bfloat16(number))


def number_or_array(declaration, name, value, dtype):
    """Return an argument as a number of what a dtype is computed in, or as an array on the GPU."""
    array = None if _is_number(value) else describe(value, full_name(declaration))
    if array is None:
        if np.ndim(value) == 0:
            return format_of(dtype).computed.type(value)
        raise TypeError(f"{name} of {full_name(declaration)} must be a number or an array on the GPU, as x is")
    _check_alignment(declaration, array)
    return array


def result_array(declaration, x, out, shape, order, inputs):
    """Return the array for results and its description: ``out``, once it is found to suit, or a new one.

    Parameters
    ----------
    x : DeviceArray
        Whose dtype and library it has.
    out : object or None
        What the user has given.
    shape, order : tuple of int
        Of a new one, as `empty` takes them.
    inputs : list of DeviceArray
        What must not overlap ``out`` unless it is the same.
    """
    if out is None:
        out = empty(x, shape, order, x.dtype)
        return out, describe(out, full_name(declaration))
    result = describe(out, f"out of {full_name(declaration)}")
    if result is None:
        raise TypeError(f"out of {full_name(declaration)} must be an array on the GPU, as x is")
    if result.dtype != x.dtype or result.shape != shape or not result.writable:
        raise ValueError(f"out must be a writable {x.dtype} array of shape {shape}")
    _check_alignment(declaration, result)
    for array in inputs:
        if _overlap(array, result):
            raise ValueError("out overlaps an input without being the same: pass a copy of one of them")
    return out, result


def _overlap(array, result):
    same = array.pointer == result.pointer and array.strides == result.strides and array.shape == result.shape
    return not same and share_memory(array, result)


def share_memory(array, result):
    """Return whether the memory between the first and the last element of two arrays overlaps."""
    before, behind = reach(array.shape, array.strides, SIZES[array.dtype])
    out_before, out_behind = reach(result.shape, result.strides, SIZES[result.dtype])
    start, out_start = array.pointer - before, result.pointer - out_before
    return start < result.pointer + out_behind and out_start < array.pointer + behind


def broadcast_to(array, shape, name):
    """Return the description of an array as NumPy broadcasts it."""
    strides = broadcast_strides(array.shape, array.strides, shape)
    if strides is None:
        raise ValueError(f"{name} has the shape {array.shape}, which cannot be broadcast to {shape}")
    return array._replace(shape=shape, strides=strides)


def order_of_result(array, shape):
    """Return the order of the axes of a new array: that of the input, if it is not broadcast."""
    return order_of(shape, array.strides) if array.shape == shape else tuple(range(len(shape)))
