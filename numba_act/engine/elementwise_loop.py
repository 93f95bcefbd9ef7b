"""NumPy's inner loop around an element-wise kernel.

NumPy calls ``loop(args, dims, steps, data)`` with the address of the first element of every operand, their number and
their distances in bytes. Four paths compute the same bits at very different speeds:

contiguous      input and output side by side in memory, parameters constant (step 0) and loaded once
in place        the same, reading and writing through one pointer: through two, LLVM's run-time alias check fails and
                the loop falls back to scalar code, ten times slower
blocks          any strides: gathered into a small buffer that stays in the first-level cache, computed there at full
                width, scattered
one by one      a single element, or an output that a later input reads (``reduce``, ``accumulate``, and the shifted
                overlaps that NumPy lets through because it expects element order)
"""

import numba
import numpy as np
from numba.types import intp, voidptr

from numba_act.engine.interleave import VECTORS, interleave
from numba_act.engine.pointers import (
    address,
    advance,
    elements_at,
    first_of_pair,
    load_alone,
    parameter_pointers,
    stack_buffer,
    store_alone,
    typed_pointer,
    untyped_pointer,
)
from numba_act.engine.primitives_cpu import jit

# Bytes of a block. The buffers of all operands must fit the first-level cache beside the data they are gathered from; a
# quarter of this size costs relu a fifth, because the processor does not read ahead across the change from one block to
# the next.
BLOCK_SIZE = 8192


@jit
def overlaps_out_of_step(pointer, step, out, out_step, count, size):
    """Return whether an input shares memory with the output other than element by element."""
    if address(pointer) == address(out) and step == out_step:
        return False
    reach, out_reach = (count - 1) * step, (count - 1) * out_step
    return (
        address(pointer) + min(reach, 0) < address(out) + max(out_reach, 0) + size
        and address(out) + min(out_reach, 0) < address(pointer) + max(reach, 0) + size
    )


@jit
def independent(args, count, steps, inputs, size):
    """Return whether every element can be computed without waiting for another."""
    if steps[inputs] == 0:
        return False
    for position in range(inputs):
        if overlaps_out_of_step(args[position], steps[position], args[inputs], steps[inputs], count, size):
            return False
    return True


@jit
def gather(source, step, target, count, size):
    """Copy strided elements side by side, as integers of their size: one compiled copy serves every dtype.

    Reversed, and every second element of at most four bytes, are whole-register moves.
    """
    if step == size:
        for i in range(count):
            target[i] = source[i]
    elif step == 2 * size and size <= 4:
        for i in range(count - 1):
            target[i] = first_of_pair(advance(source, i * step))
        target[count - 1] = advance(source, (count - 1) * step)[0]
    elif step == -size:
        for i in range(count):
            target[i] = source[-i]
    else:
        for i in range(count):
            target[i] = load_alone(advance(source, i * step))


@jit
def scatter(source, target, step, count):
    """Copy elements that stand side by side to strided places."""
    for i in range(count):
        store_alone(advance(target, i * step), source[i])


def elementwise_loop(kernel, dtype, inputs):
    """Return the inner loop, a Python function for numba's cfunc, around a kernel compiled for one dtype."""
    element = numba.from_dtype(dtype)
    size = dtype.itemsize
    raw = numba.from_dtype(np.dtype(f"u{size}"))
    block = BLOCK_SIZE // size
    buffers = block * inputs

    @jit
    def one_by_one(args, count, steps):
        for i in range(count):
            x = typed_pointer(advance(args[0], i * steps[0]), element)
            out = typed_pointer(advance(args[inputs], i * steps[inputs]), element)
            out[0] = kernel(x[0], *elements_at(parameter_pointers(args, steps, i, element, inputs), 0))

    # Parameters are gathered before x is, whose place to work in may be the output, which may be a parameter too.
    @jit
    def in_blocks(args, count, steps, parameters, constant):
        buffer = stack_buffer(element, buffers)
        table = stack_buffer(voidptr, inputs)
        side_by_side = stack_buffer(intp, inputs)
        for position in range(1, inputs):
            table[position] = untyped_pointer(advance(buffer, position * BLOCK_SIZE))
            side_by_side[position] = size
        for start in range(0, count, block):
            length = min(block, count - start)
            out = advance(args[inputs], start * steps[inputs])
            work = out if steps[inputs] == size else untyped_pointer(buffer)
            for position in range(1, inputs):
                if not constant:
                    source = typed_pointer(advance(args[position], start * steps[position]), raw)
                    gather(source, steps[position], typed_pointer(table[position], raw), length, size)
            source = typed_pointer(advance(args[0], start * steps[0]), raw)
            gather(source, steps[0], typed_pointer(work, raw), length, size)
            x = typed_pointer(work, element)
            if constant:
                for i in range(length):
                    x[i] = kernel(x[i], *parameters)
            else:
                arrays = parameter_pointers(table, side_by_side, 0, element, inputs)
                for i in range(length):
                    x[i] = kernel(x[i], *elements_at(arrays, i))
            if steps[inputs] != size:
                scatter(typed_pointer(buffer, raw), typed_pointer(out, raw), steps[inputs], length)

    @jit
    def without_blocks(args, count, steps, parameters, constant):
        one_by_one(args, count, steps)

    # Blocks are most of the code of a loop, and relu has eight integer loops: those do without.
    any_strides = in_blocks if dtype.kind == "f" else without_blocks

    def loop(args, dims, steps, data):
        count = dims[0]
        if count == 1 or not independent(args, count, steps, inputs, size):
            one_by_one(args, count, steps)
            return
        constant = True
        for position in range(1, inputs):
            constant = constant and steps[position] == 0
        parameters = elements_at(parameter_pointers(args, steps, 0, element, inputs), 0)
        if not constant or steps[0] != size or steps[inputs] != size:
            any_strides(args, count, steps, parameters, constant)
            return
        x = typed_pointer(args[0], element)
        out = typed_pointer(args[inputs], element)
        if address(x) == address(out):
            for i in range(count):
                interleave(VECTORS)
                x[i] = kernel(x[i], *parameters)
        else:
            for i in range(count):
                interleave(VECTORS)
                out[i] = kernel(x[i], *parameters)

    return loop
