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


# A share that is nearly 1 has a logarithm that is nearly 0, and the accurate one is made of what the others weigh. So
# their sum is kept for the heaviest piece. Of pieces that weigh the same, each has others of the same weight.
SUMS = 4


def sums_of_row(keywords, pairs):
    """Return of each row the largest shift, the sum of the weights of its pieces, the heaviest, and all but that."""
    axis = keywords["axis"]
    largest = np.max(pairs[..., 0], axis=axis, keepdims=True, initial=-np.inf)
    with np.errstate(all="ignore"):
        weights = _weights(largest, pairs)
        batch = tuple(place for place in range(weights.ndim) if place not in axis)
        rows = np.sort(np.transpose(weights, (*batch, *axis)).reshape(*(weights.shape[place] for place in batch), -1))
        others = np.sum(rows[..., :-1], axis=-1)
    return np.stack([np.squeeze(largest, axis), others + rows[..., -1], rows[..., -1], others], axis=-1)


def _weights(largest, pairs):
    """Return exp(shift + log - largest), which the rounding of a large difference would be seen in."""
    shift, log = pairs[..., 0], pairs[..., 1]
    difference = shift - largest
    back = difference - shift
    error = (shift - (difference - back)) - (largest + back)
    whole = np.exp(np.where(shift == largest, 0, difference))
    weights = np.where(np.isfinite(error), whole + whole * error, whole) * np.exp(log)
    return np.where(log == -np.inf, 0, weights)


def total(keywords, pairs):
    """Return the logarithm of the sum over all pieces."""
    largest, whole, _, _ = np.moveaxis(sums_of_row(keywords, pairs), -1, 0)
    with np.errstate(all="ignore"):
        found = np.where(whole == 0, -np.inf, largest + np.log(whole)).astype(keywords["dtype"])
    return np.expand_dims(found, keywords["axis"]) if keywords["keepdims"] else found


def result_of_chunk(function, keywords, names, x, *arrays):
    """Return the results of a piece from those that it would have by itself, and its share."""
    given = {**keywords, **dict(zip(names, arrays, strict=True))}
    axis, where, multiplies = given["axis"], given.get("where"), given["multiplies"]
    own = function(x, axis=axis, where=where, scale=given.get("scale"), dtype=given["real"])
    largest, whole, heaviest, others = np.expand_dims(np.moveaxis(given["row"], -1, 0), tuple(1 + a for a in axis))
    with np.errstate(all="ignore"):
        weight = _weights(largest, given["pair"])
        if multiplies:
            nothing, found = 0, np.multiply(own, np.where(whole == 0, 1, weight / whole))
        else:
            shift, log = given["pair"][..., 0], given["pair"][..., 1]
            relative = np.where(shift == largest, 0, shift - largest) + log - np.log(whole)
            share = np.where(weight == heaviest, -np.log1p(others / weight), relative)
            nothing, found = -np.inf, np.add(own, np.where(whole == 0, 0, share))
        # By itself, a piece that has nothing is NaN.
        found = np.where((given["pair"][..., 1] == -np.inf) & (whole > 0), nothing, found)
    return np.asarray(found if where is None else np.where(where, found, nothing)).astype(given["dtype"])
