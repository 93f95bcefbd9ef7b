"""What is computed together of a row function, a row or sixteen side by side, from its elements to its results.

The blocks of a unit pass through the stages, which are called through the addresses in the loop's data.
"""

from numba.types import intp, voidptr

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.pointers import (
    address,
    advance,
    call_loop,
    clear_flags,
    from_address,
    stack_buffer,
    untyped_pointer,
)
from numba_act.engine.compiler.records import record_at
from numba_act.engine.rows.loop_data import BLOCK, COLUMNS, FIELDS, LANES, LONG, RowScratch
from numba_act.engine.rows.records import ROW_LOOP_DATA, STAGES, UNIT
from numba_act.engine.rows.state import ALL_FLAGS, FIRST
from numba_act.engine.threads.records import THREAD_POOL
from numba_act.engine.threads.scratch import give_back, taken

TILE, RESULTS, CELLS = RowScratch.tile.offset, RowScratch.results.offset, RowScratch.cells.offset


@jit
def data_of(unit):
    """Return what the loop was passed as its data."""
    return record_at(unit.data, ROW_LOOP_DATA)


@jit
def pool_of(unit):
    """Return the record of the threads."""
    return record_at(data_of(unit).pool, THREAD_POOL)


@jit
def divides(unit):
    """Return whether the phases of a unit may be divided among threads."""
    return unit.width == 1 and unit.length > LONG


@jit
def scratch_for(unit):
    """Return the address of what this thread may work in, or 0: in a divided phase it takes its own."""
    return taken(pool_of(unit)) if divides(unit) else unit.scratch


@jit
def done_with(unit, scratch):
    """Give back what `scratch_for` returned."""
    if divides(unit):
        give_back(scratch)


@jit
def pitch_of(unit):
    """Return the bytes from one line of a tile to the next."""
    return unit.width * data_of(unit).element_size


@jit
def state_of(unit, block):
    """Return the address of the state of a block."""
    return from_address(unit.states + block * FIELDS * pitch_of(unit), voidptr)


@jit
def stages_of(unit):
    """Return the stages for units of this width."""
    return record_at(data_of(unit).of_tile if unit.width == COLUMNS else data_of(unit).of_row, STAGES)


@jit
def blocks_of(unit):
    """Return the number of a unit's blocks."""
    return (unit.length + BLOCK - 1) // BLOCK


@jit
def length_of(unit, block):
    """Return the length of a block: all but the last are whole."""
    return min(BLOCK, unit.length - block * BLOCK)


@jit
def tile_of(unit, scratch):
    """Return the tile of a unit: that of a single row is this thread's own, for threads may share the unit."""
    return from_address(scratch + TILE if unit.width == 1 else unit.buffer, voidptr)


@jit
def weights_of(unit, block, scratch):
    """Return where the weights of a block are, or some other array of a block."""
    if unit.keeps:
        return from_address(unit.weights + block * BLOCK * pitch_of(unit), voidptr)
    return from_address(scratch + RESULTS if unit.width == 1 else unit.weights, voidptr)


@jit
def read_block(unit, block, tile, args, dims, steps):
    """Return where the elements of a block are and how far apart, after copying and masking them where necessary."""
    start = block * BLOCK
    x = from_address(unit.x + start * unit.x_step, voidptr)
    if unit.reads:
        return x, unit.x_step
    args[0], args[1] = x, tile
    dims[0], dims[1], dims[2] = length_of(unit, block), unit.rows, start
    steps[0], steps[1] = unit.x_step, unit.x_next
    stages = stages_of(unit)
    call_loop(stages.load_buffered if unit.buffered else stages.load, args, dims, steps, tile)
    if unit.masks:
        args[0], args[1] = tile, from_address(unit.allowed + start * unit.allowed_step, voidptr)
        args[2], args[3] = from_address(unit.scale, voidptr), from_address(unit.limit, voidptr)
        steps[0], steps[1] = unit.allowed_step, unit.allowed_next
        steps[2], steps[3] = unit.scale_next, unit.limit_next
        call_loop(stages_of(unit).mask, args, dims, steps, state_of(unit, block))
        clear_flags(ALL_FLAGS)  # of products that overflow
    return tile, pitch_of(unit)


