"""The operands of an element-wise loop as tuples: their pointers, an element of each, and the results."""

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.extending import intrinsic

from numba_act.engine.compiler.pointers import moved


def pointers_to(first, elements):
    """Return a function ``(table, steps, index)``: pointers to element ``index`` of some operands, as a tuple.

    Parameters
    ----------
    first : int
        The first of the operands.
    elements : sequence of numba types
        What each of them points to.
    """
    result = types.BaseTuple.from_types([types.CPointer(element) for element in elements])

    @intrinsic
    def pointers(typing_context, table, steps, index):
        def generate(context, builder, signature, arguments):
            values = []
            for position, pointer in enumerate(result, first):
                start = builder.load(cgutils.gep(builder, arguments[0], position))
                step = builder.load(cgutils.gep(builder, arguments[1], position))
                place = moved(builder, start, builder.mul(step, arguments[2]))
                values.append(builder.bitcast(place, context.get_value_type(pointer)))
            return context.make_tuple(builder, result, values)

        return result(table, steps, types.intp), generate

    return pointers


@intrinsic
def elements_at(typing_context, pointers, index):
    """Return the element ``index`` places behind each pointer of a tuple, as a tuple."""
    result = types.BaseTuple.from_types([pointer.dtype for pointer in pointers])

    def generate(context, builder, signature, arguments):
        table, position = arguments
        values = []
        for number, pointer in enumerate(pointers):
            place = builder.gep(builder.extract_value(table, number), [position])
            value = builder.load(place)
            if pointer.dtype == types.boolean:
                value = builder.icmp_unsigned("!=", value, value.type(0))
            values.append(value)
        return context.make_tuple(builder, result, values)

    return result(pointers, types.intp), generate


@intrinsic
def store_results(typing_context, pointers, index, results):
    """Store what a kernel returns, a number or a tuple of several, ``index`` places behind each pointer of a tuple."""
    kinds = tuple(results) if isinstance(results, types.BaseTuple) else (results,)
    if len(kinds) != len(pointers):
        raise TypingError(f"the kernel returns {len(kinds)} numbers and is declared with outputs={len(pointers)}")

    def generate(context, builder, signature, arguments):
        table, position, value = arguments
        several = isinstance(results, types.BaseTuple)
        for number, (pointer, kind) in enumerate(zip(pointers, kinds, strict=True)):
            result = builder.extract_value(value, number) if several else value
            result = context.cast(builder, result, kind, pointer.dtype)
            place = builder.gep(builder.extract_value(table, number), [position])
            builder.store(_in_memory(builder, result, pointer.dtype), place)
        return context.get_dummy_value()

    return types.void(pointers, types.intp, results), generate


def _in_memory(builder, value, kind):
    return builder.zext(value, ir.IntType(8)) if kind == types.boolean else value
