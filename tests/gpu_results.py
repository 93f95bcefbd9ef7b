"""What is called on a GPU or in its simulator, and how near its results are to those of the CPU.

Expected values are those of ``numba_act.cpu``, in another process. The simulator has no operation that multiplies and
adds with one rounding, as `multiply_add` may, so results may differ by one unit in the last place; those of rows, which
add up in another order, by two, as their declarations allow.
"""

import functools
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest
from samples import numbers
from subjects import representatives

import numba_act as na
from numba_act.engine.public.registry import activations

DECLARATIONS = activations()
ROWS = {name: declaration for name, declaration in DECLARATIONS.items() if declaration.is_row}
ELEMENTS = {name: declaration for name, declaration in DECLARATIONS.items() if not declaration.is_row}
PARAMETRISED = [name for name, declaration in ELEMENTS.items() if declaration.parameters]
INTEGERS = [(name, dtype) for name, found in ELEMENTS.items() for dtype in found.dtypes if dtype.kind in "iu"]
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = {name: np.dtype(name) for name in ("float16", "float32", "float64")} | {"bfloat16": BFLOAT16}
VECTOR = 16
every_dtype = pytest.mark.parametrize("dtype", DTYPES.values(), ids=DTYPES)
every_element = pytest.mark.parametrize("name", ELEMENTS)
every_row = pytest.mark.parametrize("name", ROWS)

# What the launchers do with rows is the same for all functions but for what becomes of an element: the first kind is
# tested by every case, the others by a few.
FIRST_ROW, *OTHER_ROWS = [found.name for found in representatives() if found.is_row]


def rows_by(arguments, cases, few):
    """Return the mark of a test of row functions: the first kind by all cases, every other one by a few of them."""
    assert all(case in cases for case in few)
    whole = [(FIRST_ROW, case) for case in cases] + [(name, case) for name in OTHER_ROWS for case in few]
    names = arguments.split(", ")
    values = [(name, *(case if len(names) > 1 else [case])) for name, case in whole]
    return pytest.mark.parametrize(("name", *names), values, ids=str)


@functools.cache
def gpu_is_here():
    code = "from numba import cuda; raise SystemExit(not cuda.is_available())"
    return subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0


def steps_apart(found, expected):
    """Return how many numbers of the dtype lie between two arrays' elements: none between NaN, many at another sign."""
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    kind = f"i{found.dtype.itemsize}"
    one, other = (np.ascontiguousarray(each).view(kind) for each in (found, expected))
    apart = np.abs(one.astype(object) - other.astype(object))
    return np.where(np.isnan(found) & np.isnan(expected), 0, apart).astype(float)


def assert_near(found, expected, most=1):
    """Fail unless results are at most so many units in the last place from others, with the same signs."""
    found, expected = np.asarray(found), np.asarray(expected)
    apart = steps_apart(found, expected)
    worst = np.unravel_index(np.argmax(apart), apart.shape) if apart.size else ()
    assert apart.max(initial=0) <= most, (
        f"{found[worst]!r} not {expected[worst]!r} at {worst}; {np.sum(apart > most)} in all"
    )


def assert_wrote_only(gpu, before, out):
    """Fail if any byte of the arena but those of ``out`` is another than before."""
    after, written = gpu.arena.copy(), out.copy()
    gpu.arena[:] = before
    out[...] = written
    np.testing.assert_array_equal(gpu.arena, after)


def on_cpu(name, x, *parameters, **keywords):
    with np.errstate(all="ignore"):
        return np.asarray(getattr(na.cpu, name)(x, *parameters, **keywords))


def some_numbers(dtype, count):
    return np.resize(np.random.default_rng(7).permutation(numbers(dtype)), count)


def bound(name, dtype):
    """Return how many units in the last place two results may be from each other that are both rounded as declared."""
    return 1 if dtype.itemsize == 2 else DECLARATIONS[name].max_ulp[dtype.name]


def normal_rows(shape, dtype, spread=3):
    return np.random.default_rng(3).normal(0, spread, shape).astype(dtype)


CAUSAL = [name for name, found in ROWS.items() if not found.reduces]
