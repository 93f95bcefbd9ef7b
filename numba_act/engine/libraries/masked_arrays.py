"""NumPy's masked arrays: what is masked has no influence, and stays masked."""

import numpy as np

from numba_act.engine.libraries.missing_values import missing_results, present


def rows(call):
    """Return the result as a masked array; of a reduction to one number that number, or `numpy.ma.masked`."""
    x = call.x
    missing = np.ma.getmaskarray(x)
    out = call.target
    to_masked = isinstance(out, np.ma.MaskedArray)
    result = call.again(
        x=np.ma.getdata(x), where=present(missing, call.where), out=np.ma.getdata(out) if to_masked else out
    )
    lost = missing_results(call, missing)
    if out is not None:
        if to_masked:
            out.mask = lost
        return out
    if not isinstance(result, np.ndarray):
        return np.ma.masked if lost else result
    masked = result.view(type(x))
    masked.mask = lost if np.any(lost) else np.ma.nomask
    if masked.dtype == x.dtype:
        masked.fill_value = x.fill_value
    return masked
