"""Device arrays of every library, as fakes and where there is a GPU as real ones, and the streams they are used in."""

import contextlib
import ctypes
import sys
import types
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import output_of

pytest.importorskip("numba_cuda")

from numba_act.engine.gpu import arrays, host, streams, toolkit
from numba_act.engine.gpu.arrays import DeviceArray, dense_strides, describe, empty, order_of
from numba_act.engine.gpu.streams import hand_back, launch_stream


class OfInterface:
    """What any library may pass."""

    def __init__(self, **entries):
        self.__cuda_array_interface__ = {"shape": (2, 3), "typestr": "<f4", "data": (4096, False)} | entries


@pytest.mark.parametrize("x", [1, 1.5, True, 1j, [1, 2], (1.0,), np.float32(1), np.ones(3), np.ma.ones(3)])
def test_what_is_on_the_host(x):
    assert describe(x, "relu") is None


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ({"version": 0}, {}),
        ({"version": 0, "strides": (4, 8)}, {"strides": (4, 8)}),
        ({"version": 1, "mask": None}, {}),
        ({"version": 2, "strides": None, "data": (4096, True)}, {"writable": False}),
        ({"version": 3, "strides": (-24, 8), "stream": None}, {"strides": (-24, 8)}),
        ({"version": 3, "stream": 1}, {"stream": 1}),
        ({"version": 3, "stream": 2}, {"stream": 2}),
        ({"version": 3, "stream": 140001}, {"stream": 140001}),
        ({"version": 3, "shape": (), "strides": None}, {"shape": (), "strides": ()}),
        ({"version": 3, "shape": (0, 3), "data": (0, False)}, {"shape": (0, 3), "pointer": 0}),
        ({"version": 3, "shape": [2, 3], "strides": [16, 4]}, {"strides": (16, 4)}),
    ],
)
def test_interfaces_of_every_version(entries, expected):
    x = OfInterface(**entries)
    description = DeviceArray(4096, (2, 3), (12, 4), "float32", True, None, None, x)
    assert describe(x, "relu") == description._replace(**expected)


@pytest.mark.parametrize("name", arrays.SIZES)
def test_every_dtype_in_an_interface(name):
    dtype = np.dtype(getattr(pytest.importorskip("ml_dtypes"), name) if name == "bfloat16" else name)
    description = describe(OfInterface(typestr=dtype.str), "relu")
    assert (description.dtype, description.strides) == (name, (3 * dtype.itemsize, dtype.itemsize))
    assert arrays.SIZES[name] == dtype.itemsize
    assert arrays._known(dtype, "relu") == (name, dtype.itemsize)


def test_bfloat16_without_byte_order():
    assert describe(OfInterface(typestr="|V2"), "relu").dtype == "bfloat16"


@pytest.mark.parametrize("typestr", ["<c8", ">f4", ">i8", "|S3", "<U2", "|V8", "<M8[ns]", "|O", "|V1", "<f16"])
def test_unknown_dtypes_are_named(typestr):
    with pytest.raises(TypeError) as caught:
        describe(OfInterface(typestr=typestr), "relu")
    assert str(caught.value) == f"relu takes no arrays of dtype {typestr} on the GPU"


def test_masks_are_refused():
    with pytest.raises(TypeError, match="softmax takes no masked arrays"):
        describe(OfInterface(mask=object()), "softmax")


@pytest.mark.parametrize("x", ["text", None, object(), {1: 2}, {1.0}, b"bytes"])
def test_what_is_no_array_is_named(x):
    with pytest.raises(TypeError, match=f"relu takes arrays on the GPU.* and NumPy arrays, not {type(x).__name__}$"):
        describe(x, "relu")


# PyTorch


def fake_torch(**more):
    torch = types.ModuleType("torch")
    for name in ("float32", "bfloat16", "complex64"):
        setattr(torch, name, type("dtype", (), {"__str__": lambda self, name=name: f"torch.{name}"})())
    torch._C = SimpleNamespace(_cuda_getCurrentRawStream=lambda device: 100 + device)
    torch.empty_permuted = lambda shape, order, dtype, device: (shape, order, dtype, device)
    vars(torch).update(more)
    return torch


class Tensor:
    __module__ = "torch"
    is_cuda = True
    requires_grad = False
    device = SimpleNamespace(type="cuda", index=1)

    def __init__(self, dtype, **more):
        self.shape = (4, 3)
        self.dtype = dtype
        vars(self).update(more)

    def get_device(self):
        return self.device.index

    def data_ptr(self):
        return 512

    def stride(self):
        return (1, 4)

    def is_neg(self):
        return False


class Subclass(Tensor):
    __module__ = "somebody.else"


