"""How long an element takes on one thread of this machine, from which follows what is worth dividing among several."""

import ctypes
import functools
import time

import numpy as np

from numba_act.engine.compile import loop_function

# Elements to time, which stay in the second-level cache, and how often to do so. In the first one functions of a few
# operations would seem several times cheaper than they are where it matters.
SAMPLE, ROW, TIMES = 16384, 256, 4


@functools.cache
def costs(loops_of, declaration):
    """Return the picoseconds that an element takes, by the dtype of x; what is divided among threads costs the same.

    Parameters
    ----------
    loops_of : callable
        ``loops_of(declaration, "cpu")`` returns the loops for one thread, their data and the dtypes of their operands.
    declaration : Declaration
    """
    loops = zip(*loops_of(declaration, "cpu"), strict=True)
    return {operands[0]: _cost(loop, data, operands, declaration.layout) for loop, data, operands in loops}


def _cost(loop, data, operands, layout):
    """Return the picoseconds that a loop takes for an element."""
    x = np.linspace(-4, 4, SAMPLE).astype(operands[0])
    arrays = [x, *(np.ones(1, dtype) for dtype in operands[1:-1]), np.empty(SAMPLE, operands[-1])]
    sizes = [array.itemsize if len(array) > 1 else 0 for array in arrays]
    rows = SAMPLE // ROW
    if layout is None:
        shapes, steps = [[SAMPLE], [1]], sizes
    else:
        reduces = layout.endswith("()")
        shapes = [[rows, ROW], [1, 1]]
        steps = [sizes[0] * ROW, sizes[-1] * (1 if reduces else ROW), *([sizes[0]] if reduces else sizes)]
    table = (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))
    step_table = (ctypes.c_ssize_t * len(steps))(*steps)
    call = loop_function(loop)

    def seconds(shape):
        dims = (ctypes.c_ssize_t * len(shape))(*shape)
        start = time.perf_counter()
        call(table, dims, step_table, data)
        return time.perf_counter() - start

    whole, one = (min(seconds(shape) for _ in range(TIMES)) for shape in shapes)
    return max(1, int(max(whole - one, 0) / SAMPLE * 1e12))
