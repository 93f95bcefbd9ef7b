"""Raw memory as the inner loops see it: typed pointers, byte offsets, stack buffers.

NumPy hands a loop untyped addresses and byte strides. numba's arrays would add bounds, reference counts and
negative-index wrap-around to every access; these intrinsics are an LLVM instruction or two each.
"""

import sys

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from numba_act.engine.compiler.memory import CACHE_LINE

POINTER_TABLE = types.CPointer(types.voidptr)
SIZE_TABLE = types.CPointer(types.intp)


def c_function(loop):
    """Return a function of Python compiled as a loop, callable from C. Serves one thread at a time."""
    compiled = numba.cfunc(
        types.void(POINTER_TABLE, SIZE_TABLE, SIZE_TABLE, types.voidptr),
        # Inlined into its C entry point, which otherwise keeps code for exceptions that cannot happen and needs numba's
        # run-time library for it, as reference counts would.
        error_model="numpy",
        forceinline=True,
        _nrt=False,
    )
    # numba compiles C functions under NUMBA_DISABLE_JIT too, but not what it would have them call for min and max.
    disabled, numba.config.DISABLE_JIT = numba.config.DISABLE_JIT, 0
    try:
        return compiled(loop)
    finally:
        numba.config.DISABLE_JIT = disabled


def moved(builder, pointer, count):
    """Emit a pointer moved by a number of bytes."""
    byte = builder.bitcast(pointer, ir.IntType(8).as_pointer())
    return builder.bitcast(builder.gep(byte, [count]), pointer.type)


@intrinsic
def typed_pointer(typing_context, pointer, element):
    """``typed_pointer(pointer, float32)``: the same address, pointing to elements of a numba type."""
    result = types.CPointer(element.instance_type)

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(result))

    return result(pointer, element), generate


