"""NumPy's inner loop of every row function: which elements go together, and when each stage of them is computed.

NumPy calls ``row_loop(args, dims, steps, data)`` with ``dims[0]`` rows of ``dims[1]`` elements; ``steps`` holds the
distance between rows and then, for each operand that has any, between their elements. Rows are taken one by one, or
sixteen side by side in the columns of a *tile*: those are neighbours in memory when the axis is not the last one, and
short rows, of which one would not fill the registers. What is computed together is a *unit* (``unit.py``).

The stages do the work, called through the addresses in the record that ``data`` points to, so this
is compiled once for all functions and dtypes. Elements are read where they are if they can be, else from a tile that
they are copied to a block at a time. Weights are kept, and scaled when the sum is known; those of rows too long for the
cache are computed again, which gives the same bits and takes less time than to fetch them. So no buffer grows with the
input.

Blocks depend on nothing but the length of a row, and so do the bits of every result. A row longer than `LONG` is
divided among threads by its blocks, others one from another.
"""

from numba.types import int32, int64, intp, uint8, voidptr

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.memory import CACHE_LINE
from numba_act.engine.compiler.pointers import (
    SIZE_TABLE,
    address,
    call_loop,
    from_address,
    stack_buffer,
    typed_pointer,
)
from numba_act.engine.compiler.records import record_at, stack_record
from numba_act.engine.compiler.usual_floats import use_floats, use_usual_floats
from numba_act.engine.rows.loop_data import BLOCK, COLUMNS, FIELDS, LANES, LONG, RowScratch
from numba_act.engine.rows.records import ROW_LOOP_DATA, STAGES, UNIT
from numba_act.engine.rows.unit import blocks_of, data_of, pool_of, run_beyond, run_unit, write_block
from numba_act.engine.threads.scratch import allocated, give_back, taken

# Rows of up to so many elements of four bytes, or of eight, are taken sixteen at a time, if there are a few: copying
# them to a tile and back costs less than starting them one by one. Those with a single result, which are not copied
# back, up to twice as many.
SHORT_SINGLE, SHORT_DOUBLE, FEW = 248, 120, 4

# The most bytes of weights that are kept: with the results they must fit the second-level cache.
KEPT = 1 << 19

# Bytes behind the elements of a buffer, for whole registers.
SLACK = 8 * LANES

WEIGHTS, BUFFER, SECOND_BUFFER = RowScratch.weights.offset, RowScratch.buffer.offset, RowScratch.second_buffer.offset
STATES, ROOM_SIZE, STATES_SIZE = RowScratch.states.offset, RowScratch.weights.size, RowScratch.states.size

# Of rows that are copied to a buffer: how many tiles at a time, and bytes of the buffer. Short rows do not come in
# lines that they share, and should stay in the first-level cache beside their weights: a buffer of 25 KiB made softmax
# of rows of 100 float32 take 1.2 times as long.
MOST_TILES, MOST_BUFFERED, MOST_NEAR = 4, 1 << 20, 1 << 14


@jit
def advance_unit(unit, rows):
    """Move a unit on by some rows."""
    unit.x += rows * unit.x_next
    unit.second += rows * unit.second_next
    unit.out += rows * unit.out_next
    unit.allowed += rows * unit.allowed_next
    unit.scale += rows * unit.scale_next
    unit.limit += rows * unit.limit_next


@jit
def run_rows(unit, rows, args, dims, steps):
    """Compute rows one after the other."""
    loop_data = data_of(unit)
    native = loop_data.item_size == loop_data.element_size
    size = loop_data.element_size
    whole = unit.length
    unit.width, unit.rows = 1, 1
    unit.reads = native and unit.x_step == size and not unit.masks
    unit.reads_second = native and unit.second_step == size
    unit.writes = native and unit.out_step == size
    unit.keeps = loop_data.weighs and whole * size <= KEPT
    unit.read_ahead_step, unit.write_ahead_step = size, size
    for row in range(rows):
        limit = whole
        if loop_data.masked:
            limit = min(max(from_address(unit.limit, SIZE_TABLE)[0], 0), whole)
        unit.length = limit
        # Of long rows the results are not written before the last block is read.
        unit.read_ahead = unit.x + (unit.x_next if row + 1 < rows else 0) - (limit - 1) // BLOCK * BLOCK * size
        unit.write_ahead = unit.out if unit.writes and limit <= LONG else unit.read_ahead
        x, x_step, reads = unit.x, unit.x_step, unit.reads
        if limit > 0 and run_unit(unit, args, dims, steps):
            run_beyond(unit, args, dims, steps)
            unit.x, unit.x_step, unit.reads = x, x_step, reads
        hidden = from_address(loop_data.masked_results, voidptr)
        if loop_data.reduces:
            if limit == 0:
                write_block(unit, 0, 1, hidden, args, dims, steps)
        else:
            for start in range(limit, whole, BLOCK):
                write_block(unit, start, min(BLOCK, whole - start), hidden, args, dims, steps)
        unit.length = whole
        advance_unit(unit, 1)


