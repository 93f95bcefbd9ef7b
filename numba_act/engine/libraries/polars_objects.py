"""Series, DataFrames and expressions of polars: names are kept; null has no influence, and stays null."""

import numpy as np
import polars

from numba_act.engine.libraries.missing_values import missing_results, present


def rows(call):
    """Return the result as the object that it was asked for, a reduction of a DataFrame as a Series."""
    x = call.x
    if isinstance(x, polars.Expr):
        return x.map_batches(lambda series: call.again(x=series), returns_scalar=call.declaration.reduces)
    if isinstance(x, polars.LazyFrame):
        raise TypeError("a LazyFrame has no values yet: use expressions, or collect() it")
    if not isinstance(x, polars.Series | polars.DataFrame):
        return NotImplemented
    if call.out is not None or call.keepdims:
        raise TypeError("out and keepdims are not for objects of polars, which do not change")
    columns = [x] if isinstance(x, polars.Series) else x.get_columns()
    values = [column.fill_null(0).to_numpy() for column in columns]
    missing = [column.is_null().to_numpy() for column in columns]
    if isinstance(x, polars.Series):
        values, missing = values[0], missing[0]
    elif columns:
        values, missing = np.stack(values, axis=1), np.stack(missing, axis=1)
    else:
        values, missing = np.empty(x.shape), np.zeros(x.shape, bool)
    where, unknown = call.where, False
    if isinstance(where, polars.Series):
        where, unknown = where.fill_null(False).to_numpy(), where.is_null().to_numpy()
    result = call.again(x=values, where=present(missing, where, unknown))
    lost = missing_results(call, missing)
    if not np.ndim(result):
        return None if lost else result
    if result.ndim == 1:
        return _series(x.name if isinstance(x, polars.Series) else "", result, lost)
    return polars.DataFrame([_series(column.name, result[:, i], lost[:, i]) for i, column in enumerate(columns)])


def _series(name, values, missing):
    found = polars.Series(name, np.ascontiguousarray(values))
    return found.set(polars.Series(missing), None) if missing.any() else found
