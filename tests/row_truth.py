"""The exact results of rows, from the definition in `np.longdouble`, and distances from them."""

from dataclasses import dataclass

import ml_dtypes
import numpy as np
import ulp
from bits import assert_same_bits
from row_calls import DECLARATIONS, in_float32, nothing, reduces

# The truth of float64 needs more digits than float64 has; not every platform's C compiler offers them.
EXACT = np.longdouble
HAS_MORE_DIGITS = np.finfo(EXACT).nmant >= 63


def wider(x):
    """Return the same numbers as `EXACT`; NumPy knows no direct way from a bfloat16."""
    return np.asarray(x).astype(np.float64).astype(EXACT)


def difference(a, b):
    """Return ``a - b`` and what its rounding loses."""
    result = a - b
    minus_b = result - a
    return result, (a - (result - minus_b)) - (b + minus_b)


@dataclass
class Truth:
    """The exact results of one row, of all three functions."""

    softmax: np.ndarray
    log_softmax: np.ndarray
    logsumexp: np.ndarray


def truth(x, seen=None):
    """Return the exact results for a 1-D array, of which only some elements may be seen."""
    x = wider(x)
    seen = np.ones(x.shape, bool) if seen is None else seen
    shares, logarithms = np.zeros_like(x), np.full_like(x, -np.inf)
    visible = x[seen]
    peak = visible.max(initial=-np.inf)
    if np.isnan(peak) or (visible.size and peak == -np.inf):
        shares[seen] = logarithms[seen] = np.nan
        return Truth(shares, logarithms, peak)
    if np.isinf(peak):
        winners = seen & (x == peak)
        shares[winners] = EXACT(1) / max(winners.sum(), 1)
        logarithms[winners] = -np.log(EXACT(max(winners.sum(), 1)))
        return Truth(shares, logarithms, peak)
    distance = np.full_like(visible, -np.inf)
    distance[visible > -np.inf], lost = difference(visible[visible > -np.inf], peak)
    weights = np.exp(distance)
    weights[visible > -np.inf] *= 1 + lost
    # Without one of the peaks, whose term is 1, what the others add to it keeps all its digits.
    others = np.sum(np.delete(weights, np.argmax(visible)))
    shares[seen] = weights / (1 + others)
    logarithms[seen] = distance - np.log1p(others)
    return Truth(shares, logarithms, peak + np.log1p(others))


def units_off(computed, exact):
    """Return how many units in the last place results are away from exact values, as ``ulp.errors`` does.

    What rounds to infinity, and infinity, count as the power of two behind the largest number.
    """
    computed, exact = np.asarray(computed), np.asarray(exact, EXACT)
    information = ml_dtypes.finfo(computed.dtype)
    digits, smallest, largest = int(information.nmant), int(information.minexp), int(information.maxexp) - 1
    beyond = np.ldexp(EXACT(1), largest + 1)
    limit = beyond - np.ldexp(EXACT(1), largest - digits - 1)
    found = np.clip(wider(computed), -beyond, beyond)
    wanted = np.where(np.abs(exact) >= limit, np.copysign(beyond, exact), exact)
    exponent = np.clip(np.frexp(wanted)[1] - 1, smallest, largest)
    off = np.ldexp(np.abs(found - wanted), digits - exponent)
    both_nan = np.isnan(found) & np.isnan(exact)
    return np.where(both_nan, 0, np.where(np.isnan(off), np.inf, off)).astype(float)


def allowed(name, dtype, exact, peak):
    """Return the promised bound in units in the last place.

    A logarithm of a sum that is smaller than the largest logit is what the two numbers it is the sum of left of each
    other: their units are larger. One unit of that logit is then allowed, and half of the result's own where it is
    rounded again.
    """
    bound = ulp.max_ulp(DECLARATIONS[name], dtype)
    if name != "logsumexp" or not np.isfinite(peak) or abs(exact) >= abs(peak):
        return bound
    unit = EXACT(np.spacing(in_float32(dtype).type(abs(float(peak)))))
    own = EXACT(float(np.spacing(in_float32(dtype).type(max(abs(float(exact)), 1e-300)))))
    own *= 2 ** (int(ml_dtypes.finfo(in_float32(dtype)).nmant) - int(ml_dtypes.finfo(dtype).nmant))
    return max(bound, float(unit / own) + (0.5 if dtype.itemsize == 2 else 0.0))


def assert_true(name, computed, x, seen=None, situation="", exact=None):
    """Fail unless the results for one row are within the bound, and those of masked elements as they must be."""
    seen = np.ones(x.shape, bool) if seen is None else seen
    exact = getattr(truth(x, seen) if exact is None else exact, name)
    computed = np.asarray(computed)
    assert computed.shape == np.shape(exact)
    peak = np.max(wider(x)[seen], initial=-np.inf)
    off = units_off(computed, exact)
    bound = allowed(name, computed.dtype, exact, peak)
    worst = int(np.argmax(off))
    assert off.max(initial=0) <= bound, (
        f"{situation} {off.max():.3f} ULP, {bound:.3f} allowed, at {worst} of {x.size}, where x is {x.flat[worst]!r} "
        f"and the peak {peak!r}: {computed.flat[worst]!r}, exactly {np.ravel(exact)[worst]!r}; "
        f"{np.sum(off > bound)} in all"
    )
    if not reduces(name):
        assert_same_bits(computed[~seen], np.full(np.sum(~seen), nothing(name)).astype(computed.dtype), situation)
