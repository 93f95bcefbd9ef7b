"""The truth, from ``numba_act.reference`` over mpmath, and distances from it in units in the last place."""

import math

import numpy as np
from ml_dtypes import finfo

from numba_act import reference

# The largest error of an activation that declares none of its own.
DEFAULT_MAX_ULP = 4.0


def max_ulp(declaration, dtype):
    """Return the largest error that a declaration allows itself."""
    return declaration.max_ulp.get(np.dtype(dtype).name, DEFAULT_MAX_ULP)


def truth_namespace(dtype):
    """Return reference's mpmath namespace with enough digits that ``1 + x`` keeps the smallest subnormal x."""
    smallest = float(finfo(dtype).smallest_subnormal)
    return reference.mpmath_namespace(digits=30 - math.floor(math.log10(smallest)))


def exact(declaration, x, **keywords):
    """Return the exact results for an array of numbers, as an object array of mpmath numbers.

    The parameters are the declared defaults as the dtype can hold them.
    """
    xp = truth_namespace(x.dtype)
    for name, default in declaration.parameters.items():
        keywords.setdefault(name, xp.asarray(float(x.dtype.type(default))))
    results = getattr(reference, declaration.name)(xp.asarray(x.astype(float).tolist()), **keywords, xp=xp)
    return xp.asarray(results)


def errors(computed, truth):
    """Return the distance of each result from the exact one, in the dtype's last place there.

    The unit is that of the exact value's binade, of the subnormals below them, of the largest binade above all. An
    exact value that rounds to infinity, and a computed infinity, count as the power of two behind the largest number.
    """
    information = finfo(computed.dtype)
    pairs = zip(computed.ravel().tolist(), truth.ravel(), strict=True)
    return np.array([_error(found, wanted, information) for found, wanted in pairs]).reshape(computed.shape)


def _error(found, wanted, information):
    if math.isnan(found):
        return math.inf
    beyond = 2 ** int(information.maxexp)
    last_place_of_largest = 2 ** int(information.maxexp - 1 - information.nmant)
    if abs(wanted) >= beyond - last_place_of_largest // 2:
        wanted = beyond * (1 if wanted > 0 else -1) + 0 * wanted
    reached = (beyond if found > 0 else -beyond) if math.isinf(found) else found
    exponent = wanted.exp + wanted.bc - 1 if wanted else int(information.minexp)
    exponent = min(max(exponent, int(information.minexp)), int(information.maxexp) - 1)
    return float(abs(wanted - reached) * (0 * wanted + 2) ** int(information.nmant - exponent))
