"""Parameters: numbers and arrays."""

import numpy as np
import pytest
from gpu_results import PARAMETRISED, assert_near, every_dtype, on_cpu, some_numbers
from samples import specials


@pytest.mark.parametrize("name", PARAMETRISED)
@every_dtype
@pytest.mark.parametrize("value", [0.25, 3, np.float64(0.1)], ids=repr)
def test_numbers_as_parameters(name, dtype, value, gpu):
    x = gpu.place(np.concatenate([specials(dtype), some_numbers(dtype, 5)]))
    assert_near(gpu.call(name, x, value), on_cpu(name, x, dtype.type(value)))


@pytest.mark.parametrize("name", PARAMETRISED)
@every_dtype
@pytest.mark.parametrize(
    ("shape", "parameter_shape"),
    [
        ((3, 5), (3, 5)),
        ((3, 5), (5,)),
        ((3, 5), (3, 1)),
        ((5,), (3, 1)),
        ((3, 1), (2, 1, 5)),
        ((3, 5), (1,)),
        ((), (3,)),
    ],
)
def test_arrays_as_parameters(name, dtype, shape, parameter_shape, gpu):
    x = gpu.place(np.resize(specials(dtype)[30:50], shape))
    values = gpu.place(np.linspace(0.1, 2, int(np.prod(parameter_shape))).astype(dtype).reshape(parameter_shape))
    assert_near(gpu.call(name, x, values), on_cpu(name, x, values))


def test_views_as_parameters(gpu):
    x = gpu.place(some_numbers(np.float32, 24).reshape(4, 6))
    slopes = gpu.place(np.linspace(0.1, 2, 40).astype(np.float32).reshape(5, 8))
    for view in slopes[1:, 2:], slopes[-2::-1, ::-1][:, :6], slopes.T[::2, :1], slopes[0, :6]:
        assert_near(gpu.call("leaky_relu", x, view), on_cpu("leaky_relu", x, view))


def test_array_of_no_axes_as_parameter(gpu):
    x = gpu.place(some_numbers(np.float32, 24).reshape(4, 6))
    slope = gpu.place(np.full((), 0.25, np.float32))
    assert_near(gpu.call("leaky_relu", x, slope), on_cpu("leaky_relu", x, slope))


def test_parameter_overwritten_by_the_results(gpu):
    x = gpu.place(some_numbers(np.float32, 24))
    slopes = gpu.place(np.linspace(0.1, 2, 24).astype(np.float32))
    expected = on_cpu("leaky_relu", x, slopes)
    gpu.call("leaky_relu", x, slopes, out=slopes)
    assert_near(slopes, expected)
