"""What is called: a ufunc, with out= and where=, as `np.exp` takes them."""

import numpy as np
import pytest
from bits import assert_same_bits
from layouts import LAYOUTS, assert_wrote_only, filled

THROUGH_NUMPY = pytest.mark.parametrize("length", [1, 17, 513])


def test_is_a_ufunc(subject):
    assert isinstance(subject.ufunc, np.ufunc)
    assert subject.ufunc.nin == len(subject.declaration.inputs) + len(subject.declaration.parameters)
    assert subject.ufunc.nout == 1
    assert subject.ufunc.signature == subject.declaration.signature


def test_public_function_is_the_ufunc_where_it_needs_no_defaults(subject):
    needs_defaults = subject.namespace != "ufuncs" and (subject.is_row or subject.declaration.parameters)
    assert isinstance(subject.function, np.ufunc) == (not needs_defaults)


@THROUGH_NUMPY
def test_out_by_position(subject, length):
    out = subject.room(length)
    assert subject.call_positionally(subject.sample(length), out) is out
    assert_same_bits(out, subject.expected(length))


@THROUGH_NUMPY
def test_out_by_keyword(subject, length):
    out = subject.room(length)
    assert subject(subject.sample(length), out=out) is out
    assert_same_bits(out, subject.expected(length))


@THROUGH_NUMPY
def test_out_as_tuple(subject, length):
    out = subject.room(length)
    assert subject(subject.sample(length), out=(out,)) is out
    assert_same_bits(out, subject.expected(length))


def test_out_by_position_and_none_makes_a_new_array(subject):
    assert_same_bits(subject.call_positionally(subject.sample(17), None), subject.expected(17))


def test_out_of_a_wider_dtype(subject):
    out = subject.room(17, np.float64)
    subject(subject.sample(17), out=out, **({"dtype": subject.dtype} if subject.is_row else {"casting": "same_kind"}))
    expected = subject.expected(17).astype(np.float64)
    np.testing.assert_array_equal(out, expected)


def test_out_larger_than_x_is_filled_by_broadcasting(elementwise):
    out = filled((3, 17), elementwise.dtype)
    elementwise(elementwise.sample(17), out=out)
    assert_same_bits(out, np.broadcast_to(elementwise.expected(17), (3, 17)))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_where_leaves_the_rest_of_out(elementwise_loop, layout):
    for length in (1, 2, 17, 64, 513):
        mask = np.random.default_rng(length).random(length) < 0.5
        memory, out = LAYOUTS[layout].empty(length, elementwise_loop.dtype)
        expected = np.where(mask, elementwise_loop.expected(length), out.astype(elementwise_loop.dtype))
        elementwise_loop(elementwise_loop.sample(length), out=out, where=mask)
        assert_wrote_only(LAYOUTS[layout], memory, out, expected)


def test_where_broadcasts(elementwise_loop):
    mask = np.array([[True], [False], [True]])
    out = filled((3, 17), elementwise_loop.dtype)
    elementwise_loop(elementwise_loop.sample(17), out=out, where=mask)
    assert_same_bits(out, np.where(mask, elementwise_loop.expected(17), filled((3, 17), elementwise_loop.dtype)))


def test_where_false_and_true(elementwise_loop):
    out = filled(17, elementwise_loop.dtype)
    elementwise_loop(elementwise_loop.sample(17), out=out, where=False)
    assert_same_bits(out, filled(17, elementwise_loop.dtype))
    elementwise_loop(elementwise_loop.sample(17), out=out, where=True)
    assert_same_bits(out, elementwise_loop.expected(17))


def test_where_in_runs_of_every_length(elementwise_loop):
    """NumPy calls the loop once for each run of True."""
    lengths = [1, 2, 3, 5, 16, 17, 40, 100, 600]
    mask = np.repeat(np.arange(2 * len(lengths)) % 2 == 0, np.repeat(lengths, 2))
    out = filled(mask.size, elementwise_loop.dtype)
    elementwise_loop(elementwise_loop.sample(mask.size), out=out, where=mask)
    expected = np.where(mask, elementwise_loop.expected(mask.size), filled(mask.size, elementwise_loop.dtype))
    assert_same_bits(out, expected)
