"""The cache key of compiled code: everything that can change it.

A kernel and all it calls are fingerprinted as they are in memory, so that a session which imported a kernel before somebody
edited its file cannot store old code under the new file's key. The package's own source files, read when they are
imported, catch what cannot be seen from the functions.
"""

import functools
import hashlib
import sys
from importlib.metadata import version
from itertools import product
from pathlib import Path
from types import CodeType, ModuleType

import numpy as np

from numba_act.engine.link import plain_function
from numba_act.kernels.primitives import Table

_PACKAGE = Path(__file__).parent.parent


def digest_of_files(folder):
    """Return a digest of the Python files of one of the package's folders as they are now."""
    digest = hashlib.sha256()
    for path in sorted((_PACKAGE / folder).rglob("*.py")):
        digest.update(f"{path.relative_to(_PACKAGE)}\0".encode() + path.read_bytes())
    return digest.digest()


_ENGINE = digest_of_files("engine")


@functools.cache
def _versions():
    """Return the versions of the compiler and of what its code is called by."""
    return repr((sys.version, np.__version__, version("numba"), version("llvmlite"))).encode()


def fingerprint(kernel, *others):
    """Return a digest of a kernel, all it calls, the engine, the versions underneath and ``others``."""
    digest = hashlib.sha256(_ENGINE + _versions() + repr(others).encode())
    seen = set()

    def add_code(code, namespace):
        digest.update(code.co_code)
        digest.update(repr((code.co_names, code.co_varnames, code.co_freevars)).encode())
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                add_code(constant, namespace)
            else:
                digest.update(repr(constant).encode())
        for name in code.co_names:
            add_value(namespace.get(name), code.co_names)

    def add_value(value, names):
        for dtype, primitives in product(("float32", "float64", "int64"), ((), (Table,))):
            function = plain_function(value, dtype, primitives)
            if function is not None:
                add_function(function)
        if isinstance(value, ModuleType):
            if value not in seen:
                seen.add(value)
                for name in names:
                    add_value(getattr(value, name, None), names)
        elif isinstance(value, Table):
            add_value(value.values, ())
        elif isinstance(value, tuple):
            for item in value:
                add_value(item, names)
        elif isinstance(value, np.ndarray):
            digest.update(f"{value.dtype}{value.shape}".encode() + value.tobytes())
        elif isinstance(value, (bool, int, float, str, np.generic, np.dtype)):
            digest.update(f"{type(value)}{value!r}".encode())

    def add_function(function):
        if function not in seen:
            seen.add(function)
            digest.update(repr(function.__defaults__).encode())
            add_code(function.__code__, function.__globals__)

    add_value(kernel, ())
    return digest.hexdigest()
