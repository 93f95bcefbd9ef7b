"""Tensors of PyTorch: on a CPU computed where they lie, without a copy; on a GPU by `numba_act.cuda`."""

import numpy as np
import torch

from numba_act.engine.libraries import gpu_arrays
from numba_act.language.dtypes import numpy_dtype


def rows(call):
    """Return the result as a tensor."""
    if not isinstance(call.x, torch.Tensor):
        return NotImplemented
    if call.x.is_cuda:
        return gpu_arrays.call(call)
    out = call.target
    given = {name: array_of(getattr(call, name)) for name in ("x", "where", "scale")}
    result = call.again(**given, out=array_of(out))
    return tensor_of(result) if out is None else out


def elementwise(function, declaration, operands, out, keywords):
    """Return the result of a function with defaults as a tensor."""
    if any(isinstance(operand, torch.Tensor) and operand.is_cuda for operand in operands):
        return gpu_arrays.elementwise(function, declaration, operands, out, keywords)
    (out,) = out if isinstance(out, tuple) else (out,)
    keywords = {name: array_of(value) for name, value in keywords.items()}
    result = function(*map(array_of, operands), out=array_of(out), **keywords)
    return tensor_of(result) if out is None else out


def array_of(tensor):
    """Return a NumPy array of the same memory as a tensor on the CPU, or what is none as it is."""
    if not isinstance(tensor, torch.Tensor):
        return tensor
    if tensor.dtype is not torch.bfloat16:
        return tensor.numpy()
    bfloat16 = numpy_dtype("bfloat16")
    if bfloat16 is None:
        raise TypeError("tensors of bfloat16 need the package ml_dtypes")
    return tensor.view(torch.int16).numpy().view(bfloat16)


def tensor_of(array):
    """Return a tensor of the same memory as a NumPy array."""
    array = np.asarray(array)
    if array.dtype == numpy_dtype("bfloat16"):
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)
