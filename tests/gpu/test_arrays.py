"""Device arrays of every library, as fakes: what is read from them, and the new ones like them."""

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

from numba_act.engine.gpu.memory import arrays
from numba_act.engine.gpu.memory.arrays import DeviceArray, dense_strides, describe, empty, order_of
from numba_act.engine.gpu.target import toolkit

pytest.importorskip("numba_cuda")


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
    monkeypatch.setattr(arrays, "numpy_dtype", lambda name: None)  # as where ml_dtypes is not installed
    with pytest.raises(TypeError, match="ml_dtypes"):
        empty(like, (2, 3), (0, 1), "bfloat16")


IN_THE_SIMULATOR = """
import ml_dtypes
import numpy as np
from numba import cuda

from numba_act.engine.gpu.memory.arrays import describe, empty, order_of
from numba_act.engine.gpu.target.streams import launch_stream

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
