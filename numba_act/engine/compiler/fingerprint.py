"""The cache key of compiled code: everything that can change it, and nothing else.

Kernels are fingerprinted as they are in memory, so that a session which imported a kernel before somebody edited its
file cannot store old code under the new file's key. The engine's own code is fingerprinted by its sources as they were
when the first activation was asked for: those of a loop's module, and of what it imports. Comments and docstrings do
not count. Where an application comes without sources, the compiled modules stand in for them.
"""

import functools
import hashlib
import pkgutil
import sys
from importlib.metadata import version
from types import CodeType, FunctionType, ModuleType

import numpy as np

from numba_act.language.primitives import Table

_PACKAGE = __name__.partition(".")[0]
_NOT_OURS = f"{_PACKAGE}.engine.gpu"


def _modules_of(path, package):
    """Yield the name and the code of every module below a package, as its loader has it, without importing any."""
    for finder, name, _ in pkgutil.iter_modules(path, f"{package}."):
        spec = finder.find_spec(name) if name != _NOT_OURS else None
        if spec is not None:
            yield name, _code_of(spec.loader, name)
            yield from _modules_of(spec.submodule_search_locations or (), name)


def _code_of(loader, name):
    """Return the source of a module, or its code object, or None if its loader shows neither."""
    for method in ("get_source", "get_code"):
        try:
            found = getattr(loader, method)(name)
        except (AttributeError, ImportError, OSError):
            continue
        if found is not None:
            return found
    return None


# What numba compiles is imported only where the cache has nothing, and would then be newer than the key if somebody
# edited it meanwhile: so all of it is read now, which takes some milliseconds.
_MODULES = dict(_modules_of(sys.modules[_PACKAGE].__path__, _PACKAGE))


def fingerprint(graphs, modules, *others):
    """Return the digest that code is stored under, or None if there is code of the engine that nobody can read.

    Parameters
    ----------
    graphs : iterable of dict
        The call graphs of the kernels that are compiled.
    modules : iterable of str
        The names of the modules of the engine that write the loops around them.
    others : tuple
        Whatever else decides what is compiled.
    """
    names = sorted(closure(modules))
    if any(_MODULES.get(name) is None for name in names):
        return None
    digest = hashlib.sha256(_versions() + repr(others).encode())
    for graph in graphs:
        _add_graph(digest, graph)
    for name in names:
        digest.update(f"{name}\0".encode() + _module(name)[0])
    return digest.hexdigest()


@functools.cache
def _versions():
    """Return the versions of this package, of the compiler and of what its code is called by."""
    own = sys.modules[_PACKAGE].__version__
    return repr((own, sys.version, np.__version__, version("numba"), version("llvmlite"))).encode()


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
    """Return the digest of a module's code, and the modules of this package that it imports."""
    code = _MODULES.get(name)
    if code is None:
        return b"", []
    if isinstance(code, str):  # without docstrings, then
        code = compile(code, name, "exec", dont_inherit=True, optimize=2)
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
        found += [each for each in (name, *inner) if each in _MODULES]
    return found
