"""An element-wise function of arrays on a GPU: the launcher that fits them, and its arguments."""

import functools
import math

from numba_act.engine.gpu.elementwise.launchers import (
    SQUARE,
    THREADS,
    contiguous_launcher,
    in_flight,
    operands_of,
    strided_launcher,
    transposed_launcher,
    unrolled,
)
from numba_act.engine.gpu.memory.addresses import LIMIT, address_values
from numba_act.engine.gpu.memory.strides import broadcast_strides, in_parts, is_dense, merged
from numba_act.engine.gpu.target.formats import VECTOR, format_of
from numba_act.engine.gpu.target.launch import launch


def run_elementwise(declaration, device, stream, values, outs):
    """Queue the computation of the results.

    Parameters
    ----------
    declaration : Declaration
    device : Device
    stream : int
    values : sequence
        The inputs and the parameters, in order: each a `DeviceArray`, or a number, a NumPy scalar of the dtype that is
        computed in, or an int. The first is an array.
    outs : sequence of DeviceArray
        Of one shape, to which the arrays among the values broadcast, and of the dtype of the inputs.
    """
    arrays = tuple([position for position, value in enumerate(values) if isinstance(value, tuple)])
    given = [values[position] for position in arrays]
    format = format_of(outs[0].dtype)
    operands = _operands(declaration, arrays)
    by_kind = dict(zip(operands.names, values, strict=True))
    passed = [by_kind[name] for name in (*operands.integers, *operands.numbers)]
    places = [*given, *outs]
    if arrays[-1] < len(declaration.inputs) and _are_alike(places, format):
        _contiguous(declaration, device, stream, places, arrays, format, passed)
        return
    shape = outs[0].shape
    strides = tuple([broadcast_strides(array.shape, array.strides, shape) for array in places])
    shape, strides = merged(shape, strides)
    pointers = [array.pointer for array in places]
    _strided(declaration, device, stream, outs[0].dtype, shape, pointers, strides, arrays, passed)


_operands = functools.cache(operands_of)


# Arrays that do not lie equally far from where vectors begin cannot be read and written together.
def _are_alike(places, format):
    """Return whether arrays lie in memory without gaps, in the same order, and equally far from where vectors begin."""
    first = places[0]
    for array in places[1:]:
        if array.strides != first.strides or array.shape != first.shape or (array.pointer - first.pointer) % VECTOR:
            return False
    return is_dense(first.shape, first.strides, format.size)


def _contiguous(declaration, device, stream, places, arrays, format, passed):
    first = places[0]
    count = math.prod(first.shape)
    before = min(-first.pointer % VECTOR // format.size, count)
    vectors, after = divmod(count - before, format.lanes)
    offset = before * format.size
    threads = min(THREADS, device.threads)
    blocks = -(-vectors // (threads * unrolled(format, _operands(declaration, arrays))))
    arguments = [*[array.pointer + offset for array in places], vectors, before, after, *passed]
    variant = (arrays, threads)
    launch(device, stream, blocks, threads, arguments, contiguous_launcher, declaration, places[-1].dtype, *variant)


def _strided(declaration, device, stream, dtype, shape, pointers, strides, arrays, passed):
    total = math.prod(shape)
    if total >= LIMIT:
        longest, parts = in_parts(shape, LIMIT)
        for start, length in parts:
            moved = [pointer + start * each[longest] for pointer, each in zip(pointers, strides, strict=True)]
            part = (*shape[:longest], length, *shape[longest + 1 :])
            _strided(declaration, device, stream, dtype, part, moved, strides, arrays, passed)
        return
    threads = min(THREADS, device.threads)
    if arrays == (0,) and len(pointers) == 2 and (axis := _neighbours(shape, *strides)) is not None:
        _transposed(declaration, device, stream, dtype, shape, pointers, strides, passed, threads, axis)
        return
    arguments = [*pointers, *address_values(shape, strides), total, *passed]
    variant = (len(shape), arrays, threads)
    blocks = -(-total // (threads * in_flight(_operands(declaration, arrays))))
    launch(device, stream, blocks, threads, arguments, strided_launcher, declaration, dtype, *variant)


@functools.lru_cache(maxsize=1024)
def _neighbours(shape, x, out):
    """Return the axis along which x's elements lie closest, if the result's lie along another and both are long."""
    axis = min(range(len(shape)), key=lambda each: abs(x[each]) or LIMIT)
    last = len(shape) - 1
    closer = axis != last and 0 < 2 * abs(x[axis]) <= abs(x[last]) and abs(out[last]) < abs(out[axis])
    return axis if closer and min(shape[axis], shape[last]) >= SQUARE // 2 else None


def _transposed(declaration, device, stream, dtype, shape, pointers, strides, passed, threads, axis):
    order = [*(each for each in range(len(shape) - 1) if each != axis), axis, len(shape) - 1]
    *outer, across, along = (shape[each] for each in order)
    counts = (*outer, -(-across // SQUARE), -(-along // SQUARE))
    ordered = [[each[place] for place in order] for each in strides]
    of_squares = [(*each[:-2], each[-2] * SQUARE, each[-1] * SQUARE) for each in ordered]
    steps = [stride for each in ordered for stride in each[-2:]]
    squares = math.prod(counts)
    arguments = [*pointers, *address_values(counts, of_squares), *steps, across, along, squares, *passed]
    variant = (len(shape), threads)
    launch(device, stream, squares, threads, arguments, transposed_launcher, declaration, dtype, *variant)
