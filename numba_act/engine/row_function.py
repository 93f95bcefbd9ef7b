"""What a user calls of a row function: keywords for what a gufunc has no words for.

Along one axis, without a mask, the gufunc does it all. Several axes are given to it as one, without a copy wherever their
elements stand in memory as those of one axis would. A mask, a scale and a causal limit are operands of another gufunc.
"""

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple


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
        plain = where is None and scale is None and not causal and type(axis) is int and getattr(x, "ndim", 0) > 0
        # A gufunc would repeat its results in a larger array.
        if plain and (out is None or getattr(out, "shape", None) == x.shape):
            return ufunc(x, axis=axis, out=out, dtype=dtype)
        rows = _Rows(x, axis)
        if causal and (rows.x.ndim < 2 or rows.axes != (rows.x.ndim - 1,)):
            raise ValueError("causal is for the last of two axes or more")
        apply, operands = ufunc, ()
        if where is not None or scale is not None or causal:
            apply, operands = masked_ufunc(), rows.masks(where, scale, causal)
        return rows.restored(out, lambda target: apply(rows.elements, *operands, out=target, dtype=dtype))

    def reduce(x, axis=-1, out=None, *, keepdims=False, where=None, scale=None, dtype=None):
        if where is None and scale is None and out is None and type(axis) is int and getattr(x, "ndim", 0) > 0:
            return ufunc(x, axis=axis, keepdims=keepdims, dtype=dtype)
        rows = _Rows(x, axis)
        apply, operands = ufunc, ()
        if where is not None or scale is not None:
            apply, operands = masked_ufunc(), rows.masks(where, scale, causal=False)
        target = None if out is None else rows.squeezed(out, keepdims)
        result = apply(rows.elements, *operands, out=target, dtype=dtype)
        if out is not None:
            return out
        return np.expand_dims(result, rows.axes) if keepdims else result

    return reduce if declaration.reduces else transform


class _Rows:
    """An array whose axes to work along are the last, and one. A number counts as a row of one."""

    def __init__(self, x, axis):
        self.x = x if hasattr(x, "ndim") else np.asanyarray(x)
        dimensions = max(self.x.ndim, 1)
        self.axes = normalize_axis_tuple(range(dimensions) if axis is None else axis, dimensions)
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

    def masks(self, where, scale, causal):
        """Return the operands besides x of the gufunc that scales and masks."""
        *_, length = self.elements.shape
        allowed = np.True_ if where is None else np.asarray(where)
        if allowed.dtype != np.bool:
            raise TypeError(f"where must be boolean, not {allowed.dtype}")
        allowed = self.of(np.broadcast_to(allowed, self.x.shape))
        limit = np.arange(1, self.x.shape[-2] + 1) if causal else length
        return 1 if scale is None else scale, allowed, limit

    def restored(self, out, compute):
        """Return results in the shape of x; ``compute(out)`` returns them as rows."""
        if out is None:
            result = np.reshape(compute(None), self.moved_shape)
            return np.moveaxis(result, range(-len(self.axes), 0), self.axes) if self.x.ndim else result[0]
        (target,) = out if isinstance(out, tuple) else (out,)
        if np.shape(target) != np.shape(self.x):
            raise ValueError(f"out has the shape {np.shape(target)}, not {np.shape(self.x)}")
        try:
            compute(self.of(target, copy=False))
        except ValueError:
            rows = np.moveaxis(target, self.axes, range(-len(self.axes), 0))
            rows[...] = np.reshape(compute(None), rows.shape)
        return target

    def squeezed(self, out, keepdims):
        """Return an array for results of each row, without the axes that are reduced."""
        (target,) = out if isinstance(out, tuple) else (out,)
        batch = self.elements.shape[:-1]
        expected = np.expand_dims(np.broadcast_to(0, batch), self.axes).shape if keepdims else batch
        if np.shape(target) != expected:
            raise ValueError(f"out has the shape {np.shape(target)}, not {expected}")
        return np.squeeze(target, self.axes) if keepdims else target
