"""A kernel and every kernel function it calls, compiled for one dtype and one target.

numba freezes a function's globals when it compiles it, and refuses to call a plain Python function. So each function is
rebuilt with its globals replaced: primitives by the target's machine operations, functions chosen by dtype by the one
for this dtype, and everything else it calls by its own compiled version. The kernels themselves stay as they are, know
of no target, and one kernel serves all of them.

What a kernel calls is found out once, as its call graph: the cache's key is made of it, and so is the compiled kernel.
"""

from types import CodeType, FunctionType

from numba_act.language.declaration import Declaration
from numba_act.language.primitives import Table, by_dtype, where_tables


def plain_function(value, dtype, tables=False):
    """Return the Python function behind a kernel-room callable for a dtype, or None if the value is something else."""
    if isinstance(value, Declaration):
        value = value.kernel
    if isinstance(value, by_dtype):
        value = value.implementation(dtype)
    if isinstance(value, where_tables):
        value = value.implementation(tables)
    return value if isinstance(value, FunctionType) else None


def call_graph(kernel, dtype, tables=False):
    """Return what a kernel and all that it calls refer to.

    Parameters
    ----------
    kernel : function
        Or a declaration, or a function chosen by dtype.
    dtype : dtype
        Chooses among the implementations of every `by_dtype` function.
    tables : bool
        Whether the target looks up the numbers of a `Table` for a whole vector.

    Returns
    -------
    dict
        ``{function: {global name: what it means}}``, the kernel first. Functions are plain ones of this dtype.
    """
    graph = {}

    def visit(function):
        if function not in graph:
            names = graph[function] = {}
            for name in global_names(function.__code__):
                value = function.__globals__.get(name)
                called = plain_function(value, dtype, tables)
                names[name] = value if called is None else called
                if called is not None:
                    visit(called)

    visit(plain_function(kernel, dtype, tables))
    return graph


def global_names(code):
    """Return the names that a function and those defined in it look up outside, attributes among them, each once."""
    inner = [name for constant in code.co_consts if isinstance(constant, CodeType) for name in global_names(constant)]
    return list(dict.fromkeys([*code.co_names, *inner]))


def linked(graph, primitives, jit):
    """Return the kernel of a call graph compiled by ``jit``, with all it calls.

    Parameters
    ----------
    graph : dict
        As `call_graph` returns it.
    primitives : dict
        The target's version of each function in ``language/primitives.py``.
    jit : callable
        Compiles one Python function whose globals are all compiled already.
    """
    compiled = dict(primitives)

    def compile_function(function):
        if function not in compiled:
            if function.__closure__:
                raise TypeError(f"the kernel function {function.__qualname__} must not be a closure")
            replaced = dict(function.__globals__)
            for name, value in graph[function].items():
                if isinstance(value, FunctionType) and value in graph:
                    replaced[name] = compile_function(value)
                elif isinstance(value, Table):
                    replaced[name] = primitives[Table](value)
            rebuilt = FunctionType(function.__code__, replaced, function.__name__, function.__defaults__)
            compiled[function] = jit(rebuilt)
        return compiled[function]

    return compile_function(next(iter(graph)))


def link(kernel, dtype, primitives, jit):
    """Return a kernel function compiled for a dtype, with all it calls: `linked` of its call graph."""
    return linked(call_graph(kernel, dtype, Table in primitives), primitives, jit)
