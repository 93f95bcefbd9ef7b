"""Dask's arrays: results are lazy, and rows may lie in several chunks.

Where every row is in one chunk, the function is mapped over the chunks. Otherwise `sums_over_chunks` puts together what
is found of each.
"""

import functools
import itertools

import dask.array
import numpy as np
from dask.array.utils import meta_from_array

from numba_act.engine.libraries import sums_over_chunks
from numba_act.language.dtypes import computed_in


def rows(call):
    """Return the result as an array of Dask."""
    x = call.x
    if not isinstance(x, dask.array.Array):
        return NotImplemented
    if call.out is not None:
        raise TypeError("out is not for arrays of Dask, which are lazy")
    axes = call.axes(max(x.ndim, 1))
    call.check_causal(x.ndim, axes)
    operands = {"where": _mask(call), "scale": _factor(call, axes)}
    arrays = {name: operand for name, operand in operands.items() if isinstance(operand, dask.array.Array)}
    numbers = {name: operand for name, operand in operands.items() if operand is not None and name not in arrays}
    axes = axes if x.ndim else -1
    if x.ndim and any(x.numblocks[axis] > 1 for axis in axes):
        return _over_chunks(call, axes, arrays, numbers)
    keywords = {"axis": axes, "dtype": call.dtype} | numbers
    if not call.declaration.reduces:
        return _mapped(_of_chunk, call.function, keywords, x, arrays, x.chunks, _dtype(call))
    keywords["keepdims"] = call.keepdims
    return _mapped(_of_chunk, call.function, keywords, x, arrays, *_reduced(call, axes))


def _of_chunk(function, keywords, names, x, *arrays):
    return function(x, **keywords, **dict(zip(names, arrays, strict=True)))


# Two tasks for each chunk and one for each row of chunks: Dask takes longer for a task than this for a small chunk.
def _over_chunks(call, axes, arrays, numbers):
    """Return the result where rows lie in several chunks."""
    x, dtype = call.x, _dtype(call)
    keywords = {"axis": axes, "real": computed_in(dtype), "dtype": dtype} | numbers
    chunks = *(((1,) * len(sizes) if axis in axes else sizes) for axis, sizes in enumerate(x.chunks)), (2,)
    logsumexp = call.sibling("logsumexp")
    pairs = _mapped(sums_over_chunks.pair_of_chunk, logsumexp, keywords, x, arrays, chunks, float, new=x.ndim)
    # Dask knows an axis by its number in x. Those of the pair and of the sums come after them, then those of length 1.
    own, pair, sums = tuple(range(x.ndim)), x.ndim, x.ndim + 1
    batch = tuple(axis for axis in own if axis not in axes)
    about = {"concatenate": True, "align_arrays": False, "token": call.declaration.name}
    if call.declaration.reduces:
        kept = {axis: x.ndim + 2 + axis for axis in axes} if call.keepdims else {}
        compute = functools.partial(sums_over_chunks.total, keywords | {"keepdims": call.keepdims})
        result = tuple(kept.get(axis, axis) for axis in own if axis in batch or axis in kept)
        about |= {"new_axes": dict.fromkeys(kept.values(), 1), "dtype": dtype}
        meta = meta_from_array(x, ndim=len(result), dtype=dtype)
        return dask.array.blockwise(compute, result, pairs, (*own, pair), meta=meta, **about)
    compute = functools.partial(sums_over_chunks.sums_of_row, keywords)
    new = {"new_axes": {sums: sums_over_chunks.SUMS}, "dtype": float, "meta": np.empty((0,) * (len(batch) + 1))}
    row = dask.array.blockwise(compute, (*batch, sums), pairs, (*own, pair), **new, **about)
    names, keywords = [*arrays, "pair", "row"], keywords | {"multiplies": call.declaration.reduction.weighs}
    compute = functools.partial(sums_over_chunks.result_of_chunk, call.function, keywords, names)
    operands = [(array, own) for array in (x, *arrays.values())] + [(pairs, (*own, pair)), (row, (*batch, sums))]
    meta = meta_from_array(x, dtype=dtype)
    return dask.array.blockwise(compute, own, *itertools.chain(*operands), dtype=dtype, meta=meta, **about)


def _mapped(compute, function, keywords, x, arrays, chunks, dtype, dropped=None, new=None):
    """Map ``compute(function, keywords, names, chunk, *chunks of arrays)`` over an array and others beside it."""
    partial = functools.partial(compute, function, keywords, list(arrays))
    about = {"chunks": chunks, "dtype": dtype, "drop_axis": dropped, "new_axis": new}
    meta = meta_from_array(x, ndim=len(chunks), dtype=dtype)
    return dask.array.map_blocks(partial, x, *arrays.values(), name=None, token=function.__name__, meta=meta, **about)


def _reduced(call, axes):
    """Return the chunks of a reduction, its dtype, and the axes that it loses."""
    chunks = call.x.chunks
    if not call.x.ndim:
        return chunks, _dtype(call), None
    if call.keepdims:
        return tuple((1,) if axis in axes else sizes for axis, sizes in enumerate(chunks)), _dtype(call), None
    return tuple(sizes for axis, sizes in enumerate(chunks) if axis not in axes), _dtype(call), list(axes)


def _dtype(call):
    """Return the dtype of the result."""
    scale = np.ones((), call.scale.dtype) if hasattr(call.scale, "dtype") else call.scale
    return call.function(np.zeros(1, call.x.dtype), scale=scale, dtype=call.dtype).dtype


def _mask(call):
    """Return the mask, the causal one included, in the chunks of x, or None."""
    x, where = call.x, call.where
    if where is not None:
        where = dask.array.asarray(where)
        if where.dtype != np.bool:
            raise TypeError(f"where must be boolean, not {where.dtype}")
        where = dask.array.broadcast_to(where, x.shape).rechunk(x.chunks)
    if not call.causal:
        return where
    last = [dask.array.arange(size, chunks=(sizes,)) for size, sizes in zip(x.shape[-2:], x.chunks[-2:], strict=True)]
    before = last[1][None, :] <= last[0][:, None]
    before = dask.array.broadcast_to(before, x.shape, chunks=x.chunks)
    return before if where is None else where & before


def _factor(call, axes):
    """Return a scale of as many axes as x, in its chunks, or what is a number or None as it is."""
    x, scale = call.x, call.scale
    if not np.ndim(scale):
        return scale.compute()[()] if isinstance(scale, dask.array.Array) else scale
    scale = dask.array.asarray(scale)
    if scale.ndim < x.ndim:
        batch = tuple(size for axis, size in enumerate(x.shape) if axis not in axes)
        scale = dask.array.broadcast_to(scale, batch)
        for axis in axes:
            scale = dask.array.expand_dims(scale, axis)
    one_for_each_row = all(scale.shape[axis] == 1 for axis in axes)
    shape = tuple(1 if axis in axes and one_for_each_row else size for axis, size in enumerate(x.shape))
    scale = dask.array.broadcast_to(scale, shape)
    return scale.rechunk(tuple((1,) if size == 1 else sizes for size, sizes in zip(shape, x.chunks, strict=True)))
