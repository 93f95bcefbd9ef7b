"""Device arrays passed by DLPack."""

import ctypes
import sys

import numpy as np
import pytest

from numba_act.engine.gpu.memory.arrays import describe

pytest.importorskip("numba_cuda")

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
