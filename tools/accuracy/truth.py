"""The truth: the lines of ``numba_act/reference.py``, over float64 or over mpmath."""

import functools
import math
from types import SimpleNamespace

import numpy as np

from numba_act import reference

# The lines keep the relative accuracy of what they are computed with; `own_error` compares with many more digits.
DIGITS, MORE_DIGITS = 40, 400


@functools.cache
def float64_namespace():
    """Return NumPy's functions, and SciPy's erfc where it is installed: Python's own, element by element, is slow."""
    names = ("exp", "expm1", "log1p", "tanh", "maximum", "minimum", "where", "asarray")
    namespace = SimpleNamespace(**{name: getattr(np, name) for name in names}, constant=float)
    try:
        from scipy.special import erfc
    except ModuleNotFoundError:
        return namespace
    namespace.erfc = erfc
    return namespace


mpmath_namespace = functools.cache(reference.mpmath_namespace)


def in_float64(name, x, parameters):
    """Return the results for an array of any dtype, computed in float64."""
    return getattr(reference, name)(x.astype(np.float64), *parameters, xp=float64_namespace())


def exact(name, x, parameters, digits=DIGITS):
    """Return the results for an array, or a list of decimal numbers, as mpmath numbers."""
    xp = mpmath_namespace(digits)
    numbers = xp.asarray(x.astype(np.float64).tolist() if isinstance(x, np.ndarray) else x)
    return xp.asarray(getattr(reference, name)(numbers, *map(xp.constant, parameters), xp=xp))


def limit(name, sign, parameters):
    """Return what the function tends to at an infinity, seen far outside the range of any dtype."""
    near, far = (exact(name, [f"{sign}1e{exponent}"], parameters, MORE_DIGITS)[0] for exponent in (400, 800))
    if abs(far) > 1 and abs(far) >= 2 * abs(near):
        return math.copysign(math.inf, far)
    return float(far) + 0.0  # not -0.0


def properties(name, x, parameters, truth):
    """Return which properties the function has, by the truth for numbers that are sorted and symmetric about 0."""
    slack = abs(truth) * mpmath_namespace(DIGITS).constant(2) ** -100  # mpmath's last digits are not always right
    lower, upper = (limit(name, sign, parameters) for sign in "-+")
    bounds = [bound for bound in (lower, upper) if math.isfinite(bound)]
    rounding = 2.0**-50  # of the bounds
    return {
        "monotone": bool(np.all(truth[1:] >= truth[:-1] - slack[:-1])),
        "odd": bool(np.all(abs(truth + truth[::-1]) <= slack)),
        "has_sign_of_x": bool(np.all((truth > 0) == (x > 0)) and np.all((truth < 0) == (x < 0))),
        "limits": [lower, upper],
        "at_least": max(
            (bound for bound in bounds if np.all(truth >= bound - abs(bound) * rounding)), default=-math.inf
        ),
        "at_most": min((bound for bound in bounds if np.all(truth <= bound + abs(bound) * rounding)), default=math.inf),
    }
