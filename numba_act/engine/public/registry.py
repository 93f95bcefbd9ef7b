"""The table of all activations: every declaration found in the modules of ``numba_act.kernels``.

There is no list to keep: a kernel becomes an activation by being declared.
"""

import functools
import importlib
import pkgutil

import numba_act.kernels
from numba_act.engine.compiler import fingerprint  # noqa: F401, reads the sources before kernels are imported
from numba_act.language.declaration import Declaration


@functools.cache
def activations():
    """Return ``{name: declaration}``, in the order of the modules' names and of the lines in them."""
    found = {}
    for information in pkgutil.iter_modules(numba_act.kernels.__path__, "numba_act.kernels."):
        module = importlib.import_module(information.name)
        for declaration in vars(module).values():
            if isinstance(declaration, Declaration) and declaration.__module__ == module.__name__:
                found[declaration.name] = declaration
    return found
