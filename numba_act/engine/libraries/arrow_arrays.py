"""Arrays of pyarrow: null has no influence, and stays null."""

import numpy as np
import pyarrow

from numba_act.engine.libraries.missing_values import missing_results, present


def rows(call):
    """Return the result as an array of pyarrow; that of a reduction as a number."""
    x = call.x
    if not isinstance(x, pyarrow.Array | pyarrow.ChunkedArray):
        return NotImplemented
    if call.out is not None:
        raise TypeError("out is not for arrays of pyarrow, which do not change")
    missing = np.asarray(x.is_null())
    values = np.asarray(x.fill_null(0)) if x.null_count else np.asarray(x)
    where, unknown = call.where, False
    if isinstance(where, pyarrow.Array | pyarrow.ChunkedArray):
        where, unknown = np.asarray(where.fill_null(False)), np.asarray(where.is_null())
    result = call.again(x=values, where=present(missing, where, unknown))
    lost = missing_results(call, missing)
    if not np.ndim(result):
        return None if lost else result
    found = pyarrow.array(result, mask=lost)
    return found if isinstance(x, pyarrow.Array) else pyarrow.chunked_array([found])
