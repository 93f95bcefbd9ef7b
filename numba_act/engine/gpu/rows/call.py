"""A row function as it is called: axes, masks and factors, on the GPU or from the host."""

import math

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numba_act.engine.gpu.elementwise.call import host_array, host_result
from numba_act.engine.gpu.memory.arrays import describe
from numba_act.engine.gpu.memory.host import on_host, whole_on_host
from numba_act.engine.gpu.memory.operands import (
    broadcast_to,
    checked_input,
    full_name,
    number_or_array,
    order_of_result,
    result_array,
)
from numba_act.engine.gpu.rows.copies import Copies, as_rows, with_axes
from numba_act.engine.gpu.rows.run import Rows, run_rows
from numba_act.engine.gpu.target.devices import device_of
from numba_act.engine.gpu.target.formats import format_of
from numba_act.engine.gpu.target.streams import hand_back, launch_stream


def compute(declaration, x, axis, out, where, scale, own, stream):
    """Return a row function of x; ``own`` is keepdims or causal."""
    if not declaration.reduction.on_gpu:
        raise TypeError(f"{full_name(declaration)} is not there yet: on a GPU, rows have exponential sums only")
    keepdims, causal = (own, False) if declaration.reduces else (False, own)
    array = checked_input(declaration, x)
    if array is None:
        return _of_host(declaration, x, axis, out, where, scale, keepdims, causal, stream)
    axes = _axes(axis, array.shape, causal)
    shape = _shape_of_result(declaration, array.shape, axes, keepdims)
    mask = None if where is None else _mask(declaration, where)
    factor = 1 if scale is None else number_or_array(declaration, "scale", scale, array.dtype)
    inputs = [each for each in (array, mask, factor) if isinstance(each, tuple)]
    order = tuple(range(len(shape))) if declaration.reduces else order_of_result(array, shape)
    out, result = result_array(declaration, array, out, shape, order, inputs)
    if math.prod(shape):
        inputs.append(result)
        with device_of(array).current():
            handle = launch_stream(stream, inputs)
            _queue(declaration, handle, array, result, axes, mask, factor, keepdims, causal)
            if stream is None:
                hand_back(handle, inputs)
    return out


def _axes(axis, shape, causal):
    dimensions = max(len(shape), 1)
    axes = tuple(sorted(normalize_axis_tuple(range(dimensions) if axis is None else axis, dimensions)))
    if causal and (len(shape) < 2 or axes != (len(shape) - 1,)):
        raise ValueError("causal is for the last of two axes or more")
    return axes


def _shape_of_result(declaration, shape, axes, keepdims):
    if not declaration.reduces:
        return shape
    if keepdims:
        return tuple([1 if axis in axes else length for axis, length in enumerate(shape)])
    return tuple([length for axis, length in enumerate(shape) if axis not in axes])


def _mask(declaration, where):
    mask = describe(where, full_name(declaration))
    if mask is None or mask.dtype != "bool":
        raise TypeError("where must be an array of booleans on the GPU, as x is")
    return mask


def _queue(declaration, stream, x, result, axes, mask, factor, keepdims, causal):
    """Queue the computation of rows along some axes; ``factor`` is a number or an array that broadcasts to the rows."""
    computed = format_of(x.dtype).computed
    mask = mask and broadcast_to(mask, x.shape, "where")
    scales = None
    if isinstance(factor, tuple):
        if factor.dtype != computed.name:
            raise TypeError(f"an array of scales must be of {computed.name}, in which {x.dtype} is computed")
        batch = tuple([length for axis, length in enumerate(x.shape) if axis not in axes])
        scales, factor = with_axes(broadcast_to(factor, batch, "scale"), x.shape or (1,), axes), 1
    if keepdims:
        kept = tuple([stride for axis, stride in enumerate(result.strides) if axis not in axes])
        result = result._replace(strides=kept)
    if declaration.reduces:
        result = with_axes(result, x.shape or (1,), axes)
    if not x.shape:
        x, result, mask = (each and each._replace(shape=(1,), strides=(0,)) for each in (x, result, mask))
    device = device_of(x)
    copies, target = Copies(device, stream), result
    rows = as_rows(_present(x, mask, scales, target), axes)
    if rows is None:
        x, mask = copies.dense(x, axes), mask and copies.dense(mask, axes)
        target = result if declaration.reduces else x
        rows = as_rows(_present(x, mask, scales, target), axes)
    x, *others, written = rows
    mask, scales = mask and others[0], scales and others[-1]
    run_rows(declaration, device, stream, Rows(x, written, mask, scales, computed.type(factor), causal))
    if target is not result:
        copies.copy(target, result)
    # Their memory goes back to the library of x, which may use it for something else in its own stream.
    if copies.kept:
        hand_back(stream, [x])


def _present(*arrays):
    return [array for array in arrays if array is not None]


def _of_host(declaration, x, axis, out, where, scale, keepdims, causal, stream):
    x, loop = host_array(declaration, [x], stream)
    axes = _axes(axis, x.shape, causal)
    shape = _shape_of_result(declaration, x.shape, axes, keepdims)
    result = host_result(out, x if shape == x.shape else None, shape, loop)
    mask = None if where is None else np.asarray(where)
    if mask is not None and mask.dtype != np.bool:
        raise TypeError(f"where must be boolean, not {mask.dtype}")
    computed = format_of(loop.name).computed
    scales = None if np.ndim(scale) == 0 else np.asarray(scale, computed)

    def queue(*given):
        *inputs, results, handle = given
        first, *others, last = [describe(each, full_name(declaration)) for each in (*inputs, results)]
        first, last = first._replace(dtype=loop.name), last._replace(dtype=loop.name)
        factor = others[-1] if scales is not None else 1 if scale is None else computed.type(scale)
        seen = None if mask is None else others[0]
        stream = launch_stream(handle, ())
        if in_pieces:
            _queue(declaration, stream, first, last, (1,), None, factor, declaration.reduces, False)
        else:
            _queue(declaration, stream, first, last, axes, seen, factor, keepdims, causal)

    in_pieces = (
        axes == (x.ndim - 1,)
        and mask is None
        and scales is None
        and not causal
        and x.flags.c_contiguous
        and result.flags.c_contiguous
    )
    if in_pieces:
        on_host(queue, x, result, x.shape[-1])
    else:
        whole_on_host(queue, [each for each in (x, mask, scales) if each is not None], result)
    return result[()] if out is None else out
