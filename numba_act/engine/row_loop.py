"""NumPy's inner loop of every row function: which elements go together, and when each stage of them is computed.

NumPy calls ``row_loop(args, dims, steps, data)`` with ``dims[0]`` rows of ``dims[1]`` elements; ``steps`` holds the distance
between rows and then, for each operand that has any, between their elements. Rows are taken one by one, or sixteen side by
side in the columns of a *tile*: those are neighbours in memory when the axis is not the last one, and short rows, of which
one would not fill the registers. What is computed together is a *unit* (``row_unit.py``).

The stages do the work, called through the addresses in the policy that ``data`` points to, so this
is compiled once for all functions and dtypes. Elements are read where they are if they can be, else from a tile that they
are copied to a block at a time. Weights are kept, and scaled when the sum is known; those of rows too long for the cache
are computed again, which gives the same bits and takes less time than to fetch them. So no buffer grows with the input.

Blocks depend on nothing but the length of a row, and so do the bits of every result. A row longer than `LONG` is divided
among threads by its blocks, others one from another.
"""

from numba.types import int32, int64, intp, uint8, voidptr

from numba_act.engine.pointers import (
    SIZE_TABLE,
    address,
    allocate,
    call_loop,
    from_address,
    release,
    stack_buffer,
    typed_pointer,
    untyped_pointer,
)
from numba_act.engine.pool import CACHE_LINE, ITEM_SIZE
from numba_act.engine.primitives_cpu import jit
from numba_act.engine.row_policy import (
    BLOCK,
    COLUMNS,
    ELEMENT_SIZE,
    HIDDEN,
    LOAD,
    LONG,
    MASKED,
    ONE,
    REDUCES,
    STAGES,
    STORE,
    WEIGHS,
)
from numba_act.engine.row_state import FIELDS, LANES
from numba_act.engine.row_unit import (
    ALLOWED,
    ALLOWED_NEXT,
    ALLOWED_STEP,
    AWAITED,
    AWAITED_STEP,
    BUFFER,
    BUFFERED,
    KEEPS,
    LENGTH,
    LIMIT,
    LIMIT_NEXT,
    MASKS,
    NEEDED,
    NEEDED_STEP,
    OUT,
    OUT_NEXT,
    OUT_STEP,
    POLICY,
    READS,
    ROOM,
    ROWS,
    SCALE,
    SCALE_NEXT,
    STATE,
    STATES,
    UNIT,
    WEIGHTS,
    WIDTH,
    WRITES,
    X_NEXT,
    X_STEP,
    X,
    blocks_of,
    policy_of,
    run_beyond,
    run_unit,
    write_block,
)

# Rows of up to so many elements of four bytes, or of eight, are taken sixteen at a time, if there are a few: copying them to a
# tile and back costs less than starting them one by one. Those with a single result, which are not copied back, up to twice
# as many.
SHORT_SINGLE, SHORT_DOUBLE, FEW = 248, 120, 4

# The most bytes of weights that are kept: with the results they must fit the second-level cache.
KEPT = 1 << 19

# Bytes behind the elements of a buffer, for the same.
SLACK = 8 * LANES

# Of rows that are copied to a buffer: how many tiles at a time, and bytes of the buffer. Short rows do not come in lines that
# they share, and should stay in the first-level cache beside their weights: a buffer of 25 KiB made softmax of rows of 100
# float32 take 1.2 times as long.
MOST_TILES, MOST_BUFFERED, MOST_NEAR = 4, 1 << 20, 1 << 14


@jit
def advance_unit(unit, rows):
    """Move a unit on by some rows."""
    unit[X] += rows * unit[X_NEXT]
    unit[OUT] += rows * unit[OUT_NEXT]
    unit[ALLOWED] += rows * unit[ALLOWED_NEXT]
    unit[SCALE] += rows * unit[SCALE_NEXT]
    unit[LIMIT] += rows * unit[LIMIT_NEXT]


