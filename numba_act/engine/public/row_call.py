"""One call of a row function, with its arguments as the user gave them: whose arrays they are, which axes, which rows.

An array of another library goes to what `libraries` has for it, which calls the function again with NumPy arrays.
Several axes are given to the gufunc as one, without a copy wherever their elements stand in memory as those of one axis
would.
"""

import dataclasses
import functools
import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from numba_act.engine.libraries import library_of
from numba_act.engine.public.wrong_names import refuse_keywords
from numba_act.language.declaration import Declaration
from numba_act.language.dtypes import computed_in


@dataclasses.dataclass(frozen=True)
class RowCall:
    """The arguments of a call, and what computes it.

    Attributes
    ----------
    declaration : Declaration
    ufunc, masked_ufunc
        As in `row_function`.
    function : callable
        The function that the user called.
    x, axis, out, where, scale, causal, keepdims, dtype, dim
        Its arguments.
    """

    declaration: Declaration
    ufunc: np.ufunc
    masked_ufunc: Callable
    function: Callable
    x: Any
    axis: Any
    out: Any
    where: Any = None
    scale: Any = None
    causal: bool = False
    keepdims: bool = False
    dtype: Any = None
    dim: Any = None

    def again(self, **changed):
        """Call the function with some arguments changed."""
        arguments = self.arguments() | changed
        return self.function(arguments.pop("x"), **arguments)

    def sibling(self, name):
        """Return the function of another name in the same namespace."""
        return getattr(sys.modules[self.function.__module__], name)

    def arguments(self):
        """Return the arguments that say something, by name."""
        found = {"x": self.x, "axis": self.axis, "out": self.out, "where": self.where, "scale": self.scale}
        found |= {"causal": self.causal or None, "keepdims": self.keepdims or None, "dtype": self.dtype}
        return {name: value for name, value in found.items() if value is not None or name == "axis"}

    @property
    def target(self):
        """What to write to, which NumPy allows to be the only element of a tuple, or None."""
        return self.out[0] if isinstance(self.out, tuple) and len(self.out) == 1 else self.out

    def check_causal(self, dimensions, axes):
        """Raise an error if the call is causal and its axes are not the last of two or more."""
        if self.causal and (dimensions < 2 or axes != (dimensions - 1,)):
            raise ValueError("causal is for the last of two axes or more")

    def axes(self, dimensions):
        """Return the axes as numbers from 0 on, in order."""
        axes = range(dimensions) if self.axis is None else self.axis
        try:
            axes = [operator.index(axis) for axis in (axes if isinstance(axes, tuple | list | range) else (axes,))]
        except TypeError:
            raise TypeError(f"axis must be an int, a tuple of ints or None, not {self.axis!r}") from None
        return tuple(sorted(normalize_axis_tuple(axes, dimensions)))

    def result(self):
        """Return what the function returns."""
        library = library_of(type(self.x))
        if library is not None:
            found = library.rows(self)
            if found is not NotImplemented:
                return found
        if self.dim is not None:
            refuse_keywords(self.declaration.name, ["dim"], ["axis"])
        found = self._overridden()
        return self.computed() if found is NotImplemented else found

    # As NumPy's own functions do, and every ufunc.
    def _overridden(self):
        """Return what an argument that overrides functions of arrays makes of the call, or NotImplemented."""
        operands = [value for value in (self.x, self.out, self.where, self.scale) if value is not None]
        overriding = []
        for operand in operands:
            kind = type(operand)
            if getattr(kind, "__array_ufunc__", NotImplemented) is None:
                raise TypeError(f"operand {kind.__name__!r} does not support ufuncs (__array_ufunc__=None)")
            own = getattr(kind, "__array_function__", np.ndarray.__array_function__)
            if own is not np.ndarray.__array_function__ and kind not in map(type, overriding):
                later = [place for place, other in enumerate(overriding) if issubclass(kind, type(other))]
                overriding.insert(later[0] if later else len(overriding), operand)
        keywords = self.arguments()
        kinds = tuple(map(type, overriding))
        for operand in overriding:
            arguments = (keywords["x"],), {name: value for name, value in keywords.items() if name != "x"}
            found = operand.__array_function__(self.function, kinds, *arguments)
            if found is not NotImplemented:
                return found
        if overriding and not hasattr(type(self.x), "__array_ufunc__"):
            raise TypeError(
                f"no implementation found for 'numba_act.{self.declaration.name}' on types that implement "
                f"__array_function__: {list(kinds)}"
            )
        return NotImplemented

    def computed(self):
        """Return the result for NumPy's arrays, numbers, sequences, and what overrides ufuncs."""
        x = self.x
        if not isinstance(x, np.ndarray) and hasattr(type(x), "__array_ufunc__"):
            return self._by_itself()
        out = self.target
        if out is not None and not isinstance(out, np.ndarray):
            if hasattr(type(out), "__array_ufunc__"):
                return self._by_itself()
            raise TypeError("return arrays must be of ArrayType")
        rows = _Rows(np.asanyarray(x), self.axes)
        self.check_causal(rows.x.ndim, rows.axes)
        if self.where is None and self.scale is None and not self.causal:
            compute = functools.partial(self.ufunc, rows.elements, dtype=self.dtype)
        else:
            compute = self._masked(rows)
        return rows.reduced(out, self.keepdims, compute) if self.declaration.reduces else rows.restored(out, compute)

    def _by_itself(self):
        """Call the gufunc with an operand that overrides it."""
        keywords = self.arguments()
        x = keywords.pop("x")
        if not keywords.keys().isdisjoint({"where", "scale", "causal"}):
            name = type(x if hasattr(type(x), "__array_ufunc__") else self.out).__name__
            raise TypeError(f"where, scale and causal are not for operands of {name}, which overrides ufuncs")
        return self.ufunc(x, **keywords)

    def _masked(self, rows):
        """Return the gufunc that scales and masks, with all of its operands but the output."""
        allowed = np.True_ if self.where is None else np.asarray(self.where)
        if allowed.dtype != np.bool:
            raise TypeError(f"where must be boolean, not {allowed.dtype}")
        allowed = rows.of(np.broadcast_to(allowed, rows.x.shape))
        limit = np.arange(1, rows.x.shape[-2] + 1) if self.causal else rows.elements.shape[-1]
        scale, elements = self.scale, rows.elements
        if np.ndim(scale):
            scale = np.asanyarray(scale)
            by_row = rows.factors(scale)
            elements, scale = (elements, by_row) if by_row is not None else (rows.of(self._product(rows.x, scale)), 1)
        operands = elements, 1 if scale is None else scale, allowed, limit
        # A Python number, and what is no array, would have NumPy choose a wider dtype beside integers than for x alone.
        loop = self.declaration.loop_for(elements.dtype if self.dtype is None else np.dtype(self.dtype))
        own = computed_in(loop) if loop else None
        if self.dtype is None and loop and hasattr(scale, "dtype") and not np.can_cast(scale.dtype, own):
            loop = self.declaration.loop_for(np.result_type(elements, scale))
        if loop is None:
            return functools.partial(self.masked_ufunc(), *operands, dtype=self.dtype)
        signature = (loop, computed_in(loop), np.bool, np.intp, loop)
        return functools.partial(self.masked_ufunc(), *operands, signature=signature, casting="same_kind")

    def _product(self, x, scale):
        """Return x times a scale that is not the same for all elements of a row."""
        try:
            scale = np.broadcast_to(scale, x.shape)
        except ValueError:
            raise ValueError(f"scale of shape {scale.shape} does not broadcast to x of shape {x.shape}") from None
        # What overflows gives inf, as in the compiled loop, without a warning.
        with np.errstate(all="ignore"):
            return np.multiply(x, scale)