@jit
def run_tile(unit, rows, args, dims, steps):
    """Compute up to sixteen rows side by side."""
    loop_data = data_of(unit)
    masks, keeps = unit.masks, unit.keeps
    unit.width, unit.rows = COLUMNS, rows
    unit.masks = masks or loop_data.masked
    unit.reads, unit.reads_second = unit.buffered, 0
    unit.writes = unit.buffered and not loop_data.reduces
    if run_unit(unit, args, dims, steps):
        unit.masks = masks
        run_rows(unit, rows, args, dims, steps)
        unit.keeps = keeps
    else:
        unit.masks = masks
        advance_unit(unit, rows)


@jit
def run_tiles(unit, rows, args, dims, steps):
    """Compute rows sixteen at a time."""
    for row in range(0, rows, COLUMNS):
        run_tile(unit, min(COLUMNS, rows - row), args, dims, steps)


# Neighbouring rows stand in the same cache lines, whose neighbours in turn are fetched along with them, and lines a
# power of two apart compete for few places in the caches: several tiles are copied at a time.
@jit
def run_buffered(unit, rows, tiles, args, dims, steps):
    """Copy some tiles' rows to a buffer, compute them there, and copy the results back."""
    loop_data = data_of(unit)
    stages = record_at(loop_data.of_tile, STAGES)
    size, reduces = loop_data.element_size, loop_data.reduces
    length, buffer = unit.length, from_address(unit.buffer, voidptr)
    x, x_step, x_next = unit.x, unit.x_step, unit.x_next
    out, out_step, out_next = unit.out, unit.out_step, unit.out_next
    unit.buffered, unit.x_step, unit.x_next = 1, COLUMNS * size, size
    # What follows in memory are short rows; fetched ahead, the lines of columns would push each other out.
    follows = x_next != loop_data.item_size
    for first in range(0, rows, tiles * COLUMNS):
        count = min(tiles * COLUMNS, rows - first)
        dims[0], dims[1] = length, count
        args[0], args[1], steps[0], steps[1] = from_address(x, voidptr), buffer, x_step, x_next
        call_loop(stages.load, args, dims, steps, buffer)
        x += count * x_next
        for start in range(0, count, COLUMNS):
            unit.x = unit.buffer + start * length * size
            if not reduces:
                unit.out, unit.out_step, unit.out_next = unit.x, unit.x_step, size
            # Sixteen rows of float32 have as many lines as a row has elements.
            ahead = start // COLUMNS * length * CACHE_LINE
            unit.read_ahead, unit.read_ahead_step = x + ahead if follows else unit.x, CACHE_LINE if follows else 0
            awaits = follows and not reduces
            unit.write_ahead, unit.write_ahead_step = out + ahead if awaits else unit.x, CACHE_LINE if awaits else 0
            run_tile(unit, min(COLUMNS, count - start), args, dims, steps)
        if not reduces:
            dims[0], dims[1] = length, count
            args[0], args[1], steps[0], steps[1] = buffer, from_address(out, voidptr), out_step, out_next
            call_loop(stages.store, args, dims, steps, buffer)
            out += count * out_next


@jit
def room_for(pool, own, most, size):
    """Return the address of so many bytes: the thread's own, if they are no more than those, or new memory."""
    return own if size <= most else allocated(pool, size)


@jit
def done_with_room(own, place):
    """Give back what `room_for` returned."""
    if place != own:
        give_back(place)


@jit
def masks_nothing(loop_data, args, steps):
    """Return whether no element is masked, but by its row's limit, or scaled."""
    one = typed_pointer(args[1], int32)[0] if loop_data.element_size == 4 else typed_pointer(args[1], int64)[0]
    return (
        steps[1] == 0
        and one == loop_data.one
        and steps[2] == 0
        and steps[6] == 0
        and typed_pointer(args[2], uint8)[0] != 0
    )


