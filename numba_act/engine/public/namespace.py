"""The four namespaces: the same names in each, built when they are first asked for.

``__getattr__`` of a module is called only for names it has not got yet, so after the first access an activation is an
ordinary module attribute and costs nothing more. Imports stand inside the functions because importing the package may
cost hardly more than importing NumPy.
"""

import functools
import sys


def publish(module_name, target):
    """Return ``__getattr__`` and ``__dir__`` for a module of activations on one target."""

    def build(declaration):
        from numba_act.engine.public.function import public_function

        return public_function(declaration, target, module_name)

    return _lazy(module_name, build)


def publish_ufuncs(module_name, function):
    """Return ``__getattr__`` and ``__dir__`` for the module of the ufuncs under public functions.

    ``function`` returns the function, or the ufunc that needs none, of a name.
    """

    def build(declaration):
        public = function(declaration.name)
        return getattr(public, "ufunc", public)

    return _lazy(module_name, build)


def publish_cuda(module_name):
    """Return ``__getattr__`` and ``__dir__`` for the module of GPU activations."""

    def build(declaration):
        from numba_act.engine.gpu.function import gpu_function

        return gpu_function(declaration, module_name)

    return _lazy(module_name, build)


def _lazy(module_name, build):
    module = sys.modules[module_name]

    def get(name):
        if name.startswith("_") and name != "__all__":
            raise AttributeError(f"module {module_name!r} has no attribute {name!r}")
        from numba_act.engine.compiler.workshop import in_workshop

        return in_workshop(functools.partial(find, name, sys._getframe(1)))

    def find(name, caller=None):
        from numba_act.engine.public.registry import activations

        if name == "__all__":
            return list(activations())
        if name not in activations():
            from numba_act.engine.public.wrong_names import unknown_name

            raise unknown_name(module, name, activations(), caller)
        from numba_act.engine.compiler.build import lock

        with lock:
            if name not in vars(module):
                setattr(module, name, build(activations()[name]))
            return vars(module)[name]

    def names():
        from numba_act.engine.compiler.workshop import in_workshop

        return sorted({*vars(module), *in_workshop(functools.partial(find, "__all__"))})

    return get, names
