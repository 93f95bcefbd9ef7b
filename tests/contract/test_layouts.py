"""Arrays that lie in memory in any way: every element is found, and nothing else is touched."""

import itertools

import numpy as np
import pytest
from bits import assert_same_bits
from layouts import FILL, LAYOUTS, LENGTHS, assert_wrote_only, filled
from subjects import Subject


@pytest.mark.parametrize("output", LAYOUTS)
def test_layouts_of_input_and_output(subject_loop, output):
    for (name, layout), length in itertools.product(LAYOUTS.items(), LENGTHS):
        _, x = layout.holding(subject_loop.sample(length))
        expected = np.ravel(subject_loop.expected(length))
        memory, out = LAYOUTS[output].empty(expected.size, subject_loop.dtype)
        subject_loop.into(x, out)
        assert_wrote_only(LAYOUTS[output], memory, out, expected, f"input {name}, length {length}")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_in_place(same_shape_loop, layout):
    for length in LENGTHS:
        memory, x = LAYOUTS[layout].holding(same_shape_loop.sample(length))
        same_shape_loop(x, out=x)
        assert_wrote_only(LAYOUTS[layout], memory, x, same_shape_loop.expected(length))


@pytest.mark.parametrize("output", LAYOUTS)
def test_one_number_broadcast_over_the_output(elementwise_loop, output):
    """The input's stride is 0."""
    for length in LENGTHS:
        x = np.broadcast_to(elementwise_loop.dtype.type(-1.75), length)
        memory, out = LAYOUTS[output].empty(length, elementwise_loop.dtype)
        elementwise_loop(x, out=out)
        expected = np.full(
            length, Subject(elementwise_loop.declaration, elementwise_loop.dtype, "cpu")(x[:1])[:1] if length else 0
        )
        assert_wrote_only(LAYOUTS[output], memory, out, expected.astype(elementwise_loop.dtype))


def test_row_of_one_repeated_number(row_loop):
    """The stride within the row is 0."""
    for length in LENGTHS:
        x = np.broadcast_to(row_loop.dtype.type(-1.75), length)
        assert_same_bits(row_loop(x), row_loop(x.copy()))


MATRICES = {
    "C": lambda x: np.ascontiguousarray(x),
    "F": lambda x: np.asfortranarray(x),
    "transposed": lambda x: np.ascontiguousarray(x.T).T,
    "columns-of-a-wider-one": lambda x: np.repeat(np.repeat(x, 2, axis=0), 3, axis=1)[::2, 1::3],
    "both-reversed": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
    "F-reversed-rows": lambda x: np.asfortranarray(x[::-1])[::-1],
    "diagonal-of-four-dimensions": lambda x: np.einsum("ijij->ij", spread_over_a_diagonal(x)),
}


def spread_over_a_diagonal(x):
    whole = filled(x.shape + x.shape, x.dtype)
    np.einsum("ijij->ij", whole)[...] = x
    return whole


@pytest.mark.parametrize("output", MATRICES)
def test_matrices(same_shape_loop, output):
    for shape, (name, lay_out) in itertools.product([(3, 5), (17, 4), (1, 33), (33, 1)], MATRICES.items()):
        x = same_shape_loop.sample(shape[0] * shape[1]).reshape(shape)
        expected = same_shape_loop(np.ascontiguousarray(x))
        out = MATRICES[output](filled(shape, same_shape_loop.dtype))
        same_shape_loop(lay_out(x), out=out)
        assert_same_bits(out, expected, name)
        # Nothing in the gaps between the elements has changed.
        out[...] = FILL
        assert np.all((out if out.base is None else out.base) == FILL), name


@pytest.mark.parametrize("layout", ["contiguous", "column", "reversed", "unaligned", "swapped"])
def test_matrices_with_one_result_for_each_row(reducing_loop, layout):
    for shape, (name, lay_out) in itertools.product([(3, 5), (17, 4), (1, 33), (33, 1)], MATRICES.items()):
        x = reducing_loop.sample(shape[0] * shape[1]).reshape(shape)
        memory, out = LAYOUTS[layout].empty(shape[0], reducing_loop.dtype)
        reducing_loop(lay_out(x), out=out)
        assert_wrote_only(LAYOUTS[layout], memory, out, np.array([reducing_loop(line) for line in x.copy()]), name)


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)], ids=str)
def test_three_dimensions_in_any_order(subject_loop, axes):
    x = subject_loop.sample(7 * 5 * 33).reshape(7, 5, 33).transpose(axes)
    expected = subject_loop(np.ascontiguousarray(x))
    assert_same_bits(subject_loop(x), expected)
    assert_same_bits(subject_loop(x[::-1, :, ::2]), subject_loop(np.ascontiguousarray(x[::-1, :, ::2])))


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("layout", ["C", "F"])
def test_rows_along_any_axis_into_strided_memory(row_loop, axis, layout):
    x = np.asarray(row_loop.sample(6 * 7 * 40).reshape(6, 7, 40), order=layout)
    *outer, height, width = row_loop.result_shape(x.shape, axis)
    memory = filled((*outer, 2 * height, 3 * width), row_loop.dtype)
    out = memory[..., ::2, 1::3]
    row_loop(x, axis=axis, out=out)
    assert_same_bits(out, row_loop.along(x, axis))
    out[...] = FILL
    assert np.all(memory == FILL)


def test_broadcasting_of_x_against_a_parameter(with_parameter_loop):
    x = with_parameter_loop.sample(12).reshape(3, 4, 1)
    values = np.array([-0.5, 0.25, 1.0, 2.0, 0.0], with_parameter_loop.dtype)
    result = with_parameter_loop.function(x, values)
    assert result.shape == (3, 4, 5)
    expected = [with_parameter_loop.function(x[..., 0], value) for value in values]
    assert_same_bits(result, np.stack(expected, axis=-1))


@pytest.mark.parametrize("output", ["contiguous", "step3"])
@pytest.mark.parametrize("parameter", LAYOUTS)
@pytest.mark.parametrize("input", ["contiguous", "step2", "reversed", "swapped"])
def test_layouts_of_a_parameter(with_parameter_loop, input, parameter, output):
    for length in LENGTHS:
        x = with_parameter_loop.sample(length)
        values = np.random.default_rng(length).uniform(-1, 1, length).astype(with_parameter_loop.dtype)
        expected = np.array(
            [with_parameter_loop.function(*pair) for pair in zip(x, values, strict=True)], with_parameter_loop.dtype
        )
        memory, out = LAYOUTS[output].empty(length, with_parameter_loop.dtype)
        with_parameter_loop.function(LAYOUTS[input].holding(x)[1], LAYOUTS[parameter].holding(values)[1], out=out)
        assert_wrote_only(LAYOUTS[output], memory, out, expected)
