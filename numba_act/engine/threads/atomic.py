"""What one thread does to memory that others read, in single steps of the processor, and how it waits for them."""

import platform

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from numba_act.engine.compiler.memory import ENTRY

# One order of all such steps for all threads: a thread that sees a step sees all that was written before it.
ORDER = "seq_cst"


@intrinsic
def exchange(typing_context, pointer, value):
    """Store a value and return the one it replaces."""

    def generate(context, builder, signature, arguments):
        return builder.atomic_rmw("xchg", *arguments, ORDER)

    return pointer.dtype(pointer, pointer.dtype), generate


@intrinsic
def fetch_add(typing_context, pointer, value):
    """Add a value and return the one before."""

    def generate(context, builder, signature, arguments):
        return builder.atomic_rmw("add", *arguments, ORDER)

    return pointer.dtype(pointer, pointer.dtype), generate


@intrinsic
def replaced(typing_context, pointer, expected, value):
    """Store a value where the expected one stands; return whether it did."""

    def generate(context, builder, signature, arguments):
        return builder.extract_value(builder.cmpxchg(*arguments, ORDER, ORDER), 1)

    return types.boolean(pointer, pointer.dtype, pointer.dtype), generate


@intrinsic
def read_shared(typing_context, pointer):
    """Return what stands behind a pointer now."""

    def generate(context, builder, signature, arguments):
        return builder.load_atomic(arguments[0], ORDER, ENTRY)

    return pointer.dtype(pointer), generate


@intrinsic
def write_shared(typing_context, pointer, value):
    """Store a value, after all that was written before; unlike `exchange`, without waiting until others see it."""

    def generate(context, builder, signature, arguments):
        builder.store_atomic(arguments[1], arguments[0], "release", ENTRY)
        return context.get_dummy_value()

    return types.void(pointer, pointer.dtype), generate


@intrinsic
def pause(typing_context):
    """Tell the processor that this thread waits for another one in a loop."""

    def generate(context, builder, signature, arguments):
        machine = platform.machine().lower()
        void, number = ir.VoidType(), ir.IntType(32)
        if machine in ("x86_64", "amd64"):
            builder.call(builder.module.declare_intrinsic("llvm.x86.sse2.pause", (), ir.FunctionType(void, [])), [])
        elif machine in ("aarch64", "arm64"):
            hint = builder.module.declare_intrinsic("llvm.aarch64.hint", (), ir.FunctionType(void, [number]))
            builder.call(hint, [number(1)])
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def call_with_integers(typing_context, function, first, second):
    """Return what a C function returns for two integers; one that takes fewer ignores the rest."""

    def generate(context, builder, signature, arguments):
        integer = context.get_value_type(types.intp)
        prototype = ir.FunctionType(integer, [integer, integer])
        return builder.call(builder.inttoptr(arguments[0], prototype.as_pointer()), arguments[1:])

    return types.intp(types.intp, types.intp, types.intp), generate
