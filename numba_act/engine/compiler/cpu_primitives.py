"""The CPU's version of each function in ``language/primitives.py``."""

import functools

from llvmlite import ir
from numba.core import types
from numba.core.registry import CPUDispatcher
from numba.extending import intrinsic

from numba_act.language import primitives

# numba's default division raises ZeroDivisionError, a branch that stops vectorisation. Everything is inlined into the
# loop and called from nowhere else. No reference counts: nothing here is an object. No fast-math flag: what may be
# fused is written as multiply_add, so vector body and scalar remainder agree.
OPTIONS = {
    "error_model": "numpy",
    "forceinline": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
}


# numba.njit returns functions as they are under NUMBA_DISABLE_JIT, which is there to look into users' own functions;
# ufuncs consist of machine code whatever it says.
def jit(function):
    """Return a function for loops to call: numba compiles it with them."""
    return CPUDispatcher(function, targetoptions={"nopython": True, "boundscheck": None} | OPTIONS)


_SAME_SIZE = {types.float32: types.int32, types.float64: types.int64}


def _llvm_ternary(name):
    @intrinsic
    def ternary(typing_context, a, b, c):
        def generate(context, builder, signature, arguments):
            kind = arguments[0].type
            function = builder.module.declare_intrinsic(name, [kind], ir.FunctionType(kind, [kind] * 3))
            return builder.call(function, arguments)

        return a(a, a, a), generate

    return ternary


def _bit_cast(result_of):
    @intrinsic
    def bit_cast(typing_context, x):
        result = result_of[x]

        def generate(context, builder, signature, arguments):
            return builder.bitcast(arguments[0], context.get_value_type(result))

        return result(x), generate

    return bit_cast


@functools.cache
def cpu_primitives():
    """Return ``{primitive: its compiled version}``: unlike the GPU's, the same for every dtype."""
    return {
        primitives.fma: _llvm_ternary("llvm.fma"),
        primitives.multiply_add: _llvm_ternary("llvm.fmuladd"),
        primitives.to_bits: _bit_cast(_SAME_SIZE),
        primitives.from_bits: _bit_cast({integer: real for real, integer in _SAME_SIZE.items()}),
    }
