"""The stages of a row function that turn the sums of all blocks into results."""

import numba
import numpy as np

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.interleave import VECTORS, interleave, opaque_count
from numba_act.engine.compiler.pointers import address, advance, stack_buffer, typed_pointer
from numba_act.engine.rows.loop_data import COLUMNS, FIELDS
from numba_act.engine.rows.state import COUNT, FIRST, HIGH, LOW, PEAK, SECOND, THIRD, VISIBLE


def finish_stage(linked, width, summary, weighs):
    """Turn the states of all blocks, at ``data``, into what the last stage needs.

    args: a flag that is set where all that is visible of a row is -inf; dims: blocks.
    """
    element, real, two_sum = linked.element, linked.dtype.type, linked.two_sum
    joined, rescaling, scaled = linked.joined, linked.rescaling, linked.scaled
    summary = linked.link(summary)
    size = linked.dtype.itemsize
    state_size = FIELDS * width * size
    minus_infinity = real(-np.inf)

    @jit
    def store(state, j, a, b, c):
        state[FIRST * width + j], state[SECOND * width + j], state[THIRD * width + j] = a, b, c

    @jit
    def join(blocks, j, data, flag):
        first = typed_pointer(data, element)
        peak, visible = first[PEAK * width + j], first[VISIBLE * width + j]
        for block in range(1, blocks):
            state = typed_pointer(advance(data, block * state_size), element)
            part = state[PEAK * width + j]
            peak = max(peak, part)
            visible = max(visible, state[VISIBLE * width + j])
        high, low, count = real(0), real(0), real(0)
        for block in range(blocks):
            state = typed_pointer(advance(data, block * state_size), element)
            part = state[PEAK * width + j]
            power, growth = rescaling(part, peak)
            more, tail, peaks = joined(
                state[HIGH * width + j], state[LOW * width + j], state[COUNT * width + j], part, peak, power, growth
            )
            high, rounding = two_sum(high, more)
            low += rounding + tail
            count += peaks
        a, b, c = summary(peak, high, low, count, visible)
        flag[0] |= peak == minus_infinity and visible != real(0)
        for block in range(blocks):
            state = typed_pointer(advance(data, block * state_size), element)
            if weighs:
                power, growth = rescaling(state[PEAK * width + j], peak)
                inverse, correction = scaled(a, b, growth)
                store(state, j, inverse, correction, power)
            else:
                store(state, j, a, b, c)

    def finish(args, dims, steps, data):
        flag = typed_pointer(args[0], numba.types.intp)
        if dims[0] > 1:
            for j in range(width):
                join(dims[0], j, data, flag)
        else:
            state = typed_pointer(data, element)
            nothing = False
            for j in range(opaque_count(width)):
                interleave(1)
                nothing |= state[PEAK * width + j] == minus_infinity and state[VISIBLE * width + j] != real(0)
                a, b, c = summary(
                    state[PEAK * width + j],
                    state[HIGH * width + j],
                    state[LOW * width + j],
                    state[COUNT * width + j],
                    state[VISIBLE * width + j],
                )
                store(state, j, a, b, c)
            flag[0] |= nothing

    return finish


def element_stage(linked, width, kernel):
    """Compute the results of a block; args: elements or weights, results."""
    element = linked.element
    kernel = linked.link(kernel)

    def of_row(args, dims, steps, data):
        state = typed_pointer(data, element)
        a, b, c = state[FIRST], state[SECOND], state[THIRD]
        x, out = typed_pointer(args[0], element), typed_pointer(args[1], element)
        if address(x) == address(out):
            for i in range(dims[0]):
                interleave(VECTORS)
                x[i] = kernel(x[i], a, b, c)
        else:
            for i in range(dims[0]):
                interleave(VECTORS)
                out[i] = kernel(x[i], a, b, c)

    def of_tile(args, dims, steps, data):
        state = typed_pointer(data, element)
        results = stack_buffer(element, COLUMNS)
        a, b, c = stack_buffer(element, COLUMNS), stack_buffer(element, COLUMNS), stack_buffer(element, COLUMNS)
        for j in range(COLUMNS):
            a[j], b[j], c[j] = state[FIRST * width + j], state[SECOND * width + j], state[THIRD * width + j]
        columns = opaque_count(COLUMNS)
        source, target, step, target_step = args[0], args[1], steps[0], steps[1]
        for i in range(dims[0]):
            x = typed_pointer(advance(source, i * step), element)
            for j in range(columns):
                interleave(1)
                results[j] = kernel(x[j], a[j], b[j], c[j])
            out = typed_pointer(advance(target, i * target_step), element)
            for j in range(COLUMNS):
                out[j] = results[j]

    return of_row if width == 1 else of_tile


def result_stage(linked, width, kernel):
    """Compute the one result of each row, into args[1]."""
    element = linked.element
    kernel = linked.link(kernel)

    def results(args, dims, steps, data):
        state, out = typed_pointer(data, element), typed_pointer(args[1], element)
        for j in range(width):
            out[j] = kernel(state[FIRST * width + j], state[SECOND * width + j], state[THIRD * width + j])

    return results
