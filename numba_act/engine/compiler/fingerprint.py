"""The cache key of compiled code: everything that can change it, and nothing else.

Kernels are fingerprinted as they are in memory, so that a session which imported a kernel before somebody edited its
file cannot store old code under the new file's key. The engine's own code is fingerprinted by its source files as they
were when the first activation was asked for: those that a loop's module imports, and those that these import. Comments
and docstrings do not count.
"""

import functools
import hashlib
import sys
from importlib.metadata import version
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import numpy as np

from numba_act.language.primitives import Table

_ROOT = Path(__file__).parent.parent.parent
_PACKAGE = _ROOT.name

# What numba compiles is imported only where the cache has nothing, and would then be newer than the key if somebody
# edited it meanwhile: so all of it is read now, which takes a millisecond.
_SOURCES = {
    path.relative_to(_ROOT.parent).with_suffix("").as_posix().replace("/", "."): path.read_bytes()
    for folder in ("language", "kernels", "engine")
    for path in (_ROOT / folder).rglob("*.py")
    if "gpu" not in path.relative_to(_ROOT).parts
}


def fingerprint(graphs, modules, *others):
    """Return the digest that code is stored under.

    Parameters
    ----------
    graphs : iterable of dict
        The call graphs of the kernels that are compiled.
    modules : iterable of str
        The names of the modules of the engine that write the loops around them.
    others : tuple
        Whatever else decides what is compiled.
    """
    digest = hashlib.sha256(_versions() + repr(others).encode())
    for graph in graphs:
        _add_graph(digest, graph)
    for name in sorted(closure(modules)):
        digest.update(f"{name}\0".encode() + _module(name)[0])
    return digest.hexdigest()


@functools.cache
def _versions():
    """Return the versions of the compiler and of what its code is called by."""
    return repr((sys.version, np.__version__, version("numba"), version("llvmlite"))).encode()


def _add_graph(digest, graph):
    """Add the functions of a call graph, and the values that they refer to."""
    numbers = {function: number for number, function in enumerate(graph)}
    seen = set()

    def add(value, names):
        if isinstance(value, FunctionType):
            digest.update(f"function {numbers.get(value)}".encode())
        elif isinstance(value, ModuleType):
            if value not in seen:
                seen.add(value)
                for name in names:
                    add(getattr(value, name, None), names)
        elif isinstance(value, Table):
            add(value.values, ())
        elif isinstance(value, tuple):
            for item in value:
                add(item, names)
        elif isinstance(value, np.ndarray):
            digest.update(f"{value.dtype}{value.shape}".encode() + value.tobytes())
        elif isinstance(value, (bool, int, float, str, np.generic, np.dtype)):
            digest.update(f"{type(value)}{value!r}".encode())

    for function, names in graph.items():
        digest.update(repr(function.__defaults__).encode())
        _add_code(digest, function.__code__, function.__doc__)
        for value in names.values():
            add(value, list(names))


def _add_code(digest, code, docstring=None):
    """Add what a code object computes, but for the docstring: neither the lines it stands in nor its file."""
    digest.update(code.co_code)
    digest.update(repr((code.co_names, code.co_varnames, code.co_freevars)).encode())
    for position, constant in enumerate(code.co_consts):
        if isinstance(constant, CodeType):
            _add_code(digest, constant)
        elif position or docstring is None or constant != docstring:
            digest.update(repr(constant).encode())


def closure(modules):
    """Return the names of modules of this package and of all that they import, wherever in them."""
    found, left = set(), list(modules)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _module(name)[1]
    return found


@functools.cache
def _module(name):
    """Return the digest of a module's code, without its docstrings, and the modules of this package that it imports."""
    code = compile(_SOURCES[name], name, "exec", dont_inherit=True, optimize=2)
    digest = hashlib.sha256()
    _add_code(digest, code)
    return digest.digest(), _imported(code)


def _imported(code):
    """Return the names of this package's modules that a code object imports."""
    found = []
    for constant in code.co_consts:
        found += _imported(constant) if isinstance(constant, CodeType) else []
    packages = [name for name in code.co_names if name.startswith(f"{_PACKAGE}.")]
    for name in packages:
        inner = [f"{name}.{item}" for names in code.co_consts if isinstance(names, tuple) for item in names]
        found += [each for each in (name, *inner) if each in _SOURCES]
    return found
