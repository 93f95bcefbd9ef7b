"""Records as compiled code sees them: ``record.field`` is one load or store, at the place that ctypes gives the field.

numba's records do that by themselves, with the same machine code as a table of integers and an index (tried: one move
each). What they lack is here: a record behind an address, on the stack, and the place of a field.
"""

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from numba_act.engine.compiler.memory import CACHE_LINE


def record_type(kind):
    """Return numba's type of a `ctypes.Structure`."""
    return numba.from_dtype(np.dtype(kind))


@intrinsic
def record_at(typing_context, place, kind):
    """``record_at(place, RECORD)``: the record behind a pointer or an address."""
    result = kind.instance_type

    def generate(context, builder, signature, arguments):
        convert = builder.inttoptr if isinstance(place, types.Integer) else builder.bitcast
        return convert(arguments[0], context.get_value_type(result))

    return result(place, kind), generate


@intrinsic
def stack_record(typing_context, kind):
    """``stack_record(RECORD)``: an uninitialised record in the frame of the loop."""
    result = kind.instance_type

    def generate(context, builder, signature, arguments):
        with builder.goto_entry_block():
            memory = builder.alloca(ir.ArrayType(ir.IntType(8), result.size))
        memory.align = CACHE_LINE
        return builder.bitcast(memory, context.get_value_type(result))

    return result(kind), generate


@intrinsic(prefer_literal=True)
def place_of(typing_context, record, field):
    """``place_of(record, "field")``: the pointer to a field, for what several threads write to."""
    name = field.literal_value
    result = types.CPointer(record.typeof(name))

    def generate(context, builder, signature, arguments):
        first = builder.bitcast(arguments[0], ir.IntType(8).as_pointer())
        place = builder.gep(first, [ir.IntType(64)(record.offset(name))])
        return builder.bitcast(place, context.get_value_type(result))

    return result(record, field), generate
