"""What a user calls: the ufunc itself, or a function with defaults over it.

A ufunc has neither default arguments nor, along an axis, a plain ``axis`` argument. So an activation without parameters
*is* its ufunc, and the others are functions over theirs, as `np.clip` is over its own; the attribute ``ufunc`` of such
a function is the ufunc.
"""

import inspect
from inspect import Parameter

import numpy as np

from numba_act.engine.documentation import docstring
from numba_act.engine.ufunc import build_ufunc


def public_function(declaration, target, module_name):
    """Return the public object of an activation on one target."""
    ufunc = build_ufunc(declaration, target)
    if declaration.layout is not None:
        function = _along_axis(ufunc)
    elif declaration.parameters:
        function = _with_defaults(declaration, ufunc)
    else:
        function = ufunc
    # A pickle finds a function again by module and name. A ufunc under a function of its name is in numba_act.ufuncs.
    if function is not ufunc:
        function.__name__ = declaration.name
        ufunc.__module__ = "numba_act.ufuncs"
    function.__module__ = module_name
    for public in {ufunc, function}:
        public.__qualname__ = declaration.name
        public.__doc__ = docstring(declaration)
    return function


def _along_axis(ufunc):
    """Return the function over a row ufunc."""

    def activation(x, axis=-1, out=None, *, dtype=None):
        if np.ndim(x) == 0:
            row = ufunc(np.reshape(x, 1), axis=axis, dtype=dtype, out=None if out is None else np.reshape(out, 1))
            return row[0] if out is None else out
        return ufunc(x, axis=axis, out=out, dtype=dtype)

    activation.ufunc = ufunc
    return activation


def _with_defaults(declaration, ufunc):
    """Return the function over an element-wise ufunc whose inputs after the first have default values."""
    names, defaults = tuple(declaration.parameters), tuple(declaration.parameters.values())
    positional = Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature(
        [
            Parameter("x", positional),
            *(Parameter(name, positional, default=default) for name, default in declaration.parameters.items()),
            Parameter("out", positional, default=None),
            Parameter("keywords", Parameter.VAR_KEYWORD),
        ]
    )

    # The first line is the usual call; binding arguments as Python does takes several times as long as the ufunc.
    def activation(x, *arguments, out=None, **keywords):
        if not arguments and not keywords:
            return ufunc(x, *defaults, out)
        try:
            bound = signature.bind(x, *arguments, **keywords if out is None else {"out": out, **keywords})
        except TypeError as error:
            raise TypeError(f"{declaration.name}(): {error}") from None
        bound.apply_defaults()
        values = bound.arguments
        return ufunc(values["x"], *(values[name] for name in names), out=values["out"], **values["keywords"])

    activation.__signature__ = signature
    activation.ufunc = ufunc
    return activation
