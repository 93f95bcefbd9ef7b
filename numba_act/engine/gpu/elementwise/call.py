"""An element-wise function as it is called: arrays on the GPU, or on the host."""

import math

import numpy as np

from numba_act.engine.gpu.elementwise.run import run_elementwise
from numba_act.engine.gpu.memory.arrays import describe
from numba_act.engine.gpu.memory.host import on_host, whole_on_host
from numba_act.engine.gpu.memory.operands import (
    checked_input,
    full_name,
    operand,
    order_of_result,
    result_array,
    share_memory,
)
from numba_act.engine.gpu.target.devices import device_of
from numba_act.engine.gpu.target.streams import hand_back, launch_stream
from numba_act.language.dtypes import parameter_dtype


def compute(declaration, x, *rest):
    """Return the function of x; ``rest`` are the other inputs, the parameters, out and stream."""
    *values, out, stream = rest
    first = checked_input(declaration, x)
    if first is None:
        return _of_host(declaration, [x, *values], out, stream)
    given = [first, *_operands(declaration, values, first.dtype)]
    arrays = [each for each in given if isinstance(each, tuple)]
    shape = first.shape if len(arrays) == 1 else np.broadcast_shapes(*(each.shape for each in arrays))
    outs, results = _results(declaration, first, shape, out, arrays)
    if math.prod(shape):
        arrays += results
        device = device_of(first)
        with device.current():
            handle = launch_stream(stream, arrays)
            run_elementwise(declaration, device, handle, given, results)
            if stream is None:
                hand_back(handle, arrays)
    return outs if declaration.outputs > 1 else outs[0]


def _operands(declaration, values, dtype):
    """Return the operands after the first, as arrays on the GPU or as numbers."""
    names = [*declaration.inputs[1:], *declaration.parameters]
    kinds = [dtype] * (len(declaration.inputs) - 1) + _kinds_of_parameters(declaration, dtype)
    return [
        operand(declaration, name, value, dtype, kind) for name, value, kind in zip(names, values, kinds, strict=True)
    ]


def _kinds_of_parameters(declaration, dtype):
    """Return the names of the parameters' dtypes."""
    kinds = [parameter_dtype(default, None) for default in declaration.parameters.values()]
    return [dtype if kind is None else kind.name for kind in kinds]


def _results(declaration, first, shape, out, arrays):
    """Return the arrays for results, as a tuple, and their descriptions."""
    order = order_of_result(first, shape) if out is None or declaration.outputs > 1 else None
    found = [result_array(declaration, first, each, shape, order, arrays) for each in _each_out(declaration, out)]
    outs, results = zip(*found, strict=True)
    for position, each in enumerate(results):
        if any(share_memory(each, other) for other in results[:position]):
            raise ValueError("the arrays of out must not overlap")
    return outs, list(results)


def _each_out(declaration, out):
    """Return what is to be written to, for each output: an array or None."""
    if declaration.outputs == 1:
        return (out,)
    if out is None:
        return (None,) * declaration.outputs
    if not isinstance(out, tuple) or len(out) != declaration.outputs:
        raise TypeError(f"out of {full_name(declaration)} must be a tuple of {declaration.outputs}")
    return out


def _of_host(declaration, values, out, stream):
    x, loop = host_array(declaration, values[: len(declaration.inputs)], stream)
    kinds = [loop] * len(declaration.inputs)
    kinds += [parameter_dtype(default, loop) for default in declaration.parameters.values()]
    arrays = {0: x}
    for position, (value, kind) in enumerate(zip(values, kinds, strict=True)):
        if position and np.ndim(value):
            arrays[position] = np.asarray(value).astype(kind, casting="same_kind", copy=False)
    shape = np.broadcast_shapes(*(each.shape for each in arrays.values()))
    like = x if shape == x.shape else np.broadcast_to(x, shape)
    results = [host_result(each, like, shape, loop) for each in _each_out(declaration, out)]

    def queue(*given):
        *described, handle = given
        described = [describe(each, full_name(declaration)) for each in described]
        operands = [None] * len(values)
        for position, array in zip(arrays, described, strict=False):
            operands[position] = array._replace(dtype=kinds[position].name)
        outs = [each._replace(dtype=loop.name) for each in described[len(arrays) :]]
        numbers = [value if position not in arrays else 0 for position, value in enumerate(values)]
        for position, number in enumerate(_operands(declaration, numbers[1:], loop.name), 1):
            operands[position] = number if operands[position] is None else operands[position]
        run_elementwise(declaration, device_of(outs[0]), launch_stream(handle, ()), operands, outs)

    if len(arrays) == len(results) == 1 and is_one_piece(x, results[0]):
        on_host(queue, x, results[0])
    else:
        whole_on_host(queue, list(arrays.values()), *results)
    found = tuple(
        result[()] if given is None else given
        for result, given in zip(results, _each_out(declaration, out), strict=True)
    )
    return found if declaration.outputs > 1 else found[0]


def host_array(declaration, inputs, stream):
    """Return the first of some arrays in the host's memory, cast as NumPy casts them, and its dtype."""
    if stream is not None:
        raise TypeError("stream is for arrays on the GPU: what comes from the host is back when the function returns")
    if any(describe(each, full_name(declaration)) is not None for each in inputs):
        raise TypeError(
            f"{full_name(declaration)} takes arrays on the GPU or on the host, not both: the first is not there"
        )
    first, *others = (each if isinstance(each, (int, float)) else np.asarray(each) for each in inputs)
    first = np.asarray(first)
    dtype = np.result_type(first, *others)
    loop = declaration.loop_for(dtype)
    if loop is None:
        raise TypeError(f"{full_name(declaration)} takes no arrays of dtype {dtype}")
    return first.astype(loop, copy=False), loop


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
