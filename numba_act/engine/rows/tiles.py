"""Rows in memory, to tiles in which they are computed and back.

A tile holds rows side by side in the dtype computed in: element i of row j is ``i * width + j``, with a width of one or
of sixteen. Of the latter there may be several, one behind the other. float16 and bfloat16 are widened on the way in and
rounded once on the way out.
"""

import numba
import numpy as np
from numba import types

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.memory import CACHE_LINE
from numba_act.engine.compiler.pointers import (
    advance,
    copy_line,
    load_alone,
    stack_buffer,
    store_alone,
    transpose,
    typed_pointer,
)
from numba_act.engine.loops.gather import gather, scatter
from numba_act.engine.loops.halves import conversions_by_bits, half_conversions, single_conversions
from numba_act.engine.rows.loop_data import COLUMNS, LANES
from numba_act.language.dtypes import computed_in

# How many halves are on their way to a tile or from it at a time: few, for they are on the stack. Conversions work on
# whole registers, also behind the last element.
LINE = 1024
LINE_ROOM = LINE + LANES


def load_loop(dtype, width):
    """Return a loop that fills tiles.

    args: first element, tiles; dims: length, rows; steps: bytes between elements and between rows. The rows that the
    last tile has too many are zero.
    """
    if width == 1:
        return _load_row(dtype)
    real = computed_in(dtype)
    copy_tiles, element, size, zero = _copying(dtype, loads=True), numba.from_dtype(real), real.itemsize, real.type(0)

    def load(args, dims, steps, data):
        length, rest = dims[0], dims[1] % COLUMNS
        if rest > 0:
            last = typed_pointer(advance(args[1], (dims[1] - rest) * length * size), element)
            for i in range(length * COLUMNS):
                last[i] = zero
        copy_tiles(args[0], steps[0], steps[1], args[1], length, dims[1])

    return load


def store_loop(dtype, width):
    """Return a loop that empties tiles; args: tiles, first element; dims, steps: as for loading."""
    if width == 1:
        return _store_row(dtype)
    copy_tiles = _copying(dtype, loads=False)

    def store(args, dims, steps, data):
        copy_tiles(args[1], steps[0], steps[1], args[0], dims[0], dims[1])

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


def _copying(dtype, loads):
    """Return the function that copies rows in memory to tiles, or back: neighbours by lines, others by tiles."""
    copy_tile = _copying_halves(dtype, loads) if dtype.itemsize == 2 else _copying_tile(dtype, loads)
    size, native = computed_in(dtype).itemsize, computed_in(dtype) == dtype
    lines = COLUMNS * size // CACHE_LINE

    @jit
    def copy_tiles(memory, step, next_step, tiles, length, rows):
        first = 0
        if native and next_step == size:
            first = rows // COLUMNS * COLUMNS
            for i in range(length):
                for tile in range(first // COLUMNS):
                    for line in range(lines):
                        place = advance(memory, i * step + (tile * lines + line) * CACHE_LINE)
                        in_tile = advance(tiles, ((tile * length + i) * lines + line) * CACHE_LINE)
                        if loads:
                            copy_line(place, in_tile)
                        else:
                            copy_line(in_tile, place)
        for start in range(first, rows, COLUMNS):
            tile = advance(tiles, start * length * size)
            copy_tile(advance(memory, start * next_step), step, next_step, tile, length, min(COLUMNS, rows - start))

    return copy_tiles


def _copying_tile(dtype, loads):
    """Return the function for one tile: squares at a time where rows have their elements side by side."""
    size = dtype.itemsize
    raw = numba.from_dtype(np.dtype(f"u{size}"))
    side = CACHE_LINE // size

    @jit
    def copy_tile(memory, step, next_step, tile, length, rows):
        whole = length // side * side if step == size and rows == COLUMNS else 0
        for i in range(0, whole, side):
            for j in range(0, COLUMNS, side):
                square = typed_pointer(advance(memory, j * next_step + i * size), raw)
                in_tile = typed_pointer(advance(tile, (i * COLUMNS + j) * size), raw)
                if loads:
                    transpose(square, next_step, in_tile, COLUMNS * size)
                else:
                    transpose(in_tile, COLUMNS * size, square, next_step)
        cells = typed_pointer(tile, raw)
        for i in range(whole, length):
            line = advance(memory, i * step)
            for j in range(rows):
                place = typed_pointer(advance(line, j * next_step), raw)
                if loads:
                    cells[i * COLUMNS + j] = load_alone(place)
                else:
                    store_alone(place, cells[i * COLUMNS + j])

    return copy_tile


def _copying_halves(dtype, loads):
    """Return the same for halves: converted along whichever direction they stand side by side in."""
    widen_all, _ = half_conversions(dtype.name)
    _, narrow_all = conversions_by_bits(dtype.name)
    widen, narrow = single_conversions(dtype.name)
    half, wide = types.uint16, types.float32

    @jit
    def copy_tile(memory, step, next_step, tile, length, rows):
        cells = typed_pointer(tile, wide)
        line = stack_buffer(wide, LINE_ROOM)
        if next_step == 2:
            for i in range(length):
                x = typed_pointer(advance(memory, i * step), half)
                for j in range(rows):
                    if loads:
                        cells[i * COLUMNS + j] = widen(x[j])
                    else:
                        x[j] = narrow(cells[i * COLUMNS + j])
            return
        for j in range(rows):
            for start in range(0, length, LINE):
                count = min(LINE, length - start)
                place = typed_pointer(advance(memory, j * next_step + start * step), half)
                if loads:
                    widen_all(place, step, line, count)
                for i in range(count):
                    cell = (start + i) * COLUMNS + j
                    if loads:
                        cells[cell] = line[i]
                    else:
                        line[i] = cells[cell]
                if not loads:
                    narrow_all(line, place, step, count)

    return copy_tile
