"""What the loop of a row function is told, and what it keeps of the rows that it computes together."""

import ctypes

from numba_act.engine.compiler.memory import CACHE_LINE, ENTRY, Entry, integers
from numba_act.engine.threads.thread_pool import LoopData

# Elements of a block.
BLOCK = 4096

# How many rows are computed side by side.
COLUMNS = 16

# The elements of a row are folded in so many lanes, and what is left of a block is so many numbers; before the three of
# the summary stand those that the block is folded into (``state.py``).
LANES, FIELDS, MOST_NUMBERS = 64, 8, 5

# Of a block, and what whole registers reach behind it.
ROOM = BLOCK + LANES

# Rows longer than this are divided among threads by their blocks instead of one from another.
LONG = 1 << 17


class Stages(ctypes.Structure):
    """The addresses of the stages for units of one width, a single row or sixteen.

    Attributes
    ----------
    load, store : int
        Between memory and a tile.
    load_buffered, store_buffered : int
        The same for rows that are in a buffer, in the dtype computed in.
    peak, sums, finish, element, mask : int
        See the files of these names.
    """

    _fields_ = integers(
        "load", "store", "load_buffered", "store_buffered", "peak", "sums", "finish", "element", "mask"
    )  # fmt: skip


class RowLoopData(ctypes.Structure):
    """What the loop of a row function is passed as its last argument; begins with the fields of `LoopData`.

    Attributes
    ----------
    item_size, element_size : int
        Bytes of an element in memory, and in what it is computed in.
    masked : int
        Whether there are operands that scale and mask.
    reduces : int
        Whether a row has one result.
    second : int
        Whether there is a second input.
    weighs : int
        Whether results are made of the weights, not of the elements.
    one : int
        The bits of 1 in what is computed in.
    nan, masked_results : int
        The addresses of a NaN, and of a block of what masked elements give.
    gather, emit : int
        The two phases of a row.
    divided_gather, gather_data, divided_emit, emit_data : int
        The same for long rows, perhaps on several threads, and their data.
    settle, count, beyond : int
        Stages for rows that are beyond all bounds.
    of_row, of_tile : int
        The addresses of the `Stages`.
    """

    _fields_ = [
        *LoopData._fields_,
        *integers("item_size", "element_size", "masked", "reduces", "second", "weighs", "one", "nan", "masked_results"),
        *integers("gather", "emit", "divided_gather", "gather_data", "divided_emit", "emit_data"),
        *integers("settle", "count", "beyond", "of_row", "of_tile"),
    ]


def _room(entries):
    return Entry * (-(-entries * ENTRY // CACHE_LINE) * CACHE_LINE // ENTRY)


class RowScratch(ctypes.Structure):
    """What a thread works in besides its stack. There is room for float64.

    Attributes
    ----------
    weights, buffer, second_buffer, states : array
        Of a unit, where they are no larger.
    tile, second_tile, results : array
        The inputs, and the weights or results, of a block of a single row.
    cells : array
        The lanes of sixteen rows, of each of the numbers that a block is added up in.
    """

    _fields_ = [(name, _room(ROOM)) for name in ("weights", "buffer", "second_buffer")]
    _fields_ += [("states", _room(FIELDS * COLUMNS))]
    _fields_ += [(name, _room(ROOM)) for name in ("tile", "second_tile", "results")]
    _fields_ += [("cells", _room(MOST_NUMBERS * LANES * COLUMNS))]


class Unit(ctypes.Structure):
    """What is computed together: a row, or sixteen side by side.

    Attributes
    ----------
    x, second, out, allowed, scale, limit : int
        The addresses of the operands of the first row; ``_step`` is the bytes between elements, ``_next`` between rows.
    length : int
        Of a row.
    rows, width : int
        How many rows there are in how many columns.
    reads, reads_second, writes : int
        Whether elements are read, and results written, where they are.
    masks : int
        Whether anything is masked or scaled.
    states, weights, buffer, second_buffer : int
        The addresses of buffers.
    keeps : int
        Whether the weights of all blocks are kept.
    buffered : int
        Whether the rows are in the buffer.
    special : int
        Whether a row needs to be computed by itself.
    scratch : int
        The address of the `RowScratch` of the thread that runs the loop.
    data : int
        The address of the `RowLoopData`.
    read_ahead, write_ahead : int
        The addresses of what is fetched meanwhile: the next elements, and the place of the results.
    """

    _fields_ = [
        *integers("x", "x_step", "x_next", "out", "out_step", "out_next", "allowed", "allowed_step", "allowed_next"),
        *integers("scale", "scale_next", "limit", "limit_next", "length", "rows", "width", "reads", "writes", "masks"),
        *integers("states", "weights", "keeps", "buffer", "buffered", "special", "data", "scratch"),
        *integers("second", "second_step", "second_next", "reads_second", "second_buffer"),
        *integers("read_ahead", "read_ahead_step", "write_ahead", "write_ahead_step"),
    ]
