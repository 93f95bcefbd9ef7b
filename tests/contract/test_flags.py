"""Floating-point flags: nothing but underflow is reported, whatever is computed."""

import numpy as np
import pytest
from layouts import LAYOUTS
from samples import numbers, specials


def silent():
    return np.errstate(over="raise", divide="raise", invalid="raise")


def windows(values, length):
    """Return the values as pieces of one length, each value in at least one of them."""
    return np.resize(values, (-(-values.size // length), length)) if length else []


@pytest.mark.parametrize("layout", ["contiguous", "step2", "step3", "reversed", "swapped"])
def test_no_warning_from_any_number(elementwise, layout):
    """Nothing but underflow is reported, at any length, whichever lane a value meets."""
    pool = np.random.default_rng(3).permutation(
        np.concatenate([specials(elementwise.dtype), numbers(elementwise.dtype)[::40]])
    )
    for length in range(1, 65):
        _, x = LAYOUTS[layout].empty(length, elementwise.dtype)
        _, out = LAYOUTS[layout].empty(length, elementwise.dtype)
        with silent():
            for values in windows(pool, length):
                x[...] = values
                elementwise(x)
                elementwise(x, out=out)
                elementwise(x, out=x)


def test_no_warning_from_numbers_in_order(elementwise):
    """Equal specials side by side fill a whole vector register."""
    with silent():
        for value in specials(elementwise.dtype):
            for length in (1, 4, 16, 33, 64):
                elementwise(np.full(length, value))


def test_no_warning_with_parameters_of_any_size(with_parameter):
    parameters = [0.0, -0.0, 0.5, 1.0, -1.0, np.nan]
    x = specials(with_parameter.dtype)
    x = x[x != -np.inf]  # times 0
    for value in parameters:
        with silent():
            with_parameter.function(x, with_parameter.dtype.type(value))
            with_parameter.function(x, np.full(x.size, value, with_parameter.dtype))
            with_parameter.function(x[::2], np.full(x.size, value, with_parameter.dtype)[::2])


@pytest.mark.parametrize("axis", [0, -1])
def test_no_warning_from_any_row(row, axis):
    pool = np.random.default_rng(4).permutation(np.concatenate([specials(row.dtype), numbers(row.dtype)[::40]]))
    with silent():
        for length in range(1, 65):
            x = windows(pool, length)
            row(np.ascontiguousarray(x if axis == -1 else x.T), axis=axis)
            row(np.asfortranarray(x if axis == -1 else x.T), axis=axis)


def test_no_warning_from_rows_of_equal_numbers(row):
    with silent():
        for value in specials(row.dtype):
            for length in range(1, 65):
                row(np.full(length, value))


def test_no_warning_from_finite_rows_with_one_special(row):
    with silent():
        for value in specials(row.dtype):
            for length in (1, 2, 7, 16, 33, 64):
                x = row.sample(length).copy()
                x[length // 2] = value
                row(x)
                row(np.repeat(x, 2)[::2])


def test_warning_flags_can_be_seen_at_all():
    """The tests above rest on NumPy reading the flags after the loop."""
    with silent(), pytest.raises(FloatingPointError):
        np.multiply(np.full(64, np.inf), 0)
