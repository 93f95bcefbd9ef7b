"""An element-wise activation of arrays on a GPU: the launcher that fits them, and its arguments."""

import functools
import math

from numba_act.engine.gpu.elementwise.launchers import (
    SQUARE,
    STRIDED,
    THREADS,
    contiguous_launcher,
    strided_launcher,
    transposed_launcher,
    unrolled,
)
from numba_act.engine.gpu.memory.addresses import LIMIT, place_values
from numba_act.engine.gpu.memory.strides import broadcast_strides, in_parts, is_dense, merged
from numba_act.engine.gpu.target.formats import VECTOR, format_of
from numba_act.engine.gpu.target.launch import launch


def run_elementwise(declaration, device, stream, x, out, parameters):
    """Queue the computation of ``out``.

    Parameters
    ----------
    declaration : Declaration
    device : Device
    stream : int
    x, out : DeviceArray
        Of one dtype.
    parameters : dict
        By their names, in order: NumPy scalars of the dtype that is computed in, or `DeviceArray`.
    """
    arrays = tuple(name for name, value in parameters.items() if isinstance(value, tuple))
    format = format_of(x.dtype)
    same = x.shape == out.shape and x.strides == out.strides
    # Arrays that do not lie equally far from where vectors begin cannot be read and written together.
    if same and not arrays and (x.pointer - out.pointer) % VECTOR == 0 and is_dense(x.shape, x.strides, format.size):
        _contiguous(declaration, device, stream, x, out, format, list(parameters.values()))
        return
    operands = [x, *(parameters[name] for name in arrays), out]
    strides = tuple(broadcast_strides(operand.shape, operand.strides, out.shape) for operand in operands)
    shape, strides = merged(out.shape, strides)
    numbers = [value for name, value in parameters.items() if name not in arrays]
    pointers = [operand.pointer for operand in operands]
    _strided(declaration, device, stream, x.dtype, shape, pointers, strides, arrays, numbers)


def _contiguous(declaration, device, stream, x, out, format, numbers):
    count = math.prod(x.shape)
    before = min(-x.pointer % VECTOR // format.size, count)
    vectors, after = divmod(count - before, format.lanes)
    offset = before * format.size
    threads = min(THREADS, device.threads)
    blocks = -(-vectors // (threads * unrolled(format)))
    arguments = [x.pointer + offset, out.pointer + offset, vectors, before, after, *numbers]
    launch(device, stream, blocks, threads, arguments, contiguous_launcher, declaration, x.dtype, threads)


def _strided(declaration, device, stream, dtype, shape, pointers, strides, arrays, numbers):
    total = math.prod(shape)
    if total >= LIMIT:
        longest, parts = in_parts(shape, LIMIT)
        for start, length in parts:
            moved = [pointer + start * each[longest] for pointer, each in zip(pointers, strides, strict=True)]
            part = (*shape[:longest], length, *shape[longest + 1 :])
            _strided(declaration, device, stream, dtype, part, moved, strides, arrays, numbers)
        return
    threads = min(THREADS, device.threads)
    if not arrays and (axis := _neighbours(shape, *strides)) is not None:
        _transposed(declaration, device, stream, dtype, shape, pointers, strides, numbers, threads, axis)
        return
    arguments = [*pointers, *place_values(shape, strides), total, *numbers]
    variant = (len(shape), arrays, threads)
    blocks = -(-total // (threads * STRIDED))
    launch(device, stream, blocks, threads, arguments, strided_launcher, declaration, dtype, *variant)


@functools.lru_cache(maxsize=1024)
def _neighbours(shape, x, out):
    """Return the axis along which the elements of x lie closest, if it is another than that of the result, and both are long."""
    axis = min(range(len(shape)), key=lambda each: abs(x[each]) or LIMIT)
    last = len(shape) - 1
    closer = axis != last and 0 < 2 * abs(x[axis]) <= abs(x[last]) and abs(out[last]) < abs(out[axis])
    return axis if closer and min(shape[axis], shape[last]) >= SQUARE // 2 else None


def _transposed(declaration, device, stream, dtype, shape, pointers, strides, numbers, threads, axis):
    order = [*(each for each in range(len(shape) - 1) if each != axis), axis, len(shape) - 1]
    *outer, across, along = (shape[each] for each in order)
    counts = (*outer, -(-across // SQUARE), -(-along // SQUARE))
    ordered = [[each[place] for place in order] for each in strides]
    of_squares = [(*each[:-2], each[-2] * SQUARE, each[-1] * SQUARE) for each in ordered]
    steps = [stride for each in ordered for stride in each[-2:]]
    squares = math.prod(counts)
    arguments = [*pointers, *place_values(counts, of_squares), *steps, across, along, squares, *numbers]
    variant = (len(shape), threads)
    launch(device, stream, squares, threads, arguments, transposed_launcher, declaration, dtype, *variant)