@jit
def run_rows(unit, rows, args, dims, steps):
    """Compute rows one after the other."""
    policy = policy_of(unit)
    native = policy[ITEM_SIZE] == policy[ELEMENT_SIZE]
    size = policy[ELEMENT_SIZE]
    whole = unit[LENGTH]
    unit[WIDTH], unit[ROWS] = 1, 1
    unit[READS] = native and unit[X_STEP] == size and not unit[MASKS]
    unit[WRITES] = native and unit[OUT_STEP] == size
    unit[KEEPS] = policy[WEIGHS] and whole * size <= KEPT
    unit[NEEDED_STEP], unit[AWAITED_STEP] = size, size
    for row in range(rows):
        limit = whole
        if policy[MASKED]:
            limit = min(max(from_address(unit[LIMIT], SIZE_TABLE)[0], 0), whole)
        unit[LENGTH] = limit
        # Of long rows the results are not written before the last block is read.
        unit[NEEDED] = unit[X] + (unit[X_NEXT] if row + 1 < rows else 0) - (limit - 1) // BLOCK * BLOCK * size
        unit[AWAITED] = unit[OUT] if unit[WRITES] and limit <= LONG else unit[NEEDED]
        x, x_step, reads = unit[X], unit[X_STEP], unit[READS]
        if limit > 0 and run_unit(unit, args, dims, steps):
            run_beyond(unit, args, dims, steps)
            unit[X], unit[X_STEP], unit[READS] = x, x_step, reads
        hidden = from_address(policy[HIDDEN], voidptr)
        if policy[REDUCES]:
            if limit == 0:
                write_block(unit, 0, 1, hidden, args, dims, steps)
        else:
            for start in range(limit, whole, BLOCK):
                write_block(unit, start, min(BLOCK, whole - start), hidden, args, dims, steps)
        unit[LENGTH] = whole
        advance_unit(unit, 1)


@jit
def run_tile(unit, rows, args, dims, steps):
    """Compute up to sixteen rows side by side."""
    policy = policy_of(unit)
    masks, keeps = unit[MASKS], unit[KEEPS]
    unit[WIDTH], unit[ROWS] = COLUMNS, rows
    unit[MASKS] = masks or policy[MASKED]
    unit[READS] = unit[BUFFERED]
    unit[WRITES] = unit[BUFFERED] and not policy[REDUCES]
    if run_unit(unit, args, dims, steps):
        unit[MASKS] = masks
        run_rows(unit, rows, args, dims, steps)
        unit[KEEPS] = keeps
    else:
        unit[MASKS] = masks
        advance_unit(unit, rows)


@jit
def run_tiles(unit, rows, args, dims, steps):
    """Compute rows sixteen at a time."""
    for row in range(0, rows, COLUMNS):
        run_tile(unit, min(COLUMNS, rows - row), args, dims, steps)


# Neighbouring rows stand in the same cache lines, whose neighbours in turn are fetched along with them, and lines a power of two
# apart compete for few places in the caches: several tiles are copied at a time.
@jit
def run_buffered(unit, rows, tiles, args, dims, steps):
    """Copy some tiles' rows to a buffer, compute them there, and copy the results back."""
    policy = policy_of(unit)
    size, reduces = policy[ELEMENT_SIZE], policy[REDUCES]
    length, buffer = unit[LENGTH], from_address(unit[BUFFER], voidptr)
    x, x_step, x_next = unit[X], unit[X_STEP], unit[X_NEXT]
    out, out_step, out_next = unit[OUT], unit[OUT_STEP], unit[OUT_NEXT]
    unit[BUFFERED], unit[X_STEP], unit[X_NEXT] = 1, COLUMNS * size, size
    # What follows in memory are short rows; fetched ahead, the lines of columns would push each other out.
    follows = x_next != policy[ITEM_SIZE]
    for first in range(0, rows, tiles * COLUMNS):
        count = min(tiles * COLUMNS, rows - first)
        dims[0], dims[1] = length, count
        args[0], args[1], steps[0], steps[1] = from_address(x, voidptr), buffer, x_step, x_next
        call_loop(policy[LOAD + STAGES], args, dims, steps, buffer)
        x += count * x_next
        for start in range(0, count, COLUMNS):
            unit[X] = unit[BUFFER] + start * length * size
            if not reduces:
                unit[OUT], unit[OUT_STEP], unit[OUT_NEXT] = unit[X], unit[X_STEP], size
            # Sixteen rows of float32 have as many lines as a row has elements.
            ahead = start // COLUMNS * length * CACHE_LINE
            unit[NEEDED], unit[NEEDED_STEP] = x + ahead if follows else unit[X], CACHE_LINE if follows else 0
            awaits = follows and not reduces
            unit[AWAITED], unit[AWAITED_STEP] = out + ahead if awaits else unit[X], CACHE_LINE if awaits else 0
            run_tile(unit, min(COLUMNS, count - start), args, dims, steps)
        if not reduces:
            dims[0], dims[1] = length, count
            args[0], args[1], steps[0], steps[1] = buffer, from_address(out, voidptr), out_step, out_next
            call_loop(policy[STORE + STAGES], args, dims, steps, buffer)
            out += count * out_next


