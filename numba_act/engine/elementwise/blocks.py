"""The loops that NumPy calls for every element-wise function: they bring operands of any strides before its own loop.

One compiled copy serves all functions; the data of a ufunc's loop says which loop to call. Operands that lie side by
side are passed as they are. Others are gathered, a block at a time, into buffers that stay in the first-level cache,
and results are scattered from there. Of halves every operand goes through a buffer: widened to float32, for which the
function's float32 loop computes, and rounded once.
"""

from numba import types
from numba.types import intp, voidptr

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.interleave import one_by_one
from numba_act.engine.compiler.pointers import (
    address,
    advance,
    call_loop,
    from_address,
    stack_buffer,
    typed_pointer,
    untyped_pointer,
)
from numba_act.engine.compiler.records import record_at
from numba_act.engine.compiler.usual_floats import use_floats, use_usual_floats
from numba_act.engine.loops.gather import gather_of_size, scatter_of_size
from numba_act.engine.loops.halves import HALF_SIZE, WIDE_SIZE, conversions_by_bits, half_conversions
from numba_act.engine.loops.overlap import independent
from numba_act.engine.threads.records import LOOP_DATA, THREAD_POOL
from numba_act.engine.threads.scratch import give_back, taken
from numba_act.engine.threads.thread_pool import MOST_OPERANDS

# Bytes of a block. The buffers of all operands must fit the first-level cache beside the data they are gathered from; a
# quarter of this size costs relu a fifth, because the processor does not read ahead across the change from one block to
# the next. A half's block is 1024 elements.
BLOCK_SIZE = 8192

# Buffers of a few elements are on the stack, for up to so many operands: to take others costs a call on one number a
# twentieth of its time, and a user's thread may have a small stack.
FEW, BUFFERS = 64, 4
FEW_SIZE = FEW * 8
STACK = BUFFERS * FEW_SIZE


@jit
def varying(steps, loop_data):
    """Return whether any parameter has more than one value."""
    found = False
    for operand in range(loop_data.arrays, loop_data.inputs):
        one_by_one()
        found |= steps[operand] != 0
    return found


@jit
def is_direct(steps, loop_data):
    """Return whether the kernel's own loop takes the operands as they are: side by side, or parameters of one value."""
    elsewhere, strided = False, varying(steps, loop_data)
    for operand in range(loop_data.operands):
        one_by_one()
        is_parameter = loop_data.arrays <= operand < loop_data.inputs
        apart = steps[operand] != loop_data.sizes[operand]
        elsewhere |= apart and not (is_parameter and not strided)
    return not elsewhere


@jit
def in_order(args, count, steps, data):
    """Compute elements one after the other.

    An element may wait for another one in ``reduce`` and ``accumulate``, and where arrays overlap in ways that NumPy
    lets through because it expects elements to be computed in order.
    """
    loop_data = record_at(data, LOOP_DATA)
    element, one = stack_buffer(voidptr, MOST_OPERANDS), stack_buffer(intp, 1)
    one[0] = 1
    for i in range(count):
        for operand in range(loop_data.operands):
            one_by_one()
            element[operand] = advance(args[operand], i * steps[operand])
        call_loop(loop_data.part, element, one, steps, data)


# The buffers are in a function of their own: with them in its frame, a call on one number would touch another page of
# the stack, which costs it a tenth of its time.
def native_loop(args, dims, steps, data):
    """Compute elements of a native dtype, which may be computed in any order."""
    loop_data = record_at(data, LOOP_DATA)
    direct = dims[0] == 1 or is_direct(steps, loop_data)
    call_loop(loop_data.kernel_loop if direct else loop_data.blocks, args, dims, steps, data)


def checked_native_loop(args, dims, steps, data):
    """Compute elements of a native dtype, in order where one may wait for another."""
    loop_data, count = record_at(data, LOOP_DATA), dims[0]
    state = use_usual_floats()
    if count == 1:
        call_loop(loop_data.kernel_loop, args, dims, steps, data)
    elif not independent(args, count, steps, loop_data):
        in_order(args, count, steps, data)
    else:
        call_loop(loop_data.kernel_loop if is_direct(steps, loop_data) else loop_data.blocks, args, dims, steps, data)
    use_floats(state)


def checked_half_loop(args, dims, steps, data):
    """Compute halves, in order where one may wait for another."""
    loop_data, count = record_at(data, LOOP_DATA), dims[0]
    state = use_usual_floats()
    if count == 1 or independent(args, count, steps, loop_data):
        call_loop(loop_data.part, args, dims, steps, data)
    else:
        in_order(args, count, steps, data)
    use_floats(state)


