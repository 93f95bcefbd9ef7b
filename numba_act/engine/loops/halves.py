"""float16 and bfloat16 in memory, float32 in the kernels: whole blocks converted, rounded once.

A float32 result within b units in the last place becomes one within 0.5 + b / 2**13 (bfloat16: 2**16) units of the
narrower dtype.
"""

import platform

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from numba_act.engine.compiler.cpu_primitives import cpu_primitives, jit
from numba_act.engine.compiler.link import link
from numba_act.engine.compiler.machine_code import processor
from numba_act.engine.compiler.pointers import advance, load_alone, stack_buffer, store_alone
from numba_act.kernels.elementary import half_precision

HALF_SIZE, WIDE_SIZE = 2, 4
LANES = 16


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


# The instructions convert whole registers, and LLVM converts a single number with whatever the rest of the register
# holds from before: signalling NaNs there raise the invalid flag. So registers are always filled, with zeros at the
# end.
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
    """Return whether the CPU has instructions: for others LLVM would call functions that may be missing."""
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
