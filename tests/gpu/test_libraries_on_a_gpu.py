"""Arrays of real libraries where there is a GPU."""

import numpy as np
import pytest

from numba_act.engine.gpu.memory import arrays, host
from numba_act.engine.gpu.memory.arrays import dense_strides, describe, empty, order_of
from numba_act.engine.gpu.target.streams import hand_back, launch_stream

pytest.importorskip("numba_cuda")


def agrees_with_interface(x):
    """Check a description made from a library's own attributes against the interface that it offers."""
    description, interface = describe(x, "relu"), x.__cuda_array_interface__
    assert description.pointer == interface["data"][0]
    assert description.shape == interface["shape"]
    itemsize = arrays.SIZES[description.dtype]
    assert description.strides == (interface.get("strides") or dense_strides(x.shape, range(len(x.shape)), itemsize))
    assert arrays.NAMES[interface["typestr"]] == description.dtype
    ours, theirs = description.stream or 1, interface.get("stream") or description.stream or 1
    assert ours == theirs
    return description


@pytest.mark.gpu
@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64", "int32", "bool"])
def test_tensors_on_a_gpu(name, torch):
    base = torch.ones(2, 3, 4, device="cuda").to(getattr(torch, name))
    for x in base, base.permute(2, 0, 1), base[:, ::2], base[0], base[0, 0, 0]:
        description = agrees_with_interface(x)
        assert description.device == x.device.index
        new = empty(description, tuple(x.shape), order_of(description.shape, description.strides), name)
        assert (new.shape, new.dtype, new.device) == (x.shape, x.dtype, x.device)
        if x.is_contiguous() or x.numel() == base.numel():
            assert new.stride() == x.stride()
    with torch.cuda.stream(torch.cuda.Stream()):
        assert describe(base, "relu").stream == torch.cuda.current_stream().cuda_stream


@pytest.mark.gpu
@pytest.mark.parametrize("name", ["float16", "float32", "float64", "int32", "bool"])
def test_cupy_arrays_on_a_gpu(name, cupy):
    base = cupy.ones((2, 3, 4), name)
    for x in base, base.transpose(2, 0, 1), base[:, ::2], base[0], base[0, 0, 0]:
        description = agrees_with_interface(x)
        assert description.device == x.device.id
        new = empty(description, x.shape, order_of(description.shape, description.strides), name)
        assert (type(new), new.shape, new.dtype) == (cupy.ndarray, x.shape, x.dtype)
        if x.size == base.size:
            assert new.strides == x.strides
    with cupy.cuda.Stream(non_blocking=True) as stream:
        assert describe(base, "relu").stream == stream.ptr


@pytest.mark.gpu
def test_numba_arrays_on_a_gpu(cuda):
    for memory in np.ones((2, 3)), np.asfortranarray(np.ones((2, 3), np.float32)):
        x = cuda.to_device(memory)
        description = agrees_with_interface(x)
        new = empty(description, x.shape, order_of(description.shape, description.strides), description.dtype)
        assert (new.shape, new.strides, new.dtype) == (x.shape, x.strides, x.dtype)
    stream = cuda.stream()
    assert describe(cuda.device_array(3, stream=stream), "relu").stream == int(stream)


@pytest.mark.gpu
def test_jax_arrays_on_a_gpu(cuda):
    jax = pytest.importorskip("jax")
    try:
        device = jax.devices("cuda")[0]
    except RuntimeError as error:
        pytest.skip(str(error))
    for dtype in "float32", "bfloat16":
        x = jax.device_put(jax.numpy.ones((2, 3), dtype), device)
        description = describe(x, "relu")
        assert (description.shape, description.dtype, description.writable) == ((2, 3), dtype, False)
        assert description.pointer == x.unsafe_buffer_pointer()


# Work that takes a tenth of a second is queued first, so that what does not wait for it comes too early.
@pytest.mark.gpu
@pytest.mark.parametrize("named", [False, True])
def test_launches_are_ordered_on_a_gpu(named, torch):
    owners = torch.cuda.Stream(), torch.cuda.Stream()
    ours = torch.cuda.Stream() if named else None
    x, out = torch.zeros(1000, device="cuda"), torch.zeros(1000, device="cuda")
    torch.cuda.synchronize()
    with torch.cuda.stream(owners[0]):
        described_out = describe(out, "relu")
    with torch.cuda.stream(owners[1]):
        torch.cuda._sleep(200_000_000)
        x.fill_(1)
        described_x = describe(x, "relu")
    given_arrays = [described_out, described_x]
    handle = launch_stream(ours, given_arrays)
    assert handle == (ours if named else owners[0]).cuda_stream
    with torch.cuda.stream(torch.cuda.ExternalStream(handle)):
        out.copy_(x)
        torch.cuda._sleep(200_000_000)
        x.fill_(2)
    if named:
        ours.synchronize()
    else:
        hand_back(handle, given_arrays)
    with torch.cuda.stream(owners[1]):
        results = out.cpu(), x.cpu()
    assert (results[0] == 1).all()
    assert (results[1] == 2).all()


@pytest.mark.gpu
def test_host_arrays_on_a_gpu(cuda, monkeypatch):
    def copied(given_array, result, stream):
        result.copy_to_device(given_array, stream=stream)

    x = np.random.default_rng(0).standard_normal(30_000_001, np.float32)
    for given_array in x, x.astype(np.float16), x[:7], x[:30_000_000].reshape(1000, 30_000).T:
        out = np.zeros_like(given_array)
        host.on_host(copied, given_array, out)
        np.testing.assert_array_equal(out, given_array)
    for length in 1000, 30_000_000:
        rows = x[:30_000_000].reshape(-1, length)
        out = np.zeros_like(rows)
        host.on_host(copied, rows, out, length)
        np.testing.assert_array_equal(out, rows)
    out = np.zeros((300, 200), np.float32, order="F")
    host.whole_on_host(copied, [np.asfortranarray(x[:60_000].reshape(300, 200))], out)
    np.testing.assert_array_equal(out, x[:60_000].reshape(300, 200))
    monkeypatch.setattr(host, "_kept", host._Kept())


@pytest.mark.gpu
def test_a_full_gpu_is_said_and_survived(cuda):
    _, total = cuda.current_context().get_memory_info()
    x = np.ones(20_000_000, np.float32)

    def greedy(given_array, result, stream):
        cuda.device_array(total, np.uint8)

    with pytest.raises(MemoryError, match="too little free memory"):
        host.on_host(greedy, x, np.empty_like(x))
    out = np.zeros_like(x)
    host.on_host(lambda given_array, result, stream: result.copy_to_device(given_array, stream=stream), x, out)
    np.testing.assert_array_equal(out, x)
