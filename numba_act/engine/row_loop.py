"""NumPy's inner loop of every row function: which elements go together, and when each stage of them is computed.

NumPy calls ``row_loop(args, dims, steps, data)`` with ``dims[0]`` rows of ``dims[1]`` elements; ``steps`` holds the distance
between rows and then, for each operand that has any, between their elements. Rows are taken one by one, or sixteen side by
side in the columns of a *tile*: those are neighbours in memory when the axis is not the last one, and short rows, of which
one would not fill the registers. What is computed together is a *unit*, a table of integers.

The stages of ``row_stages.py`` do the work, called through the addresses in the policy that ``data`` points to, so this
is compiled once for all functions and dtypes. Elements are read where they are if they can be, else from a tile that they
are copied to a block at a time. Weights are kept, and scaled when the sum is known; those of rows too long for the cache
are computed again, which gives the same bits and takes less time than to fetch them. So no buffer grows with the input.

Blocks depend on nothing but the length of a row, and so do the bits of every result. A row longer than `LONG` is divided
among threads by its blocks, others one from another.
"""

import platform
import sys

from numba.types import int32, int64, intp, uint8, voidptr

from numba_act.engine.pointers import (
    CACHE_LINE,
    SIZE_TABLE,
    address,
    advance,
    allocate,
    call_loop,
    clear_flags,
    from_address,
    release,
    stack_buffer,
    typed_pointer,
    untyped_pointer,
)
from numba_act.engine.primitives_cpu import jit
from numba_act.engine.row_policy import (
    BEYOND,
    BLOCK,
    COLUMNS,
    COUNT,
    ELEMENT,
    ELEMENT_SIZE,
    EMIT,
    FINISH,
    GATHER,
    HIDDEN,
    LOAD,
    LOAD_BUFFERED,
    LONG,
    MASK,
    MASKED,
    NAN,
    ONE,
    PEAK,
    REDUCES,
    RUN_EMIT,
    RUN_GATHER,
    SETTLE,
    STAGES,
    STORE,
    STORE_BUFFERED,
    SUMS,
    WEIGHS,
)
from numba_act.engine.row_stages import FIELDS, FIRST, LANES
from numba_act.engine.threads import ITEM_SIZE

# Those that the C library's header lists for all processors.
ALL_FLAGS = 0x1F if platform.machine().lower() not in ("x86_64", "amd64") or sys.platform == "win32" else 0x3D

# Rows up to this length are taken sixteen at a time, if there are a few: copying them to a tile and back costs less than
# starting them one by one.
SHORT, FEW = 176, 4

# Entries of eight bytes: a block of float64, and what whole registers reach behind it.
ROOM = BLOCK + LANES
STATE = FIELDS * COLUMNS

# The most bytes of weights that are kept: with the results they must fit the second-level cache.
KEPT = 1 << 19

# Bytes behind the elements of a buffer, for the same.
SLACK = 8 * LANES

# Of rows that are copied to a buffer: how many tiles at a time, and bytes of the buffer.
MOST_TILES, MOST_BUFFERED = 4, 1 << 20

# A unit: where the operands of its first row are, the bytes between elements (STEP) and rows (NEXT), how many rows there are
# in how many columns, whether they are read and written in place, and buffers.
(
    X, X_STEP, X_NEXT, OUT, OUT_STEP, OUT_NEXT, ALLOWED, ALLOWED_STEP, ALLOWED_NEXT, SCALE, SCALE_NEXT, LIMIT, LIMIT_NEXT,
    LENGTH, ROWS, WIDTH, READS, WRITES, MASKS, STATES, WEIGHTS, KEEPS, TILE, BUFFER, BUFFERED, SPECIAL, POLICY,
    NEEDED, NEEDED_STEP, AWAITED, AWAITED_STEP, UNIT,
) = range(32)  # fmt: skip


@jit
def policy_of(unit):
    """Return the table of stages and properties."""
    return from_address(unit[POLICY], SIZE_TABLE)


@jit
def pitch_of(unit):
    """Return the bytes from one line of a tile to the next."""
    return unit[WIDTH] * policy_of(unit)[ELEMENT_SIZE]


@jit
def state_of(unit, block):
    """Return the address of the state of a block."""
    return from_address(unit[STATES] + block * FIELDS * pitch_of(unit), voidptr)


@jit
def stage_of(unit, stage):
    """Return the address of a stage for units of this width."""
    return policy_of(unit)[stage + (STAGES if unit[WIDTH] == COLUMNS else 0)]


@jit
def length_of(unit, block):
    """Return the length of a block: all but the last are whole."""
    return min(BLOCK, unit[LENGTH] - block * BLOCK)


