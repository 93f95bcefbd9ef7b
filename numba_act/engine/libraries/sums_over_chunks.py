"""Softmax, log_softmax and logsumexp of rows that lie in several pieces: what is found of each, put together.

Of each piece's rows a pair (shift, log) of float64 numbers is kept: the sum of exponentials is exp(shift + log). The
shift is the largest number, so that the rounding of the logarithm does not grow with the numbers. Pieces are computed
by themselves and multiplied by the *share* that each has of its rows, or the logarithm of the share is added, which has
the same sign, so nothing cancels.

Where the largest number is inf, the logarithm is that of how many there are, for they share the mass equally. Where it
is -inf, there is nothing in the piece and both are -inf. NaN has the shift 0 and the logarithm NaN.
"""

import numpy as np


def pair_of_chunk(logsumexp, keywords, names, x, *arrays):
    """Return the pairs of the rows of a piece, along a new last axis."""
    axis, given = keywords["axis"], {**keywords, **dict(zip(names, arrays, strict=True))}
    where, scale = given.get("where"), given.get("scale")
    visible = True if where is None else where
    with np.errstate(all="ignore"):
        values = np.asarray(x, keywords["real"])
        values = values if scale is None else np.multiply(values, scale, dtype=keywords["real"], casting="same_kind")
        peak = np.max(values, axis=axis, keepdims=True, initial=-np.inf, where=visible).astype(float)
        differences = np.subtract(values, np.where(np.isfinite(peak), peak, 0), dtype=float)
        log = logsumexp(differences, axis=axis, keepdims=True, where=where)
        if np.any(peak == np.inf):
            count = np.sum(values == np.inf, axis=axis, keepdims=True, where=visible)
            log = np.where(peak == np.inf, np.log(count), log)
    return np.stack([np.where(np.isnan(peak), 0, peak), log], axis=-1)


def _joined(keywords, pairs):
    """Return the largest shift of each row, and the logarithm of each piece's sum relative to that."""
    shift, log = pairs[..., 0], pairs[..., 1]
    largest = np.max(shift, axis=keywords["axis"], keepdims=True, initial=-np.inf)
    with np.errstate(invalid="ignore"):
        relative = np.where(shift == largest, 0, shift - largest) + log
    return largest, np.where(log == -np.inf, -np.inf, relative)


def total(logsumexp, keywords, names, pairs):
    """Return the logarithm of the sum over all pieces."""
    largest, relative = _joined(keywords, pairs)
    with np.errstate(all="ignore"):
        found = (largest + logsumexp(relative, axis=keywords["axis"], keepdims=True)).astype(keywords["dtype"])
    return found if keywords["keepdims"] else np.squeeze(found, keywords["axis"])


def shares(function, keywords, names, pairs):
    """Return the share that each piece has of its rows, or its logarithm; all of it where no piece has anything."""
    largest, relative = _joined(keywords, pairs)
    if not keywords["multiplies"]:
        return np.where(largest == -np.inf, 0.0, function(relative, axis=keywords["axis"]))
    with np.errstate(all="ignore"):
        weights = _weights(largest, pairs[..., 0], pairs[..., 1])
        found = weights / np.sum(weights, axis=keywords["axis"], keepdims=True)
    return np.where(largest == -np.inf, 1.0, found)


def _weights(largest, shift, log):
    """Return exp(shift + log - largest), which the rounding of a large difference would be seen in."""
    difference = shift - largest
    back = difference - shift
    error = (shift - (difference - back)) - (largest + back)
    whole = np.exp(np.where(shift == largest, 0, difference))
    return np.where(np.isfinite(error), whole + whole * error, whole) * np.exp(log)


def result_of_chunk(function, keywords, names, x, *arrays):
    """Return the results of a piece from those that it would have by itself, and its share."""
    given = {**keywords, **dict(zip(names, arrays, strict=True))}
    real, dtype, share = given["real"], given["dtype"], given["share"]
    where, multiplies = given.get("where"), given["multiplies"]
    own = function(x, axis=given["axis"], where=where, scale=given.get("scale"), dtype=real)
    nothing = 0 if multiplies else -np.inf
    with np.errstate(all="ignore"):
        found = np.multiply(own, share) if multiplies else np.add(own, share)
    # By itself, a piece that has nothing is NaN.
    found = np.where(share == nothing, nothing, found)
    return np.asarray(found if where is None else np.where(where, found, nothing)).astype(dtype)
