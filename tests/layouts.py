"""Ways in which an array can lie in memory, with memory around and between its elements that nobody may touch."""

from dataclasses import dataclass

import numpy as np
from bits import with_one_nan

GUARD = 5  # elements before and behind
FILL = -123.0  # in the guards and gaps
LENGTHS = (0, 1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 100, 511, 512, 513, 1025)
LARGE = 300_000  # large enough that the automatic ufuncs divide the work


def filled(shape, dtype):
    return np.full(shape, FILL, dtype)


@dataclass(frozen=True)
class Layout:
    """Where the elements of a 1-D array lie.

    Parameters
    ----------
    step : int
        Elements from one to the next.
    shift : int
        Bytes by which the array misses its alignment.
    swapped : bool
        Whether the bytes are in the other order than this machine's.
    """

    step: int = 1
    shift: int = 0
    swapped: bool = False

    def empty(self, length, dtype):
        """Return (all the memory as bytes, an array of this layout within it), filled with `FILL`."""
        dtype = np.dtype(dtype)
        reach = max(length - 1, 0) * abs(self.step)
        memory = np.full(GUARD + reach + 1 + GUARD, FILL, dtype).view(np.uint8)
        first = GUARD + (reach if self.step < 0 else 0)
        array = np.ndarray(
            length,
            dtype.newbyteorder() if self.swapped else dtype,
            memory,
            offset=first * dtype.itemsize + self.shift,
            strides=(self.step * dtype.itemsize,),
        )
        return memory, array

    def holding(self, values):
        """Return (memory, array) with these values in the array."""
        memory, array = self.empty(values.size, values.dtype)
        array[...] = values
        return memory, array


LAYOUTS = {
    "contiguous": Layout(),
    "step2": Layout(2),
    "step3": Layout(3),
    "reversed": Layout(-1),
    "step-2": Layout(-2),
    "column": Layout(7),
    "unaligned": Layout(shift=1),
    "swapped": Layout(swapped=True),
    "swapped-unaligned-step-3": Layout(-3, 1, True),
}


def assert_wrote_only(layout, memory, array, expected, situation=""):
    """Fail unless ``array`` holds the expected values and the rest of the memory is as it was filled."""
    wanted_memory, wanted = layout.holding(with_one_nan(expected))
    array[...] = with_one_nan(array)
    if memory.tobytes() != wanted_memory.tobytes():
        differs = np.flatnonzero(memory != wanted_memory)
        inside = np.flatnonzero(array.astype(expected.dtype) != wanted.astype(expected.dtype))
        raise AssertionError(
            f"{situation} length {expected.size}: bytes {differs[:4]} of {memory.size} differ; elements {inside[:4]}, "
            f"found {array[inside[:4]]} not {wanted[inside[:4]]}"
        )
