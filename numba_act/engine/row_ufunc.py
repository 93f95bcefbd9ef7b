"""The loops of one row function: which stages they call, and how the gufunc is put together."""

import functools

import numpy as np

from numba_act.engine.compile import addresses, compile_loops
from numba_act.engine.cost import costs
from numba_act.engine.declare import computed_in
from numba_act.engine.pool import immortal
from numba_act.engine.registry import digest_of_kernels
from numba_act.engine.row_policy import BLOCK, COLUMNS
from numba_act.engine.threads import dividing_loop, policy

# Operands besides x and the result: a factor, whether an element counts, and how many from the first on may count.
MASKS = "(n),(),(n),()"


def row_loops(declaration, target, masked=False):
    """Return the loops of a row function, their data and the dtypes of their operands, one each for every dtype.

    Parameters
    ----------
    declaration : Declaration
    target : {"cpu", "parallel", "automatic"}
    masked : bool
        Whether there are the operands of `MASKS`, or just x.
    """
    row_loop, gather, emit = _driver()
    loops, data, dtypes = [], [], []
    for dtype in declaration.loop_dtypes:
        real = computed_in(dtype)
        operands = [dtype, real, np.dtype(np.bool), np.dtype(np.intp), dtype] if masked else [dtype, dtype]
        cost = 0 if target == "cpu" else costs(row_loops, declaration)[dtype]
        more = (
            int(masked),
            int(declaration.reduces),
            int(declaration.weighs),
            real.itemsize,
            int(real.type(1).view(f"i{real.itemsize}")),
            # NaN, whether it is read as what it is computed in, from a buffer, or as a half.
            _address_of(np.full(1, -1, f"i{real.itemsize}")),
            _address_of(_hidden(declaration, real)),
            gather,
            emit,
            *_phase(gather, target, cost),
            *_phase(emit, target, cost),
            *_stages(declaration, real, dtype),
        )
        data.append(policy(row_loop, len(operands) - 1, 2, dtype.itemsize, target, *more, cost=cost))
        loops.append(row_loop if target == "cpu" else dividing_loop())
        dtypes.append(operands)
    return loops, data, dtypes


def _phase(loop, target, cost):
    """Return what to call for a phase of a long row, and the data it is passed."""
    if target == "cpu":
        return loop, 0
    return dividing_loop(), policy(loop, 1, 2, 1, target, cost=cost)


def _address_of(array):
    return immortal(array).ctypes.data


def _hidden(declaration, real):
    """Return a block of what masked elements give, which is what -inf gives beside inf."""
    nothing = declaration.beyond(real.type(-np.inf), real.type(np.inf), real.type(1))
    return np.full(BLOCK, nothing, real)


@functools.cache
def _driver():
    """Return the addresses of the loop of all row functions and of its phases."""

    def loops():
        from numba_act.engine.row_loop import row_loop
        from numba_act.engine.row_unit import emit_blocks, gather_blocks

        return [row_loop, gather_blocks, emit_blocks]

    return _addresses("row_loop", ("row_loop",), loops)


def _stages(declaration, real, dtype):
    """Return the addresses of all stages, in the order of ``row_policy.py``."""
    settle, count, *sums = _sum_stages(real, declaration.weighs)
    beyond, *results = _result_stages(declaration, real)
    tiles, buffers = _tile_loops(dtype), _tile_loops(real)
    found = [settle, count, beyond]
    for width in (0, 1):
        peak, add_up, mask = sums[width::2]
        found += [*tiles[width::2], *buffers[width::2], peak, add_up, *results[width::2], mask]
    return found


@functools.cache
def _tile_loops(dtype):
    def loops():
        from numba_act.engine.row_tiles import load_loop, store_loop

        return [make(dtype, width) for make in (load_loop, store_loop) for width in (1, COLUMNS)]

    return _addresses(f"row_tiles_{dtype.name}", (dtype.name,), loops)


@functools.cache
def _sum_stages(real, weighs):
    def loops():
        from numba_act.engine.row_beyond import count_stage, settle_stage
        from numba_act.engine.row_mask import mask_stage
        from numba_act.engine.row_peak import peak_stage
        from numba_act.engine.row_state import Linked
        from numba_act.engine.row_sum import sums_stage

        linked = Linked(real)
        yield settle_stage(linked)
        yield count_stage(linked)
        for width in (1, COLUMNS):
            yield peak_stage(linked, width)
        for width in (1, COLUMNS):
            yield sums_stage(linked, width, weighs)
        for width in (1, COLUMNS):
            yield mask_stage(linked, width)

    from numba_act.kernels.elementary import exponential_sum

    decides = ((exponential_sum.term, exponential_sum.frame), str(real), weighs)
    return _addresses(f"row_sums_{real}_{weighs}", decides, loops)


def _result_stages(declaration, real):
    def loops():
        from numba_act.engine.row_beyond import beyond_stage
        from numba_act.engine.row_results import element_stage, finish_stage, result_stage
        from numba_act.engine.row_state import Linked

        linked = Linked(real)
        yield beyond_stage(linked, declaration.beyond)
        for width in (1, COLUMNS):
            yield finish_stage(linked, width, declaration.summary, declaration.weighs)
        last_stage = result_stage if declaration.reduces else element_stage
        for width in (1, COLUMNS):
            yield last_stage(linked, width, declaration.kernel)

    decides = ((declaration.kernel, declaration.summary, declaration.beyond), str(real), declaration.weighs)
    return _addresses(f"{declaration.name}_{real}", decides, loops)


def _addresses(name, decides, loops):
    """Return the addresses of loops, from the cache or compiled."""
    return addresses(name, (*decides, digest_of_kernels()), lambda: compile_loops(loops()))
