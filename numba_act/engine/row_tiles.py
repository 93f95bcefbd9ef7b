"""Rows in memory, to tiles in which they are computed and back.

A tile holds a block of one row, or of sixteen side by side, in the dtype computed in: element i of row j is ``i * width + j``.
float16 and bfloat16 are widened on the way in and rounded once on the way out.
"""

import numba
import numpy as np
from numba import types

from numba_act.engine.elementwise_loop import gather, scatter
from numba_act.engine.half_loop import conversions_by_bits, half_conversions, single_conversions
from numba_act.engine.pointers import advance, load_alone, stack_buffer, store_alone, typed_pointer
from numba_act.engine.primitives_cpu import jit
from numba_act.engine.row_policy import BLOCK
from numba_act.engine.row_stages import LANES

# Of elements on their way through a tile; conversions work on whole registers, also behind the last element.
LINE = BLOCK + LANES


def load_loop(dtype, width):
    """Return a loop that fills a tile.

    args: first element, tile; dims: length, rows; steps: bytes between elements and between rows. The rows that a tile has too
    many are zero.
    """
    if dtype.itemsize == 2:
        return _load_halves(dtype, width)
    size = dtype.itemsize
    raw = numba.from_dtype(np.dtype(f"u{size}"))

    def load_row(args, dims, steps, data):
        gather(typed_pointer(args[0], raw), steps[0], typed_pointer(args[1], raw), dims[0], size)

    def load_tile(args, dims, steps, data):
        tile = typed_pointer(args[1], raw)
        columns = dims[1]
        for i in range(dims[0]):
            line = advance(args[0], i * steps[0])
            for j in range(columns):
                tile[i * width + j] = load_alone(typed_pointer(advance(line, j * steps[1]), raw))
            for j in range(columns, width):
                tile[i * width + j] = 0

    return load_row if width == 1 else load_tile


def store_loop(dtype, width):
    """Return a loop that empties a tile; args: tile, first element; dims, steps: as for loading."""
    if dtype.itemsize == 2:
        return _store_halves(dtype, width)
    size = dtype.itemsize
    raw = numba.from_dtype(np.dtype(f"u{size}"))

    def store_row(args, dims, steps, data):
        scatter(typed_pointer(args[0], raw), typed_pointer(args[1], raw), steps[0], dims[0])

    def store_tile(args, dims, steps, data):
        tile = typed_pointer(args[0], raw)
        columns = dims[1]
        for i in range(dims[0]):
            line = advance(args[1], i * steps[0])
            for j in range(columns):
                store_alone(typed_pointer(advance(line, j * steps[1]), raw), tile[i * width + j])

    return store_row if width == 1 else store_tile


# Halves are converted along whichever direction they stand side by side in. Narrowing raises no flag where results overflow,
# which those of log_softmax do rightly.
def _load_halves(dtype, width):
    widen_all, _ = half_conversions(dtype.name)
    widen, _ = single_conversions(dtype.name)
    half, wide = types.uint16, types.float32

    def load_row(args, dims, steps, data):
        widen_all(typed_pointer(args[0], half), steps[0], typed_pointer(args[1], wide), dims[0])

    def load_tile(args, dims, steps, data):
        tile = typed_pointer(args[1], wide)
        line = stack_buffer(wide, LINE)
        for j in range(dims[1], width):
            for i in range(dims[0]):
                tile[i * width + j] = 0
        if steps[1] == 2:
            for i in range(dims[0]):
                x = typed_pointer(advance(args[0], i * steps[0]), half)
                for j in range(dims[1]):
                    tile[i * width + j] = widen(x[j])
        else:
            for j in range(dims[1]):
                widen_all(typed_pointer(advance(args[0], j * steps[1]), half), steps[0], line, dims[0])
                for i in range(dims[0]):
                    tile[i * width + j] = line[i]

    return load_row if width == 1 else load_tile


def _store_halves(dtype, width):
    _, narrow_all = conversions_by_bits(dtype.name)
    _, narrow = single_conversions(dtype.name)
    half, wide = types.uint16, types.float32

    def store_row(args, dims, steps, data):
        narrow_all(typed_pointer(args[0], wide), typed_pointer(args[1], half), steps[0], dims[0])

    def store_tile(args, dims, steps, data):
        tile = typed_pointer(args[0], wide)
        line = stack_buffer(wide, LINE)
        if steps[1] == 2:
            for i in range(dims[0]):
                out = typed_pointer(advance(args[1], i * steps[0]), half)
                for j in range(dims[1]):
                    out[j] = narrow(tile[i * width + j])
        else:
            for j in range(dims[1]):
                for i in range(dims[0]):
                    line[i] = tile[i * width + j]
                narrow_all(line, typed_pointer(advance(args[1], j * steps[1]), half), steps[0], dims[0])

    return store_row if width == 1 else store_tile
