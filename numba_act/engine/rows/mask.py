"""The stage of a row function that scales and masks."""

import numba
import numpy as np

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.interleave import VECTORS, interleave, opaque_count
from numba_act.engine.compiler.pointers import advance, load_alone, stack_buffer, typed_pointer
from numba_act.engine.rows.loop_data import COLUMNS, LANES
from numba_act.engine.rows.state import VISIBLE


def mask_stage(linked, width):
    """Scale a tile in place, and put -inf where it is masked.

    args: tile, mask, scales, limits; dims: length, rows, and where in their rows the tile begins; steps: the mask's
    along and between rows, the scales' and the limits' between rows. Elements at and beyond a row's limit are masked as
    well.
    """
    element, real = linked.element, linked.dtype.type
    size = linked.dtype.itemsize
    minus_infinity = real(-np.inf)
    byte, none = numba.types.uint8, np.uint8(0)

    # Nothing is computed of what is masked, not even the product, which might raise a flag.
    @jit
    def masked(x, visible, scale):
        product = (x if visible != none else real(0)) * scale
        return product if visible != none else minus_infinity

    def of_row(args, dims, steps, data):
        tile, allowed = typed_pointer(args[0], element), typed_pointer(args[1], byte)
        scale = typed_pointer(args[2], element)[0]
        limit = typed_pointer(args[3], numba.types.intp)[0] - dims[2]
        length = max(min(dims[0], limit), 0)
        step, seen = steps[0], none
        if step == 0:
            seen = allowed[0] if length > 0 else none
            for i in range(length):
                interleave(VECTORS)
                tile[i] = masked(tile[i], seen, scale)
        elif step == 1:
            flags = stack_buffer(byte, LANES)
            for start in range(0, length, LANES):
                count = min(LANES, length - start)
                for i in range(count):
                    flags[i] = allowed[start + i]
                cells = typed_pointer(advance(tile, start * size), element)
                for i in range(count):
                    interleave(1)
                    cells[i] = masked(cells[i], flags[i], scale)
                    seen |= flags[i]
        else:
            for i in range(length):
                visible = allowed[i * step]
                tile[i] = masked(tile[i], visible, scale)
                seen |= visible
        for i in range(length, dims[0]):
            tile[i] = minus_infinity
        typed_pointer(data, element)[VISIBLE] = real(1) if seen else real(0)

    def of_tile(args, dims, steps, data):
        state, rows = typed_pointer(data, element), dims[1]
        flags, seen = stack_buffer(byte, COLUMNS), stack_buffer(byte, COLUMNS)
        scale, limit = stack_buffer(element, COLUMNS), stack_buffer(numba.types.intp, COLUMNS)
        columns = opaque_count(COLUMNS)
        for j in range(COLUMNS):
            flags[j], seen[j], scale[j], limit[j] = none, none, real(0), 0
        for j in range(rows):
            scale[j] = typed_pointer(advance(args[2], j * steps[2]), element)[0]
            limit[j] = typed_pointer(advance(args[3], j * steps[3]), numba.types.intp)[0] - dims[2]
        source, step, next_step = args[1], steps[0], steps[1]
        for i in range(dims[0]):
            line = advance(source, i * step)
            for j in range(rows):
                visible = load_alone(typed_pointer(advance(line, j * next_step), byte))
                flags[j] = visible if i < limit[j] else none
            tile = typed_pointer(advance(args[0], i * COLUMNS * size), element)
            for j in range(columns):
                interleave(1)
                tile[j] = masked(tile[j], flags[j], scale[j])
                seen[j] |= flags[j]
        for j in range(columns):
            state[VISIBLE * width + j] = real(1) if seen[j] else real(0)

    return of_row if width == 1 else of_tile
