"""PyTorch and CuPy: which of them there are, and their ways to write a function, on the memory of our arrays."""

import contextlib

from compare.spellings import PYTORCH, spellings

from gpu.bars import COMPILED, CUPY
from gpu.bars import PYTORCH as PYTORCH_NAME
from gpu.contest import Entry, first_line
from gpu.spellings import CUPY_KERNELS, CUPY_UFUNCS


class PyTorch:
    """PyTorch as it is called from Python, without autograd, and what its compiler makes of functions of rows."""

    name = PYTORCH_NAME
    dtypes = ("float16", "bfloat16", "float32", "float64")
    device = "cuda"

    def __init__(self):
        import torch

        self.torch = torch
        contextlib.ExitStack().enter_context(torch.inference_mode())  # for the rest of the process

    def array(self, array):
        """Return a tensor of an array's memory."""
        return self.torch.as_tensor(array, device=self.device)

    def entries(self, function, x, y, **names):
        """Return the spellings of a function; ``names`` are what they refer to besides x and y."""
        names |= {"torch": self.torch, "nn": self.torch._C._nn, "x": self.array(x), "y": self.array(y)}
        return [Entry(self.name, spelling, names, names["y"]) for spelling in spellings(PYTORCH, function)]

    def compiled(self, function, x, axis, hidden=None):
        """Return a function of rows under ``torch.compile``, which makes a new array; -inf for what is ``hidden``."""
        compute, shown = getattr(self.torch, function), self.array(x)
        if hidden is None:

            def rows(x):
                return compute(x, axis)
        else:

            def rows(x):
                return compute(x.masked_fill(hidden, -self.torch.inf), axis)

        # Otherwise the compiler takes the next function for this one with other shapes, and gives up after a few.
        self.torch._dynamo.reset()
        return Entry(COMPILED, "f(x)", {"f": self.torch.compile(rows, dynamic=False), "x": shown})


class CuPy:
    """CuPy's fused kernels, and its ufuncs."""

    name = CUPY
    dtypes = ("float32", "float64")

    def __init__(self):
        import cupy

        self.cupy = cupy

    def array(self, array):
        """Return a CuPy array of an array's memory."""
        return self.cupy.asarray(array)

    def entries(self, function, x, y):
        """Return the spellings of a function."""
        names = {"cupy": self.cupy, "x": self.array(x), "y": self.array(y)}
        found = [Entry(self.name, spelling, names, names["y"]) for spelling in spellings(CUPY_UFUNCS, function)]
        for formula in spellings(CUPY_KERNELS, function):
            kernel = self.cupy.ElementwiseKernel("T x", "T y", f"y = {formula}", f"{function}_of_cuda_report")
            found.append(Entry(self.name, "kernel(x, y)", names | {"kernel": kernel}, names["y"]))
        return found


PEERS = (PyTorch, CuPy)


def installed():
    """Return the peers that can be imported by their names, and ``{name: reason}`` of those that cannot."""
    found, absent = {}, {}
    for peer in PEERS:
        try:
            found[peer.name] = peer()
        except ModuleNotFoundError as error:
            absent[peer.name] = f"not installed ({error})"
        except Exception as error:  # noqa: BLE001 - a broken installation raises anything
            absent[peer.name] = f"cannot be imported: {first_line(error)}"
    return found, absent
