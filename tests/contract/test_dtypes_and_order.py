"""dtype=, casting=, order= and subok=, and what other dtypes are promoted to: as for `np.exp`."""

import numpy as np
import pytest
from bits import assert_same_bits


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_the_one_of_the_computation(subject, dtype):
    x = np.array([-1.5, 0.25, 3.0], subject.dtype)
    result = subject(x, dtype=dtype)
    assert_same_bits(result, subject(x.astype(dtype)))


def test_signature_chooses_the_loop(with_ufunc_keywords):
    x = np.array([-1.5, 0.25, 3.0], with_ufunc_keywords.dtype)
    operands = (np.dtype("float64"),) * with_ufunc_keywords.ufunc.nargs
    assert_same_bits(with_ufunc_keywords(x, signature=operands), with_ufunc_keywords(x.astype("float64")))


def test_casting_is_obeyed(with_ufunc_keywords):
    x = np.array([-1.5, 0.25, 3.0])
    with pytest.raises(np._core._exceptions.UFuncTypeError, match="casting rule"):
        with_ufunc_keywords(x, dtype=np.float32, casting="safe")
    expected = with_ufunc_keywords(x.astype(np.float32))
    assert_same_bits(with_ufunc_keywords(x, dtype=np.float32, casting="same_kind"), expected)


@pytest.mark.parametrize("order", ["C", "F", "A", "K"])
def test_order_of_a_new_result(elementwise, order):
    x = np.asfortranarray(elementwise.sample(12).reshape(3, 4))
    result = elementwise(x, order=order)
    assert result.strides == np.exp(np.zeros_like(x), order=order).strides
    assert_same_bits(result, elementwise(np.ascontiguousarray(x)))


@pytest.mark.parametrize("order", ["C", "F"])
def test_order_of_new_rows(row, order):
    if row.takes_ufunc_keywords:
        result = row(row.sample(12).reshape(3, 4), order=order)
        assert result.strides == np.empty_like(result, order=order).strides


class Tagged(np.ndarray):
    pass


def test_subclass_is_kept(subject):
    x = np.stack([subject.sample(17)] * 2).view(Tagged)
    result = subject(x)
    assert type(result) is Tagged
    assert_same_bits(result.view(np.ndarray), np.stack([subject.expected(17)] * 2))


def test_subok_false_gives_a_plain_array(with_ufunc_keywords):
    x = np.stack([with_ufunc_keywords.sample(17)] * 2).view(Tagged)
    assert type(with_ufunc_keywords(x, subok=False)) is np.ndarray


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16"]
)
def test_other_dtypes_promote_as_for_exp(subject, dtype):
    """Among the loops there are: the first integer one, or float32 where np.exp gives only float16.

    A parameter that is passed to a ufunc as a Python number takes part, as in any ufunc of NumPy's with two inputs.
    """
    declared = subject.declaration.loop_dtypes
    integers = [candidate for candidate in declared if candidate.kind in "iu" and np.can_cast(dtype, candidate)]
    smallest = min((candidate for candidate in declared if candidate.kind == "f"), key=lambda dtype: dtype.itemsize)
    x = np.array([0, 1, 1, 0], dtype)
    as_numpy = np.logaddexp(x, 0.5) if subject.required else np.exp(x)
    wanted = integers[0] if integers else np.promote_types(as_numpy.dtype, smallest)
    result = subject(x)
    assert_same_bits(result, subject(x.astype(wanted)))


def test_python_parameter_is_weak(with_parameter):
    for value in (0.25, 1, True):
        result = with_parameter.function(with_parameter.sample(17), value)
        assert_same_bits(result, with_parameter.function(with_parameter.sample(17), with_parameter.dtype.type(value)))


def test_float64_parameter_is_strong(with_parameter):
    result = with_parameter.function(with_parameter.sample(17), np.float64(0.25))
    assert_same_bits(result, with_parameter.function(with_parameter.sample(17).astype(np.float64), np.float64(0.25)))


def test_default_parameters_are_those_declared(elementwise):
    parameters = [elementwise.dtype.type(default) for default in elementwise.defaults]
    assert_same_bits(elementwise(elementwise.sample(513)), elementwise.ufunc(elementwise.sample(513), *parameters))
