"""The same kernels on a GPU: device functions inside this package's own launchers.

Element-wise: a grid-stride loop, so that one launch configuration serves every size and each thread computes several
elements; parameters are passed by value. Rows: one block of threads per row. Any strides are taken as they are: the
launchers see every array as four-dimensional.
"""

import functools
import inspect
import math
import sys
from inspect import Parameter

import numpy as np

from numba_act.engine.documentation import docstring

THREADS = 256
ELEMENTS_PER_THREAD = 4
DIMENSIONS = 4


def gpu_function(declaration, module_name):
    """Return the public function of an activation on a GPU. Needs a GPU only when it is called."""
    positional = Parameter.POSITIONAL_OR_KEYWORD
    names = list(declaration.parameters.items()) if declaration.layout is None else [("axis", -1)]
    signature = inspect.Signature(
        [
            Parameter("x", positional),
            *(Parameter(name, positional, default=default) for name, default in names),
            Parameter("out", positional, default=None),
            Parameter("stream", positional, default=None),
        ]
    )

    def activation(*arguments, **keywords):
        bound = signature.bind(*arguments, **keywords)
        bound.apply_defaults()
        return _run(declaration, **bound.arguments)

    activation.__signature__ = signature
    activation.__name__ = activation.__qualname__ = declaration.name
    activation.__module__ = module_name
    activation.__doc__ = docstring(declaration, on_gpu=True)
    return activation


def _run(declaration, x, out, stream, axis=None, **parameters):
    cuda = _numba_cuda()
    description = getattr(x, "__cuda_array_interface__", None)
    if description is None:
        raise TypeError(f"numba_act.cuda.{declaration.name} takes arrays on the GPU, not {type(x).__name__}")
    dtype = np.dtype(description["typestr"])
    if dtype not in declaration.dtypes:
        known = ", ".join(dtype.name for dtype in declaration.dtypes)
        raise TypeError(f"numba_act.cuda.{declaration.name} is compiled for {known}, not for {dtype.name}")
    shape = description["shape"]
    if declaration.layout is not None:
        axis = _normalized(axis, len(shape))
    if declaration.reduces:
        shape = shape[:axis] + shape[axis + 1 :]
    if out is None:
        out = _empty(x, shape, cuda)
    result = out.__cuda_array_interface__
    if result["shape"] != shape or result["typestr"] != description["typestr"] or result["data"][1]:
        raise ValueError(f"out must be a writable {dtype.name} array of shape {shape}")
    if math.prod(shape) == 0:
        return out
    views = _four_dimensional(x, out, axis)
    blocks = math.prod(views[0].shape[:-1])
    if axis is None:
        blocks = -(-blocks * views[0].shape[-1] // (THREADS * ELEMENTS_PER_THREAD))
    launcher = _launcher(declaration, dtype)[min(blocks, 2**31 - 1), THREADS, stream or 0]
    values = (tuple(dtype.type(value) for value in parameters.values()),) if parameters else ()
    launcher(*(cuda.as_cuda_array(view) for view in views), *values)
    return out


@functools.cache
def _numba_cuda():
    """Return the module ``numba.cuda``, or say what is missing."""
    try:
        from numba import cuda
    except ImportError as error:
        raise ImportError("numba_act.cuda needs the package numba-cuda: pip install 'numba-act[cuda]'") from error
    if not cuda.is_available():
        reason = cuda.cuda_error() or "no CUDA device was found"
        raise RuntimeError(f"numba_act.cuda needs an NVIDIA GPU and its driver: {reason}")
    return cuda


def _empty(x, shape, cuda):
    """Return an uninitialised array of x's dtype, and of the same library where it is one of the usual."""
    library = type(x).__module__.partition(".")[0]
    if library in ("cupy", "torch") and shape == tuple(x.shape):
        return sys.modules[library].empty_like(x)
    if library == "cupy":
        return sys.modules[library].empty(shape, x.dtype)
    if library == "torch":
        return x.new_empty(shape)
    return cuda.device_array(shape, np.dtype(x.__cuda_array_interface__["typestr"]))


def _four_dimensional(x, out, axis):
    """Return views of two arrays with four dimensions: the given axis last, lengths of one in front.

    Neighbouring dimensions that lie in memory as one, in both arrays, are merged, so contiguous arrays of any dimension
    fit, and most others. In an ``out`` that lacks the axis it has the length one.
    """
    shape, strides = _layout(x)
    out_shape, out_strides = _layout(out)
    reduced = len(out_shape) < len(shape)
    if reduced:
        out_strides.insert(axis, 0)
    dimensions = list(zip(shape, strides, out_strides, strict=True))
    last = [] if axis is None else [dimensions.pop(axis)]
    merged = []
    for length, *inner in dimensions:
        if merged and merged[-1][1:] == [length * stride for stride in inner]:
            merged[-1] = [merged[-1][0] * length, *inner]
        elif length != 1:
            merged.append([length, *inner])
    dimensions = merged + last
    if len(dimensions) > DIMENSIONS:
        raise ValueError("these arrays' strides cannot be merged into four dimensions: pass contiguous copies")
    dimensions = [(1, 0, 0)] * (DIMENSIONS - len(dimensions)) + dimensions
    shape, strides, out_strides = zip(*dimensions, strict=True)
    return _View(x, shape, strides), _View(out, (*shape[:-1], 1) if reduced else shape, out_strides)


def _layout(array):
    """Return the shape of a device array, and its strides in bytes as a list."""
    description = array.__cuda_array_interface__
    shape, strides = description["shape"], description.get("strides")
    if strides is None:
        size = np.dtype(description["typestr"]).itemsize
        strides = [size * math.prod(shape[position + 1 :]) for position in range(len(shape))]
    return shape, list(strides)


class _View:
    """A device array seen with another shape and other strides."""

    def __init__(self, array, shape, strides):
        self.shape = shape
        self._owner = array
        self.__cuda_array_interface__ = array.__cuda_array_interface__ | {"shape": shape, "strides": strides}


def _normalized(axis, dimensions):
    """Return a non-negative axis, or raise NumPy's error."""
    if not -dimensions <= axis < dimensions:
        raise np.exceptions.AxisError(axis, dimensions)
    return axis % dimensions


@functools.cache
def _launcher(declaration, dtype):
    """Return the launcher around a kernel compiled for one dtype."""
    from numba_act.engine import launch_cuda
    from numba_act.engine.link import link

    if declaration.layout is not None:
        return launch_cuda.row_launcher(declaration, dtype, THREADS)
    kernel = link(declaration, dtype, launch_cuda.cuda_primitives(dtype), launch_cuda.device_function)
    if declaration.parameters:
        return launch_cuda.elementwise_launcher(kernel)
    return launch_cuda.elementwise_launcher_without_parameters(kernel)
