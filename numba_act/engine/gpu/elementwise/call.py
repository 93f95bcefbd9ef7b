"""An element-wise activation as it is called: arrays on the GPU, or on the host."""

import math

import numpy as np

from numba_act.engine.gpu.elementwise.run import run_elementwise
from numba_act.engine.gpu.memory.arrays import describe
from numba_act.engine.gpu.memory.host import on_host, whole_on_host
from numba_act.engine.gpu.memory.operands import (
    checked_input,
    full_name,
    order_of_result,
    parameter,
    result_array,
)
from numba_act.engine.gpu.target.devices import device_of
from numba_act.engine.gpu.target.streams import hand_back, launch_stream


def compute(declaration, x, *rest):
    """Return the activation of x; ``rest`` are the parameters, out and stream."""
    *values, out, stream = rest
    array = checked_input(declaration, x)
    if array is None:
        return _of_host(declaration, x, values, out, stream)
    parameters, arrays = {}, [array]
    for name, value in zip(declaration.parameters, values, strict=True):
        parameters[name] = value = parameter(declaration, name, value, array.dtype)
        if isinstance(value, tuple):
            if value.dtype != array.dtype:
                raise TypeError(f"{name} must have the dtype of x, {array.dtype}, not {value.dtype}")
            arrays.append(value)
    shape = array.shape if len(arrays) == 1 else np.broadcast_shapes(*(each.shape for each in arrays))
    order = order_of_result(array, shape) if out is None else None
    out, result = result_array(declaration, array, out, shape, order, arrays)
    if math.prod(shape):
        arrays.append(result)
        device = device_of(array)
        with device.current():
            handle = launch_stream(stream, arrays)
            run_elementwise(declaration, device, handle, array, result, parameters)
            if stream is None:
                hand_back(handle, arrays)
    return out


def _of_host(declaration, x, values, out, stream):
    x, loop = host_array(declaration, x, stream)
    arrays = [np.asarray(value, loop) for value in values if np.ndim(value)]
    shape = np.broadcast_shapes(x.shape, *(each.shape for each in arrays))
    result = host_result(out, x if shape == x.shape else np.broadcast_to(x, shape), shape, loop)

    def queue(*given):
        *inputs, results, handle = given
        described = [describe(each, full_name(declaration))._replace(dtype=loop.name) for each in (*inputs, results)]
        first, *others, last = described
        others = iter(others)
        parameters = {
            name: next(others) if np.ndim(value) else parameter(declaration, name, value, loop.name)
            for name, value in zip(declaration.parameters, values, strict=True)
        }
        run_elementwise(declaration, device_of(first), launch_stream(handle, ()), first, last, parameters)

    if arrays or not is_one_piece(x, result):
        whole_on_host(queue, [x, *arrays], result)
    else:
        on_host(queue, x, result)
    return result[()] if out is None else out


def host_array(declaration, x, stream):
    """Return an array in the host's memory, cast as NumPy casts it, and its dtype."""
    if stream is not None:
        raise TypeError("stream is for arrays on the GPU: what comes from the host is back when the function returns")
    x = np.asarray(x)
    loop = declaration.loop_for(x.dtype)
    if loop is None:
        raise TypeError(f"{full_name(declaration)} takes no arrays of dtype {x.dtype}")
    return x.astype(loop, copy=False), loop


def host_result(out, like, shape, dtype):
    """Return the array to write to, in the host's memory; a new one has the order of ``like``, if there is any."""
    if out is None:
        return np.empty(shape, dtype) if like is None else np.empty_like(like, dtype, subok=False)
    if not isinstance(out, np.ndarray):
        raise TypeError("out must be a NumPy array, as x is")
    if out.shape != shape or out.dtype != dtype or not out.flags.writeable:
        raise ValueError(f"out must be a writable {dtype.name} array of shape {shape}")
    return out


def is_one_piece(x, out):
    """Return whether two arrays lie in memory without gaps and in the same order."""
    same = x.shape == out.shape and x.strides == out.strides
    return same and (x.flags.forc or x.transpose(np.argsort(x.strides)[::-1]).flags.c_contiguous)
