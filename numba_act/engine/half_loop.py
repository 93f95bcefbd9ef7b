"""The loops for float16 and bfloat16: two bytes in memory, float32 in the kernel, rounded once.

Like the driver of ``split.py`` there is one for all functions: it widens a block of every operand into a buffer that
stays in the first-level cache, calls the function's float32 loop on it, and narrows the results. Loops of their own, around
a kernel that converts, would take each function some seconds longer to compile.

A float32 result within b units in the last place becomes one within 0.5 + b / 2**13 (bfloat16: 2**16) units of the narrower
dtype.
"""

import platform

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numba.types import intp, voidptr

from numba_act.engine.elementwise_loop import independent
from numba_act.engine.link import link
from numba_act.engine.machine_code import processor
from numba_act.engine.pointers import (
    advance,
    call_loop,
    load_alone,
    stack_buffer,
    store_alone,
    typed_pointer,
    untyped_pointer,
)
from numba_act.engine.pool import INPUTS, WIDE_LOOP
from numba_act.engine.primitives_cpu import cpu_primitives, jit
from numba_act.engine.share import MOST_OPERANDS
from numba_act.kernels.elementary import half_precision

BLOCK = 1024
BUFFER = BLOCK * MOST_OPERANDS
HALF_SIZE, WIDE_SIZE = 2, 4
LANES = 16


def half_loop(name, overflowing):
    """Return the inner loop, a Python function for numba's cfunc, for float16 or bfloat16.

    Where finite numbers may overflow, narrowing goes through the bits, because the instruction would raise the flag.
    """
    widen_all, narrow_all = half_conversions(name)
    if overflowing:
        _, narrow_all = conversions_by_bits(name)

    def loop(args, dims, steps, data):
        policy = typed_pointer(data, intp)
        inputs = policy[INPUTS]
        buffer = stack_buffer(types.float32, BUFFER)
        wide_args = stack_buffer(voidptr, MOST_OPERANDS)
        wide_dims = stack_buffer(intp, 1)
        wide_steps = stack_buffer(intp, MOST_OPERANDS)
        for operand in range(inputs + 1):
            wide_args[operand] = untyped_pointer(advance(buffer, operand * BLOCK * WIDE_SIZE))
            wide_steps[operand] = 0 if steps[operand] == 0 else WIDE_SIZE
        block = BLOCK if independent(args, dims[0], steps, inputs, HALF_SIZE) else 1
        for start in range(0, dims[0], block):
            count = min(block, dims[0] - start)
            wide_dims[0] = count
            for operand in range(inputs):
                source = typed_pointer(advance(args[operand], start * steps[operand]), types.uint16)
                target = typed_pointer(wide_args[operand], types.float32)
                widen_all(source, steps[operand], target, 1 if steps[operand] == 0 else count)
            call_loop(policy[WIDE_LOOP], wide_args, wide_dims, wide_steps, data)
            target = typed_pointer(advance(args[inputs], start * steps[inputs]), types.uint16)
            narrow_all(typed_pointer(wide_args[inputs], types.float32), target, steps[inputs], count)

    return loop


def half_conversions(name):
    """Return functions that convert a number of halves, some bytes apart, to floats side by side, and back.

    The latter may write to the floats, up to a whole register behind the last of them.
    """
    return _by_instruction() if name == "float16" and _converts_float16() else conversions_by_bits(name)


def single_conversions(name):
    """Return functions that convert one half, given by its bits, and back."""
    primitives = cpu_primitives()
    functions = [getattr(half_precision, f"{direction}_{name}") for direction in ("widen", "narrow")]
    return [link(function, np.dtype(np.float32), primitives, jit) for function in functions]


def conversions_by_bits(name):
    """Return the same for every machine; narrowing raises no overflow flag."""
    widen, narrow = single_conversions(name)

    @jit
    def widen_all(source, step, target, count):
        if step == HALF_SIZE:
            for i in range(count):
                target[i] = widen(source[i])
        else:
            for i in range(count):
                target[i] = widen(load_alone(advance(source, i * step)))

    @jit
    def narrow_all(source, target, step, count):
        if step == HALF_SIZE:
            for i in range(count):
                target[i] = narrow(source[i])
        else:
            for i in range(count):
                store_alone(advance(target, i * step), narrow(source[i]))

    return widen_all, narrow_all


# The instructions convert whole registers, and LLVM converts a single number with whatever the rest of the register holds
# from before: signalling NaNs there raise the invalid flag. So registers are always filled, with zeros at the end.
def _by_instruction():
    """Return the same for float16 on a CPU that has instructions for it."""

    @jit
    def widen_all(source, step, target, count):
        chunk = stack_buffer(types.uint16, LANES)
        whole = count // LANES * LANES if step == HALF_SIZE else 0
        for start in range(0, whole, LANES):
            widen_lanes(advance(source, start * HALF_SIZE), advance(target, start * WIDE_SIZE))
        for start in range(whole, count, LANES):
            for i in range(LANES):
                chunk[i] = 0
            for i in range(min(LANES, count - start)):
                chunk[i] = load_alone(advance(source, (start + i) * step))
            widen_lanes(chunk, advance(target, start * WIDE_SIZE))

    @jit
    def narrow_all(source, target, step, count):
        chunk = stack_buffer(types.uint16, LANES)
        whole = count // LANES * LANES if step == HALF_SIZE else 0
        for start in range(0, whole, LANES):
            narrow_lanes(advance(source, start * WIDE_SIZE), advance(target, start * HALF_SIZE))
        for i in range(count, (count + LANES - 1) // LANES * LANES):
            source[i] = 0
        for start in range(whole, count, LANES):
            narrow_lanes(advance(source, start * WIDE_SIZE), chunk)
            for i in range(min(LANES, count - start)):
                store_alone(advance(target, (start + i) * step), chunk[i])

    return widen_all, narrow_all


def _converts_float16():
    """Return whether the CPU compiled for has instructions: for others LLVM would call functions that may be missing."""
    machine = platform.machine().lower()
    return "+f16c" in processor()[1].split(",") if machine in ("x86_64", "amd64") else machine in ("aarch64", "arm64")


def _lanes(builder, pointer, element):
    return builder.bitcast(pointer, ir.VectorType(element, LANES).as_pointer())


@intrinsic
def widen_lanes(typing_context, source, target):
    """Convert a full register of float16, given by their bits, to float32."""

    def generate(context, builder, signature, arguments):
        halves = builder.load(_lanes(builder, arguments[0], ir.HalfType()), align=HALF_SIZE)
        wide = builder.fpext(halves, ir.VectorType(ir.FloatType(), LANES))
        builder.store(wide, _lanes(builder, arguments[1], ir.FloatType()), align=WIDE_SIZE)
        return context.get_dummy_value()

    return types.void(source, target), generate


@intrinsic
def narrow_lanes(typing_context, source, target):
    """Convert a full register of float32 to the bits of float16."""

    def generate(context, builder, signature, arguments):
        wide = builder.load(_lanes(builder, arguments[0], ir.FloatType()), align=WIDE_SIZE)
        halves = builder.fptrunc(wide, ir.VectorType(ir.HalfType(), LANES))
        builder.store(halves, _lanes(builder, arguments[1], ir.HalfType()), align=HALF_SIZE)
        return context.get_dummy_value()

    return types.void(source, target), generate
