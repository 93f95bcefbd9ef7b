"""What only a GPU can do."""

import textwrap

import numpy as np
import pytest
from gpu_results import (
    CAUSAL,
    DECLARATIONS,
    assert_near,
    bound,
    every_dtype,
    every_element,
    every_row,
    gpu_is_here,
    normal_rows,
    on_cpu,
    some_numbers,
)
from gpu_rows import mask_for
from processes import output_of


def output_on_gpu(script, folder):
    if not gpu_is_here():
        pytest.skip("no NVIDIA GPU")
    return output_of('import warnings\nwarnings.simplefilter("ignore")\n' + textwrap.dedent(script), folder)


def units_off(found, exact):
    """Return the distances of float32 results from what float64 says of them, in the former's last place."""
    last_place = np.spacing(np.abs(exact).astype(np.float32)).astype(np.float64)
    return np.abs(found.astype(np.float64) - exact) / last_place


@pytest.mark.gpu
@every_element
@every_dtype
def test_every_length_on_a_gpu(name, dtype, hardware):
    x = some_numbers(dtype, 1025)
    expected = on_cpu(name, x)
    found = [hardware.call(name, x[:length]) for length in range(1026)]
    assert_near(np.concatenate(found), np.concatenate([expected[:length] for length in range(1026)]))


@pytest.mark.gpu
@every_element
def test_elements_are_within_the_bound_on_a_gpu(name, hardware):
    x = np.random.default_rng(0).normal(0, 3, 2**18).astype(np.float32)
    parameters = [np.float64(np.float32(value)) for value in DECLARATIONS[name].parameters.values()]
    off = units_off(hardware.call(name, x), on_cpu(name, x.astype(np.float64), *parameters))
    assert off.max() <= DECLARATIONS[name].max_ulp["float32"] + 1e-6


LONG = (1000, 1024, 1025, 4096, 4097, 8192, 16385, 32768, 32769, 65536, 131_072, 200_000)


@pytest.mark.gpu
@every_row
@every_dtype
@pytest.mark.parametrize("length", LONG)
def test_long_rows_on_a_gpu(name, dtype, length, hardware):
    x = normal_rows((3, length), dtype)
    assert_near(hardware.call(name, x), on_cpu(name, x), bound(name, dtype))


@pytest.mark.gpu
@every_row
@pytest.mark.parametrize("length", LONG)
def test_long_rows_with_a_mask_on_a_gpu(name, length, hardware):
    x = normal_rows((3, length), np.float32)
    seen = mask_for(x)
    assert_near(hardware.call(name, x, where=seen), on_cpu(name, x, where=seen), bound(name, x.dtype))


@pytest.mark.gpu
@every_row
@pytest.mark.parametrize("length", LONG)
def test_long_columns_on_a_gpu(name, length, hardware):
    x = normal_rows((length, 33), np.float32)
    assert_near(hardware.call(name, x, 0), on_cpu(name, x, 0), bound(name, x.dtype))


@pytest.mark.gpu
@every_row
def test_every_length_of_rows_on_a_gpu(name, hardware):
    for length in range(1, 1026):
        x = normal_rows((3, length), np.float32)
        assert_near(hardware.call(name, x), on_cpu(name, x), bound(name, x.dtype))


@pytest.mark.gpu
@every_row
@pytest.mark.parametrize("length", LONG)
def test_rows_are_within_the_bound_on_a_gpu(name, length, hardware):
    x = normal_rows((2, length), np.float32)
    off = units_off(hardware.call(name, x), on_cpu(name, x.astype(np.float64)))
    assert off.max() <= DECLARATIONS[name].max_ulp["float32"] + 1e-6


@pytest.mark.gpu
@pytest.mark.parametrize("name", CAUSAL)
@pytest.mark.parametrize("shape", [(1025, 1025), (2, 3, 300, 4097), (2, 4097, 300)], ids=str)
def test_causal_on_a_gpu(name, shape, hardware):
    x = normal_rows(shape, np.float32)
    assert_near(hardware.call(name, x, causal=True), on_cpu(name, x, causal=True), bound(name, x.dtype))


@pytest.mark.gpu
def test_many_elements_on_a_gpu(tmp_path):
    """More than 2**31 elements, in place, contiguous and not."""
    script = """
        import numpy as np
        from numba import cuda
        import numba_act as na

        count, piece = 2**31 + 5, np.linspace(-1, 1, 2**24, dtype=np.float16)
        x = cuda.device_array(count, np.float16)
        # numba takes each element of a view that is not contiguous for a piece of memory of its own.
        class Backwards:
            __cuda_array_interface__ = x.__cuda_array_interface__ | {
                "data": (x.__cuda_array_interface__["data"][0] + 2 * (count - 1), False),
                "strides": (-2,),
            }

        for view in x, Backwards():
            for first in range(0, count, piece.size):
                part = x[first : first + piece.size]
                part.copy_to_device(piece[: part.size])
            na.cuda.relu(view, out=view)
            for first in (0, 2**30, 2**31 - 2**24, 2**31 - 2**23, count - 2**20):
                found = x[first : first + 2**20].copy_to_host()
                places = np.arange(first, first + found.size) % piece.size
                np.testing.assert_array_equal(found, np.maximum(piece[places], np.float16(0)))
        print("equal")
    """
    assert output_on_gpu(script, tmp_path) == "equal\n"


@pytest.mark.gpu
def test_streams_on_a_gpu(tmp_path):
    """In a stream of its own, a call follows what was queued there before, and precedes what is queued after it."""
    script = """
        import numpy as np
        from numba import cuda
        import numba_act as na

        x = cuda.pinned_array(2**24, np.float32)
        x[:] = np.linspace(-1, 1, x.size)
        results = [cuda.pinned_array(x.size, np.float32) for _ in range(4)]
        streams = [cuda.stream() for _ in results]
        arrays = [cuda.device_array(x.size, np.float32) for _ in results]
        for stream, array, result in zip(streams, arrays, results, strict=True):
            array.copy_to_device(x, stream=stream)
            na.cuda.relu(array, out=array, stream=stream)
            array.copy_to_host(result, stream=stream)
        for stream, result in zip(streams, results, strict=True):
            stream.synchronize()
            np.testing.assert_array_equal(result, np.maximum(x, 0))
        print("equal")
    """
    assert output_on_gpu(script, tmp_path) == "equal\n"


@pytest.mark.gpu
def test_kernels_are_compiled_once_on_a_gpu(tmp_path):
    script = """
        import numpy as np
        from numba import cuda
        import numba_act as na
        from numba_act.engine.gpu.target import toolkit

        compiled, real = [], toolkit.ptx_of
        toolkit.ptx_of = lambda *arguments: compiled.append(arguments) or real(*arguments)
        for length in (1, 1000, 10**6):
            x = cuda.to_device(np.ones((2, length), np.float32))
            na.cuda.relu(x)
            na.cuda.relu(x, out=x)
            print(len(compiled))
        for count in (1, 100, 10**4):
            na.cuda.softmax(cuda.to_device(np.ones((count, 64), np.float32)))
            print(len(compiled))
    """
    assert output_on_gpu(script, tmp_path).split() == ["1", "1", "1", "2", "2", "2"]