@jit
def tile_of(unit, own):
    """Return the tile of a unit: that of a single row is the caller's own, for threads may share the unit."""
    return untyped_pointer(own) if unit[WIDTH] == 1 else from_address(unit[TILE], voidptr)


@jit
def weights_of(unit, block, own):
    """Return where the weights of a block are, or some other array of a block."""
    if unit[KEEPS]:
        return from_address(unit[WEIGHTS] + block * BLOCK * pitch_of(unit), voidptr)
    return untyped_pointer(own) if unit[WIDTH] == 1 else from_address(unit[WEIGHTS], voidptr)


@jit
def read_block(unit, block, tile, args, dims, steps):
    """Return where the elements of a block are and how far apart, after copying and masking them where necessary."""
    start = block * BLOCK
    x = from_address(unit[X] + start * unit[X_STEP], voidptr)
    if unit[READS]:
        return x, unit[X_STEP]
    args[0], args[1] = x, tile
    dims[0], dims[1], dims[2] = length_of(unit, block), unit[ROWS], start
    steps[0], steps[1] = unit[X_STEP], unit[X_NEXT]
    call_loop(stage_of(unit, LOAD_BUFFERED if unit[BUFFERED] else LOAD), args, dims, steps, tile)
    if unit[MASKS]:
        args[0], args[1] = tile, from_address(unit[ALLOWED] + start * unit[ALLOWED_STEP], voidptr)
        args[2], args[3] = from_address(unit[SCALE], voidptr), from_address(unit[LIMIT], voidptr)
        steps[0], steps[1] = unit[ALLOWED_STEP], unit[ALLOWED_NEXT]
        steps[2], steps[3] = unit[SCALE_NEXT], unit[LIMIT_NEXT]
        call_loop(stage_of(unit, MASK), args, dims, steps, state_of(unit, block))
        clear_flags(ALL_FLAGS)  # of products that overflow
    return tile, pitch_of(unit)


@jit
def write_block(unit, start, length, results, args, dims, steps):
    """Copy results from a buffer to where they belong."""
    args[0], args[1] = results, from_address(unit[OUT] + start * unit[OUT_STEP], voidptr)
    dims[0], dims[1] = length, unit[ROWS]
    steps[0], steps[1] = unit[OUT_STEP], unit[OUT_NEXT]
    buffered = unit[BUFFERED] and not policy_of(unit)[REDUCES]
    call_loop(stage_of(unit, STORE_BUFFERED if buffered else STORE), args, dims, steps, results)


# What is needed next is fetched meanwhile: the elements of the next unit, and the place of this one's results.
@jit
def sum_block(unit, block, source, step, weights, flag, args, dims, steps):
    """Compute the sums of a block, and its weights."""
    start = block * BLOCK
    args[0], args[1], args[4] = source, weights, untyped_pointer(flag)
    args[2] = from_address(unit[NEEDED] + start * unit[NEEDED_STEP], voidptr)
    args[3] = from_address(unit[AWAITED] + start * unit[AWAITED_STEP], voidptr)
    dims[0] = length_of(unit, block)
    steps[0], steps[2], steps[3] = step, unit[NEEDED_STEP], unit[AWAITED_STEP]
    if unit[WIDTH] == 1 and start + BLOCK < unit[LENGTH]:
        args[2] = from_address(address(source) + BLOCK * step, voidptr)
    call_loop(stage_of(unit, SUMS), args, dims, steps, state_of(unit, block))


# The phases have the signature of loops, so that they can be divided among threads like any other: a pointer that advances
# by one byte from block to block counts them.
def gather_blocks(args, dims, steps, data):
    """Compute the states of ``dims[0]`` blocks from the one whose number is args[0], of the unit that args[1] points to."""
    unit = typed_pointer(args[1], intp)
    tile, weights, flag = stack_buffer(intp, ROOM), stack_buffer(intp, ROOM), stack_buffer(intp, 1)
    new_args, new_dims, new_steps = stack_buffer(voidptr, 5), stack_buffer(intp, 3), stack_buffer(intp, 4)
    flag[0] = 0
    for block in range(address(args[0]), address(args[0]) + dims[0]):
        source, step = read_block(unit, block, tile_of(unit, tile), new_args, new_dims, new_steps)
        new_args[0], new_args[1] = source, untyped_pointer(flag)
        new_dims[0], new_steps[0], new_steps[1] = length_of(unit, block), step, 1 - unit[MASKS]
        call_loop(stage_of(unit, PEAK), new_args, new_dims, new_steps, state_of(unit, block))
        if flag[0] == 0:
            sum_block(unit, block, source, step, weights_of(unit, block, weights), flag, new_args, new_dims, new_steps)
    if flag[0] != 0:
        clear_flags(ALL_FLAGS)
        unit[SPECIAL] = 1


