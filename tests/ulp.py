"""The truth, from ``numba_act.reference`` over mpmath, and distances from it in units in the last place."""

import functools
import math

import numpy as np
from ml_dtypes import finfo

from numba_act import reference

# The largest error of an activation that declares none of its own.
DEFAULT_MAX_ULP = 4.0

# The lines of the reference keep the relative accuracy of what they are computed with. All digits take ten times as
# long.
DIGITS, CHECKED = 40, 37
FEW = reference.mpmath_namespace(DIGITS)


def max_ulp(declaration, dtype):
    """Return the largest error that a declaration allows itself."""
    return declaration.max_ulp.get(np.dtype(dtype).name, DEFAULT_MAX_ULP)


def truth_namespace(dtype):
    """Return reference's mpmath namespace with enough digits that ``1 + x`` keeps the smallest subnormal x."""
    smallest = float(finfo(dtype).smallest_subnormal)
    return reference.mpmath_namespace(digits=30 - math.floor(math.log10(smallest)))


def exact(declaration, x, **keywords):
    """Return the exact results for an array of numbers, as an object array of mpmath numbers.

    The parameters are the declared defaults as the dtype can hold them. Element-wise functions are computed with
    `DIGITS` digits, every `CHECKED`-th number with all digits as well: the two must agree to 2**-80.
    """
    return _exact(declaration, x.dtype, x.shape, x.tobytes(), tuple(keywords.items()))


@functools.lru_cache(256)
def _exact(declaration, dtype, shape, content, keywords):
    x = np.frombuffer(content, dtype).reshape(shape)
    results = _computed(declaration, x, keywords, truth_namespace(dtype) if declaration.layout else FEW)
    if not declaration.layout:
        all_digits = truth_namespace(dtype)
        certain = _computed(declaration, x[::CHECKED], keywords, all_digits)
        unit = np.maximum(abs(certain), all_digits.constant(float(finfo(dtype).smallest_subnormal)))
        wrong = abs(results[::CHECKED] - certain) > unit * 2.0**-80
        assert not wrong.any(), f"{DIGITS} digits are too few for {declaration.name} at {x[::CHECKED][wrong]}"
    results.flags.writeable = False
    return results


def _computed(declaration, x, keywords, xp):
    parameters = {name: xp.asarray(float(x.dtype.type(value))) for name, value in declaration.parameters.items()}
    function = getattr(reference, declaration.name)
    results = function(xp.asarray(x.astype(float).tolist()), **parameters | dict(keywords), xp=xp)
    return np.asarray(xp.asarray(results), object)  # of a row that is reduced it is a number


def errors(computed, truth):
    """Return the distance of each result from the exact one, in the dtype's last place there.

    The unit is that of the exact value's binade, of the subnormals below them, of the largest binade above all. An
    exact value that rounds to infinity, and a computed infinity, count as the power of two behind the largest number.
    """
    information = finfo(computed.dtype)
    pairs = zip(computed.ravel().astype(float).tolist(), truth.ravel(), strict=True)
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
