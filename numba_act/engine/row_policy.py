"""What the loop of a row function is passed as its data: which stages it calls, and what it has to know about them.

The entries follow those that every loop's policy has (``pool.py``), from which the driver of ``split.py`` reads.
"""

from numba_act.engine.pool import COMMON

# Elements of a block.
BLOCK = 4096

# How many rows are computed side by side.
COLUMNS = 16

# Rows longer than this are divided among threads by their blocks instead of one from another.
LONG = 1 << 17

(
    MASKED,  # whether there are operands that scale and mask
    REDUCES,  # whether a row has one result
    WEIGHS,  # whether results are made of the weights, not of the elements
    ELEMENT_SIZE,  # of what is computed in
    ONE,  # the bits of 1 in that
    NAN,  # the address of a NaN as it is stored
    HIDDEN,  # the address of a block of what is masked, as computed
    GATHER, EMIT,  # the two phases of a row
    RUN_GATHER, GATHER_DATA, RUN_EMIT, EMIT_DATA,  # the same for long rows, perhaps on several threads
    SETTLE, COUNT, BEYOND,  # stages for rows that are beyond all bounds
    LOAD, STORE,  # stages for one row
    LOAD_BUFFERED, STORE_BUFFERED,  # the same for rows that are in a buffer, in the dtype computed in
    PEAK, SUMS, FINISH, ELEMENT, MASK,
) = range(COMMON, COMMON + 25)  # fmt: skip

# How many stages there are for one row; as many follow for sixteen.
STAGES = MASK + 1 - LOAD
