"""The loops of one row function: which stages they call, what they are told, and the dtypes they are for."""

import ctypes
import functools

import numpy as np

from numba_act.engine.compiler.build import loop_addresses
from numba_act.engine.compiler.link import call_graph
from numba_act.engine.compiler.memory import immortal, new_record
from numba_act.engine.rows.loop_data import BLOCK, COLUMNS, LONG, RowLoopData, Stages
from numba_act.engine.threads.cost import cost_of_rows
from numba_act.engine.threads.start import dividing_loop, new_loop_data
from numba_act.kernels.elementary.row_reductions import Fold
from numba_act.language.dtypes import computed_in

# Operands besides x and the result: a factor, whether an element counts, and how many from the first on may count.
MASKS = "(n),(),(n),()"

_ROWS = "numba_act.engine.rows"


def row_loops(declaration, target, masked=False):
    """Return the loops of a row function, their data and the dtypes of their operands, one each for every dtype.

    Parameters
    ----------
    declaration : Declaration
    target : {"cpu", "parallel", "automatic"}
    masked : bool
        Whether there are the operands of `MASKS`, or just x.
    """
    loops, data, dtypes = [], [], []
    for dtype in declaration.loop_dtypes:
        real = computed_in(dtype)
        operands = [dtype] * (len(declaration.inputs) + 1)
        if masked:
            operands[1:1] = [real, np.dtype(np.bool), np.dtype(np.intp)]
        loop_data = _loop_data(declaration, target, dtype, operands, masked)
        data.append(loop_data)
        loops.append(loop_data.loop if target == "cpu" else dividing_loop())
        dtypes.append(operands)
    return loops, data, dtypes


def _loop_data(declaration, target, dtype, operands, masked):
    real = computed_in(dtype)
    of_kind = _of_fold if isinstance(declaration.reduction, Fold) else _of_exponential_sum
    row_loop, gather, emit = _driver(of_kind)
    found = new_loop_data(
        RowLoopData,
        target=target,
        **_divided_by_rows(row_loop, len(operands)),
        item_size=dtype.itemsize,
        element_size=real.itemsize,
        masked=masked,
        reduces=declaration.reduces,
        second=len(declaration.inputs) > 1,
        weighs=declaration.reduction.weighs,
        gather=gather,
        emit=emit,
        divided_gather=gather,
        divided_emit=emit,
        **of_kind(declaration, real, dtype),
    )
    if target == "cpu":
        return found
    phases = [new_loop_data(target=target, **_divided_by_rows(phase, 2)) for phase in (gather, emit)]
    found.divided_gather = found.divided_emit = dividing_loop()
    found.gather_data, found.emit_data = map(ctypes.addressof, phases)
    for each in (found, *phases):
        each.cost = _cost(declaration, dtype, found, operands, masked)
    return found


def _divided_by_rows(loop, operands):
    """Return what the threads have to know of a loop of two dimensions."""
    common = {"dimensions": 2, "grain": COLUMNS, "longest": LONG}
    return {"loop": loop, "part": loop, "operands": operands, "inputs": operands - 1, "arrays": operands - 1} | common


_known_costs = {}


def _cost(declaration, dtype, loop_data, operands, masked):
    """Return the picoseconds of an element, measured once; of what is masked, those of what is not."""
    key = declaration, dtype
    if key not in _known_costs:
        if masked:
            operands = [dtype, dtype]
            loop_data = _loop_data(declaration, "cpu", dtype, operands, masked=False)
        _known_costs[key] = cost_of_rows(loop_data, operands, declaration.reduces)
    return _known_costs[key]


def _address_of(array):
    return immortal(array).ctypes.data


def _masked_results(declaration, real):
    """Return a block of what masked elements give, which is what -inf gives beside inf."""
    nothing = declaration.reduction.beyond(real.type(-np.inf), real.type(np.inf), real.type(1))
    return np.full(BLOCK, nothing, real)


@functools.cache
def _driver(of_kind):
    """Return the addresses of the loop of all row functions and of the phases of a kind."""

    def loops():
        from numba_act.engine.rows.loop import row_loop

        return [row_loop]

    def phases():
        if of_kind is _of_fold:
            from numba_act.engine.rows.fold_phases import emit_folded_blocks, fold_blocks

            return [fold_blocks, emit_folded_blocks]
        from numba_act.engine.rows.unit import emit_blocks, gather_blocks

        return [gather_blocks, emit_blocks]

    module = "fold_phases" if of_kind is _of_fold else "unit"
    return [
        *loop_addresses("row_loop", loops, modules=[f"{_ROWS}.loop"]),
        *loop_addresses(f"row_{module}", phases, modules=[f"{_ROWS}.{module}"]),
    ]


