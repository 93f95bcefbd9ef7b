"""Distances from the truth in units in the last place, for whole arrays; ``tests/ulp.py`` says what they mean."""

import functools
from typing import NamedTuple

import numpy as np
from ml_dtypes import finfo

_EXPONENT_BITS = np.int64(0x7FF0_0000_0000_0000)


class Truth(NamedTuple):
    """Exact values, counted in units in the last place of a dtype: each is ``(nearest + remainder) * unit``.

    An exact value that rounds to infinity counts as the power of two behind the largest number, with no remainder.
    """

    unit: np.ndarray
    nearest: np.ndarray
    remainder: np.ndarray


class Format(NamedTuple):
    """The limits of a dtype: digits behind the point of a significand, exponents of 1.0 x 2**e."""

    digits: int
    lowest: int
    highest: int


@functools.cache
def format_of(dtype):
    """Return the `Format` of a dtype."""
    information = finfo(dtype)
    return Format(int(information.nmant), int(information.minexp), int(information.maxexp) - 1)


def truth_of_float64(values, dtype):
    """Return float64 numbers as the `Truth` for a narrower dtype."""
    digits, lowest, highest = format_of(dtype)
    beyond = 2.0 ** (highest + 1)
    rounds_to_infinity = beyond - 2.0 ** (highest - digits - 1)
    if values.max(initial=0) >= rounds_to_infinity or values.min(initial=0) <= -rounds_to_infinity:
        values = np.where(abs(values) >= rounds_to_infinity, np.copysign(beyond, values), values)
    unit = (values.view(np.int64) & _EXPONENT_BITS).view(np.float64)
    np.clip(unit, 2.0**lowest, 2.0**highest, out=unit)
    unit *= 2.0**-digits
    exact = values / unit
    nearest = np.rint(exact)
    exact -= nearest
    return Truth(unit, nearest, exact)


def truth_of_mpmath(values, dtype):
    """Return an array of mpmath numbers as `Truth`."""
    digits, lowest, highest = format_of(dtype)
    behind_largest = 1 << (digits + 1)

    def split(value):
        negative, significand, exponent, bits = value._mpf_
        last_place = min(max(exponent + bits - 1, lowest), highest) - digits if significand else lowest - digits
        nearest, remainder, significand = 0, 0.0, int(significand)
        drop = last_place - exponent
        if drop <= 0:
            nearest = significand << -drop
        elif drop < bits + 64:  # or it is less than 2**-64 of a unit
            nearest = (significand + (1 << (drop - 1)) - 1 + (significand >> drop & 1)) >> drop  # half to even
            remainder = (significand - (nearest << drop)) / (1 << drop)
        if last_place == highest - digits and nearest >= behind_largest:
            nearest, remainder = behind_largest, 0.0
        return (last_place, -nearest, -remainder) if negative else (last_place, nearest, remainder)

    last_place, nearest, remainder = np.array([split(value) for value in values], np.float64).reshape(-1, 3).T
    return Truth(np.ldexp(1.0, last_place.astype(np.int32)), nearest, remainder)


def errors(computed, truth, dtype):
    """Return the distance of each float64 number from the truth, and which are not the nearest of the dtype.

    A computed infinity counts as the power of two behind the largest number. NaN is infinitely far.
    """
    highest = format_of(dtype).highest
    with np.errstate(over="ignore", invalid="ignore"):  # numbers far from a small truth
        places = computed / truth.unit
        if not np.isfinite(places).all():
            behind_largest = np.ldexp(1 / truth.unit, highest + 1)
            places = np.where(np.isinf(computed), np.copysign(behind_largest, computed), places)
        distance = places - truth.nearest
        distance -= truth.remainder
        np.abs(distance, out=distance)
        distance[np.isnan(distance)] = np.inf
    return distance, places != truth.nearest
