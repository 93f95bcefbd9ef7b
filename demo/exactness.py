"""The largest rounding error of a function, measured against 40 decimal digits."""

import numpy as np

from numba_act import reference

SAMPLE = 10_000
ROW = 100
EXACT = reference.mpmath_namespace(digits=40)


def largest_error(function, declaration, dtype):
    """Return the largest error of a function on a fixed sample, in units in the last place (ULP).

    One ULP is the distance between neighbouring numbers of the dtype; 0.5 is what correct rounding gives.

    Parameters
    ----------
    function : callable
    declaration : Declaration
        The activation that the function is to compute.
    dtype : dtype
    """
    x = (3 * np.random.default_rng(2).standard_normal(SAMPLE)).astype(dtype)
    if declaration.is_row:
        x = x.reshape(-1, ROW)
    # A parameter of 0.01 is rounded to the dtype before the function sees it; that is not the function's error.
    parameters = [np.dtype(dtype).type(value) for value in declaration.parameters.values()]
    truth = getattr(reference, declaration.name)(
        EXACT.asarray(x), *(EXACT.asarray(value) for value in parameters), xp=EXACT
    )
    last_place = np.spacing(abs(truth.astype(float)).astype(dtype))
    return float(np.max(abs(EXACT.asarray(function(x, *parameters)) - truth) / last_place.astype(float)))
