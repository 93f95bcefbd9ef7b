"""Series, DataFrames and indexes of pandas: labels are kept, and masks and scales are brought into their order.

What a nullable or an Arrow column calls missing has no influence, and stays missing. NaN in a NumPy column is a number
like any other and spreads over its row, as NaN does everywhere else.
"""

import dataclasses

import numpy as np
import pandas as pd

from numba_act.engine.libraries.missing_values import missing_results, present

_AXES = {"index": 0, "rows": 0, "columns": 1}


def rows(call):
    """Return the result with the labels of x, or of those that remain of a reduction."""
    x = call.x
    if isinstance(x, pd.Index):
        return _of_index(call)
    if not isinstance(x, pd.Series | pd.DataFrame):
        return NotImplemented
    if call.keepdims:
        raise TypeError("keepdims: the axis that is kept would have no label; pass x.to_numpy()")
    if isinstance(call.axis, str):
        call = dataclasses.replace(call, axis=_AXES.get(call.axis, call.axis))
    axes = call.axes(x.ndim)
    columns = [x] if x.ndim == 1 else [column for _, column in x.items()]
    values, missing = _stacked(columns, x)
    where, unknown = _mask(_in_order(call.where, x, "where"))
    where = present(missing, where, unknown)
    result = call.again(x=values, where=where, scale=_scale(call.scale, x, axes), out=None)
    lost = missing_results(call, missing)
    nullable = next((column.dtype for column in columns if _is_nullable(column.dtype)), None)
    if call.declaration.reduces and len(axes) == x.ndim:
        return pd.NA if lost and nullable is not None else result
    if call.declaration.reduces:
        (kept,) = {0, 1} - set(axes)
        result = pd.Series(_column(result, lost, nullable), x.axes[kept])
    elif x.ndim == 1:
        result = pd.Series(_column(result, lost, x.dtype), x.index, name=x.name)
    else:
        found = [_column(result[:, i], lost[:, i], column.dtype) for i, column in enumerate(columns)]
        result = pd.DataFrame(dict(enumerate(found)), x.index)
        result.columns = x.columns
    return result if call.out is None else _stored(result, call.target)


def _of_index(call):
    found = call.again(x=call.x.to_numpy())
    return pd.Index(found, name=call.x.name) if isinstance(found, np.ndarray) and call.out is None else found


def _is_nullable(dtype):
    return isinstance(dtype, pd.api.extensions.ExtensionDtype) and hasattr(dtype, "numpy_dtype")


def _stacked(columns, x):
    """Return the values of all columns, in the dtype that NumPy has for all, and which of them are missing."""
    parts, missing = [], np.zeros(x.shape, bool)
    for place, column in enumerate(columns):
        if _is_nullable(column.dtype):
            missing[(..., place) if x.ndim == 2 else ...] = column.isna().to_numpy()
            parts.append(column.to_numpy(column.dtype.numpy_dtype, na_value=0))
        else:
            parts.append(column.to_numpy())
    if x.ndim == 1:
        return parts[0], missing
    return (np.stack(parts, axis=1) if parts else np.empty(x.shape)), missing


def _column(values, missing, dtype):
    """Return values as an array of the kind that a dtype has in pandas."""
    if dtype is None or not _is_nullable(dtype):
        return values
    if isinstance(dtype, pd.ArrowDtype):
        import pyarrow

        return pd.arrays.ArrowExtensionArray(pyarrow.array(values, mask=missing))
    # pandas has nullable numbers of four and eight bytes.
    return pd.arrays.FloatingArray(values.astype(np.promote_types(values.dtype, np.float32)), np.array(missing))


def _in_order(operand, x, name):
    """Return the values of a mask or scale in the order of the labels of x, if it has labels for each of its axes."""
    if isinstance(operand, pd.Series | pd.DataFrame) and operand.ndim == x.ndim:
        labels = dict(zip(("index", "columns"), x.axes, strict=False))
        if not all(own.equals(other) for own, other in zip(operand.axes, x.axes, strict=True)):
            operand = operand.reindex(**labels)
            if operand.isna().to_numpy().any():
                raise ValueError(f"{name} has not got all the labels of x")
            operand = operand.infer_objects()
    return operand


def _mask(where):
    """Return the values of a mask, and where it is missing."""
    if not isinstance(where, pd.Series | pd.DataFrame):
        return where, False
    return where.astype("boolean").to_numpy(bool, na_value=False), where.isna().to_numpy()


def _scale(scale, x, axes):
    """Return a scale in the order of the labels of x, or if it has one number for each row, in that of the rows'."""
    if isinstance(scale, pd.Series) and x.ndim == 2 and len(axes) == 1:
        (kept,) = {0, 1} - set(axes)
        scale = _in_order(scale, pd.Series(0, x.axes[kept]), "scale")
    else:
        scale = _in_order(scale, x, "scale")
    return scale.to_numpy() if isinstance(scale, pd.Series | pd.DataFrame) else scale


def _stored(result, out):
    if np.shape(out) != result.shape:
        raise ValueError(f"out has the shape {np.shape(out)}, not {result.shape}")
    out[:] = result
    return out