def emit_blocks(args, dims, steps, data):
    """Compute the results of the same blocks."""
    unit = typed_pointer(args[1], intp)
    weighs = policy_of(unit)[WEIGHS]
    own_tile, own_weights = stack_buffer(intp, ROOM), stack_buffer(intp, ROOM)
    new_args, new_dims, new_steps = stack_buffer(voidptr, 5), stack_buffer(intp, 3), stack_buffer(intp, 4)
    flag = stack_buffer(intp, 1)
    for block in range(address(args[0]), address(args[0]) + dims[0]):
        weights = weights_of(unit, block, own_weights)
        source, step = weights, pitch_of(unit)
        if not (weighs and unit[KEEPS]):
            source, step = read_block(unit, block, tile_of(unit, own_tile), new_args, new_dims, new_steps)
            if weighs:
                sum_block(unit, block, source, step, weights, flag, new_args, new_dims, new_steps)
                source, step = weights, pitch_of(unit)
        start, length = block * BLOCK, length_of(unit, block)
        results, results_step = weights, pitch_of(unit)
        if unit[WRITES]:
            results, results_step = from_address(unit[OUT] + start * unit[OUT_STEP], voidptr), unit[OUT_STEP]
        new_args[0], new_args[1] = source, results
        new_dims[0] = length
        new_steps[0], new_steps[1] = step, results_step
        call_loop(stage_of(unit, ELEMENT), new_args, new_dims, new_steps, state_of(unit, block))
        if not unit[WRITES]:
            write_block(unit, start, length, results, new_args, new_dims, new_steps)


@jit
def reduce_unit(unit, stage, value, args, dims, steps):
    """Compute the one result of each row by a stage, from their states or from the value of a single one."""
    buffer = stack_buffer(intp, LANES)
    results = untyped_pointer(buffer)
    args[0], args[1] = value, results
    dims[0] = 1
    call_loop(stage, args, dims, steps, state_of(unit, 0))
    write_block(unit, 0, 1, results, args, dims, steps)


@jit
def run_beyond(unit, args, dims, steps):
    """Compute a single row that holds NaN, or whose peak is infinite or huge."""
    policy = policy_of(unit)
    blocks = (unit[LENGTH] + BLOCK - 1) // BLOCK
    own_tile, own_weights, flag = stack_buffer(intp, ROOM), stack_buffer(intp, ROOM), stack_buffer(intp, 1)
    tile, results = untyped_pointer(own_tile), untyped_pointer(own_weights)
    flag[0] = 0
    dims[0] = blocks
    args[0] = untyped_pointer(flag)
    call_loop(policy[SETTLE], args, dims, steps, state_of(unit, 0))
    for block in range(blocks):
        if flag[0] == 0:
            source, _ = read_block(unit, block, tile, args, dims, steps)
            args[0], args[1], dims[0] = source, untyped_pointer(flag), length_of(unit, block)
            call_loop(policy[COUNT], args, dims, steps, state_of(unit, 0))
    if policy[REDUCES]:
        value = advance(state_of(unit, 0), FIRST * policy[ELEMENT_SIZE])
        reduce_unit(unit, policy[BEYOND], value, args, dims, steps)
        clear_flags(ALL_FLAGS)
        return
    if flag[0] != 0:
        # All that is not masked becomes NaN.
        unit[X], unit[X_STEP], unit[READS] = policy[NAN], 0, 0
    for block in range(blocks):
        source, _ = read_block(unit, block, tile, args, dims, steps)
        args[0], args[1], dims[0] = source, results, length_of(unit, block)
        call_loop(policy[BEYOND], args, dims, steps, state_of(unit, 0))
        write_block(unit, block * BLOCK, length_of(unit, block), results, args, dims, steps)
    clear_flags(ALL_FLAGS)


@jit
def run_phase(unit, phase, divided, args, dims, steps):
    """Run a phase over all blocks of a unit; ``divided`` is the entry for the same on several threads."""
    policy = policy_of(unit)
    args[0], args[1] = from_address(0, voidptr), untyped_pointer(unit)
    dims[0], dims[1] = (unit[LENGTH] + BLOCK - 1) // BLOCK, BLOCK
    steps[0], steps[1] = 1, 0
    if unit[WIDTH] == 1 and unit[LENGTH] > LONG:
        call_loop(policy[divided], args, dims, steps, from_address(policy[divided + 1], voidptr))
    else:
        call_loop(policy[phase], args, dims, steps, untyped_pointer(policy))


