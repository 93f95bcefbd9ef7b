"""A kernel and every kernel function it calls, compiled for one dtype and one target.

numba freezes a function's globals when it compiles it, and refuses to call a plain Python function. So each function is
rebuilt with its globals replaced: primitives by the target's machine operations, functions chosen by dtype by the one
for this dtype, and everything else it calls by its own compiled version. The kernels themselves stay as they are, know
of no target, and one kernel serves all of them.
"""

from types import FunctionType

from numba_act.engine.declare import Declaration
from numba_act.kernels.primitives import Table, by_dtype, where_tables


def plain_function(value, dtype, primitives=()):
    """Return the Python function behind a kernel-room callable for a dtype, or None if the value is something else."""
    if isinstance(value, Declaration):
        value = value.kernel
    if isinstance(value, by_dtype):
        value = value.implementation(dtype)
    if isinstance(value, where_tables):
        value = value.implementation(primitives)
    return value if isinstance(value, FunctionType) else None


def link(kernel, dtype, primitives, jit):
    """Return the kernel compiled by ``jit``, with all it calls.

    Parameters
    ----------
    kernel : function
        A kernel function without closure variables.
    dtype : dtype
        Chooses among the implementations of every `by_dtype` function.
    primitives : dict
        The target's version of each function in ``kernels/primitives.py``.
    jit : callable
        Compiles one Python function whose globals are all compiled already.
    """
    linked = dict(primitives)

    def compiled(function):
        if function not in linked:
            if function.__closure__:
                raise TypeError(f"the kernel function {function.__qualname__} must not be a closure")
            replaced = dict(function.__globals__)
            for name in function.__code__.co_names:
                value = replaced.get(name)
                called = plain_function(value, dtype, primitives)
                if called is not None:
                    replaced[name] = compiled(called)
                elif isinstance(value, Table):
                    replaced[name] = primitives[Table](value)
            rebuilt = FunctionType(function.__code__, replaced, function.__name__, function.__defaults__)
            linked[function] = jit(rebuilt)
        return linked[function]

    return compiled(plain_function(kernel, dtype, primitives))
