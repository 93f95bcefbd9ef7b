"""The functions and arrays that the suites share.

Everything is memoised and looked up inside the timed call, which costs 0.1 microseconds. A ``setup`` method is the
usual place for arrays, but asv_runner 0.3 runs it before every single call and then times calls one by one, on caches
it has just emptied.
"""

import functools
import importlib

import numpy as np

from numba_act.engine.public.registry import activations

FUNCTIONS = list(activations())
ELEMENTWISE = [name for name, declaration in activations().items() if not declaration.is_row]
ROWS = [name for name in FUNCTIONS if name not in ELEMENTWISE]
REDUCTIONS = [name for name in ROWS if activations()[name].reduces]
DTYPES = ["float32", "float64"]
ROW = 100
PAGE = 1 << 21

# The C library hands freed memory back to the system, and zeroed pages have to be fetched again for the next array,
# unless it has seen a larger array freed before: a fresh process shows formulas up to six times slower than one that
# has worked for a while. This array puts every process in the latter state, up to results of 31 MiB.
np.empty(31 << 20, np.uint8)


@functools.cache
def function(library, name):
    """Return a function of ``numba_act.cpu``, ``.parallel`` or ``.reference``."""
    return getattr(importlib.import_module(f"numba_act.{library}"), name)


@functools.cache
def array(name, dtype, size):
    """Return the input of a function: normals times 3, which reach into both tails, for rows 100 each."""
    x = normals(dtype, size)
    return x if name in ELEMENTWISE else x.reshape(-1, min(ROW, size))


@functools.cache
def normals(dtype, *shape):
    """Return normally distributed numbers times 3."""
    # In place, so that a process which measures memory has not had the array twice.
    x = aligned(shape, "float64" if dtype == "float64" else "float32")
    np.random.default_rng(0).standard_normal(out=x, dtype=x.dtype)
    x *= 3
    return x if x.dtype == dtype else copied(x.astype(dtype))


def aligned(shape, dtype):
    """Return an array that begins with a page: elsewhere the fastest functions take up to 1.4 times as long.

    NumPy promises 16 bytes, and a vector of 64 bytes that lies across two lines of the cache is two accesses.
    """
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    memory = np.empty(size + 2 * PAGE, np.uint8)
    start = -memory.ctypes.data % PAGE
    return memory[start : start + size].view(dtype).reshape(shape)


def copied(array):
    """Return an aligned copy."""
    copy = aligned(array.shape, array.dtype)
    copy[...] = array
    return copy


@functools.cache
def operands(library, name, dtype, size):
    """Return a function, its input and an output array for it."""
    x = array(name, dtype, size)
    return function(library, name), x, output(name, x)


def output(name, x, axis=-1):
    """Return an array for the results of a function."""
    return copied(np.zeros(np.delete(x.shape, axis) if name in REDUCTIONS else x.shape, x.dtype))