@pytest.mark.parametrize("kind", [Tensor, Subclass])
@pytest.mark.parametrize(("name", "strides"), [("float32", (4, 16)), ("bfloat16", (2, 8))])
def test_tensors(kind, name, strides, monkeypatch):
    torch = fake_torch()
    monkeypatch.setitem(sys.modules, "torch", torch)
    x = kind(getattr(torch, name))
    description = describe(x, "relu")
    assert description == DeviceArray(512, (4, 3), strides, name, True, 101, 1, x)
    assert empty(description, (4, 3), (1, 0), "float32") == ((4, 3), (1, 0), torch.float32, x.device)


def test_streams_of_tensors_without_what_is_not_public(monkeypatch):
    def current_stream(device):
        return SimpleNamespace(cuda_stream=200 + device)

    torch = fake_torch(_C=SimpleNamespace(), cuda=SimpleNamespace(current_stream=current_stream))
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert describe(Tensor(torch.float32), "relu").stream == 201


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"is_cuda": False}, r"relu takes no torch.Tensor outside the GPU's memory: .* x.cuda\(\)"),
        ({"requires_grad": True}, r"relu records no gradient: pass x.detach\(\)"),
        ({"is_neg": lambda: True}, r"resolve_neg\(\)"),
        ({"dtype": fake_torch().complex64}, "relu takes no arrays of dtype torch.complex64"),
    ],
)
def test_tensors_that_are_refused(attributes, message, monkeypatch):
    torch = fake_torch()
    monkeypatch.setitem(sys.modules, "torch", torch)
    with pytest.raises(TypeError, match=message):
        describe(Tensor(**({"dtype": torch.float32} | attributes)), "relu")


def test_real_tensors_on_the_host():
    torch = pytest.importorskip("torch")
    for x in torch.ones(3), torch.nn.Parameter(torch.ones(3)):
        with pytest.raises(TypeError, match="move the tensor to the GPU"):
            describe(x, "relu")


# CuPy


class FakeCupyArray:
    def __init__(self, shape, dtype=np.float32, device=0):
        memory = np.empty(shape, dtype)
        self.shape, self.strides, self.dtype = memory.shape, memory.strides, memory.dtype
        self.data = SimpleNamespace(ptr=1024, device_id=device)

    def transpose(self, axes):
        self.shape = tuple(self.shape[axis] for axis in axes)
        self.strides = tuple(self.strides[axis] for axis in axes)
        return self


FakeCupyArray.__module__, FakeCupyArray.__name__ = "cupy", "ndarray"


class FakeCupy:
    """CuPy with a current device."""

    def __init__(self):
        self.device = 0
        self.ndarray = lambda shape, dtype: FakeCupyArray(shape, dtype, self.device)
        self.cuda = SimpleNamespace(
            Device=self.use,
            runtime=SimpleNamespace(getDevice=lambda: self.device),
            get_current_stream=lambda device: SimpleNamespace(ptr=300 + device),
        )

    @contextlib.contextmanager
    def use(self, device):
        before, self.device = self.device, device
        yield
        self.device = before


