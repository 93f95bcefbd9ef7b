"""The inputs of the tests, chosen from the floating-point format and not from any function."""

import functools

import numpy as np
from ml_dtypes import finfo

SEED = 20240607


def specials(dtype):
    """Return zeros, subnormals, limits of the format and of its exponential, infinities and NaN, in both signs."""
    dtype = np.dtype(dtype)
    information = finfo(dtype)
    smallest, tiny, largest = information.smallest_subnormal, information.tiny, information.max
    one = dtype.type(1)
    # Where exp overflows, becomes subnormal, becomes zero, and where 1 + exp(-x) becomes 1.
    turning = [np.log(float(limit)) for limit in (largest, tiny, smallest, information.eps)]
    positive = [
        *(0, smallest, 3 * smallest, tiny / 2, tiny - smallest, tiny, tiny + smallest, information.eps, largest),
        *(0.5, np.nextafter(one, 0 * one), 1, np.nextafter(one, 2 * one), 2, 3, 5, 10, 20, 50, 1000, 10_000, np.inf),
        *(abs(limit) * factor for limit in turning for factor in (0.5, 0.999, 1, 1.001, 2)),
    ]
    with np.errstate(over="ignore"):  # 10 000 and a few others lie beyond float16
        positive = np.array(positive).astype(dtype)
    return np.concatenate([positive, -positive, [dtype.type(np.nan), -dtype.type(np.nan)]])


@functools.cache
def numbers(dtype):
    """Return `specials`, numbers log-spaced over the whole range and uniform where functions bend."""
    dtype = np.dtype(dtype)
    information = finfo(dtype)
    generator = np.random.default_rng(SEED)
    exponents = np.concatenate(
        [
            np.linspace(information.minexp - information.nmant, information.maxexp - 1, 300).astype(int),
            np.repeat(np.arange(-information.nmant - 4, 8), 12),
        ]
    )
    log_spaced = np.ldexp(generator.uniform(1, 2, exponents.size), exponents)
    uniform = np.concatenate([generator.uniform(0, 10, 400), generator.uniform(0, 1000, 100)])
    magnitudes = np.concatenate([log_spaced, uniform]).astype(dtype)
    values = np.concatenate([specials(dtype), magnitudes, -magnitudes])
    values.flags.writeable = False
    return values


def finite_numbers(dtype):
    """Return `numbers` without infinities and NaN."""
    values = numbers(np.dtype(dtype))
    return values[np.isfinite(values)]
