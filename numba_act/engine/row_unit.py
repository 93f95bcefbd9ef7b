"""What is computed together of a row function, a row or sixteen side by side, from its elements to its results.

A unit is a table of integers; its blocks pass through the stages, which are called through the addresses in its policy.
"""

import platform
import sys

from numba.types import intp, voidptr

from numba_act.engine.pointers import (
    SIZE_TABLE,
    address,
    advance,
    call_loop,
    clear_flags,
    from_address,
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
    LOAD,
    LOAD_BUFFERED,
    LONG,
    MASK,
    NAN,
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
from numba_act.engine.row_state import FIELDS, FIRST, LANES

# Those that the C library's header lists for all processors.
ALL_FLAGS = 0x1F if platform.machine().lower() not in ("x86_64", "amd64") or sys.platform == "win32" else 0x3D

# Entries of eight bytes: a block of float64, and what whole registers reach behind it.
ROOM = BLOCK + LANES
STATE = FIELDS * COLUMNS

# A unit: where the operands of its first row are, the bytes between elements (STEP) and rows (NEXT), how many rows there are
# in how many columns, whether they are read and written in place, and buffers.
(
    X, X_STEP, X_NEXT, OUT, OUT_STEP, OUT_NEXT, ALLOWED, ALLOWED_STEP, ALLOWED_NEXT, SCALE, SCALE_NEXT, LIMIT, LIMIT_NEXT,
    LENGTH, ROWS, WIDTH, READS, WRITES, MASKS, STATES, WEIGHTS, KEEPS, BUFFER, BUFFERED, SPECIAL, POLICY,
    NEEDED, NEEDED_STEP, AWAITED, AWAITED_STEP, UNIT,
) = range(31)  # fmt: skip


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
def blocks_of(unit):
    """Return the number of a unit's blocks."""
    return (unit[LENGTH] + BLOCK - 1) // BLOCK


@jit
def length_of(unit, block):
    """Return the length of a block: all but the last are whole."""
    return min(BLOCK, unit[LENGTH] - block * BLOCK)


@jit
def tile_of(unit, own):
    """Return the tile of a unit: that of a single row is the caller's own, for threads may share the unit."""
    return untyped_pointer(own) if unit[WIDTH] == 1 else from_address(unit[BUFFER], voidptr)


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
    policy, blocks = policy_of(unit), blocks_of(unit)
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
    dims[0], dims[1] = blocks_of(unit), BLOCK
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
    dims[0] = blocks_of(unit)
    call_loop(stage_of(unit, FINISH), args, dims, steps, state_of(unit, 0))
    # What is masked is not NaN even where all the rest, which is -inf, gives NaN.
    if flag[0] and unit[MASKS] and not policy[REDUCES]:
        return True
    if policy[REDUCES]:
        reduce_unit(unit, stage_of(unit, ELEMENT), state_of(unit, 0), args, dims, steps)
    else:
        run_phase(unit, EMIT, RUN_EMIT, args, dims, steps)
    return False
