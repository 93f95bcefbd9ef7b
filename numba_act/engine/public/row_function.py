"""What a user calls of a row function: keywords for what a gufunc has no words for.

A NumPy array goes to the gufunc as it is if one axis is asked for. A mask, a scale and a causal limit are operands of
another gufunc. All else, several axes, arrays of other libraries, and numbers, is a `RowCall`.
"""

import functools
import inspect

import numpy as np

from numba_act.engine.public.row_call import RowCall
from numba_act.engine.public.wrong_names import refuse_keywords
from numba_act.language.dtypes import computed_in

# A mask and a limit that hide nothing, for rows of any length: the former has one element, at a stride of 0.
_EVERYTHING = np.broadcast_to(np.True_, (1 << 62,))
_UNLIMITED = np.array(1 << 62)


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
    array, integer, boolean, make, arange = np.ndarray, int, np.dtype(np.bool), np.array, np.arange
    # Operands of exactly a loop's dtypes, for which NumPy need not look for a loop.
    own = {dtype: (computed_in(dtype), np.ones((), computed_in(dtype))) for dtype in declaration.loop_dtypes}
    call = functools.partial(RowCall, declaration, ufunc, masked_ufunc)

    # Keywords take time, and so do tuples of arguments, so calls along the last axis have neither.
    def masked(x, axis, out, where, scale, causal):
        """Call the gufunc that scales and masks, or return None if that takes more than one array and one number."""
        dimensions = x.ndim
        real, one = own.get(x.dtype, (None, None))
        if scale is not None:
            if type(scale) is not float and type(scale) is not integer:
                return None
            one = real and make(scale, real)
        if one is None or not -dimensions <= axis < dimensions:
            return None
        last = axis == -1 or axis == dimensions - 1
        if where is None:
            allowed, allowed_axis = _EVERYTHING[: x.shape[axis]], -1
        elif type(where) is array and where.dtype is boolean and where.shape == x.shape:
            allowed, allowed_axis = where, axis
        else:
            return None
        limit = _UNLIMITED
        if causal:
            if not last or dimensions < 2:
                return None
            limit = arange(1, x.shape[-2] + 1)
        if last:
            return masked_ufunc()(x, one, allowed, limit, out)
        axes = [axis, (), allowed_axis, (), () if declaration.reduces else axis]
        return masked_ufunc()(x, one, allowed, limit, out, axes=axes)

    def transform(x, axis=-1, out=None, *, where=None, scale=None, causal=False, dtype=None, dim=None, **wrong):
        if wrong:
            refuse_keywords(declaration.name, wrong, signature.parameters)
        if (
            type(x) is array
            and type(axis) is integer
            and dim is None
            and x.ndim
            and (out is None or (type(out) is array and out.shape == x.shape))
        ):
            if where is None and scale is None and not causal:
                return ufunc(x, axis=axis, out=out, dtype=dtype)
            if dtype is None:
                result = masked(x, axis, out, where, scale, causal)
                if result is not None:
                    return result
        keywords = {"where": where, "scale": scale, "causal": causal, "dtype": dtype, "dim": dim}
        return call(transform, x, axis, out, **keywords).result()

    def reduce(x, axis=-1, out=None, *, keepdims=False, where=None, scale=None, dtype=None, dim=None, **wrong):
        if wrong:
            refuse_keywords(declaration.name, wrong, signature.parameters)
        if (
            type(x) is array
            and type(axis) is integer
            and dim is None
            and x.ndim
            and (
                out is None
                or (type(out) is array and not keepdims and out.shape == x.shape[:axis] + x.shape[axis:][1:])
            )
        ):
            if where is None and scale is None:
                if keepdims:
                    return ufunc(x, axis=axis, out=out, keepdims=True, dtype=dtype)
                return ufunc(x, axis=axis, out=out, dtype=dtype)
            if dtype is None and not keepdims:
                result = masked(x, axis, out, where, scale, False)
                if result is not None:
                    return result
        keywords = {"keepdims": keepdims, "where": where, "scale": scale, "dtype": dtype, "dim": dim}
        return call(reduce, x, axis, out, **keywords).result()

    function = reduce if declaration.reduces else transform
    *parameters, _ = inspect.signature(function).parameters.values()
    function.__signature__ = signature = inspect.Signature(parameters)

    # By this name `numpy.ndarray.__array_function__` finds what to call for a class of arrays that leaves it to NumPy.
    def implementation(x, axis=-1, out=None, **keywords):
        return call(function, x, axis, out, **keywords).computed()

    function._implementation = implementation
    return function