def half_loop(name, overflowing):
    """Return the loop, a Python function for numba's cfunc, for elements of float16 or bfloat16.

    Where finite numbers may overflow, narrowing goes through the bits, because the instruction would raise the flag.
    """
    widen_all, narrow_all = half_conversions(name)
    if overflowing:
        _, narrow_all = conversions_by_bits(name)

    @jit
    def read(source, step, target, count, size):
        if size == HALF_SIZE:
            widen_all(typed_pointer(source, types.uint16), step, typed_pointer(target, types.float32), count)
        else:
            gather_of_size(source, step, target, count, size)

    @jit
    def write(source, target, step, count, size):
        narrow_all(typed_pointer(source, types.float32), typed_pointer(target, types.uint16), step, count)

    in_blocks = blocks(read, write, HALF_SIZE, WIDE_SIZE)

    def loop(args, dims, steps, data):
        in_blocks(args, dims[0], steps, data)

    return loop


# Gathered into a buffer and computed from there to the output, a strided relu takes 1.26 of the time.
@jit
def reuses_output(args, in_place, loop_data):
    """Return whether the first input is gathered into the output's place: nothing else is read from there."""
    out, free = loop_data.inputs, True
    for operand in range(1, loop_data.inputs):
        one_by_one()
        free &= address(args[operand]) != address(args[out])
    return free and in_place[0] == 0 and in_place[out] != 0 and loop_data.sizes[0] == loop_data.sizes[out]


def blocks(read, write, converted, width):
    """Return the function that computes elements by way of buffers.

    Parameters
    ----------
    read, write : function
        ``read(source, step, buffer, count, size)`` and ``write(buffer, target, step, count, size)``.
    converted, width : int
        The size of elements that always go through a buffer, and the one that they have there.
    """

    @jit
    def in_blocks(args, count, steps, data):
        loop_data = record_at(data, LOOP_DATA)
        operands, inputs, arrays = loop_data.operands, loop_data.inputs, loop_data.arrays
        few, buffer_size, scratch = count <= FEW and operands <= BUFFERS, BLOCK_SIZE, 0
        buffers = untyped_pointer(stack_buffer(types.uint8, STACK))
        if few:
            buffer_size = FEW_SIZE
        else:
            scratch = taken(record_at(loop_data.pool, THREAD_POOL))
            if scratch == 0:
                return
            buffers = from_address(scratch, voidptr)
        places, in_place = stack_buffer(voidptr, MOST_OPERANDS), stack_buffer(intp, MOST_OPERANDS)
        new_steps, length = stack_buffer(intp, MOST_OPERANDS), stack_buffer(intp, 1)
        varies = varying(steps, loop_data)
        for operand in range(operands):
            size = loop_data.sizes[operand]
            new_size = width if size == converted else size
            constant = arrays <= operand < inputs and not varies
            in_place[operand] = size != converted and (steps[operand] == size or constant)
            new_steps[operand] = 0 if constant else new_size
            places[operand] = advance(buffers, operand * buffer_size)
            if operand < inputs and steps[operand] == 0 and not in_place[operand]:
                # A number among arrays fills its buffer once.
                read(args[operand], 0, places[operand], 1 if constant else min(count, loop_data.block), size)
        reuses = reuses_output(args, in_place, loop_data)
        # Not a range, which would be an error for a block of 0, and numba would keep code for that.
        start = 0
        while start < count:
            length[0] = min(loop_data.block, count - start)
            for operand in range(operands):
                place = advance(args[operand], start * steps[operand])
                if in_place[operand]:
                    places[operand] = place
                elif operand < inputs and steps[operand] != 0:
                    if reuses and operand == 0:
                        places[0] = advance(args[inputs], start * steps[inputs])
                    read(place, steps[operand], places[operand], length[0], loop_data.sizes[operand])
            call_loop(loop_data.kernel_loop, places, length, new_steps, data)
            for operand in range(inputs, operands):
                if not in_place[operand]:
                    place = advance(args[operand], start * steps[operand])
                    write(places[operand], place, steps[operand], length[0], loop_data.sizes[operand])
            start += loop_data.block
        give_back(scratch)

    return in_blocks


in_native_blocks = blocks(gather_of_size, scatter_of_size, 0, 0)


def native_blocks_loop(args, dims, steps, data):
    """Compute elements of a native dtype by way of buffers."""
    in_native_blocks(args, dims[0], steps, data)
