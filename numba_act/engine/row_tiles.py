"""Rows in memory, to tiles in which they are computed and back.

A tile holds rows side by side in the dtype computed in: element i of row j is ``i * width + j``, with a width of one or of
sixteen. Of the latter there may be several, one behind the other. float16 and bfloat16 are widened on the way in and
rounded once on the way out.
"""

import numba
import numpy as np
from numba import types

from numba_act.engine.elementwise_loop import gather, scatter
from numba_act.engine.half_loop import conversions_by_bits, half_conversions, single_conversions
from numba_act.engine.pointers import (
    CACHE_LINE,
    advance,
    copy_line,
    load_alone,
    stack_buffer,
    store_alone,
    transpose,
    typed_pointer,
)
from numba_act.engine.primitives_cpu import jit
from numba_act.engine.row_policy import BLOCK, COLUMNS
from numba_act.engine.row_state import LANES

# Of elements on their way through a tile; conversions work on whole registers, also behind the last element.
LINE = BLOCK + LANES


def load_loop(dtype, width):
    """Return a loop that fills tiles.

    args: first element, tiles; dims: length, rows; steps: bytes between elements and between rows. The rows that the last tile
    has too many are zero.
    """
    if width == 1:
        return _load_row(dtype)
    copy = _copy_halves(dtype)[0] if dtype.itemsize == 2 else _copy_tile(dtype)[0]
    size = max(dtype.itemsize, 4)
    raw = numba.from_dtype(np.dtype(f"u{size}"))
    own_size = dtype.itemsize
    lines = COLUMNS * size // CACHE_LINE

    def load(args, dims, steps, data):
        length, rows = dims[0], dims[1]
        source, tiles, step, next_step = args[0], args[1], steps[0], steps[1]
        first = 0
        if next_step == size == own_size:
            first = rows // COLUMNS * COLUMNS
            for i in range(length):
                for tile in range(first // COLUMNS):
                    for line in range(lines):
                        place = advance(source, i * step + (tile * lines + line) * CACHE_LINE)
                        copy_line(place, advance(tiles, ((tile * length + i) * lines + line) * CACHE_LINE))
        for start in range(first, rows, COLUMNS):
            count = min(COLUMNS, rows - start)
            tile = advance(tiles, start * length * size)
            if count < COLUMNS:
                cells = typed_pointer(tile, raw)
                for i in range(length * COLUMNS):
                    cells[i] = 0
            copy(advance(source, start * next_step), step, next_step, tile, length, count)

    return load


def store_loop(dtype, width):
    """Return a loop that empties tiles; args: tiles, first element; dims, steps: as for loading."""
    if width == 1:
        return _store_row(dtype)
    copy = _copy_halves(dtype)[1] if dtype.itemsize == 2 else _copy_tile(dtype)[1]
    size = max(dtype.itemsize, 4)

    own_size = dtype.itemsize
    lines = COLUMNS * size // CACHE_LINE

    def store(args, dims, steps, data):
        length, rows = dims[0], dims[1]
        tiles, target, step, next_step = args[0], args[1], steps[0], steps[1]
        first = 0
        if next_step == size == own_size:
            first = rows // COLUMNS * COLUMNS
            for i in range(length):
                for tile in range(first // COLUMNS):
                    for line in range(lines):
                        place = advance(tiles, ((tile * length + i) * lines + line) * CACHE_LINE)
                        copy_line(place, advance(target, i * step + (tile * lines + line) * CACHE_LINE))
        for start in range(first, rows, COLUMNS):
            count = min(COLUMNS, rows - start)
            tile = advance(tiles, start * length * size)
            copy(tile, advance(target, start * next_step), step, next_step, length, count)

    return store


def _load_row(dtype):
    size = dtype.itemsize
    raw = numba.from_dtype(np.dtype(f"u{size}"))
    if size == 2:
        widen_all, _ = half_conversions(dtype.name)

        def load_halves(args, dims, steps, data):
            widen_all(typed_pointer(args[0], raw), steps[0], typed_pointer(args[1], types.float32), dims[0])

        return load_halves

    def load(args, dims, steps, data):
        gather(typed_pointer(args[0], raw), steps[0], typed_pointer(args[1], raw), dims[0], size)

    return load


# Narrowing raises no flag where results overflow, as those of log_softmax may.
def _store_row(dtype):
    size = dtype.itemsize
    raw = numba.from_dtype(np.dtype(f"u{size}"))
    if size == 2:
        _, narrow_all = conversions_by_bits(dtype.name)

        def store_halves(args, dims, steps, data):
            narrow_all(typed_pointer(args[0], types.float32), typed_pointer(args[1], raw), steps[0], dims[0])

        return store_halves

    def store(args, dims, steps, data):
        source, target = typed_pointer(args[0], raw), typed_pointer(args[1], raw)
        if steps[0] == size:
            for i in range(dims[0]):
                target[i] = source[i]
        else:
            scatter(source, target, steps[0], dims[0])

    return store


def _copy_tile(dtype):
    """Return functions that copy rows to a tile and back, squares at a time where they have their elements side by side."""
    size = dtype.itemsize
    raw = numba.from_dtype(np.dtype(f"u{size}"))
    side = CACHE_LINE // size

    @jit
    def load(source, step, next_step, tile, length, rows):
        cells = typed_pointer(tile, raw)
        whole = length // side * side if step == size and rows == COLUMNS else 0
        for i in range(0, whole, side):
            for j in range(0, COLUMNS, side):
                square = typed_pointer(advance(source, j * next_step + i * size), raw)
                target = typed_pointer(advance(tile, (i * COLUMNS + j) * size), raw)
                transpose(square, next_step, target, COLUMNS * size)
        for i in range(whole, length):
            line = advance(source, i * step)
            for j in range(rows):
                cells[i * COLUMNS + j] = load_alone(typed_pointer(advance(line, j * next_step), raw))

    @jit
    def store(tile, target, step, next_step, length, rows):
        cells = typed_pointer(tile, raw)
        whole = length // side * side if step == size and rows == COLUMNS else 0
        for i in range(0, whole, side):
            for j in range(0, COLUMNS, side):
                source = typed_pointer(advance(tile, (i * COLUMNS + j) * size), raw)
                square = typed_pointer(advance(target, j * next_step + i * size), raw)
                transpose(source, COLUMNS * size, square, next_step)
        for i in range(whole, length):
            line = advance(target, i * step)
            for j in range(rows):
                store_alone(typed_pointer(advance(line, j * next_step), raw), cells[i * COLUMNS + j])

    return load, store


def _copy_halves(dtype):
    """Return the same for halves: converted along whichever direction they stand side by side in."""
    widen_all, _ = half_conversions(dtype.name)
    _, narrow_all = conversions_by_bits(dtype.name)
    widen, narrow = single_conversions(dtype.name)
    half, wide = types.uint16, types.float32

    @jit
    def load(source, step, next_step, tile, length, rows):
        cells = typed_pointer(tile, wide)
        line = stack_buffer(wide, LINE)
        if next_step == 2:
            for i in range(length):
                x = typed_pointer(advance(source, i * step), half)
                for j in range(rows):
                    cells[i * COLUMNS + j] = widen(x[j])
            return
        for j in range(rows):
            for start in range(0, length, BLOCK):
                count = min(BLOCK, length - start)
                widen_all(typed_pointer(advance(source, j * next_step + start * step), half), step, line, count)
                for i in range(count):
                    cells[(start + i) * COLUMNS + j] = line[i]

    @jit
    def store(tile, target, step, next_step, length, rows):
        cells = typed_pointer(tile, wide)
        line = stack_buffer(wide, LINE)
        if next_step == 2:
            for i in range(length):
                out = typed_pointer(advance(target, i * step), half)
                for j in range(rows):
                    out[j] = narrow(cells[i * COLUMNS + j])
            return
        for j in range(rows):
            for start in range(0, length, BLOCK):
                count = min(BLOCK, length - start)
                for i in range(count):
                    line[i] = cells[(start + i) * COLUMNS + j]
                narrow_all(line, typed_pointer(advance(target, j * next_step + start * step), half), step, count)

    return load, store
