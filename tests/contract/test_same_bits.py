"""The same bits from every path; the layouts' tests compare with single elements too."""

import numpy as np
import pytest
from bits import assert_same_bits
from layouts import LARGE, LAYOUTS, LENGTHS, filled
from samples import numbers
from subjects import MODULES, Subject, subjects


def test_bits_of_a_long_contiguous_array(every_elementwise):
    """More elements than a block, ending in a remainder; compared with one at a time."""
    length = numbers(every_elementwise.dtype).size
    assert_same_bits(every_elementwise(every_elementwise.sample(length)), every_elementwise.expected(length))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_bits_of_every_path(every_elementwise, layout):
    """A kernel is compiled into each of them, and LLVM may choose other instructions in each."""
    for length in (1, 7, 100, 1025):
        expected = every_elementwise.expected(length)
        x = LAYOUTS[layout].holding(every_elementwise.sample(length))[1]
        out = LAYOUTS[layout].empty(length, every_elementwise.dtype)[1]
        assert_same_bits(every_elementwise(x), expected)
        every_elementwise(x, out=out)
        assert_same_bits(np.array(out, expected.dtype), expected)
        every_elementwise(x, out=x)
        assert_same_bits(np.array(x, expected.dtype), expected)


def test_bits_of_a_large_array(elementwise_loop):
    x = elementwise_loop.sample(LARGE)
    known = elementwise_loop.sample(numbers(elementwise_loop.dtype).size)
    table = dict(zip(known.view(f"u{known.itemsize}").tolist(), elementwise_loop.expected(known.size), strict=True))
    expected = np.array([table[bits] for bits in x.view(f"u{x.itemsize}").tolist()], elementwise_loop.dtype)
    assert_same_bits(elementwise_loop(x), expected)


def test_bits_with_an_array_parameter(with_parameter_loop):
    for length in LENGTHS:
        parameters = np.full(length, with_parameter_loop.defaults[0], with_parameter_loop.dtype)
        assert_same_bits(
            with_parameter_loop.function(with_parameter_loop.sample(length), parameters),
            with_parameter_loop.expected(length),
        )


def test_bits_of_large_rows(row_loop):
    """Enough rows for threads, and one row too long for any block."""
    x = row_loop.sample(LARGE).reshape(300, 1000)
    expected = np.stack([row_loop(line) for line in x])
    assert_same_bits(row_loop(x), expected)
    assert_same_bits(row_loop(np.asfortranarray(x)), expected)
    assert_same_bits(row_loop(np.ascontiguousarray(x.T), axis=0), expected.T)


def test_bits_of_every_namespace(declaration):
    for subject in subjects([declaration], MODULES):
        assert_same_bits(subject(subject.sample(513)), subject.expected(513), subject)


def test_bits_of_every_namespace_where_work_is_divided(subject):
    """At a size at which the automatic ufuncs do so too."""
    one_thread = Subject(subject.declaration, subject.dtype, "cpu")
    x = subject.sample(LARGE)
    if subject.is_row:
        x = x.reshape(100, 3000)
    expected = one_thread(x)
    assert_same_bits(subject(x), expected)
    out = filled((*expected.shape[:-1], 2 * expected.shape[-1]), x.dtype)[..., ::-2]
    subject(x, out=out)
    assert_same_bits(out, expected)
