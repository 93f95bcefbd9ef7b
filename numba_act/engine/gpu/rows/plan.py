"""Which launcher suits rows of a length, a dtype and a form.

A thread may hold 16 float32 of a row, or 8 float64: with those, the sum and what an exponential needs, a kernel keeps
within the 64 registers that each of 1024 threads has; with a mask or a scale within the 128 of 512, and float64 within
the 255 of 256 (``tests/gpu/test_ptx.py`` sees to it). With 32 float32 it does not quite. So a block holds rows of 16
384 float32 or halves, half as many where they are read one at a time or scaled, a quarter where they are masked, and
2048 float64. Longer rows are streamed: those of some hundred thousand bytes the cache still holds for the second pass.
"""

import functools
from typing import NamedTuple

from numba_act.engine.gpu.rows.launchers import RowForm, held_launcher, streamed_launcher
from numba_act.engine.gpu.rows.teams import COLUMN_THREADS, WARP
from numba_act.engine.gpu.target.formats import VECTOR, Format

# Elements that a thread holds or streams, read one at a time: their addresses take registers too.
ALONE, STREAMED_ALONE = 8, 4

# Threads of a block whose warps have rows of their own.
WARP_THREADS = 128


class Plan(NamedTuple):
    """A launcher for rows, the threads of a block, and how many of a warp's or of a block's work on one row."""

    write: object
    form: RowForm
    threads: int
    team: int

    @property
    def rows_of_block(self):
        """How many rows a block computes at once."""
        return WARP if self.form.arrangement == "columns" else self.threads // self.team


@functools.lru_cache(maxsize=1024)
def plan(format: Format, length, dimensions, *, vectors, masked, columns, largest_block):
    """Return the plan for rows.

    Parameters
    ----------
    format : Format
    length : int
    dimensions : int
        Of the batch of rows.
    vectors : bool
        Whether every row consists of whole, aligned vectors.
    masked : bool
    columns : bool
        Whether neighbouring elements belong to different rows.
    largest_block : int
        The most threads that a block may have.
    """
    lanes = format.lanes if vectors else 1
    if columns:
        form = RowForm("columns", 1, STREAMED_ALONE, dimensions, masked)
        return Plan(streamed_launcher, form, min(COLUMN_THREADS, largest_block), 0)
    most, block = capacity(format, lanes, masked, largest_block)
    pieces = -(-length // lanes)
    if pieces <= WARP * most:
        team = min(WARP, _power_of_two(pieces))
        held = _power_of_two(-(-pieces // team))
        form = RowForm("warp", lanes, held, dimensions, masked)
        return Plan(held_launcher, form, min(WARP_THREADS, largest_block), team)
    if pieces <= block * most:
        held = max(most // 2, 1) if pieces <= block // 2 * max(most // 2, 1) else most
        team = -(-pieces // (held * WARP)) * WARP
        return Plan(held_launcher, RowForm("block", lanes, held, dimensions, masked), team, team)
    streamed = {1: STREAMED_ALONE, 8: 1}.get(lanes, 2)
    return Plan(streamed_launcher, RowForm("block", lanes, streamed, dimensions, masked), block, block)


def capacity(format, lanes, masked, largest_block):
    """Return how many pieces of so many lanes a thread may hold, and how many threads a block may then have."""
    wide = format.computed.itemsize == 8
    most = (8 if wide else 16) // lanes
    if lanes == 1:
        most = min(most, ALONE) // (2 if wide else 1)
    return most, max(WARP, largest_block // (4 if wide else 2 if masked else 1))


def _power_of_two(number):
    """Return the smallest power of two that is not less than a number."""
    return 1 << max(number - 1, 0).bit_length()


def bound(chosen, largest_block):
    """Return the most threads that a block of a plan's kernel may have: one of three sizes, so kernels are few."""
    if chosen.form.arrangement != "block":
        return chosen.threads
    return next(size for size in (largest_block // 4, largest_block // 2, largest_block) if size >= chosen.threads)


def is_in_vectors(format, length, steps, strides):
    """Return whether every row consists of whole, aligned vectors in arrays that begin with one.

    Parameters
    ----------
    format : Format
    length : int
    steps : sequence of int
        From element to element of a row, in bytes, in each array.
    strides : sequence of tuples of int
        Of the batch of rows, in bytes.
    """
    neighbours = length % format.lanes == 0 and all(step == format.size for step in steps)
    return neighbours and not any(stride % VECTOR for each in strides for stride in each)
