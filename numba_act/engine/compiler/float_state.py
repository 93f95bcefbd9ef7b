"""What a thread's processor does with floating-point numbers: its control register, which other libraries change.

Whatever is linked with ``gcc -ffast-math`` has the thread that loads it flush subnormal numbers to zero, and so do all
threads that this one starts. Loops compute in the usual state (``usual_floats.py``), and they are built in it.
"""

import ctypes
import functools
import platform

from llvmlite import ir

from numba_act.engine.compiler import machine_code

_MACHINE = platform.machine().lower()
_X86, _ARM = _MACHINE in ("x86_64", "amd64"), _MACHINE in ("aarch64", "arm64")

# The register of a new process: round to the nearest, flush nothing, trap nothing; and which bits of it are flags of
# what has happened. ARM has those in another one.
USUAL, FLAGS = (0x1F80, 0x3F) if _X86 else (0, 0)
REGISTER = ir.IntType(32 if _X86 else 64)


def _call(builder, name, result, *arguments):
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(builder.module.declare_intrinsic(name, (), kind), arguments)


def _x86_memory(builder):
    with builder.goto_entry_block():
        memory = builder.alloca(REGISTER)
    return memory, builder.bitcast(memory, ir.IntType(8).as_pointer())


def read(builder):
    """Emit the register; of processors that are not known here, the usual state."""
    if _X86:
        memory, place = _x86_memory(builder)
        _call(builder, "llvm.x86.sse.stmxcsr", ir.VoidType(), place)
        return builder.load(memory)
    return _call(builder, "llvm.aarch64.get.fpcr", REGISTER) if _ARM else REGISTER(USUAL)


def write(builder, state):
    """Emit the change of the register."""
    if _X86:
        memory, place = _x86_memory(builder)
        builder.store(state, memory)
        _call(builder, "llvm.x86.sse.ldmxcsr", ir.VoidType(), place)
    elif _ARM:
        _call(builder, "llvm.aarch64.set.fpcr", ir.VoidType(), state)


@functools.cache
def exchanger():
    """Return a function that sets the register of the thread that calls it, and returns what it was."""
    name = "numba_act.exchange_float_state"
    module = ir.Module()
    function = ir.Function(module, ir.FunctionType(REGISTER, [REGISTER]), name)
    builder = ir.IRBuilder(function.append_basic_block())
    before = read(builder)
    write(builder, function.args[0])
    builder.ret(before)
    code, _ = machine_code.object_code(str(module), name, name)
    kind = ctypes.c_uint32 if REGISTER.width == 32 else ctypes.c_uint64
    return ctypes.CFUNCTYPE(kind, kind)(machine_code.load(code, name))
