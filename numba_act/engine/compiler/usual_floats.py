"""Loops compute in the usual floating-point state, and leave the thread that calls them in its own.

The register is written only where it differs: to read it takes a nanosecond.
"""

from numba.core import types
from numba.extending import intrinsic

from numba_act.engine.compiler.float_state import FLAGS, REGISTER, USUAL, read, write

_STATE = types.uint32 if REGISTER.width == 32 else types.uint64
_CONTROL = ~FLAGS & ((1 << REGISTER.width) - 1)


def _if_unusual(builder, state):
    unusual = builder.icmp_unsigned("!=", builder.and_(state, REGISTER(_CONTROL)), REGISTER(USUAL))
    return builder.if_then(unusual, likely=False)


def _merged(builder, control, flags):
    return builder.or_(builder.and_(control, REGISTER(_CONTROL)), builder.and_(flags, REGISTER(FLAGS)))


@intrinsic
def use_usual_floats(typing_context):
    """Have this thread compute in the usual state, and return the one before."""

    def generate(context, builder, signature, arguments):
        before = read(builder)
        with _if_unusual(builder, before):
            write(builder, _merged(builder, REGISTER(USUAL), before))
        return before

    return _STATE(), generate


@intrinsic
def use_floats(typing_context, before):
    """Go back to the state before, but for the flags that have been raised meanwhile."""

    def generate(context, builder, signature, arguments):
        with _if_unusual(builder, arguments[0]):
            write(builder, _merged(builder, arguments[0], read(builder)))
        return context.get_dummy_value()

    return types.void(_STATE), generate
