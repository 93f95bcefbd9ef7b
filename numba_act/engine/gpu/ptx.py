"""The PTX text of the kernels, for any GPU and on any machine."""

import numpy as np

from numba_act.engine.gpu.elementwise.launchers import (
    THREADS,
    contiguous_launcher,
    strided_launcher,
    transposed_launcher,
)
from numba_act.engine.gpu.memory.operands import gpu_dtypes
from numba_act.engine.gpu.rows.plan import bound, capacity, plan
from numba_act.engine.gpu.target.formats import format_of
from numba_act.engine.gpu.target.launch import ptx

LARGEST_BLOCK = 1024

# Rows that stand for their kind: the longest that a block holds, of a warp, longer ones, and across memory.
_ROWS = {
    "block": {},
    "warp": {"length": 256},
    "streamed": {"length": 2**20},
    "columns": {"length": 4096, "columns": True, "vectors": False},
    "masked": {"length": 4096, "masked": True, "vectors": False},
    "scaled": {"length": 1024, "masked": True},
}
_ELEMENTS = ("contiguous", "strided", "transposed")


def layouts(declaration):
    """Return the layouts that an activation has kernels for, the usual one first."""
    if declaration.is_row:
        return tuple(_ROWS)
    one_of_each = len(declaration.inputs) == declaration.outputs == 1
    return _ELEMENTS if one_of_each else _ELEMENTS[:2]


def ptx_text(declaration, dtype, cc, layout=None):
    """Return what `numba_act.cuda.compile_ptx` returns."""
    name = declaration.name
    dtype = dtype if isinstance(dtype, str) else np.dtype(dtype).name
    if dtype not in gpu_dtypes(declaration):
        raise TypeError(f"{name} is computed in {', '.join(gpu_dtypes(declaration))}, not in {dtype}")
    layout = layouts(declaration)[0] if layout is None else layout
    if layout not in layouts(declaration):
        raise ValueError(f"{name} has kernels for the layouts {', '.join(layouts(declaration))}, not {layout!r}")
    cc = tuple(cc)
    inputs = tuple(range(len(declaration.inputs)))
    if layout == "contiguous":
        return ptx(contiguous_launcher, declaration, dtype, cc, inputs, THREADS)
    if layout == "strided":
        arrays = tuple(range(len(declaration.inputs) + len(declaration.parameters)))
        return ptx(strided_launcher, declaration, dtype, cc, 3, arrays, THREADS)
    if layout == "transposed":
        return ptx(transposed_launcher, declaration, dtype, cc, 2, THREADS)
    options = {"vectors": True, "masked": False, "columns": False, "largest_block": LARGEST_BLOCK} | _ROWS[layout]
    format = format_of(dtype)
    pieces, threads = capacity(format, format.lanes, False, LARGEST_BLOCK)
    chosen = plan(format, options.pop("length", pieces * threads * format.lanes), 1, **options)
    return ptx(chosen.write, declaration, dtype, cc, chosen.form, bound(chosen, LARGEST_BLOCK))
