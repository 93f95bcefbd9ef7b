"""The methods of a ufunc: reduce, accumulate, reduceat, outer, at."""

import numpy as np
import pytest
from bits import assert_same_bits
from layouts import LENGTHS


def evaluate(ufunc, values):
    """Return all partial results of a binary function, one Python call after the other."""
    partial = [values[0]]
    for value in values[1:]:
        partial.append(ufunc(partial[-1], value))
    return np.array(partial)


def mild_numbers(dtype, *shape):
    """Return numbers close to -1 and 1, so that products of many stay in range."""
    generator = np.random.default_rng(5)
    return (generator.choice([-1, 1], shape) * generator.uniform(0.8, 1.25, shape)).astype(dtype)


def test_reduce(with_parameter_loop):
    for length in LENGTHS[1:]:
        values = mild_numbers(with_parameter_loop.dtype, length)
        assert_same_bits(with_parameter_loop.ufunc.reduce(values), evaluate(with_parameter_loop.ufunc, values)[-1])


@pytest.mark.parametrize("axis", [0, 1])
def test_reduce_along_an_axis(with_parameter_loop, axis):
    values = mild_numbers(with_parameter_loop.dtype, 9, 70)
    expected = [evaluate(with_parameter_loop.ufunc, line)[-1] for line in np.moveaxis(values, axis, -1)]
    assert_same_bits(with_parameter_loop.ufunc.reduce(values, axis=axis), np.array(expected))
    assert_same_bits(with_parameter_loop.ufunc.reduce(np.asfortranarray(values), axis=axis), np.array(expected))


def test_reduce_of_a_large_array(with_parameter_loop):
    """Large enough to be divided among threads, if that were possible."""
    values = mild_numbers(with_parameter_loop.dtype, 2, 150_000)
    assert_same_bits(with_parameter_loop.ufunc.reduce(values, axis=0), with_parameter_loop.ufunc(values[0], values[1]))
    line = values[0]
    assert_same_bits(with_parameter_loop.ufunc.reduce(line), with_parameter_loop.ufunc.accumulate(line)[-1])


def test_accumulate(with_parameter_loop):
    for length in LENGTHS[1:]:
        values = mild_numbers(with_parameter_loop.dtype, length)
        assert_same_bits(with_parameter_loop.ufunc.accumulate(values), evaluate(with_parameter_loop.ufunc, values))


def test_accumulate_in_place_and_strided(with_parameter_loop):
    values = mild_numbers(with_parameter_loop.dtype, 200)
    expected = evaluate(with_parameter_loop.ufunc, values[::-2])
    assert_same_bits(with_parameter_loop.ufunc.accumulate(values[::-2]), expected)
    own = values[::-2].copy()
    with_parameter_loop.ufunc.accumulate(own, out=own)
    assert_same_bits(own, expected)


@pytest.mark.parametrize("axis", [0, 1])
def test_accumulate_along_an_axis(with_parameter_loop, axis):
    values = mild_numbers(with_parameter_loop.dtype, 9, 70)
    expected = np.stack([evaluate(with_parameter_loop.ufunc, line) for line in np.moveaxis(values, axis, -1)])
    assert_same_bits(with_parameter_loop.ufunc.accumulate(values, axis=axis), np.moveaxis(expected, -1, axis))


def test_reduceat(with_parameter_loop):
    values = mild_numbers(with_parameter_loop.dtype, 100)
    starts = [0, 3, 4, 50, 20, 99]
    ends = [*starts[1:], 100]
    expected = [
        evaluate(with_parameter_loop.ufunc, values[a : max(b, a + 1)])[-1] for a, b in zip(starts, ends, strict=True)
    ]
    assert_same_bits(with_parameter_loop.ufunc.reduceat(values, starts), np.array(expected))


def test_outer(with_parameter_loop):
    x, values = mild_numbers(with_parameter_loop.dtype, 17), mild_numbers(with_parameter_loop.dtype, 5)
    expected = np.array([[with_parameter_loop.ufunc(a, b) for b in values] for a in x])
    assert_same_bits(with_parameter_loop.ufunc.outer(x, values), expected)


def test_at_with_repeated_indices(elementwise_loop):
    """Each occurrence of an index applies the function once more."""
    indices = [0, 3, 3, 5, 3, 16]
    parameters = [elementwise_loop.dtype.type(default) for default in elementwise_loop.defaults]
    found = elementwise_loop.sample(17).copy()
    elementwise_loop.ufunc.at(found, indices, *parameters)
    expected = elementwise_loop.sample(17).copy()
    for index in indices:
        expected[index] = elementwise_loop.ufunc(expected[index], *parameters)
    assert_same_bits(found, expected)


def test_at_with_an_array_of_parameters(with_parameter_loop):
    indices = np.array([0, 3, 3, 5, 3, 16])
    values = mild_numbers(with_parameter_loop.dtype, indices.size)
    found = mild_numbers(with_parameter_loop.dtype, 17)
    expected = found.copy()
    with_parameter_loop.ufunc.at(found, indices, values)
    for index, value in zip(indices, values, strict=True):
        expected[index] = with_parameter_loop.ufunc(expected[index], value)
    assert_same_bits(found, expected)
