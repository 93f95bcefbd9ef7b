"""The stage of a row function that adds up the exponentials of a block.

Elements at the same place within groups of `LANES` are added up in one lane (``sum_lanes.py``), then the lanes.
"""

import numba
import numpy as np

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.interleave import VECTORS, independent_elements, interleave, opaque_count
from numba_act.engine.compiler.memory import CACHE_LINE
from numba_act.engine.compiler.pointers import advance, prefetch, stack_buffer, typed_pointer
from numba_act.engine.rows.loop_data import COLUMNS, LANES
from numba_act.engine.rows.state import PEAK
from numba_act.engine.rows.sum_lanes import SHORT_ROW, adding, beginning, concluding_any, fill, joining_chains


def sums_stage(linked, width, weighs):
    """Return the stage that adds up the exponentials of a block.

    args: elements, where the weights go, what to fetch meanwhile: the next elements and the place of the results, and a
    flag that is set where a row holds NaN, and of sixteen rows room for their lanes. dims: length. steps: of the first,
    third and fourth.
    """
    return _row_stage(linked, weighs) if width == 1 else _tile_stage(linked, width, weighs)


def _row_stage(linked, weighs):
    """Return the stage for a row, whose neighbouring elements are in neighbouring lanes."""
    element, size, frame = linked.element, linked.dtype.itemsize, linked.frame
    lines = LANES * size // CACHE_LINE
    minus_infinity = linked.dtype.type(-np.inf)
    cells = LANES
    begin, join_chains, conclude = beginning(linked, weighs), joining_chains(linked), concluding_any(linked, 1, weighs)
    add_lanes = _adding_lanes(linked, weighs)

    def of_row(args, dims, steps, data):
        state = typed_pointer(data, element)
        length = dims[0]
        peak = state[PEAK]
        shift, rounder, lowest = frame(peak)
        sums, rests, counts = stack_buffer(element, cells), stack_buffer(element, cells), stack_buffer(element, cells)
        all_rests, tails = stack_buffer(element, cells), stack_buffer(element, cells)
        padded = stack_buffer(element, LANES)
        chained = begin(sums, rests, all_rests, tails, counts, cells, length)
        source, target, onward, results = args[0], args[1], args[2], args[3]
        whole = length // LANES * LANES
        for first in range(0, whole, SHORT_ROW):
            for start in range(first, min(first + SHORT_ROW, whole), LANES):
                place = start * size
                for line in range(lines):
                    prefetch(advance(onward, place + line * CACHE_LINE), 0)
                    prefetch(advance(results, place + line * CACHE_LINE), 1)
                x, w = typed_pointer(advance(source, place), element), typed_pointer(advance(target, place), element)
                add_lanes(x, w, peak, shift, rounder, lowest, sums, rests, counts)
            if chained and first + SHORT_ROW <= whole:
                join_chains(rests, all_rests, tails, cells)
        if whole < length:
            x = typed_pointer(advance(source, whole * size), element)
            w = typed_pointer(advance(target, whole * size), element)
            fill(padded, LANES, minus_infinity)
            for lane in range(length - whole):
                padded[lane] = x[lane]
            add_lanes(padded, w, peak, shift, rounder, lowest, sums, rests, counts)
        conclude(sums, rests, all_rests, tails, counts, cells, length, state, typed_pointer(args[4], numba.types.intp))

    return of_row


def _adding_lanes(linked, weighs):
    """Return the function that adds the exponentials of as many elements as there are lanes."""
    element, add = linked.element, adding(linked, weighs)

    # By way of an array of its own, or LLVM would have to test whether weights overwrite elements still to be read.
    @jit
    def add_lanes(x, w, peak, shift, rounder, lowest, sums, rests, counts):
        elements, weights = stack_buffer(element, LANES), stack_buffer(element, LANES)
        for lane in range(LANES):
            elements[lane] = x[lane]
        for lane in range(LANES):
            interleave(VECTORS)
            weights[lane] = add(elements[lane], peak, shift, rounder, lowest, sums, rests, counts, lane)
        if weighs:
            for lane in range(LANES):
                w[lane] = weights[lane]

    return add_lanes


def _tile_stage(linked, width, weighs):
    """Return the stage for sixteen rows in the columns of a tile, each of which has lanes of its own."""
    element, size, frame = linked.element, linked.dtype.itemsize, linked.frame
    cells, group = LANES * width, COLUMNS * width
    add = adding(linked, weighs)
    begin, join_chains = beginning(linked, weighs), joining_chains(linked)
    conclude = concluding_any(linked, width, weighs)

    def of_tile(args, dims, steps, data):
        state = typed_pointer(data, element)
        length = dims[0]
        sums = typed_pointer(args[5], element)
        rests, counts = advance(sums, cells * size), advance(sums, 2 * cells * size)
        all_rests, tails = advance(sums, 3 * cells * size), advance(sums, 4 * cells * size)
        peaks, weights = stack_buffer(element, COLUMNS), stack_buffer(element, COLUMNS)
        shift, rounder = stack_buffer(element, COLUMNS), stack_buffer(element, COLUMNS)
        lowest = stack_buffer(element, COLUMNS)
        used = (min(length, LANES) + COLUMNS - 1) // COLUMNS * group
        chained = begin(sums, rests, all_rests, tails, counts, used, length)
        for j in range(COLUMNS):
            interleave(1)
            peaks[j] = state[PEAK * width + j]
            shift[j], rounder[j], lowest[j] = frame(peaks[j])
        columns = opaque_count(COLUMNS)
        source, target, onward, results = args[0], args[1], args[2], args[3]
        step, onward_step, results_step = steps[0], steps[2], steps[3]
        for i in range(length):
            x = typed_pointer(advance(source, i * step), element)
            prefetch(advance(onward, i * onward_step), 0)
            prefetch(advance(results, i * results_step), 1)
            lane = i % LANES * COLUMNS * size
            lane_sums = typed_pointer(advance(sums, lane), element)
            lane_rests = typed_pointer(advance(rests, lane), element)
            lane_counts = typed_pointer(advance(counts, lane), element)
            for j in range(columns):
                independent_elements(1)
                weights[j] = add(x[j], peaks[j], shift[j], rounder[j], lowest[j], lane_sums, lane_rests, lane_counts, j)
            if weighs:
                w = typed_pointer(advance(target, i * COLUMNS * size), element)
                for j in range(COLUMNS):
                    w[j] = weights[j]
            if chained and (i + 1) % SHORT_ROW == 0:
                join_chains(rests, all_rests, tails, used)
        conclude(sums, rests, all_rests, tails, counts, used, length, state, typed_pointer(args[4], numba.types.intp))

    return of_tile