def row_loop(args, dims, steps, data):
    """Compute rows: operands x and out, or x, a second input and out, or x, scale, mask, limit and out."""
    loop_data = record_at(data, ROW_LOOP_DATA)
    rows, length = dims[0], dims[1]
    masked, second = loop_data.masked, loop_data.second
    out = 4 if masked else 1 + second
    element_size = loop_data.element_size
    unit = stack_record(UNIT)
    unit.data = address(data)
    unit.length = length
    unit.x, unit.x_next, unit.x_step = address(args[0]), steps[0], steps[out + 1]
    unit.out, unit.out_next = address(args[out]), steps[out]
    unit.out_step = 0 if loop_data.reduces else steps[out + (3 if masked else 2 + second)]
    unit.second, unit.second_next, unit.second_step = 0, 0, 0
    if second:
        unit.second, unit.second_next, unit.second_step = address(args[1]), steps[1], steps[out + 2]
    unit.masks = 0
    unit.allowed, unit.allowed_next, unit.allowed_step = 0, 0, 0
    unit.scale, unit.scale_next, unit.limit, unit.limit_next = 0, 0, 0, 0
    if masked:
        unit.masks = not masks_nothing(loop_data, args, steps)
        unit.scale, unit.scale_next = address(args[1]), steps[1]
        unit.allowed, unit.allowed_next, unit.allowed_step = address(args[2]), steps[2], steps[6]
        unit.limit, unit.limit_next = address(args[3]), steps[3]

    side_by_side = steps[0] == loop_data.item_size and unit.x_step != loop_data.item_size
    short = (SHORT_SINGLE if element_size == 4 else SHORT_DOUBLE) << loop_data.reduces
    tiled = rows >= FEW and length > 0 and (side_by_side or length <= short)
    width = COLUMNS if tiled else 1
    block_size = min(length, BLOCK) * width * element_size
    row_size = length * width * element_size
    blocks = blocks_of(unit)
    most = MOST_BUFFERED // max(row_size, 1) if side_by_side else max(MOST_NEAR // max(row_size, 1), 1)
    tiles = min(MOST_TILES, most, (rows + COLUMNS - 1) // COLUMNS) if tiled else 0
    unit.keeps = loop_data.weighs and row_size <= KEPT

    weights_size = (row_size if unit.keeps else block_size) + SLACK
    buffer_size = max(tiles * row_size, block_size) + SLACK
    states_size = blocks * FIELDS * width * element_size
    pool = pool_of(unit)
    scratch = taken(pool)
    if scratch == 0:
        return
    unit.scratch = scratch
    unit.weights = room_for(pool, scratch + WEIGHTS, ROOM_SIZE, weights_size)
    unit.buffer = room_for(pool, scratch + BUFFER, ROOM_SIZE, buffer_size)
    # Of a single row each thread has tiles of its own.
    second_size = block_size + SLACK if second and tiled else 0
    unit.second_buffer = room_for(pool, scratch + SECOND_BUFFER, ROOM_SIZE, second_size)
    unit.states = room_for(pool, scratch + STATES, STATES_SIZE, states_size)
    unit.buffered = 0
    unit.read_ahead, unit.write_ahead = unit.buffer, unit.buffer
    unit.read_ahead_step, unit.write_ahead_step = 0, 0

    new_args, new_dims, new_steps = stack_buffer(voidptr, 5), stack_buffer(intp, 3), stack_buffer(intp, 4)
    state = use_usual_floats()
    if unit.weights == 0 or unit.buffer == 0 or unit.second_buffer == 0 or unit.states == 0:
        pass
    elif tiles > 0 and not masked and not second:
        run_buffered(unit, rows, tiles, new_args, new_dims, new_steps)
    elif tiled:
        run_tiles(unit, rows, new_args, new_dims, new_steps)
    else:
        run_rows(unit, rows, new_args, new_dims, new_steps)
    use_floats(state)
    done_with_room(scratch + WEIGHTS, unit.weights)
    done_with_room(scratch + BUFFER, unit.buffer)
    done_with_room(scratch + SECOND_BUFFER, unit.second_buffer)
    done_with_room(scratch + STATES, unit.states)
    give_back(scratch)
