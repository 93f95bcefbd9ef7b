"""The stage of a row function that finds the largest element of a block."""

import numba
import numpy as np

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.interleave import VECTORS, interleave, opaque_count
from numba_act.engine.compiler.pointers import advance, stack_buffer, typed_pointer
from numba_act.engine.rows.loop_data import COLUMNS, LANES
from numba_act.engine.rows.state import PEAK, VISIBLE
from numba_act.kernels.elementary import exponential_sum


# Comparing floats raises a flag for NaN. The NaN passes unseen here and is found in the sum; the caller then clears the
# flag. Comparing integers would take the processor four operations for one.
def peak_stage(linked, width):
    """Find the largest element of a block, disregarding NaN.

    args: elements, and a flag that is set where a row is beyond all bounds. steps: bytes between elements of a row, and
    whether none is masked, which the mask stage finds out otherwise.
    """
    element, real = linked.element, linked.dtype.type
    size = linked.dtype.itemsize
    lowest, largest = real(-np.inf), exponential_sum.LARGEST_PEAK[linked.dtype]

    @jit
    def conclude(best, steps, state, flag):
        unmasked, beyond = steps[1] != 0, 0
        for j in range(opaque_count(width)):
            interleave(1)
            state[PEAK * width + j] = best[j]
            state[VISIBLE * width + j] = real(1) if unmasked else state[VISIBLE * width + j]
            beyond |= best[j] > largest
        flag[0] |= beyond

    @jit
    def compare_lanes(x, best):
        elements = stack_buffer(element, LANES)
        for lane in range(LANES):
            elements[lane] = x[lane]
        for lane in range(opaque_count(LANES)):
            interleave(VECTORS)
            best[lane] = max(best[lane], elements[lane])

    # Into another array: LLVM would write conditionally to the same one, and what has been written so cannot be read at
    # once.
    def folding(half):
        @jit
        def fold(best, into):
            for c in range(opaque_count(half)):
                interleave(1)
                into[c] = max(best[c], best[half + c])

        return fold

    fold_32, fold_16, fold_8, fold_4, fold_2, fold_1 = map(folding, (32, 16, 8, 4, 2, 1))

    def of_row(args, dims, steps, data):
        source, length = args[0], dims[0]
        best, padded = stack_buffer(element, LANES), stack_buffer(element, LANES)
        for lane in range(opaque_count(LANES)):
            interleave(VECTORS)
            best[lane], padded[lane] = lowest, lowest
        whole = length // LANES * LANES
        for start in range(0, whole, LANES):
            compare_lanes(typed_pointer(advance(source, start * size), element), best)
        if whole < length:
            x = typed_pointer(advance(source, whole * size), element)
            for lane in range(length - whole):
                padded[lane] = x[lane]
            compare_lanes(padded, best)
        fold_32(best, padded)
        fold_16(padded, best)
        fold_8(best, padded)
        fold_4(padded, best)
        fold_2(best, padded)
        fold_1(padded, best)
        conclude(best, steps, typed_pointer(data, element), typed_pointer(args[1], numba.types.intp))

    def of_tile(args, dims, steps, data):
        best = stack_buffer(element, COLUMNS)
        columns = opaque_count(COLUMNS)
        for j in range(columns):
            interleave(1)
            best[j] = lowest
        source, step = args[0], steps[0]
        for i in range(dims[0]):
            x = typed_pointer(advance(source, i * step), element)
            for j in range(columns):
                interleave(1)
                best[j] = max(best[j], x[j])
        conclude(best, steps, typed_pointer(data, element), typed_pointer(args[1], numba.types.intp))

    return of_row if width == 1 else of_tile
