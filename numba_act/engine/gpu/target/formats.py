"""How numbers lie in a GPU's memory, and what they are computed in."""

import functools
from typing import NamedTuple

import numpy as np

from numba_act.language.dtypes import FORMATS

VECTOR = 16  # bytes: the most that a thread reads or writes at once


class Format(NamedTuple):
    """A dtype on a GPU.

    Attributes
    ----------
    name : str
    size : int
        Bytes of a number in memory.
    computed : dtype
        What it is computed in: for halves, float32.
    """

    name: str
    size: int
    computed: np.dtype

    @property
    def linked(self):
        """The dtype that kernels are linked for: float16 for all halves, see `by_dtype`."""
        return np.dtype(np.float16) if self.size < self.computed.itemsize else self.computed

    @property
    def lanes(self):
        """How many numbers a thread reads or writes at once."""
        return VECTOR // self.size


@functools.cache
def format_of(name):
    """Return the format of a dtype by its name; bfloat16 needs no package that knows it."""
    known = FORMATS.get(name)
    if known is not None:
        return Format(name, known.size, known.computed)
    dtype = np.dtype(name)
    return Format(name, dtype.itemsize, dtype)
