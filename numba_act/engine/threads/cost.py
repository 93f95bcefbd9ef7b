"""How long an element takes on one thread of this machine, from which follows what is worth dividing among several."""

import ctypes
import time

import numpy as np

from numba_act.engine.compiler.build import loop_function

# Elements to time, which stay in the second-level cache, and how often to do so. In the first one functions of a few
# operations would seem several times cheaper than they are where it matters.
SAMPLE, ROW, TIMES = 16384, 256, 4


def cost_of_numbers(loop_data, operands, arrays, outputs):
    """Return the picoseconds that an element of an element-wise loop takes.

    Parameters
    ----------
    loop_data : LoopData
    operands : sequence of dtype
    arrays : int
        The first operands, of which each element has its own; the others that are read are numbers.
    outputs : int
    """
    count = len(operands)
    many = [position < arrays or position >= count - outputs for position in range(count)]
    values = [_values(dtype, SAMPLE if each else 1) for dtype, each in zip(operands, many, strict=True)]
    steps = [array.itemsize if each else 0 for array, each in zip(values, many, strict=True)]
    return _picoseconds(loop_data, values, steps, [SAMPLE], [1])


def cost_of_rows(loop_data, operands, outputs_per_row):
    """Return the picoseconds that an element of a row loop takes.

    Parameters
    ----------
    loop_data : LoopData
    operands : sequence of dtype
    outputs_per_row : bool
        Whether a row has one result.
    """
    rows = SAMPLE // ROW
    values = [_values(dtype, SAMPLE) for dtype in operands]
    sizes = [array.itemsize for array in values]
    steps = [size * ROW for size in sizes[:-1]] + [sizes[-1] * (1 if outputs_per_row else ROW)]
    steps += sizes[:-1] if outputs_per_row else sizes
    return _picoseconds(loop_data, values, steps, [rows, ROW], [1, 1])


def _values(dtype, count):
    return np.linspace(-4, 4, count).astype(dtype) if count > 1 else np.ones(count, dtype)


def _picoseconds(loop_data, values, steps, whole, one):
    """Return what an element takes of `SAMPLE`, whose sizes are ``whole``, more than that of the sizes ``one``."""
    table = (ctypes.c_void_p * len(values))(*(array.ctypes.data for array in values))
    step_table = (ctypes.c_ssize_t * len(steps))(*steps)
    call = loop_function(loop_data.part)

    def seconds(shape):
        dims = (ctypes.c_ssize_t * len(shape))(*shape)
        start = time.perf_counter()
        call(table, dims, step_table, ctypes.addressof(loop_data))
        return time.perf_counter() - start

    most, least = (min(seconds(shape) for _ in range(TIMES)) for shape in (whole, one))
    return max(1, int(max(most - least, 0) / SAMPLE * 1e12))
