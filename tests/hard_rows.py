"""Rows of every kind that has gone wrong somewhere, by length, dtype and a generator of random numbers."""

import numpy as np
import pytest


# A row of every kind that has gone wrong somewhere: by length, dtype and a generator of random numbers.
def neighbours_of(base):
    """Return rows of numbers a few units in the last place apart."""

    def row(length, dtype, generator):
        start = dtype.type(base)
        return (start + generator.integers(0, 40, length) * np.spacing(abs(start)) * np.sign(start)).astype(dtype)

    return row


def one_above(distance):
    def row(length, dtype, generator):
        x = np.full(length, -distance)
        x[generator.integers(length)] = 0.0
        return x.astype(dtype)

    return row


def one_in_a_thousand_above(distance):
    """Return rows whose sum is that of many equal terms, each too small for its rounding to be seen beside a peak's."""

    def row(length, dtype, generator):
        return np.where(np.arange(length) % 1000 == 0, 0.0, -distance).astype(dtype)

    return row


def blocks_of_different_peaks(length, dtype, generator):
    """Return numbers whose level jumps every 4096 elements, which sums are made of, and every few thousand others."""
    levels = generator.choice([-1e4, -700, -100, -90, -20, -3, 0, 1, 2, 15], -(-length // 1024))
    levels = np.repeat(levels.reshape(-1)[:: 4 if length > 8192 else 1], 4096 if length > 8192 else 1024)
    return (np.resize(levels, length) + generator.normal(0, 1, length)).astype(dtype)


def with_subnormal_results(length, dtype, generator):
    information = np.finfo(dtype)
    lowest, low = np.log(float(information.smallest_subnormal)) - 2, np.log(float(information.tiny)) + 2
    x = generator.uniform(lowest, low, length)
    x[length // 2] = 0
    return x.astype(dtype)


HARD_ROWS = {
    "normal": lambda length, dtype, generator: generator.normal(0, 3, length).astype(dtype),
    "wide": lambda length, dtype, generator: generator.normal(0, 300, length).astype(dtype),
    "equal": lambda length, dtype, generator: np.full(length, dtype.type(0.3)),
    "one-a-little-above": one_above(0.5),
    "one-above": one_above(12.25),
    "one-above-thousands": one_above(16.0),
    "one-far-above": one_above(30.0),
    "one-out-of-reach": one_above(2000.0),
    "one-in-a-thousand-above": one_in_a_thousand_above(6.59),
    "one-in-a-thousand-a-little-above": one_in_a_thousand_above(1.9),
    "two-values": lambda length, dtype, generator: np.where(generator.random(length) < 0.01, 3.7, -9.1).astype(dtype),
    "alternating": lambda length, dtype, generator: np.resize([5.3, -5.7], length).astype(dtype),
    "descending": lambda length, dtype, generator: np.linspace(40, -120, length).astype(dtype),
    "ascending": lambda length, dtype, generator: np.linspace(-120, 40, length).astype(dtype),
    "blocks-of-different-peaks": blocks_of_different_peaks,
    "subnormal-results": with_subnormal_results,
    "tiny": lambda length, dtype, generator: (generator.normal(0, 1, length) * np.finfo(dtype).tiny).astype(dtype),
} | {f"near{base:+.0e}": neighbours_of(base) for base in (1e5, -1e5, 1e6, -1e6, 1e30, -1e30, 3e38, -3e38)}

hard_rows = pytest.mark.parametrize("kind", HARD_ROWS)
