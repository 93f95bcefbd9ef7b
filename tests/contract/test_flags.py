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


def assert_silent(function, layout, lengths):
    """Fail if any number raises a flag at any of these lengths, whichever lane it meets."""
    pool = np.random.default_rng(3).permutation(
        np.concatenate([specials(function.dtype), numbers(function.dtype)[::40]])
    )
    for length in lengths:
        _, x = LAYOUTS[layout].empty(length, function.dtype)
        _, out = LAYOUTS[layout].empty(length, function.dtype)
        with silent():
            for values in windows(pool, length):
                x[...] = values
                function(x)
                function(x, out=out)
                function(x, out=x)


@pytest.mark.parametrize("layout", ["contiguous", "step2"])
def test_no_warning_from_any_number(every_elementwise, layout):
    assert_silent(every_elementwise, layout, (1, 3, 4, 8, 15, 16, 33, 64))


@pytest.mark.parametrize("layout", ["contiguous", "step2", "step3", "reversed", "swapped"])
def test_no_warning_at_any_length(elementwise_loop, layout):
    assert_silent(elementwise_loop, layout, range(1, 65))


def test_no_warning_from_numbers_in_order(every_elementwise):
    """Equal specials side by side fill a whole vector register."""
    with silent():
        for value in specials(every_elementwise.dtype):
            for length in (1, 4, 16, 33, 64):
                every_elementwise(np.full(length, value))


def test_no_warning_with_parameters_of_any_size(every_with_parameter):
    parameters = [0.0, -0.0, 0.5, 1.0, -1.0, np.nan]
    x = specials(every_with_parameter.dtype)
    x = x[x != -np.inf]  # times 0
    for value in parameters:
        with silent():
            every_with_parameter.function(x, every_with_parameter.dtype.type(value))
            every_with_parameter.function(x, np.full(x.size, value, every_with_parameter.dtype))
            every_with_parameter.function(x[::2], np.full(x.size, value, every_with_parameter.dtype)[::2])


@pytest.mark.parametrize("axis", [0, -1])
def test_no_warning_from_any_row(every_row, axis):
    pool = np.random.default_rng(4).permutation(
        np.concatenate([specials(every_row.dtype), numbers(every_row.dtype)[::40]])
    )
    with silent():
        for length in range(1, 65):
            x = windows(pool, length)
            every_row(np.ascontiguousarray(x if axis == -1 else x.T), axis=axis)
            every_row(np.asfortranarray(x if axis == -1 else x.T), axis=axis)


def test_no_warning_from_rows_of_equal_numbers(every_row):
    with silent():
        for value in specials(every_row.dtype):
            for length in range(1, 65):
                every_row(np.full(length, value))


def test_no_warning_from_finite_rows_with_one_special(every_row):
    with silent():
        for value in specials(every_row.dtype):
            for length in (1, 2, 7, 16, 33, 64):
                x = every_row.sample(length).copy()
                x[length // 2] = value
                every_row(x)
                every_row(np.repeat(x, 2)[::2])


def test_warning_flags_can_be_seen_at_all():
    """The tests above rest on NumPy reading the flags after the loop."""
    with silent(), pytest.raises(FloatingPointError):
        np.multiply(np.full(64, np.inf), 0)