@jit
def write_block(unit, start, length, results, args, dims, steps):
    """Copy results from a buffer to where they belong."""
    args[0], args[1] = results, from_address(unit.out + start * unit.out_step, voidptr)
    dims[0], dims[1] = length, unit.rows
    steps[0], steps[1] = unit.out_step, unit.out_next
    buffered = unit.buffered and not data_of(unit).reduces
    stages = stages_of(unit)
    call_loop(stages.store_buffered if buffered else stages.store, args, dims, steps, results)


# What is needed next is fetched meanwhile: the elements of the next unit, and the place of this one's results.
@jit
def sum_block(unit, block, source, step, weights, flag, scratch, args, dims, steps):
    """Compute the sums of a block, and its weights."""
    start = block * BLOCK
    args[0], args[1], args[4] = source, weights, untyped_pointer(flag)
    args[5] = from_address(scratch + CELLS, voidptr)
    args[2] = from_address(unit.read_ahead + start * unit.read_ahead_step, voidptr)
    args[3] = from_address(unit.write_ahead + start * unit.write_ahead_step, voidptr)
    dims[0] = length_of(unit, block)
    steps[0], steps[2], steps[3] = step, unit.read_ahead_step, unit.write_ahead_step
    if unit.width == 1 and start + BLOCK < unit.length:
        args[2] = from_address(address(source) + BLOCK * step, voidptr)
    call_loop(stages_of(unit).sums, args, dims, steps, state_of(unit, block))


# The phases have the signature of loops, so that they can be divided among threads like any other: a pointer that
# advances by one byte from block to block counts them.
def gather_blocks(args, dims, steps, data):
    """Compute the states of ``dims[0]`` blocks from number args[0] on, of the unit that args[1] points to."""
    unit = record_at(args[1], UNIT)
    scratch = scratch_for(unit)
    if scratch == 0:
        return
    new_args, new_dims, new_steps = stack_buffer(voidptr, 6), stack_buffer(intp, 3), stack_buffer(intp, 4)
    flag = stack_buffer(intp, 1)
    flag[0] = 0
    for block in range(address(args[0]), address(args[0]) + dims[0]):
        source, step = read_block(unit, block, tile_of(unit, scratch), new_args, new_dims, new_steps)
        new_args[0], new_args[1] = source, untyped_pointer(flag)
        new_dims[0], new_steps[0], new_steps[1] = length_of(unit, block), step, 1 - unit.masks
        call_loop(stages_of(unit).peak, new_args, new_dims, new_steps, state_of(unit, block))
        if flag[0] == 0:
            weights = weights_of(unit, block, scratch)
            sum_block(unit, block, source, step, weights, flag, scratch, new_args, new_dims, new_steps)
    done_with(unit, scratch)
    if flag[0] != 0:
        clear_flags(ALL_FLAGS)
        unit.special = 1


def emit_blocks(args, dims, steps, data):
    """Compute the results of the same blocks."""
    unit = record_at(args[1], UNIT)
    weighs = data_of(unit).weighs
    scratch = scratch_for(unit)
    if scratch == 0:
        return
    new_args, new_dims, new_steps = stack_buffer(voidptr, 6), stack_buffer(intp, 3), stack_buffer(intp, 4)
    flag = stack_buffer(intp, 1)
    for block in range(address(args[0]), address(args[0]) + dims[0]):
        weights = weights_of(unit, block, scratch)
        source, step = weights, pitch_of(unit)
        if not (weighs and unit.keeps):
            source, step = read_block(unit, block, tile_of(unit, scratch), new_args, new_dims, new_steps)
            if weighs:
                sum_block(unit, block, source, step, weights, flag, scratch, new_args, new_dims, new_steps)
                source, step = weights, pitch_of(unit)
        start, length = block * BLOCK, length_of(unit, block)
        results, results_step = weights, pitch_of(unit)
        if unit.writes:
            results, results_step = from_address(unit.out + start * unit.out_step, voidptr), unit.out_step
        new_args[0], new_args[1] = source, results
        new_dims[0] = length
        new_steps[0], new_steps[1] = step, results_step
        call_loop(stages_of(unit).element, new_args, new_dims, new_steps, state_of(unit, block))
        if not unit.writes:
            write_block(unit, start, length, results, new_args, new_dims, new_steps)
    done_with(unit, scratch)


