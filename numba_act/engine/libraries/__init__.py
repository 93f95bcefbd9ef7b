"""Arrays of other libraries as operands: one module for each library.

Each has ``rows(call)`` for row functions, which takes a `RowCall`, calls the function again with NumPy arrays, and
returns the result as an array of its library, or NotImplemented. Ufuncs need none: NumPy asks the arrays themselves.
Where that is not enough, a module has ``elementwise(function, declaration, operands, out, keywords)`` for functions
with defaults. A library is imported only where an argument comes from it, and then it is imported already.
"""

import functools
import importlib

# The modules by the names of the packages. NumPy's own masked arrays are found by the beginning of a module's name.
_MODULES = {
    "cupy": "gpu_arrays",
    "dask": "dask_arrays",
    "pandas": "pandas_objects",
    "polars": "polars_objects",
    "pyarrow": "arrow_arrays",
    "scipy": "sparse_arrays",
    "sparse": "sparse_arrays",
    "torch": "torch_tensors",
    "xarray": "xarray_objects",
}


@functools.lru_cache(maxsize=1024)
def library_of(kind):
    """Return the module for the arrays of a type, or of one it derives from, or None."""
    for base in kind.__mro__:
        package = base.__module__.partition(".")[0]
        if base.__module__.startswith("numpy.ma"):
            return _module("masked_arrays")
        if package in _MODULES:
            return _module(_MODULES[package])
    return _module("gpu_arrays") if hasattr(kind, "__cuda_array_interface__") else None


def elementwise_of(kind):
    """Return what computes element-wise functions of arrays of a type, or None if the ufunc does."""
    return getattr(library_of(kind), "elementwise", None)


def _module(name):
    return importlib.import_module(f"{__name__}.{name}")