@intrinsic
def untyped_pointer(typing_context, pointer):
    """Return the same address as NumPy passes it, pointing to nothing in particular."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(types.voidptr))

    return types.voidptr(pointer), generate


@intrinsic
def address(typing_context, pointer):
    """Return the address of a pointer as an integer."""

    def generate(context, builder, signature, arguments):
        return builder.ptrtoint(arguments[0], context.get_value_type(types.intp))

    return types.intp(pointer), generate


@intrinsic
def from_address(typing_context, integer, pointer):
    """``from_address(integer, SIZE_TABLE)``: the pointer of a numba type to an address."""
    result = pointer.instance_type

    def generate(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(result))

    return result(types.intp, pointer), generate


@intrinsic
def advance(typing_context, pointer, count):
    """Return the pointer moved on by a number of bytes."""

    def generate(context, builder, signature, arguments):
        return moved(builder, *arguments)

    return pointer(pointer, types.intp), generate


@intrinsic(prefer_literal=True)
def stack_buffer(typing_context, element, length):
    """``stack_buffer(float32, 256)``: an uninitialised buffer in the frame of the loop, aligned to a cache line."""
    result = types.CPointer(element.instance_type)

    def generate(context, builder, signature, arguments):
        # In the entry block, or a loop would use up the stack; numba's own function for this fills the buffer with
        # zeros.
        pointer = context.get_value_type(result)
        with builder.goto_entry_block():
            buffer = builder.alloca(ir.ArrayType(pointer.pointee, length.literal_value))
        buffer.align = CACHE_LINE
        return builder.bitcast(buffer, pointer)

    return result(element, length), generate


# LLVM turns a strided copy into the CPU's gather and scatter instructions, which take two to three times as long as
# single moves do. The weakest atomic ordering compiles to a plain move and is never vectorised.
@intrinsic
def load_alone(typing_context, pointer):
    """Return the element behind a pointer, loaded by an instruction of its own."""

    def generate(context, builder, signature, arguments):
        width = context.get_abi_sizeof(context.get_data_type(signature.return_type))
        return builder.load_atomic(arguments[0], "unordered", width)

    return pointer.dtype(pointer), generate


# LLVM reads every second element by the gather instruction too. Reading pairs as integers of twice the width and
# keeping one half is an ordinary vector load and a narrowing move. It touches the element behind the one it returns.
@intrinsic
def first_of_pair(typing_context, pointer):
    """Return the integer behind a pointer, loaded together with the one behind it."""

    def generate(context, builder, signature, arguments):
        element = context.get_value_type(pointer.dtype)
        pair = ir.IntType(2 * element.width)
        both = builder.load(builder.bitcast(arguments[0], pair.as_pointer()), align=element.width // 8)
        if sys.byteorder == "big":
            both = builder.lshr(both, pair(element.width))
        return builder.trunc(both, element)

    return pointer.dtype(pointer), generate


@intrinsic
def store_alone(typing_context, pointer, value):
    """Store a value behind a pointer by an instruction of its own."""

    def generate(context, builder, signature, arguments):
        width = context.get_abi_sizeof(context.get_data_type(signature.args[1]))
        builder.store_atomic(arguments[1], arguments[0], "unordered", width)
        return context.get_dummy_value()

    return types.void(pointer, pointer.dtype), generate


# From the C library.
allocate = types.ExternalFunction("malloc", types.voidptr(types.uintp))
release = types.ExternalFunction("free", types.void(types.voidptr))
clear_flags = types.ExternalFunction("feclearexcept", types.int32(types.int32))


@intrinsic
def call_loop(typing_context, loop, args, dims, steps, data):
    """Call the inner loop at an address."""

    def generate(context, builder, signature, arguments):
        function = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments[1:]])
        builder.call(builder.inttoptr(arguments[0], function.as_pointer()), arguments[1:])
        return context.get_dummy_value()

    return types.void(types.intp, args, dims, steps, data), generate


@intrinsic(prefer_literal=True)
def prefetch(typing_context, pointer, to_write):
    """Have the cache line behind a pointer fetched, which may be any address; ``to_write`` is 0 or 1."""

    def generate(context, builder, signature, arguments):
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        )
        place = builder.bitcast(arguments[0], byte)
        builder.call(function, [place, number(to_write.literal_value), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(pointer, to_write), generate


@intrinsic(prefer_literal=True)
def transpose(typing_context, source, source_step, target, target_step):
    """Transpose a square of elements, as wide as a cache line, from rows some bytes apart to rows some bytes apart.

    In registers: halving strides exchange what lies off the diagonal, log2(width) shuffles for each row.
    """

    def generate(context, builder, signature, arguments):
        element = context.get_value_type(signature.args[0].dtype)
        align = context.get_abi_sizeof(context.get_data_type(signature.args[0].dtype))
        width = CACHE_LINE // align
        vector = ir.VectorType(element, width).as_pointer()

        def row(pointer, step, number):
            place = moved(builder, pointer, builder.mul(step, step.type(number)))
            return builder.bitcast(place, vector)

        rows = [builder.load(row(arguments[0], arguments[1], i), align=align) for i in range(width)]
        stride = width // 2
        while stride:
            first = [lane if lane & stride == 0 else width + lane - stride for lane in range(width)]
            second = [lane + stride if lane & stride == 0 else width + lane for lane in range(width)]
            masks = [ir.Constant(ir.VectorType(ir.IntType(32), width), lanes) for lanes in (first, second)]
            for i in range(width):
                if i & stride == 0:
                    pair = rows[i], rows[i + stride]
                    rows[i], rows[i + stride] = [builder.shuffle_vector(*pair, mask) for mask in masks]
            stride //= 2
        for i in range(width):
            builder.store(rows[i], row(arguments[2], arguments[3], i), align=align)
        return context.get_dummy_value()

    return types.void(source, types.intp, target, types.intp), generate


@intrinsic
def copy_line(typing_context, source, target):
    """Copy as many bytes as a cache line has, which need not be one."""

    def generate(context, builder, signature, arguments):
        line = ir.VectorType(ir.IntType(64), CACHE_LINE // 8).as_pointer()
        place, goal = [builder.bitcast(pointer, line) for pointer in arguments]
        builder.store(builder.load(place, align=1), goal, align=1)
        return context.get_dummy_value()

    return types.void(source, target), generate