@pytest.mark.parametrize("device", [0, 1])
def test_cupy(device, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", FakeCupy())
    x = FakeCupyArray((2, 3, 4), device=device)
    description = describe(x, "relu")
    assert description == DeviceArray(1024, (2, 3, 4), (48, 16, 4), "float32", True, 300 + device, device, x)
    for order in (0, 1, 2), (2, 0, 1), (2, 1, 0), (1, 2, 0):
        new = describe(empty(description, (2, 3, 4), order, "float64"), "relu")
        assert (new.shape, new.dtype, new.device) == ((2, 3, 4), "float64", device)
        assert new.strides == dense_strides((2, 3, 4), order, 8)
    with pytest.raises(TypeError, match="relu takes no arrays of dtype complex64"):
        describe(FakeCupyArray((2,), np.complex64), "relu")


# numba


def test_real_arrays_of_numba_over_fake_memory():
    devicearray = pytest.importorskip("numba.cuda.cudadrv.devicearray")
    memory = SimpleNamespace(device_ctypes_pointer=ctypes.c_void_p(2048))
    x = devicearray.DeviceNDArray((2, 3), (4, 8), np.float32, gpu_data=memory)
    assert describe(x, "relu") == DeviceArray(2048, (2, 3), (4, 8), "float32", True, None, None, x)
    x.stream = SimpleNamespace(__cuda_stream__=lambda: (0, 77))
    assert describe(x, "relu").stream == 77
    memory.device_ctypes_pointer = ctypes.c_void_p(0)
    assert describe(x, "relu").pointer == 0


def test_new_arrays_of_numba(monkeypatch):
    made = SimpleNamespace(device_array=lambda shape, dtype, strides: (shape, dtype, strides))
    monkeypatch.setattr(toolkit, "cuda", lambda: made)
    like = describe(OfInterface(), "relu")
    assert empty(like, (2, 3), (1, 0), "float64") == ((2, 3), np.dtype(np.float64), (8, 16))
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    arrays._numpy_dtype.cache_clear()
    with pytest.raises(TypeError, match="ml_dtypes"):
        empty(like, (2, 3), (0, 1), "bfloat16")


IN_THE_SIMULATOR = """
import ml_dtypes
import numpy as np
from numba import cuda

from numba_act.engine.gpu.arrays import describe, empty, order_of
from numba_act.engine.gpu.streams import launch_stream

for memory in np.ones((2, 3)), np.asfortranarray(np.ones((2, 3), "f4")), np.ones(4, ml_dtypes.bfloat16), np.array(1):
    x = cuda.to_device(memory)
    description = describe(x, "relu")
    assert description.owner is x and description.writable and description.stream is description.device is None
    assert description.pointer == x.__array_interface__["data"][0]
    assert (type(description.shape), description.shape) == (tuple, memory.shape)
    assert (description.dtype, description.strides) == (memory.dtype.name, memory.strides)
    new = empty(description, description.shape, order_of(memory.shape, memory.strides), "bfloat16")
    assert new.dtype == ml_dtypes.bfloat16 and new.is_c_contiguous() == x.is_c_contiguous()
    assert launch_stream(None, [description]) == launch_stream(cuda.stream(), [description]) == 0
assert describe(np.ones(3), "relu") is None
print("done")
"""


def test_arrays_of_the_simulator(tmp_path):
    assert output_of(IN_THE_SIMULATOR, tmp_path, NUMBA_ENABLE_CUDASIM=1).split() == ["done"]


# DLPack


pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
pointer_of.restype, pointer_of.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]


class OfDLPack:
    """A NumPy array that says it is on a GPU."""

    def __init__(self, array, device=(2, 0)):
        self.array, self.device, self.stream = array, device, None

    def __dlpack_device__(self):
        """Return a kind and a number."""
        return self.device

    def __dlpack__(self, *, stream=None, **keywords):
        """Return NumPy's capsule, with the device changed."""
        self.stream = stream
        capsule = self.array.__dlpack__()
        # DLTensor: the address of the data, and then the device.
        ctypes.c_int32.from_address(pointer_of(capsule, b"dltensor") + 8).value = self.device[0]
        return capsule


class FakeJax(OfDLPack):
    __module__ = "jaxlib._jax"

    @property
    def __cuda_array_interface__(self):
        """Raise what JAX raises for bfloat16."""
        raise RuntimeError("INVALID_ARGUMENT")


@pytest.mark.parametrize("kind", [OfDLPack, FakeJax])
@pytest.mark.parametrize("device", [2, 13])
@pytest.mark.parametrize(
    "array",
    [np.ones((2, 3), "f4"), np.ones((2, 3)).T, np.ones((4, 6), "f2")[::2, ::-1], np.array(1, "i8"), np.ones(3, bool)],
)
def test_dlpack(kind, device, array):
    pytest.importorskip("cuda.core")
    x = kind(array, (device, 0))
    description = describe(x, "relu")
    assert description[:-1] == (
        *(array.ctypes.data, array.shape, array.strides, array.dtype.name),
        *(kind is OfDLPack, 1, 0),
    )
    assert x.stream == 1
    assert description.owner.exporting_obj is x


def test_dlpack_keeps_what_is_exported():
    pytest.importorskip("cuda.core")
    array = np.ones(3)
    references = sys.getrefcount(array)
    description = describe(OfDLPack(array), "relu")
    assert sys.getrefcount(array) > references
    del description
    assert sys.getrefcount(array) == references


def test_dlpack_of_an_unknown_dtype():
    pytest.importorskip("cuda.core")
    with pytest.raises(TypeError, match="relu takes no arrays of dtype complex128"):
        describe(OfDLPack(np.ones(3, complex)), "relu")


@pytest.mark.parametrize("device", [1, 3, 10])
def test_dlpack_elsewhere(device):
    message = r"relu takes no \w+.OfDLPack outside the GPU's memory: move the array to the GPU"
    with pytest.raises(TypeError, match=message):
        describe(OfDLPack(np.ones(3), (device, 0)), "relu")


def test_real_jax_on_the_host():
    jax = pytest.importorskip("jax")
    with pytest.raises(TypeError, match="outside the GPU's memory"):
        describe(jax.device_put(np.ones(3), jax.devices("cpu")[0]), "relu")


# Memory order


