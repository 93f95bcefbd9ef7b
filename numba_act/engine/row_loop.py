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
    address,
    advance,
    allocate,
    load_alone,
    release,
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

    # One copy of the kernel, not inlined, so that the order of its sums cannot depend on the path.
    @numba.njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
    def compute(x, out, length):
        kernel(numba.carray(x, length), numba.carray(out, length))

    @jit
    def in_tiles(args, rows, length, steps):
        tall = max(1, min(CACHE_LINE // size, rows, LARGEST_TILE // (length * size)))
        tile = allocate(tall * length * size)
        for first in range(0, rows, tall):
            count = min(tall, rows - first)
            source = typed_pointer(advance(args[0], first * steps[0]), raw)
            gather_tile(source, steps[0], steps[2], typed_pointer(tile, raw), count, length)
            for row in range(count):
                x = typed_pointer(advance(tile, row * length * size), element)
                compute(x, x, length)
            target = typed_pointer(advance(args[1], first * steps[1]), raw)
            scatter_tile(typed_pointer(tile, raw), target, steps[1], steps[3], count, length)
        release(tile)

    def loop(args, dims, steps, data):
        rows, length = dims[0], dims[1]
        if steps[2] == size and steps[3] == size or length == 1:
            for row in range(rows):
                x = typed_pointer(advance(args[0], row * steps[0]), element)
                out = typed_pointer(advance(args[1], row * steps[1]), element)
                compute(x, out, length)
        elif length > 0:
            in_tiles(args, rows, length, steps)

    return loop
