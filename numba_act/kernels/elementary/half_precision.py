"""float16 and bfloat16, as integers that hold their bits, to float32 and back.

For bfloat16 on every machine, for float16 on those that have no instruction for it. Narrowing rounds to the nearest
number, ties to even, subnormal ones included; a NaN stays one.
"""

import numpy as np

from numba_act.language.primitives import from_bits, to_bits

_MAGNITUDE, _SIGN = np.int32(0x7FFFFFFF), np.int32(0x8000)
_INFINITY = np.int32(0x7F800000)


def widen_bfloat16(bits):
    """Return the float32 of a bfloat16, which is its upper half."""
    return from_bits(np.int32(np.int32(bits) << np.int32(16)))


# Adding just under half a unit of the upper half, and one more where it is odd, carries into it exactly where the lower
# half rounds up. A NaN must not be rounded, perhaps to infinity: it keeps its upper half, made quiet.
_BELOW_HALF, _QUIET = np.int32(0x7FFF), np.int32(0x40)


def narrow_bfloat16(x):
    """Return the bfloat16 nearest to a float32."""
    bits = to_bits(x)
    upper = np.int32(bits >> np.int32(16))
    rounded = np.int32(np.int32(bits + np.int32(_BELOW_HALF + np.int32(upper & np.int32(1)))) >> np.int32(16))
    return np.uint16(upper | _QUIET if x != x else rounded)  # noqa: PLR0124


# Read as a float32, the shifted bits of a float16 are the number times 2**-112, subnormal ones included, and the
# product is exact.
_BIAS_FLOAT16 = np.float32(2.0**112)
_EXPONENT_FLOAT16 = np.int32(0x7C00)


def widen_float16(bits):
    """Return the float32 of a float16."""
    bits = np.int32(bits)
    magnitude = np.int32(bits & np.int32(0x7FFF))
    number = to_bits(from_bits(np.int32(magnitude << np.int32(13))) * _BIAS_FLOAT16)
    endless = np.int32(np.int32(magnitude << np.int32(13)) | _INFINITY)
    number = endless if magnitude >= _EXPONENT_FLOAT16 else number
    return from_bits(np.int32(number | np.int32(np.int32(bits & _SIGN) << np.int32(16))))


# Normal results are rounded as above. A subnormal one is a multiple of 2**-24, the last place of numbers from 0.5 to 1:
# adding 0.5 rounds it. The sum is taken of a number clamped to its range, so that no lane overflows.
_SMALLEST_NORMAL = np.float32(2.0**-14).view(np.int32)
_OVERFLOWING = np.float32(65520).view(np.int32)
_HALF = np.float32(0.5)
_REBIASED = np.int32(112 << 10)


def narrow_float16(x):
    """Return the float16 nearest to a float32."""
    bits = to_bits(x)
    magnitude = np.int32(bits & _MAGNITUDE)
    odd = np.int32(np.int32(magnitude >> np.int32(13)) & np.int32(1))
    normal = np.int32(np.int32(np.int32(magnitude + np.int32(0xFFF)) + odd) >> np.int32(13)) - _REBIASED
    small = from_bits(min(magnitude, _SMALLEST_NORMAL)) + _HALF
    result = np.int32(to_bits(small) - to_bits(_HALF)) if magnitude < _SMALLEST_NORMAL else np.int32(normal)
    result = _EXPONENT_FLOAT16 if magnitude >= _OVERFLOWING else result
    result = np.int32(0x7E00) if magnitude > _INFINITY else result
    return np.uint16(result | np.int32(np.int32(bits >> np.int32(16)) & _SIGN))