@jit
def allocated(size):
    """Return new memory, as entries."""
    return typed_pointer(allocate(size), intp)


@jit
def masks_nothing(policy, args, steps):
    """Return whether no element is masked, but by its row's limit, or scaled."""
    one = typed_pointer(args[1], int32)[0] if policy[ELEMENT_SIZE] == 4 else typed_pointer(args[1], int64)[0]
    return (
        steps[1] == 0
        and one == policy[ONE]
        and steps[2] == 0
        and steps[6] == 0
        and typed_pointer(args[2], uint8)[0] != 0
    )


def row_loop(args, dims, steps, data):
    """Compute rows: operands x and out, or x, scale, mask, limit and out."""
    policy = typed_pointer(data, intp)
    rows, length = dims[0], dims[1]
    masked = policy[MASKED]
    out = 4 if masked else 1
    element_size = policy[ELEMENT_SIZE]
    unit = stack_buffer(intp, UNIT)
    unit[POLICY] = address(policy)
    unit[LENGTH] = length
    unit[X], unit[X_NEXT], unit[X_STEP] = address(args[0]), steps[0], steps[out + 1]
    unit[OUT], unit[OUT_NEXT] = address(args[out]), steps[out]
    unit[OUT_STEP] = 0 if policy[REDUCES] else steps[out + (3 if masked else 2)]
    unit[MASKS] = 0
    unit[ALLOWED], unit[ALLOWED_NEXT], unit[ALLOWED_STEP] = 0, 0, 0
    unit[SCALE], unit[SCALE_NEXT], unit[LIMIT], unit[LIMIT_NEXT] = 0, 0, 0, 0
    if masked:
        unit[MASKS] = not masks_nothing(policy, args, steps)
        unit[SCALE], unit[SCALE_NEXT] = address(args[1]), steps[1]
        unit[ALLOWED], unit[ALLOWED_NEXT], unit[ALLOWED_STEP] = address(args[2]), steps[2], steps[6]
        unit[LIMIT], unit[LIMIT_NEXT] = address(args[3]), steps[3]

    side_by_side = steps[0] == policy[ITEM_SIZE] and unit[X_STEP] != policy[ITEM_SIZE]
    short = (SHORT_SINGLE if element_size == 4 else SHORT_DOUBLE) << policy[REDUCES]
    tiled = rows >= FEW and length > 0 and (side_by_side or length <= short)
    width = COLUMNS if tiled else 1
    block_size = min(length, BLOCK) * width * element_size
    row_size = length * width * element_size
    blocks = blocks_of(unit)
    most = MOST_BUFFERED // max(row_size, 1) if side_by_side else max(MOST_NEAR // max(row_size, 1), 1)
    tiles = min(MOST_TILES, most, (rows + COLUMNS - 1) // COLUMNS) if tiled else 0
    unit[KEEPS] = policy[WEIGHS] and row_size <= KEPT

    weights_size = (row_size if unit[KEEPS] else block_size) + SLACK
    buffer_size = max(tiles * row_size, block_size) + SLACK
    states_size = blocks * FIELDS * width * element_size
    own_weights, own_buffer, own_states = stack_buffer(intp, ROOM), stack_buffer(intp, ROOM), stack_buffer(intp, STATE)
    weights = own_weights if weights_size <= ROOM * 8 else allocated(weights_size)
    buffer = own_buffer if buffer_size <= ROOM * 8 else allocated(buffer_size)
    states = own_states if blocks <= 1 else allocated(states_size)
    unit[WEIGHTS], unit[BUFFER], unit[STATES] = address(weights), address(buffer), address(states)
    unit[BUFFERED] = 0
    unit[NEEDED], unit[AWAITED] = unit[BUFFER], unit[BUFFER]
    unit[NEEDED_STEP], unit[AWAITED_STEP] = 0, 0

    new_args, new_dims, new_steps = stack_buffer(voidptr, 5), stack_buffer(intp, 3), stack_buffer(intp, 4)
    if tiles > 0 and not masked:
        run_buffered(unit, rows, tiles, new_args, new_dims, new_steps)
    elif tiled:
        run_tiles(unit, rows, new_args, new_dims, new_steps)
    else:
        run_rows(unit, rows, new_args, new_dims, new_steps)
    if address(weights) != address(own_weights):
        release(untyped_pointer(weights))
    if address(buffer) != address(own_buffer):
        release(untyped_pointer(buffer))
    if address(states) != address(own_states):
        release(untyped_pointer(states))
