"""The CPU's version of each function in ``kernels/primitives.py``."""

import functools

import numba
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from numba_act.engine.link import link
from numba_act.kernels import primitives
from numba_act.kernels.elementary.order import from_order_key, order_key

# numba's default division raises ZeroDivisionError, a branch that stops vectorisation. Everything is inlined into the
# loop and called from nowhere else. No reference counts: nothing here is an object. No fast-math flag: what may be fused
# is written as multiply_add, so vector body and scalar remainder agree.
OPTIONS = {
    "error_model": "numpy",
    "forceinline": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
}
jit = numba.njit(**OPTIONS)

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


# The maximum runs over integer keys: it raises no flag, and unlike a float maximum it may be taken in any order, so LLVM
# vectorises it by itself. A float sum may not, unless it is told so: reassociation is allowed in this loop alone.
def _row_maximum(dtype):
    key = link(order_key, dtype, _scalar_primitives(), jit)
    value = link(from_order_key, dtype, _scalar_primitives(), jit)

    @jit
    def row_maximum(row):
        best = key(row[0])
        for i in range(1, len(row)):
            best = max(best, key(row[i]))
        return value(best)

    return row_maximum


@numba.njit(fastmath={"reassoc", "nsz"}, **OPTIONS)
def _row_sum(row):
    total = row[0]
    for i in range(1, len(row)):
        total += row[i]
    return total


@jit
def _positions(row):
    return range(len(row))


def cpu_primitives(dtype):
    """Return ``{primitive: its compiled version for a dtype}``."""
    rows = {primitives.positions: _positions, primitives.row_sum: _row_sum}
    if dtype.kind == "f":
        rows[primitives.row_maximum] = _row_maximum(dtype)
    return _scalar_primitives() | rows


@functools.cache
def _scalar_primitives():
    return {
        primitives.fma: _llvm_ternary("llvm.fma"),
        primitives.multiply_add: _llvm_ternary("llvm.fmuladd"),
        primitives.to_bits: _bit_cast(_SAME_SIZE),
        primitives.from_bits: _bit_cast({integer: real for real, integer in _SAME_SIZE.items()}),
    }
