"""Several arrays of one shape, seen with as few dimensions as their strides allow."""

import functools
import math


def broadcast_strides(shape, strides, to):
    """Return the strides of an array seen with another shape, as NumPy broadcasts it, or None if it does not fit."""
    missing = len(to) - len(shape)
    if missing < 0:
        return None
    found = [0] * missing
    for length, stride, wanted in zip(shape, strides, to[missing:], strict=True):
        if length == wanted:
            found.append(stride)
        elif length == 1:
            found.append(0)
        else:
            return None
    return tuple(found)


# The last array is written to, which in wrong order costs most: its strides decide, then the others'.
@functools.lru_cache(maxsize=1024)
def merged(shape, strides):
    """Return shape and strides with dimensions sorted, the shortest strides last, and merged where they can be.

    Parameters
    ----------
    shape : tuple of int
    strides : tuple of tuples of int
        Of each array; those of the one that is written to come last.

    Returns
    -------
    shape : tuple of int
        Of at least one dimension.
    strides : tuple of tuples of int
    """
    dimensions = [each for each in zip(shape, *strides, strict=True) if each[0] != 1]
    dimensions.sort(key=lambda each: [abs(stride) for stride in reversed(each[1:])], reverse=True)
    found = []
    for length, *inner in dimensions:
        if found and all(outer == length * stride for outer, stride in zip(found[-1][1:], inner, strict=True)):
            found[-1] = (found[-1][0] * length, *inner)
        else:
            found.append((length, *inner))
    shape, *strides = zip(*found, strict=True) if found else ((1,), *[(0,)] * len(strides))
    return tuple(shape), tuple(strides)


@functools.lru_cache(maxsize=1024)
def is_dense(shape, strides, size):
    """Return whether the elements lie in memory one after the other, in whatever order of the axes."""
    shape, (strides,) = merged(shape, (strides,))
    return len(shape) == 1 and (strides[0] == size or shape[0] == 1)


@functools.lru_cache(maxsize=1024)
def reach(shape, strides, size):
    """Return how many bytes an array covers before its first element and from that on."""
    if 0 in shape:
        return 0, 0
    ends = [stride * (length - 1) for length, stride in zip(shape, strides, strict=True)]
    return -sum(min(end, 0) for end in ends), sum(max(end, 0) for end in ends) + size


def in_parts(shape, limit):
    """Return the longest dimension, and (start, length) of slices of it with fewer elements than a limit."""
    longest = max(range(len(shape)), key=shape.__getitem__)
    others = math.prod(shape) // shape[longest]
    most = max(1, (limit - 1) // others)
    starts = range(0, shape[longest], most)
    return longest, [(start, min(most, shape[longest] - start)) for start in starts]