@jit
def reduce_unit(unit, stage, value, args, dims, steps):
    """Compute the one result of each row by a stage, from their states or from the value of a single one."""
    buffer = stack_buffer(intp, LANES)
    results = untyped_pointer(buffer)
    args[0], args[1] = value, results
    dims[0], dims[1] = 1, unit.rows
    call_loop(stage, args, dims, steps, state_of(unit, 0))
    write_block(unit, 0, 1, results, args, dims, steps)


@jit
def run_beyond(unit, args, dims, steps):
    """Compute a single row that holds NaN, or whose peak is infinite or huge."""
    loop_data, blocks = data_of(unit), blocks_of(unit)
    tile, results = from_address(unit.scratch + TILE, voidptr), from_address(unit.scratch + RESULTS, voidptr)
    flag = stack_buffer(intp, 1)
    flag[0] = 0
    dims[0] = blocks
    args[0] = untyped_pointer(flag)
    call_loop(loop_data.settle, args, dims, steps, state_of(unit, 0))
    for block in range(blocks):
        if flag[0] == 0:
            source, _ = read_block(unit, block, tile, args, dims, steps)
            args[0], args[1], dims[0] = source, untyped_pointer(flag), length_of(unit, block)
            call_loop(loop_data.count, args, dims, steps, state_of(unit, 0))
    if loop_data.reduces:
        value = advance(state_of(unit, 0), FIRST * loop_data.element_size)
        reduce_unit(unit, loop_data.beyond, value, args, dims, steps)
        clear_flags(ALL_FLAGS)
        return
    if flag[0] != 0:
        # All that is not masked becomes NaN.
        unit.x, unit.x_step, unit.reads = loop_data.nan, 0, 0
    for block in range(blocks):
        source, _ = read_block(unit, block, tile, args, dims, steps)
        args[0], args[1], dims[0] = source, results, length_of(unit, block)
        call_loop(loop_data.beyond, args, dims, steps, state_of(unit, 0))
        write_block(unit, block * BLOCK, length_of(unit, block), results, args, dims, steps)
    clear_flags(ALL_FLAGS)


@jit
def run_phase(unit, phase, divided, data_of_divided, args, dims, steps):
    """Run a phase over all blocks of a unit; ``divided`` is the loop for the same on several threads."""
    args[0], args[1] = from_address(0, voidptr), untyped_pointer(unit)
    dims[0], dims[1] = blocks_of(unit), BLOCK
    steps[0], steps[1] = 1, 0
    if divides(unit):
        call_loop(divided, args, dims, steps, from_address(data_of_divided, voidptr))
    else:
        call_loop(phase, args, dims, steps, from_address(unit.data, voidptr))


@jit
def run_unit(unit, args, dims, steps):
    """Compute a unit; return whether one of its rows needs to be computed by itself."""
    loop_data = data_of(unit)
    unit.special = 0
    run_phase(unit, loop_data.gather, loop_data.divided_gather, loop_data.gather_data, args, dims, steps)
    if unit.special:
        return True
    flag = stack_buffer(intp, 1)
    flag[0] = 0
    args[0] = untyped_pointer(flag)
    dims[0], dims[1] = blocks_of(unit), unit.rows
    call_loop(stages_of(unit).finish, args, dims, steps, state_of(unit, 0))
    # What is masked is not NaN even where all the rest, which is -inf, gives NaN.
    if flag[0] and unit.masks and not loop_data.reduces:
        return True
    if loop_data.reduces:
        reduce_unit(unit, stages_of(unit).element, state_of(unit, 0), args, dims, steps)
    else:
        run_phase(unit, loop_data.emit, loop_data.divided_emit, loop_data.emit_data, args, dims, steps)
    return False
