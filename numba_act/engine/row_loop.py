"""NumPy's inner loop around a row kernel.

NumPy calls ``loop(args, dims, steps, data)`` with ``dims[0]`` rows of ``dims[1]`` elements; ``steps`` holds the
distance between rows and then, for each operand, between the elements of a row. Rows whose elements stand side by side
are given to the kernel where they are. Others, which is what a softmax over the first axis of a matrix sees, are taken
a tile at a time: a few cache lines of neighbouring rows are copied to scratch memory where each stands side by side,
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

# Bytes read side by side from neighbouring rows, four cache lines: with one, every access would be to another page.
TILE_WIDTH = 4 * CACHE_LINE

# Bytes. Longer rows are taken fewer at a time, down to one.
LARGEST_TILE = 1 << 26


@jit
def gather_tile(source, row_step, step, tile, pitch, rows, length):
    """Copy neighbouring rows into a tile whose rows begin ``pitch`` elements apart."""
    for position in range(length):
        place = advance(source, position * step)
        for row in range(rows):
            tile[row * pitch + position] = load_alone(advance(place, row * row_step))


@jit
def scatter_tile(tile, pitch, target, row_step, step, rows, length):
    """Copy rows from a tile to where they belong."""
    for position in range(length):
        place = advance(target, position * step)
        for row in range(rows):
            store_alone(advance(place, row * row_step), tile[row * pitch + position])


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
        # An odd number of cache lines, or the rows of a tile would compete for the same places in the cache.
        pitch = (length * size // CACHE_LINE + 1 | 1) * CACHE_LINE
        tall = max(1, min(rows, TILE_WIDTH // size, LARGEST_TILE // pitch))
        tile_in = allocate(0 if direct_in else tall * pitch)
        tile_out = allocate(0 if direct_out else tall * pitch)
        for first in range(0, rows, tall):
            count = min(tall, rows - first)
            source = advance(args[0], first * steps[0])
            target = advance(args[1], first * steps[1])
            if not direct_in:
                tile = typed_pointer(tile_in, raw)
                gather_tile(typed_pointer(source, raw), steps[0], steps[2], tile, pitch // size, count, length)
            for row in range(count):
                x = advance(source, row * steps[0]) if direct_in else advance(tile_in, row * pitch)
                out = advance(target, row * steps[1]) if direct_out else advance(tile_out, row * pitch)
                kernel(row_at(typed_pointer(x, element), length), row_at(typed_pointer(out, element), length))
            if not direct_out:
                tile = typed_pointer(tile_out, raw)
                scatter_tile(tile, pitch // size, typed_pointer(target, raw), steps[1], steps[3], count, length)
        release(tile_in)
        release(tile_out)

    return loop