def _of_exponential_sum(declaration, real, dtype):
    """Return what the loop has to know of an exponential sum."""
    settle, count, *sums = _sum_stages(real, declaration.reduction.weighs)
    beyond, *results = _result_stages(declaration, real)
    of_row, of_tile = (
        _stages(dtype, real, width, peak=peak, sums=add_up, finish=finish, element=element, mask=mask)
        for width, (peak, add_up, mask), (finish, element) in (
            (0, sums[0::2], results[0::2]),
            (1, sums[1::2], results[1::2]),
        )
    )
    return {
        "one": int(real.type(1).view(f"i{real.itemsize}")),
        # NaN, whether it is read as what it is computed in, from a buffer, or as a half.
        "nan": _address_of(np.full(1, -1, f"i{real.itemsize}")),
        "masked_results": _address_of(_masked_results(declaration, real)),
        "settle": settle,
        "count": count,
        "beyond": beyond,
        "of_row": of_row,
        "of_tile": of_tile,
    }


def _of_fold(declaration, real, dtype):
    """Return what the loop has to know of a fold."""
    stages = _fold_stages(declaration, real)
    of_row, of_tile = (
        _stages(dtype, real, width, sums=fold, finish=finish, element=element)
        for width, (fold, finish, element) in ((0, stages[0::2]), (1, stages[1::2]))
    )
    # A row of no elements has the result of a start that nothing was added to.
    return {"masked_results": _address_of(_results_of_nothing(declaration, real)), "of_row": of_row, "of_tile": of_tile}


def _results_of_nothing(declaration, real):
    nothing = [np.zeros(0, real)] * len(declaration.inputs)
    with np.errstate(all="ignore"):
        return np.full(1, declaration(*nothing) if declaration.reduces else 0, real)


def _stages(dtype, real, width, **stages):
    """Return the address of the stages for one width: 0 is a row, 1 sixteen."""
    load, store = _tile_loops(dtype)[width::2]
    load_buffered, store_buffered = _tile_loops(real)[width::2]
    found = new_record(
        Stages, load=load, store=store, load_buffered=load_buffered, store_buffered=store_buffered, **stages
    )
    return ctypes.addressof(found)


@functools.cache
def _tile_loops(dtype):
    def loops():
        from numba_act.engine.rows.tiles import load_loop, store_loop

        return [make(dtype, width) for make in (load_loop, store_loop) for width in (1, COLUMNS)]

    return loop_addresses(f"row_tiles_{dtype.name}", loops, modules=[f"{_ROWS}.tiles"], options=(dtype.name,))


@functools.cache
def _sum_stages(real, weighs):
    def loops():
        from numba_act.engine.rows.beyond import count_stage, settle_stage
        from numba_act.engine.rows.mask import mask_stage
        from numba_act.engine.rows.peak import peak_stage
        from numba_act.engine.rows.state import Linked
        from numba_act.engine.rows.sum import sums_stage

        linked = Linked(real)
        yield settle_stage(linked)
        yield count_stage(linked)
        for width in (1, COLUMNS):
            yield peak_stage(linked, width)
        for width in (1, COLUMNS):
            yield sums_stage(linked, width, weighs)
        for width in (1, COLUMNS):
            yield mask_stage(linked, width)

    modules = [f"{_ROWS}.{name}" for name in ("beyond", "mask", "peak", "state", "sum")]
    return loop_addresses(f"row_sums_{real}_{weighs}", loops, modules=modules, options=(str(real), weighs))


@functools.cache
def _result_stages(declaration, real):
    summary, beyond, weighs = declaration.reduction

    def loops():
        from numba_act.engine.rows.beyond import beyond_stage
        from numba_act.engine.rows.results import element_stage, finish_stage, result_stage
        from numba_act.engine.rows.state import Linked

        linked = Linked(real)
        yield beyond_stage(linked, beyond)
        for width in (1, COLUMNS):
            yield finish_stage(linked, width, summary, weighs)
        last_stage = result_stage if declaration.reduces else element_stage
        for width in (1, COLUMNS):
            yield last_stage(linked, width, declaration.kernel)

    return loop_addresses(
        f"{declaration.name}_{real}",
        loops,
        graphs=[call_graph(function, real) for function in (declaration.kernel, summary, beyond)],
        modules=[f"{_ROWS}.{name}" for name in ("beyond", "results", "state")],
        options=(str(real), weighs, declaration.reduces),
    )


@functools.cache
def _fold_stages(declaration, real):
    """Return the addresses of the stages of a fold, each for a row and for sixteen."""
    fold = declaration.reduction

    def loops():
        from numba_act.engine.rows.fold import FoldStages

        stages = FoldStages(declaration, real)
        for stage in (stages.fold_stage, stages.finish_stage, stages.result_stage):
            for width in (1, COLUMNS):
                yield stage(width)

    return loop_addresses(
        f"{declaration.name}_{real}",
        loops,
        graphs=[call_graph(each, real) for each in (declaration.kernel, fold.step, fold.merge, fold.summary)],
        modules=[f"{_ROWS}.fold"],
        options=(str(real), fold.start, declaration.signature),
    )
