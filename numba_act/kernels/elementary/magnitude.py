"""The magnitude of a number, limited through its bits, which raises no flag for NaN."""

import numpy as np

from numba_act.kernels.elementary.sign import is_negative_number
from numba_act.language.primitives import by_dtype, from_bits, to_bits

_MAGNITUDE_FLOAT32, _MAGNITUDE_FLOAT64 = np.int32(0x7FFFFFFF), np.int64(0x7FFFFFFFFFFFFFFF)


def limited_magnitude_float32(x, largest):
    """Return |x|, or ``largest`` where that is less or x is NaN."""
    return from_bits(min(np.int32(to_bits(x) & _MAGNITUDE_FLOAT32), to_bits(largest)))


def limited_magnitude_float64(x, largest):
    """Return |x|, or ``largest`` where that is less or x is NaN."""
    return from_bits(min(to_bits(x) & _MAGNITUDE_FLOAT64, to_bits(largest)))


limited_magnitude = by_dtype(float32=limited_magnitude_float32, float64=limited_magnitude_float64)


def limited_by_sign(x, lowest, largest):
    """Return |x|, at most ``largest`` for positive and ``lowest`` for negative x.

    On the positive side, where the tail stops to matter early, this keeps it from becoming subnormal in vain: the
    processor takes a hundred cycles for each vector with such a number.
    """
    return limited_magnitude(x, lowest if is_negative_number(x) else largest)


def beyond(x, largest):
    """Return whether x is above a positive number, by its bits; True for NaN with a positive sign."""
    return to_bits(x) > to_bits(largest)
