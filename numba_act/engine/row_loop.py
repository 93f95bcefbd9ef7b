"""NumPy's inner loop around a row kernel.

NumPy calls ``loop(args, dims, steps, data)`` with ``dims[0]`` rows of ``dims[1]`` elements; ``steps`` holds the
distance between rows and then, for each operand, between the elements of a row. Rows whose elements stand side by side
are given to the kernel where they are. Others, which is what a softmax over the first axis of a matrix sees, are taken
a tile at a time: a cache line's worth of neighbouring rows is copied to scratch memory where each stands side by side,
computed there, and copied back. The array is never transposed as a whole, and every path computes the same bits.
"""

import numba
import numpy as np

from numba_act.engine.pointers import (
    CACHE_LINE,
    advance,
    allocate,
    load_alone,
    release,
    row_at,
    store_alone,
    typed_pointer,
)
from numba_act.engine.primitives_cpu import jit

# Bytes. Longer rows are taken fewer at a time, down to one.
LARGEST_TILE = 1 << 26


@jit
def gather_tile(source, row_step, step, tile, rows, length):
    """Copy rows into a tile, along whichever direction is closer in memory."""
    for position in range(length):
        place = advance(source, position * step)
        for row in range(rows):
            tile[row * length + position] = load_alone(advance(place, row * row_step))


@jit
def scatter_tile(tile, target, row_step, step, rows, length):
    """Copy rows from a tile to where they belong."""
    for position in range(length):
        place = advance(target, position * step)
        for row in range(rows):
            store_alone(advance(place, row * row_step), tile[row * length + position])


def row_loop(kernel, dtype):
    """Return the inner loop, a Python function for numba's cfunc, around a row kernel compiled for one dtype."""
    element = numba.from_dtype(dtype)
    size = dtype.itemsize
    raw = numba.from_dtype(np.dtype(f"u{size}"))

    # The kernel is called in one place, so that the order of its sums cannot depend on the path.
    def loop(args, dims, steps, data):
        rows, length = dims[0], dims[1]
        direct_in = steps[2] == size or length == 1
        direct_out = steps[3] == size or length == 1
        tall = min(rows, CACHE_LINE // size)
        tall = max(1, min(tall, LARGEST_TILE // max(1, length * size)))
        tile_in = allocate(0 if direct_in else tall * length * size)
        tile_out = allocate(0 if direct_out else tall * length * size)
        for first in range(0, rows, tall):
            count = min(tall, rows - first)
            source = advance(args[0], first * steps[0])
            target = advance(args[1], first * steps[1])
            if not direct_in:
                gather_tile(typed_pointer(source, raw), steps[0], steps[2], typed_pointer(tile_in, raw), count, length)
            for row in range(count):
                x = advance(source, row * steps[0]) if direct_in else advance(tile_in, row * length * size)
                out = advance(target, row * steps[1]) if direct_out else advance(tile_out, row * length * size)
                kernel(row_at(typed_pointer(x, element), length), row_at(typed_pointer(out, element), length))
            if not direct_out:
                tile = typed_pointer(tile_out, raw)
                scatter_tile(tile, typed_pointer(target, raw), steps[1], steps[3], count, length)
        release(tile_in)
        release(tile_out)

    return loop
