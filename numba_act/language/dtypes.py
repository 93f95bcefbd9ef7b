"""The dtypes of the package, in the one table there is of them."""

import functools
from typing import NamedTuple

import numpy as np


class Format(NamedTuple):
    """A floating-point dtype.

    Attributes
    ----------
    name : str
    size : int
        Bytes of a number in memory.
    digits : int
        Binary digits of its significand.
    computed : dtype
        What numbers of it are computed in.
    """

    name: str
    size: int
    digits: int
    computed: np.dtype

    @property
    def is_half(self):
        """Whether numbers are computed in a wider dtype and rounded once."""
        return self.size < self.computed.itemsize


_FLOAT32, _FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)

FORMATS = {
    format.name: format
    for format in (
        Format("float16", 2, 11, _FLOAT32),
        Format("bfloat16", 2, 8, _FLOAT32),
        Format("float32", 4, 24, _FLOAT32),
        Format("float64", 8, 53, _FLOAT64),
    )
}
REAL = tuple(name for name, format in FORMATS.items() if not format.is_half)
HALF = tuple(name for name, format in FORMATS.items() if format.is_half)
INTEGER = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")


@functools.cache
def numpy_dtype(name):
    """Return NumPy's dtype of a name, or None for bfloat16 where `ml_dtypes`, which defines it, is not installed."""
    if name != "bfloat16":
        return np.dtype(name)
    try:
        import ml_dtypes
    except ModuleNotFoundError:
        return None
    return np.dtype(ml_dtypes.bfloat16)


def computed_in(dtype):
    """Return the dtype that numbers of one are computed in: halves in float32, others in their own."""
    format = FORMATS.get(dtype.name)
    return dtype if format is None else format.computed


def parameter_dtype(default, dtype):
    """Return the dtype of a parameter beside inputs of a dtype: bool and integer defaults keep their kind.

    Booleans are bool, integers int64, everything else is of the inputs' dtype.
    """
    if isinstance(default, (bool, np.bool)):
        return np.dtype(np.bool)
    return np.dtype(np.int64) if isinstance(default, (int, np.integer)) else dtype