class _Rows:
    """An array whose axes to work along are the last, and one. A number counts as a row of one."""

    def __init__(self, x, axes):
        self.x = x
        self.axes = axes(max(x.ndim, 1))
        self.elements = self.of(x)

    def _moved(self, array):
        if array.ndim == 0:
            array = np.reshape(array, 1)
        return np.moveaxis(array, self.axes, range(-len(self.axes), 0))

    def of(self, array, **keywords):
        """Return an array of the same shape as rows."""
        moved = self._moved(array)
        batch = moved.shape[: moved.ndim - len(self.axes)]
        length = int(np.prod(moved.shape[len(batch) :]))
        return np.reshape(moved, (*batch, length), **keywords)

    def factors(self, scale):
        """Return a scale as one number for each row, or None if it has more."""
        *batch, _ = self.elements.shape
        if scale.ndim >= max(self.x.ndim, 1):
            if scale.ndim > self.x.ndim:
                return None
            moved = self._moved(scale)
            if any(count != 1 for count in moved.shape[len(batch) :]):
                return None
            scale = np.reshape(moved, moved.shape[: len(batch)])
        try:
            np.broadcast_to(scale, batch)
        except ValueError:
            raise ValueError(
                f"scale of shape {scale.shape} does not broadcast to x of shape {self.x.shape}, nor to its rows, of "
                f"which the shape is {tuple(batch)}"
            ) from None
        return scale

    def restored(self, out, compute):
        """Return results in the shape of x; ``compute(out=...)`` returns them as rows."""
        if out is None:
            result = np.reshape(compute(out=None), self._moved(self.x).shape)
            return np.moveaxis(result, range(-len(self.axes), 0), self.axes) if self.x.ndim else result[0]
        _check(out, self.x.shape)
        try:
            target = self.of(out, copy=False)
        except ValueError:  # its axes are not to be had as one
            rows = self._moved(out)
            rows[...] = np.reshape(compute(out=None), rows.shape)
        else:
            compute(out=target)
        return out

    def reduced(self, out, keepdims, compute):
        """Return one result for each row, with or without the axes."""
        keepdims = keepdims and self.x.ndim > 0
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
