"""The same bits from every path; the layouts' tests compare with single elements too."""

import numpy as np
import pytest
from bits import assert_same_bits
from layouts import LARGE, LENGTHS, filled
from samples import numbers
from subjects import Subject


@pytest.mark.parametrize("length", [numbers(np.float64).size, LARGE])
def test_bits_of_a_long_contiguous_array(elementwise, length):
    """More elements than a block, ending in a remainder; compared with one at a time."""
    x = elementwise.sample(length)
    known = elementwise.sample(numbers(elementwise.dtype).size)
    table = dict(zip(known.view(f"u{known.itemsize}").tolist(), elementwise.expected(known.size), strict=True))
    expected = np.array([table[bits] for bits in x.view(f"u{x.itemsize}").tolist()], elementwise.dtype)
    assert_same_bits(elementwise(x), expected)


def test_bits_with_an_array_parameter(with_parameter):
    for length in LENGTHS:
        parameters = np.full(length, with_parameter.defaults[0], with_parameter.dtype)
        assert_same_bits(
            with_parameter.function(with_parameter.sample(length), parameters), with_parameter.expected(length)
        )


def test_bits_of_large_rows(row):
    """Enough rows for threads, and one row too long for any block."""
    x = row.sample(LARGE).reshape(300, 1000)
    expected = np.stack([row(line) for line in x])
    assert_same_bits(row(x), expected)
    assert_same_bits(row(np.asfortranarray(x)), expected)
    assert_same_bits(row(np.ascontiguousarray(x.T), axis=0), expected.T)


def test_bits_are_equal_in_all_namespaces(subject):
    """At a size at which the automatic ufuncs divide their work."""
    one_thread = Subject(subject.declaration, subject.dtype, "cpu")
    x = subject.sample(LARGE)
    if subject.is_row:
        x = x.reshape(100, 3000)
    expected = one_thread(x)
    assert_same_bits(subject(x), expected)
    out = filled((*expected.shape[:-1], 2 * expected.shape[-1]), x.dtype)[..., ::-2]
    subject(x, out=out)
    assert_same_bits(out, expected)
