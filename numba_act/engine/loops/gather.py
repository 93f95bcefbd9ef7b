"""Strided elements copied side by side, and back: as integers of their size, so one copy serves every dtype."""

from numba.types import uint8, uint16, uint32, uint64

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.pointers import advance, first_of_pair, load_alone, store_alone, typed_pointer


@jit
def gather(source, step, target, count, size):
    """Copy strided elements side by side.

    Reversed, and every second element of at most four bytes, are whole-register moves.
    """
    if step == size:
        for i in range(count):
            target[i] = source[i]
    elif step == 2 * size and size <= 4:
        for i in range(count - 1):
            target[i] = first_of_pair(advance(source, i * step))
        target[count - 1] = advance(source, (count - 1) * step)[0]
    elif step == -size:
        for i in range(count):
            target[i] = source[-i]
    else:
        for i in range(count):
            target[i] = load_alone(advance(source, i * step))


@jit
def scatter(source, target, step, count):
    """Copy elements that stand side by side to strided places."""
    for i in range(count):
        store_alone(advance(target, i * step), source[i])


@jit
def gather_of_size(source, step, target, count, size):
    """Gather elements of a size that is known at run time: 1, 2, 4 or 8 bytes."""
    if size == 4:
        gather(typed_pointer(source, uint32), step, typed_pointer(target, uint32), count, 4)
    elif size == 8:
        gather(typed_pointer(source, uint64), step, typed_pointer(target, uint64), count, 8)
    elif size == 2:
        gather(typed_pointer(source, uint16), step, typed_pointer(target, uint16), count, 2)
    else:
        gather(typed_pointer(source, uint8), step, typed_pointer(target, uint8), count, 1)


@jit
def scatter_of_size(source, target, step, count, size):
    """Scatter elements of a size that is known at run time."""
    if size == 4:
        scatter(typed_pointer(source, uint32), typed_pointer(target, uint32), step, count)
    elif size == 8:
        scatter(typed_pointer(source, uint64), typed_pointer(target, uint64), step, count)
    elif size == 2:
        scatter(typed_pointer(source, uint16), typed_pointer(target, uint16), step, count)
    else:
        scatter(typed_pointer(source, uint8), typed_pointer(target, uint8), step, count)
