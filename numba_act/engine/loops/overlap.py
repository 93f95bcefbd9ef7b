"""Whether the elements of a loop can be computed in any order."""

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.pointers import address


@jit
def overlaps(pointer, step, size, other, other_step, other_size, count):
    """Return whether two operands share memory."""
    reach, other_reach = (count - 1) * step, (count - 1) * other_step
    return (
        address(pointer) + min(reach, 0) < address(other) + max(other_reach, 0) + other_size
        and address(other) + min(other_reach, 0) < address(pointer) + max(reach, 0) + size
    )


@jit
def independent(args, count, steps, loop_data):
    """Return whether every element can be computed without waiting for another.

    An input may be an output, element by element. No output may share memory with another.
    """
    sizes = loop_data.sizes
    for out in range(loop_data.inputs, loop_data.operands):
        if steps[out] == 0:
            return False
        for operand in range(out):
            if (
                operand < loop_data.inputs
                and address(args[operand]) == address(args[out])
                and steps[operand] == steps[out]
            ):
                continue
            if overlaps(args[operand], steps[operand], sizes[operand], args[out], steps[out], sizes[out], count):
                return False
    return True
