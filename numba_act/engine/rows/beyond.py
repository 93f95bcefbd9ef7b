"""The stages for a row that holds NaN, or whose peak is infinite or huge."""

import numba
import numpy as np

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.pointers import advance, typed_pointer
from numba_act.engine.rows.loop_data import FIELDS
from numba_act.engine.rows.state import COUNT, FIRST, PEAK
from numba_act.kernels.elementary import exponential


def _giving_nan(linked):
    """Return the function that makes NaN the result of rows that have one, and their peak an inf that is met once."""
    real = linked.dtype.type

    @jit
    def give_nan(state, flag):
        state[FIRST], state[PEAK], state[COUNT] = real(np.nan), real(np.inf), real(1)
        flag[0] = 1

    return give_nan


def settle_stage(linked):
    """Find the peak of a row from the states of its blocks; args: a flag that is set where it is -inf; dims: blocks.

    The results of such a row are NaN, as if it held one.
    """
    element, real, give_nan = linked.element, linked.dtype.type, _giving_nan(linked)
    size = linked.dtype.itemsize

    def settle(args, dims, steps, data):
        state = typed_pointer(data, element)
        peak = state[PEAK]
        for block in range(1, dims[0]):
            part = typed_pointer(advance(data, block * FIELDS * size), element)[PEAK]
            peak = max(peak, part)
        state[PEAK], state[FIRST], state[COUNT] = peak, peak, real(0)
        if peak == real(-np.inf):
            give_nan(state, typed_pointer(args[0], numba.types.intp))

    return settle


def count_stage(linked):
    """Count how often a row's peak is in a block, and look for NaN.

    args: elements, a flag that is set where there is one.
    """
    element, real, is_nan = linked.element, linked.dtype.type, linked.link(exponential.is_nan)
    give_nan = _giving_nan(linked)

    def count(args, dims, steps, data):
        state, x = typed_pointer(data, element), typed_pointer(args[0], element)
        peak, found, nan = state[PEAK], 0, False
        for i in range(dims[0]):
            found += 1 if x[i] == peak else 0
            nan |= is_nan(x[i])
        state[COUNT] += real(found)
        if nan:
            give_nan(state, typed_pointer(args[1], numba.types.intp))

    return count


def beyond_stage(linked, beyond):
    """Compute the results of a block whose row's peak is beyond all bounds; args: elements, results."""
    element = linked.element
    beyond = linked.link(beyond)

    def results(args, dims, steps, data):
        state = typed_pointer(data, element)
        x, out = typed_pointer(args[0], element), typed_pointer(args[1], element)
        for i in range(dims[0]):
            out[i] = beyond(x[i], state[PEAK], state[COUNT])

    return results
