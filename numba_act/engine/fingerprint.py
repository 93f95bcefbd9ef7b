"""The cache key of compiled code: everything that can change it.

Functions are fingerprinted as they are in memory, not as their files are on disk, so that a session which imported a
kernel before somebody edited its file cannot store old code under the new file's name.
"""

import functools
import hashlib
import sys
from importlib.metadata import version
from pathlib import Path
from types import CodeType, ModuleType

import numpy as np

from numba_act.engine.link import plain_function


def fingerprint(kernel, *others):
    """Return a digest of a kernel, all it calls, the engine, the versions underneath and ``others``."""
    digest = hashlib.sha256(_engine_and_versions())
    digest.update(repr(others).encode())
    seen = set()

    def add_code(code):
        digest.update(code.co_code)
        digest.update(repr((code.co_names, code.co_varnames, code.co_freevars)).encode())
        for constant in code.co_consts:
            add_code(constant) if isinstance(constant, CodeType) else digest.update(repr(constant).encode())

    def add_value(name, value):
        digest.update(name.encode())
        functions = {plain_function(value, dtype) for dtype in ("float32", "float64", "int64")} - {None}
        for function in sorted(functions, key=lambda function: function.__qualname__):
            add_function(function)
        if isinstance(value, (bool, int, float, str, tuple, np.generic, np.dtype)):
            digest.update(f"{type(value)}{value!r}".encode())
        elif isinstance(value, np.ndarray):
            digest.update(f"{value.dtype}{value.shape}".encode() + value.tobytes())

    def add_function(function):
        if function in seen:
            return
        seen.add(function)
        add_code(function.__code__)
        digest.update(repr(function.__defaults__).encode())
        for name in function.__code__.co_names:
            value = function.__globals__.get(name)
            if isinstance(value, ModuleType):
                for attribute in function.__code__.co_names:
                    add_value(f"{name}.{attribute}", getattr(value, attribute, None))
            else:
                add_value(name, value)

    add_value("kernel", kernel)
    return digest.hexdigest()


@functools.cache
def _engine_and_versions():
    """Return the digest of this package's engine, which writes the loops, and of the compiler it drives."""
    digest = hashlib.sha256()
    digest.update(repr((sys.version, np.__version__, version("numba"), version("llvmlite"))).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.digest()
