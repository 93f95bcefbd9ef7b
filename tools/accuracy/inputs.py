"""Which numbers the functions are measured at."""

import functools
import zlib

import numpy as np
from distance import format_of
from truth import exact

_SEED = 20240607
POINTS = 1_000_000


def numbers_by_rank(first, last, stride, dtype):
    """Return the floats of 16 or 32 bits from one rank to another, in ascending order.

    The rank of a float that is not negative is its bit pattern, -0.0 has the rank -1 and so on downwards; NaNs are at
    both ends.
    """
    width = np.dtype(dtype).itemsize
    integer = np.dtype(f"i{width}")
    ranks = np.arange(first, last, stride, np.int64).astype(integer)
    return (ranks ^ ((ranks >> integer.type(8 * width - 1)) & np.iinfo(integer).max)).view(dtype)


def all_ranks(dtype):
    """Return the first rank and the one behind the last."""
    patterns = 1 << (8 * np.dtype(dtype).itemsize)
    return -patterns // 2, patterns // 2


def sample(dtype, count):
    """Return about ``count`` finite numbers, sorted, symmetric, log-spaced, and dense where functions bend."""
    digits, lowest, highest = format_of(dtype)
    generator = np.random.default_rng(_SEED)
    magnitudes = np.concatenate(
        [
            _log_spaced(generator, lowest - digits, highest, count // 4),
            _log_spaced(generator, -digits - 4, min(10, highest), count // 8),
            generator.uniform(0, 40, count // 8),
        ]
    ).astype(dtype)
    magnitudes = np.unique(magnitudes[(magnitudes > 0) & np.isfinite(magnitudes)])
    return np.concatenate([-magnitudes[::-1], magnitudes])


@functools.cache
def points(name, parameters):
    """Return `POINTS` float64 numbers, sorted: over the whole range, and dense where a function may have a seam."""
    generator = np.random.default_rng([_SEED, zlib.crc32(name.encode())])
    half_steps = generator.integers(1, 2200, 3000) * (np.log(2) / 2)  # where reductions of an exponential change
    simple = np.concatenate([2.0 ** np.arange(-60, 11), np.arange(1, 321) / 8])
    magnitudes = np.concatenate(
        [
            _log_spaced(generator, -1074, 1023, 180_000),
            _log_spaced(generator, -60, 10, 250_000),
            generator.uniform(0, 40, 250_000),
            _near(generator, half_steps, 120_000),
            _near(generator, simple, 120_000),
        ]
    )
    turning = thresholds(name, parameters)
    if turning.size:
        magnitudes = np.concatenate([magnitudes, _near(generator, turning, 120_000)])
    values = np.concatenate([-magnitudes, magnitudes, [0.0, -0.0]])
    values = np.unique(values[np.isfinite(values)])
    # More than enough, less what was drawn twice.
    return np.sort(generator.choice(values, POINTS, replace=False))


@functools.cache
def thresholds(name, parameters):
    """Return magnitudes where results become subnormal, zero, constant or proportional, by bisection of the truth."""
    magnitudes = np.geomspace(1e-12, 1e18, 2000)
    edges = []
    for sign in (-1.0, 1.0):
        kinds = _kinds(name, sign * magnitudes, parameters)
        changes = np.flatnonzero(np.any(kinds[1:] != kinds[:-1], axis=1))
        # Halving the distance of the bit patterns: less than 2**52 lie between two numbers so close.
        below, above = magnitudes[changes].view(np.int64), magnitudes[changes + 1].view(np.int64)
        for _ in range(52):
            middle = below + (above - below) // 2
            same = np.all(_kinds(name, sign * middle.view(np.float64), parameters) == kinds[changes], axis=1)
            below, above = np.where(same, middle, below), np.where(same, above, middle)
        edges.append(below.view(np.float64))
    return np.concatenate(edges)


def _kinds(name, x, parameters):
    """Return whether each result is zero, is subnormal, is the same for twice x, is doubled for twice x."""
    here, further = (exact(name, factor * x, parameters).astype(np.float64) for factor in (1, 2))
    tiny = np.finfo(np.float64).tiny
    return np.stack([here == 0, abs(here) < tiny, further == here, further == 2 * here], axis=1)


def _log_spaced(generator, lowest, highest, count):
    exponents = generator.integers(lowest, highest, count, endpoint=True)
    return np.ldexp(generator.uniform(1, 2, count), exponents)


def _near(generator, anchors, count):
    """Return numbers around positive ones: from the neighbour in the format to an eighth away."""
    steps = 2 ** generator.uniform(0, 49, count) * generator.choice([-1, 1], count)
    return (generator.choice(anchors, count).view(np.int64) + steps.astype(np.int64)).view(np.float64)
