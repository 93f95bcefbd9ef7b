"""What a user calls of a row function: keywords for what a gufunc has no words for.

Along one axis, without a mask, the gufunc does it all. Several axes are given to it as one, without a copy wherever
their elements stand in memory as those of one axis would. A mask, a scale and a causal limit are operands of another
gufunc.
"""

import functools

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numba_act.language.dtypes import computed_in


def row_function(declaration, ufunc, masked_ufunc):
    """Return the public function over the gufuncs of a row function.

    Parameters
    ----------
    declaration : Declaration
    ufunc : np.ufunc
        With x for its only input.
    masked_ufunc : callable
        Returns the one that scales and masks.
    """

    def transform(x, axis=-1, out=None, *, where=None, scale=None, causal=False, dtype=None):
        if where is None and scale is None and not causal and _has_axis(x, axis) and _holds(out, x):
            return ufunc(x, axis=axis, out=out, dtype=dtype)
        rows = _Rows(x, axis)
        if causal and (rows.x.ndim < 2 or rows.axes != (rows.x.ndim - 1,)):
            raise ValueError("causal is for the last of two axes or more")
        compute = functools.partial(ufunc, rows.elements, dtype=dtype)
        if where is not None or scale is not None or causal:
            compute = rows.masked(declaration, masked_ufunc, where, scale, causal, dtype)
        return rows.restored(_array(out), compute)

    def reduce(x, axis=-1, out=None, *, keepdims=False, where=None, scale=None, dtype=None):
        if where is None and scale is None and _has_axis(x, axis) and _holds_one_of_each_row(out, x, axis, keepdims):
            if keepdims:
                return ufunc(x, axis=axis, out=out, keepdims=True, dtype=dtype)
            return ufunc(x, axis=axis, out=out, dtype=dtype)
        rows = _Rows(x, axis)
        compute = functools.partial(ufunc, rows.elements, dtype=dtype)
        if where is not None or scale is not None:
            compute = rows.masked(declaration, masked_ufunc, where, scale, causal=False, dtype=dtype)
        return rows.reduced(_array(out), keepdims, compute)

    return reduce if declaration.reduces else transform


def _has_axis(x, axis):
    """Return whether x and axis are what a gufunc takes, or x overrides it."""
    return type(axis) is int and (x.ndim > 0 if hasattr(x, "ndim") else hasattr(x, "__array_ufunc__"))


def _holds(out, x):
    """Return whether the gufunc can be given ``out``, of which it finds out itself whether it is an array."""
    return out is None or (not isinstance(out, tuple) and getattr(out, "shape", x.shape) == x.shape)


def _holds_one_of_each_row(out, x, axis, keepdims):
    """Return whether the gufunc can be given ``out``; it would broadcast results into one of more dimensions."""
    if isinstance(out, np.ndarray):
        return not keepdims and hasattr(x, "shape") and out.shape == x.shape[:axis] + x.shape[axis:][1:]
    return not isinstance(out, tuple)


def _array(out):
    """Return the array to write to, which NumPy allows to be the only element of a tuple, or None."""
    if isinstance(out, tuple):
        (out,) = out
    if out is not None and not isinstance(out, np.ndarray):
        raise TypeError("return arrays must be of ArrayType")
    return out


class _Rows:
    """An array whose axes to work along are the last, and one. A number counts as a row of one."""

    def __init__(self, x, axis):
        self.x = x if hasattr(x, "ndim") else np.asanyarray(x)
        dimensions = max(self.x.ndim, 1)
        self.axes = tuple(sorted(normalize_axis_tuple(range(dimensions) if axis is None else axis, dimensions)))
        self.elements = self.of(self.x)

    def of(self, array, **keywords):
        """Return an array of the same shape as rows."""
        if array.ndim == 0:
            array = np.reshape(array, 1)
        moved = np.moveaxis(array, self.axes, range(-len(self.axes), 0))
        batch = moved.shape[: moved.ndim - len(self.axes)]
        length = int(np.prod(moved.shape[len(batch) :]))
        self.moved_shape = moved.shape
        return np.reshape(moved, (*batch, length), **keywords)

    def masked(self, declaration, masked_ufunc, where, scale, causal, dtype):
        """Return the gufunc that scales and masks, with all of its operands but the output."""
        *_, length = self.elements.shape
        allowed = np.True_ if where is None else np.asarray(where)
        if allowed.dtype != np.bool:
            raise TypeError(f"where must be boolean, not {allowed.dtype}")
        allowed = self.of(np.broadcast_to(allowed, self.x.shape))
        limit = np.arange(1, self.x.shape[-2] + 1) if causal else length
        operands = self.elements, 1 if scale is None else scale, allowed, limit
        # A Python number, and what is no array, would have NumPy choose a wider dtype beside integers than for x alone.
        loop = declaration.loop_for(self.x.dtype if dtype is None else np.dtype(dtype))
        if dtype is None and loop and hasattr(scale, "dtype") and not np.can_cast(scale.dtype, computed_in(loop)):
            loop = declaration.loop_for(np.result_type(self.x, scale))
        if loop is None:
            return functools.partial(masked_ufunc(), *operands, dtype=dtype)
        signature = (loop, computed_in(loop), np.bool, np.intp, loop)
        return functools.partial(masked_ufunc(), *operands, signature=signature, casting="same_kind")

    def restored(self, out, compute):
        """Return results in the shape of x; ``compute(out=...)`` returns them as rows."""
        if out is None:
            result = np.reshape(compute(out=None), self.moved_shape)
            return np.moveaxis(result, range(-len(self.axes), 0), self.axes) if self.x.ndim else result[0]
        _check(out, self.x.shape)
        try:
            target = self.of(out, copy=False)
        except ValueError:  # its axes are not to be had as one
            rows = np.moveaxis(out, self.axes, range(-len(self.axes), 0))
            rows[...] = np.reshape(compute(out=None), rows.shape)
        else:
            compute(out=target)
        return out

    def reduced(self, out, keepdims, compute):
        """Return one result for each row, with or without the axes."""
        batch = self.elements.shape[:-1]
        if out is None:
            result = compute(out=None)
            return np.expand_dims(result, self.axes) if keepdims else result
        _check(out, np.expand_dims(np.broadcast_to(0, batch), self.axes).shape if keepdims else batch)
        compute(out=np.squeeze(out, self.axes) if keepdims else out)
        return out


def _check(out, shape):
    if out.shape != shape:
        raise ValueError(f"out has the shape {out.shape}, not {shape}")
