"""Mistakes are refused, and leave the output as it was."""

import numpy as np
import pytest
from layouts import FILL, filled


def assert_refused(subject, error, match, x, out, **keywords):
    """Fail unless a call raises and ``out`` is as before."""
    before = out.copy()
    with pytest.raises(error, match=match):
        subject(x, out=out, **keywords)
    assert out.tobytes() == before.tobytes()


@pytest.mark.parametrize(
    "x",
    [
        np.ones(3, complex),
        np.ones(3, "complex64"),
        np.array([1.0, 2.0, 3.0], object),
        np.array(["1", "2", "3"]),
        np.array(["2024-01-01"] * 3, "datetime64[D]"),
        np.array([1, 2, 3], "timedelta64[s]"),
        np.zeros(3, [("field", float)]),
    ],
    ids=["complex128", "complex64", "object", "string", "datetime", "timedelta", "structured"],
)
def test_dtype_that_is_no_real_number_is_refused(subject, x):
    assert_refused(subject, TypeError, "not supported for the input types|casting rule|no loop", x, subject.room(3))


@pytest.mark.parametrize("x", [None, object(), "1.0", 1j, {}])
def test_object_that_is_no_number_is_refused(subject, x):
    with pytest.raises(TypeError):
        subject([x, x])


def test_number_beyond_64_bits_is_refused(subject):
    """NumPy makes it an object array."""
    with pytest.raises(TypeError):
        subject([2**100, 1])


def test_read_only_output_is_refused(subject):
    out = subject.room(17)
    out.flags.writeable = False
    assert_refused(subject, ValueError, "read-only", subject.sample(17), out)


@pytest.mark.parametrize("shape", [16, 18, 1, 0, (17, 1)], ids=str)
def test_output_of_another_shape_is_refused(subject, shape):
    if subject.reduces and subject.namespace == "ufuncs":
        pytest.skip("NumPy's gufuncs, as its ufuncs, fill a larger out by broadcasting")
    wanted = "broadcast|mismatch|non-broadcastable|dimension|has the shape"
    assert_refused(subject, ValueError, wanted, subject.sample(17), filled(shape, subject.dtype))


@pytest.mark.parametrize("dtype", ["int64", "bool"])
def test_output_that_cannot_hold_the_result_is_refused(subject, dtype):
    x = np.array([-1.5, 0.25, 3.0], subject.dtype)
    assert_refused(subject, TypeError, "cast", x, np.ones(subject.result_shape(3), dtype))


def test_output_that_is_no_array_is_refused(subject):
    with pytest.raises(TypeError, match="return arrays must be of ArrayType"):
        subject(subject.sample(3), out=[0.0, 0.0, 0.0])


@pytest.mark.parametrize("axis", [1, 2, -2, 100])
def test_bad_axis_is_refused(row, axis):
    assert_refused(row, np.exceptions.AxisError, "axis", row.sample(17), row.room(17), axis=axis)


@pytest.mark.parametrize("axis", [1, -2, 3])
def test_bad_axis_of_a_number_is_refused(row, axis):
    """A number counts as a row of one, which has the axes 0 and -1."""
    with pytest.raises((np.exceptions.AxisError, ValueError)) as raised:
        row(row.dtype.type(1), axis=axis)
    assert isinstance(raised.value, np.exceptions.AxisError) or row.namespace == "ufuncs"


def test_axis_that_is_no_integer_is_refused(row):
    assert_refused(row, TypeError, None, row.sample(17), row.room(17), axis="last")
    assert_refused(row, TypeError, None, row.sample(17), row.room(17), axis=1.5)


def test_axis_of_an_element_wise_function_is_refused(elementwise):
    assert_refused(elementwise, TypeError, "axis", elementwise.sample(3), filled(3, elementwise.dtype), axis=0)


@pytest.mark.parametrize("keyword", ["slope", "outt", "inplace", "dtyp"])
def test_unexpected_keyword_is_refused(subject, keyword):
    assert_refused(subject, TypeError, keyword, subject.sample(3), subject.room(3), **{keyword: 1})


def test_too_many_arguments_are_refused(subject):
    with pytest.raises(TypeError):
        subject.function(*[subject.sample(3)] * 6)


def test_missing_argument_is_refused(subject):
    with pytest.raises(TypeError):
        subject.function()


def test_out_given_twice_is_refused(subject):
    first, second = subject.room(3), subject.room(3)
    between = (-1,) if subject.is_row and subject.namespace != "ufuncs" else subject.defaults
    with pytest.raises(TypeError):
        subject.function(subject.sample(3), *between, first, out=second)
    assert np.all(first == FILL)
    assert np.all(second == FILL)


def test_parameter_given_twice_is_refused(with_parameter):
    name = next(iter(with_parameter.declaration.parameters))
    with pytest.raises(TypeError):
        with_parameter.function(with_parameter.sample(3), 0.5, **{name: 0.5})


def test_mask_that_is_not_boolean_is_refused(elementwise):
    assert_refused(
        elementwise, TypeError, "cast", elementwise.sample(3), filled(3, elementwise.dtype), where=np.ones(3)
    )


def test_operands_that_do_not_broadcast_are_refused(with_parameter):
    with pytest.raises(ValueError, match="broadcast"):
        with_parameter.function(with_parameter.sample(3), np.ones(4, with_parameter.dtype))


def test_unknown_dtype_is_refused(subject):
    assert_refused(subject, TypeError, None, subject.sample(3), subject.room(3), dtype="complex128")
