"""Arrays of NumPy, which are copied to the GPU and back."""

import numpy as np
from gpu_process import OnHost
from gpu_results import assert_near, bound, every_dtype, every_row, normal_rows, on_cpu, some_numbers


@every_dtype
def test_arrays_of_numpy(dtype, gpu):
    x = some_numbers(dtype, 60).reshape(5, 12)
    for given in x, x.T, x[:, ::5]:
        found = gpu.call("relu", OnHost(given))
        assert_near(found, on_cpu("relu", given), 0)


def test_array_of_numpy_for_the_results(gpu):
    x, out = some_numbers(np.float32, 60), np.zeros(60, np.float32)
    assert gpu.call("relu", OnHost(x), OnHost(out)) is out
    assert_near(out, on_cpu("relu", x), 0)


def test_arrays_of_numpy_as_parameters(gpu):
    x, slopes = some_numbers(np.float32, 60).reshape(5, 12), np.linspace(0, 1, 5, dtype=np.float32)[:, None]
    assert_near(gpu.call("leaky_relu", OnHost(x), OnHost(slopes)), on_cpu("leaky_relu", x, slopes))


@every_row
def test_rows_of_numpy(name, gpu):
    x = normal_rows((3, 4, 5), np.float32)
    for keywords in {}, {"axis": 0}, {"axis": (0, 2)}, {"axis": None}, {"scale": 0.5}:
        assert_near(gpu.call(name, OnHost(x), **keywords), on_cpu(name, x, **keywords), bound(name, x.dtype))
