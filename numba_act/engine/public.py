"""What a user calls: the ufunc itself, or a function with defaults over it.

A ufunc has neither default arguments nor, along an axis, a plain ``axis`` argument. So an activation without parameters
*is* its ufunc, and the others are functions over theirs, as `np.clip` is over its own; the attribute ``ufunc`` of such
a function is the ufunc.
"""

import numpy as np

from numba_act.engine.documentation import docstring
from numba_act.engine.ufunc import build_ufunc


def public_function(declaration, target, module_name):
    """Return the public object of an activation on one target."""
    ufunc = build_ufunc(declaration, target)
    if declaration.layout is not None:
        function = _along_axis(ufunc)
    elif declaration.parameters:
        function = _with_default(declaration, ufunc)
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


# Python binds arguments to names several times faster than code that takes *arguments and **keywords can, and a call
# with n = 1 is all overhead. So this is a template whose variable ``parameter`` is renamed: help(), keywords and error
# messages are those of a function written by hand. NumPy takes longer to make an array of a Python float than to run
# the ufunc; the default value is kept as an array of each dtype that the ufunc has.
def _with_default(declaration, ufunc):
    """Return the function over an element-wise ufunc whose second input has a default value."""
    ((name, default),) = declaration.parameters.items()
    arrays = {dtype: np.array(default, dtype) for dtype in declaration.dtypes}
    for array in arrays.values():
        array.flags.writeable = False

    def activation(x, parameter=default, out=None, **keywords):
        if parameter is default:
            parameter = arrays.get(getattr(x, "dtype", None), default)
        if keywords:
            return ufunc(x, parameter, out=out, **keywords)
        return ufunc(x, parameter, out)

    code = activation.__code__
    variables = tuple(name if variable == "parameter" else variable for variable in code.co_varnames)
    activation.__code__ = code.replace(co_varnames=variables, co_name=declaration.name)
    activation.ufunc = ufunc
    return activation