@jit
def run_unit(unit, args, dims, steps):
    """Compute a unit; return whether one of its rows needs to be computed by itself."""
    policy = policy_of(unit)
    unit[SPECIAL] = 0
    run_phase(unit, GATHER, RUN_GATHER, args, dims, steps)
    if unit[SPECIAL]:
        return True
    flag = stack_buffer(intp, 1)
    flag[0] = 0
    args[0] = untyped_pointer(flag)
    dims[0] = (unit[LENGTH] + BLOCK - 1) // BLOCK
    call_loop(stage_of(unit, FINISH), args, dims, steps, state_of(unit, 0))
    # What is masked is not NaN even where all the rest, which is -inf, gives NaN.
    if flag[0] and unit[MASKS] and not policy[REDUCES]:
        return True
    if policy[REDUCES]:
        reduce_unit(unit, stage_of(unit, ELEMENT), state_of(unit, 0), args, dims, steps)
    else:
        run_phase(unit, EMIT, RUN_EMIT, args, dims, steps)
    return False


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
    """Compute up to sixteen rows side by side; their results may still be to be completed."""
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
    size = policy[ELEMENT_SIZE]
    length, buffer = unit[LENGTH], unit[BUFFER]
    x, x_step, x_next = unit[X], unit[X_STEP], unit[X_NEXT]
    out, out_step, out_next = unit[OUT], unit[OUT_STEP], unit[OUT_NEXT]
    unit[BUFFERED], unit[X_STEP], unit[X_NEXT] = 1, COLUMNS * size, size
    side_by_side = x_next == policy[ITEM_SIZE]
    tile_size = COLUMNS * length * size
    for first in range(0, rows, tiles * COLUMNS):
        count = min(tiles * COLUMNS, rows - first)
        args[0], args[1] = from_address(x, voidptr), from_address(buffer, voidptr)
        dims[0], dims[1] = length, count
        steps[0], steps[1] = x_step, x_next
        call_loop(policy[LOAD + STAGES], args, dims, steps, untyped_pointer(policy))
        x += count * x_next
        for tile in range((count + COLUMNS - 1) // COLUMNS):
            unit[X] = buffer + tile * tile_size
            unit[NEEDED], unit[NEEDED_STEP] = (
                x + tile * (CACHE_LINE if side_by_side else CACHE_LINE * length),
                CACHE_LINE,
            )
            unit[AWAITED], unit[AWAITED_STEP] = unit[X], 0
            if side_by_side:
                unit[NEEDED], unit[NEEDED_STEP] = unit[X], 0
            if not policy[REDUCES]:
                unit[OUT], unit[OUT_STEP], unit[OUT_NEXT] = unit[X], unit[X_STEP], size
                if not side_by_side:
                    unit[AWAITED], unit[AWAITED_STEP] = out + tile * CACHE_LINE * length, CACHE_LINE
            run_tile(unit, min(COLUMNS, count - tile * COLUMNS), args, dims, steps)
        if not policy[REDUCES]:
            args[0], args[1] = from_address(buffer, voidptr), from_address(out, voidptr)
            dims[0], dims[1] = length, count
            steps[0], steps[1] = out_step, out_next
            call_loop(policy[STORE + STAGES], args, dims, steps, untyped_pointer(policy))
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
    tiled = rows >= FEW and length > 0 and (side_by_side or length <= SHORT)
    width = COLUMNS if tiled else 1
    block_size = min(length, BLOCK) * width * element_size
    row_size = length * width * element_size
    blocks = (length + BLOCK - 1) // BLOCK
    tiles = min(MOST_TILES, MOST_BUFFERED // max(row_size, 1), (rows + COLUMNS - 1) // COLUMNS) if tiled else 0
    unit[KEEPS] = policy[WEIGHS] and row_size <= KEPT

    weights_size = (row_size if unit[KEEPS] else block_size) + SLACK
    buffer_size = max(tiles * row_size, block_size) + SLACK
    states_size = blocks * FIELDS * width * element_size
    own_weights, own_buffer, own_states = stack_buffer(intp, ROOM), stack_buffer(intp, ROOM), stack_buffer(intp, STATE)
    weights = own_weights if weights_size <= ROOM * 8 else allocated(weights_size)
    buffer = own_buffer if buffer_size <= ROOM * 8 else allocated(buffer_size)
    states = own_states if blocks <= 1 else allocated(states_size)
    unit[WEIGHTS], unit[BUFFER], unit[STATES] = address(weights), address(buffer), address(states)
    unit[TILE], unit[BUFFERED] = unit[BUFFER], 0
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
