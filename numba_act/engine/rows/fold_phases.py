"""The two phases of a row that is folded: blocks into their states, and the results of blocks.

They stand where those of ``unit.py`` stand for exponential sums. All inputs of a block are brought side by side, if
they do not lie so, to tiles of their own. Nothing is masked, and no row is special.
"""

from numba.types import intp, voidptr

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.pointers import address, call_loop, from_address, stack_buffer
from numba_act.engine.compiler.records import record_at
from numba_act.engine.rows.loop_data import BLOCK, RowScratch
from numba_act.engine.rows.records import UNIT
from numba_act.engine.rows.unit import (
    CELLS,
    data_of,
    done_with,
    length_of,
    read_block,
    scratch_for,
    stages_of,
    state_of,
    tile_of,
    weights_of,
    write_block,
)

SECOND_TILE = RowScratch.second_tile.offset


@jit
def read_second_block(unit, block, scratch, args, dims, steps):
    """Return where the elements of the second input are, after copying them where necessary."""
    start = block * BLOCK
    place = from_address(unit.second + start * unit.second_step, voidptr)
    if unit.reads_second:
        return place
    tile = from_address(scratch + SECOND_TILE if unit.width == 1 else unit.second_buffer, voidptr)
    args[0], args[1] = place, tile
    dims[0], dims[1], dims[2] = length_of(unit, block), unit.rows, start
    steps[0], steps[1] = unit.second_step, unit.second_next
    call_loop(stages_of(unit).load, args, dims, steps, tile)
    return tile


@jit
def read_inputs(unit, block, scratch, args, dims, steps):
    """Bring the inputs of a block side by side, and return how many there are; args: where they are."""
    source, _ = read_block(unit, block, tile_of(unit, scratch), args, dims, steps)
    inputs = 1
    if data_of(unit).second:
        args[1] = read_second_block(unit, block, scratch, args, dims, steps)
        inputs = 2
    args[0] = source
    return inputs


def fold_blocks(args, dims, steps, data):
    """Compute the states of ``dims[0]`` blocks from number args[0] on, of the unit that args[1] points to."""
    unit = record_at(args[1], UNIT)
    scratch = scratch_for(unit)
    if scratch == 0:
        return
    new_args, new_dims, new_steps = stack_buffer(voidptr, 5), stack_buffer(intp, 3), stack_buffer(intp, 4)
    for block in range(address(args[0]), address(args[0]) + dims[0]):
        inputs = read_inputs(unit, block, scratch, new_args, new_dims, new_steps)
        new_args[inputs] = from_address(scratch + CELLS, voidptr)
        new_dims[0], new_dims[1] = length_of(unit, block), unit.rows
        call_loop(stages_of(unit).sums, new_args, new_dims, new_steps, state_of(unit, block))
    done_with(unit, scratch)


def emit_folded_blocks(args, dims, steps, data):
    """Compute the results of the same blocks."""
    unit = record_at(args[1], UNIT)
    scratch = scratch_for(unit)
    if scratch == 0:
        return
    new_args, new_dims, new_steps = stack_buffer(voidptr, 5), stack_buffer(intp, 3), stack_buffer(intp, 4)
    for block in range(address(args[0]), address(args[0]) + dims[0]):
        inputs = read_inputs(unit, block, scratch, new_args, new_dims, new_steps)
        start, length = block * BLOCK, length_of(unit, block)
        results = weights_of(unit, block, scratch)
        if unit.writes:
            results = from_address(unit.out + start * unit.out_step, voidptr)
        new_args[inputs], new_dims[0], new_dims[1] = results, length, unit.rows
        call_loop(stages_of(unit).element, new_args, new_dims, new_steps, state_of(unit, block))
        if not unit.writes:
            write_block(unit, start, length, results, new_args, new_dims, new_steps)
    done_with(unit, scratch)