@st.composite
def strided(draw):
    """Return arrays with axes in any order, steps, negative strides, and broadcast axes."""
    lengths = draw(st.lists(st.integers(1, 4), max_size=4))
    steps = draw(st.lists(st.sampled_from([1, 1, 2, -1, -2]), min_size=len(lengths), max_size=len(lengths)))
    x = np.empty([2 * length for length in lengths], np.float32).transpose(draw(st.permutations(range(len(lengths)))))
    x = x[tuple(slice(None, None, step) for step in steps)]
    for axis in draw(st.lists(st.integers(0, x.ndim), max_size=2)):
        x = np.expand_dims(x, axis)
        x = np.broadcast_to(x, (*x.shape[:axis], draw(st.integers(1, 3)), *x.shape[axis + 1 :]))
    return x


@given(strided())
def test_the_order_is_numpys(x):
    order = order_of(x.shape, x.strides)
    assert sorted(order) == list(range(x.ndim))
    expected = np.empty_like(x, order="K").strides
    for length, stride, numpys in zip(x.shape, dense_strides(x.shape, order, 4), expected, strict=True):
        assert length == 1 or stride == numpys


# Streams


class FakeCuda:
    """What numba.cuda does with events, as a list of what was called."""

    def __init__(self):
        self.calls = []

    def external_stream(self, handle):
        return f"stream {handle}"

    def event(self, timing):
        assert not timing
        number = len(self.calls)
        return SimpleNamespace(
            record=lambda stream: self.calls.append((f"record {number}", stream)),
            wait=lambda stream: self.calls.append((f"wait {number}", stream)),
        )


@pytest.fixture
def fake_cuda(monkeypatch):
    cuda = FakeCuda()
    monkeypatch.setattr(toolkit, "cuda", lambda: cuda)
    monkeypatch.setattr(toolkit, "simulated", lambda: False)
    streams._numba_stream.cache_clear()
    yield cuda
    streams._numba_stream.cache_clear()


def queued_in(*handles):
    return [DeviceArray(4096, (1,), (4,), "float32", True, handle, None, None) for handle in handles]


@pytest.mark.parametrize(
    ("stream", "handle"),
    [
        (0, 0),
        (55, 55),
        (SimpleNamespace(ptr=66), 66),
        (SimpleNamespace(cuda_stream=77), 77),
        (SimpleNamespace(__cuda_stream__=lambda: (0, 88), ptr=1), 88),
    ],
)
def test_streams_of_any_library(stream, handle, fake_cuda):
    assert launch_stream(stream, queued_in(None, handle)) == handle
    assert not fake_cuda.calls


@pytest.mark.parametrize("stream", ["text", 1.5, object()])
def test_what_is_no_stream_is_named(stream, fake_cuda):
    with pytest.raises(TypeError, match=f"^stream must be .* not {type(stream).__name__}$"):
        launch_stream(stream, [])


@pytest.mark.parametrize(
    ("stream", "handles", "expected", "waits"),
    [
        (None, [], 0, []),
        (None, [None, None], 0, []),
        (None, [None, 5, 5], 5, []),
        (None, [5, 6], 5, [(6, 5)]),
        (None, [0, 1], 0, []),
        (None, [1, 0], 1, []),
        (1, [0], 1, []),
        (7, [None, 5, 7, 6], 7, [(5, 7), (6, 7)]),
        (7, [1], 7, [(1, 7)]),
        (0, [5], 0, [(5, 0)]),
    ],
)
def test_launches_wait_for_what_is_queued_elsewhere(stream, handles, expected, waits, fake_cuda):
    given_arrays = queued_in(*handles)
    assert launch_stream(stream, given_arrays) == expected
    assert fake_cuda.calls == calls_of(waits)


def test_owners_wait_for_a_launch_in_a_stream_not_theirs(fake_cuda):
    hand_back(5, queued_in(5, None, 6, 0))
    assert fake_cuda.calls == calls_of([(5, 6), (5, 0)])
    fake_cuda.calls.clear()
    hand_back(0, queued_in(1, 0, None))
    assert not fake_cuda.calls


def calls_of(waits):
    """Return the calls by which the second stream of each pair waits for the first."""
    named = [[f"stream {handle}" if handle else 0 for handle in pair] for pair in waits]
    return [
        call
        for number, (first, second) in enumerate(named)
        for call in ((f"record {2 * number}", first), (f"wait {2 * number}", second))
    ]


# Where there is a GPU


@pytest.fixture
def cuda():
    try:
        found = toolkit.cuda()
    except (ImportError, RuntimeError) as error:
        pytest.skip(str(error))
    if toolkit.simulated():
        pytest.skip("numba's simulator has no GPU")
    return found


@pytest.fixture
def torch(cuda):
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("this PyTorch has no GPU")
    return torch


@pytest.fixture
def cupy(cuda):
    return pytest.importorskip("cupy")


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
