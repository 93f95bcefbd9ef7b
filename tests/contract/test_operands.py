"""Operands that are no ordinary arrays: numbers, lists, masked arrays, files, nothing at all."""

import numpy as np
import pytest
from bits import assert_same_bits
from layouts import filled


def test_numpy_scalar(public):
    """As np.exp does, a scalar of the dtype for a scalar of the dtype."""
    result = public(public.dtype.type(0.75))
    assert type(result) is public.dtype.type
    assert_same_bits(result, np.ravel(public(np.array([0.75], public.dtype)))[0])


def test_array_without_dimensions(public):
    x = np.array(0.75, public.dtype)
    expected = np.ravel(public(x.reshape(1)))[0]
    result = public(x)
    assert type(result) is type(np.exp(x))
    assert_same_bits(result, expected)
    out = filled((), public.dtype)
    assert public(x, out=out) is out
    assert_same_bits(out, expected)


@pytest.mark.parametrize("number", [2.5, -2.5, 0, 3, -3, True])
def test_python_number(public, number):
    """Computed as the array that NumPy makes of it."""
    result = public(number)
    expected = np.ravel(public(np.array([number])))
    assert result.dtype == expected.dtype
    assert result == expected[0]


def test_list_and_nested_list(subject):
    x = [[-1.0, 0.5, 2.0], [0.0, -0.25, 7.0]]
    assert_same_bits(subject(x), subject(np.array(x)))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4)])
def test_empty(subject, shape):
    result = subject(np.empty(shape, subject.dtype))
    assert result.shape == subject.result_shape(shape)
    assert result.dtype == subject.dtype


def test_masked_array_stays_masked(elementwise):
    x = np.ma.masked_array(elementwise.sample(33), mask=np.arange(33) % 3 == 0)
    result = elementwise(x)
    assert type(result) is np.ma.MaskedArray
    np.testing.assert_array_equal(np.ma.getmaskarray(result), x.mask)
    assert_same_bits(result.data[~x.mask], elementwise.expected(33)[~x.mask])


def test_memory_mapped_file(subject, tmp_path):
    path = tmp_path / "numbers"
    mapped = np.memmap(path, subject.dtype, "w+", shape=513)
    mapped[...] = subject.sample(513)
    assert_same_bits(subject(mapped), subject.expected(513))


def test_memory_mapped_file_in_place(same_shape, tmp_path):
    path = tmp_path / "numbers"
    mapped = np.memmap(path, same_shape.dtype, "w+", shape=513)
    mapped[...] = same_shape.sample(513)
    same_shape(mapped, out=mapped)
    mapped.flush()
    assert_same_bits(np.fromfile(path, same_shape.dtype), same_shape.expected(513))
