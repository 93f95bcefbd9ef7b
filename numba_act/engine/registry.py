"""The table of all activations: every declaration found in the modules of ``numba_act.kernels``.

There is no list to keep: a kernel becomes an activation by being declared.
"""

import functools
import importlib
import pkgutil

import numba_act.kernels
from numba_act.engine.declare import Declaration
from numba_act.engine.fingerprint import digest_of_files


@functools.cache
def digest_of_kernels():
    """Return the digest of the kernels' files as they were when they were imported."""
    return digest_of_files("kernels")


@functools.cache
def activations():
    """Return ``{name: declaration}``, in the order of the modules' names and of the lines in them."""
    digest_of_kernels()
    found = {}
    for information in pkgutil.iter_modules(numba_act.kernels.__path__, "numba_act.kernels."):
        module = importlib.import_module(information.name)
        for declaration in vars(module).values():
            if isinstance(declaration, Declaration) and declaration.__module__ == module.__name__:
                found[declaration.name] = declaration
    return found
