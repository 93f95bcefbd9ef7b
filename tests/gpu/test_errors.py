"""What is refused, with the words that say why."""

import numpy as np
import pytest
from gpu_process import OnHost
from gpu_results import some_numbers


def test_out_must_suit(gpu):
    x = gpu.place(some_numbers(np.float32, 12).reshape(3, 4))
    read_only = gpu.room((3, 4), np.float32)
    read_only.flags.writeable = False
    for out in gpu.room((4, 3), np.float32), gpu.room(12, np.float32), gpu.room((3, 4), np.float64), read_only:
        with pytest.raises(ValueError, match=r"^out must be a writable float32 array of shape \(3, 4\)$"):
            gpu.call("relu", x, out)


def test_out_is_not_broadcast(gpu):
    x, slopes = (gpu.place(some_numbers(np.float32, 12).reshape(shape)) for shape in ((4, 3), (2, 2, 3))[:1] * 2)
    with pytest.raises(ValueError, match=r"^out must be a writable float32 array of shape \(4, 3\)$"):
        gpu.call("leaky_relu", x, slopes, gpu.room((1, 3), np.float32))


@pytest.mark.parametrize("name", ["relu", "softmax"])
def test_overlapping_out(name, gpu):
    memory = gpu.place(some_numbers(np.float32, 20))
    square = memory[:16].reshape(4, 4)
    for x, out in (memory[:-1], memory[1:]), (memory[:10], memory[9::-1]), (square, square.T):
        with pytest.raises(ValueError, match=r"^out overlaps an input without being the same: .*$"):
            gpu.call(name, x, out=out)


def test_out_overlapping_a_parameter(gpu):
    x, memory = gpu.place(some_numbers(np.float32, 12)), gpu.room(13, np.float32)
    with pytest.raises(ValueError, match=r"^out overlaps an input without being the same: .*$"):
        gpu.call("leaky_relu", x, memory[1:], out=memory[:-1])


@pytest.mark.parametrize("name", ["leaky_relu", "softmax"])
def test_wrong_arguments(name, gpu):
    x = gpu.place(some_numbers(np.float32, 12))
    with pytest.raises(TypeError, match=rf"^{name}\(\) got an unexpected keyword argument 'dim'"):
        gpu.call(name, x, dim=1)
    with pytest.raises(TypeError, match=rf"^{name}\(\) missing 1 required positional argument: 'x'"):
        gpu.call(name)


def test_dtypes_without_a_kernel(gpu):
    for dtype in np.int32, np.bool, np.complex64, np.dtype(">f4"):
        with pytest.raises(
            TypeError, match=r"^numba_act\.cuda\.tanh takes .*, not int32$|no arrays of dtype|not bool$"
        ):
            gpu.call("tanh", gpu.room(3, dtype))


def test_parameters_of_another_dtype(gpu):
    with pytest.raises(TypeError, match=r"^negative_slope must have the dtype of x, float32, not float64$"):
        gpu.call("leaky_relu", gpu.room(3, np.float32), gpu.room(3, np.float64))


def test_parameters_on_the_host(gpu):
    with pytest.raises(TypeError, match=r"^negative_slope of .* must be a number or an array on the GPU, as x is$"):
        gpu.call("leaky_relu", gpu.room(3, np.float32), OnHost(np.ones(3, np.float32)))


def test_out_on_the_host(gpu):
    with pytest.raises(TypeError, match=r"^out of numba_act\.cuda\.relu must be an array on the GPU, as x is$"):
        gpu.call("relu", gpu.room(3, np.float32), OnHost(np.ones(3, np.float32)))


def test_shapes_that_do_not_broadcast(gpu):
    with pytest.raises(ValueError, match="shape mismatch"):
        gpu.call("leaky_relu", gpu.room(3, np.float32), gpu.room(4, np.float32))


@pytest.mark.parametrize("role", ["x", "negative_slope", "out"])
def test_elements_that_are_not_aligned(role, gpu):
    arrays = {each: gpu.room(3, np.float32) for each in ("x", "negative_slope", "out")}
    arrays[role] = np.ndarray(3, np.float32, gpu.room(16, np.uint8), offset=1)
    with pytest.raises(ValueError, match=r"aligned in memory$"):
        gpu.call("leaky_relu", **arrays)


@pytest.mark.parametrize("axis", [2, -3, (0, 5)])
def test_axes_that_are_not_there(axis, gpu):
    with pytest.raises(np.exceptions.AxisError):
        gpu.call("softmax", gpu.room((2, 3), np.float32), axis)


def test_axes_given_twice(gpu):
    with pytest.raises(ValueError, match=r"^repeated axis$"):
        gpu.call("softmax", gpu.room((2, 3), np.float32), (0, -2))


@pytest.mark.parametrize(("shape", "axis"), [((3,), -1), ((2, 3), 0), ((2, 3), None)])
def test_causal_without_two_axes(shape, axis, gpu):
    with pytest.raises(ValueError, match=r"^causal is for the last of two axes or more$"):
        gpu.call("softmax", gpu.room(shape, np.float32), axis, causal=True)


def test_masks_must_be_boolean(gpu):
    with pytest.raises(TypeError, match=r"^where must be an array of booleans on the GPU, as x is$"):
        gpu.call("softmax", gpu.room((2, 3), np.float32), where=gpu.room((2, 3), np.uint8))


def test_masks_must_broadcast(gpu):
    with pytest.raises(ValueError, match=r"^where has the shape \(2,\), which cannot be broadcast to \(2, 3\)$"):
        gpu.call("softmax", gpu.room((2, 3), np.float32), where=gpu.room(2, np.bool))


def test_scales_must_broadcast(gpu):
    with pytest.raises(ValueError, match=r"^scale has the shape \(3,\), which cannot be broadcast to \(2,\)$"):
        gpu.call("softmax", gpu.room((2, 3), np.float32), scale=gpu.room(3, np.float32))


def test_scales_must_be_of_what_is_computed_in(gpu):
    with pytest.raises(TypeError, match=r"^an array of scales must be of float32, in which float16 is computed$"):
        gpu.call("softmax", gpu.room((2, 3), np.float16), scale=gpu.room(2, np.float16))


def test_out_of_rows_must_suit(gpu):
    x = gpu.room((2, 3), np.float32)
    for name, shape, out in ("softmax", (2, 3), (3, 2)), ("logsumexp", (2,), (2, 1)):
        with pytest.raises(
            ValueError, match=rf"^out must be a writable float32 array of shape \({', ?'.join(map(str, shape))},?\)$"
        ):
            gpu.call(name, x, out=gpu.room(out, np.float32))
