"""What a user calls: the ufunc itself, or a function with defaults over it.

A ufunc has neither default arguments nor, along an axis, a plain ``axis`` argument. So an activation without parameters
*is* its ufunc, and the others are functions over theirs, as `np.clip` is over its own; the attribute ``ufunc`` of such
a function is the ufunc.
"""

import functools

import numpy as np

from numba_act.engine.documentation import docstring
from numba_act.engine.row_function import row_function
from numba_act.engine.ufunc import build_ufunc


def public_function(declaration, target, module_name):
    """Return the public object of an activation on one target."""
    if declaration.layout is None and not declaration.parameters:
        return _named(build_ufunc(declaration, target), declaration, module_name)
    # A pickle finds a ufunc again by its module and the name that it is made with, which may be a path.
    if target == "automatic":
        ufunc = _named(build_ufunc(declaration, target), declaration, "numba_act.ufuncs")
    else:
        ufunc = _named(build_ufunc(declaration, target, f"{declaration.name}.ufunc"), declaration, module_name)
    if declaration.layout:
        function = row_function(declaration, ufunc, lambda: _masked_ufunc(declaration, target, module_name))
    else:
        function = _with_default(declaration, ufunc)
    function.__name__ = declaration.name
    function.ufunc = ufunc
    return _named(function, declaration, module_name)


@functools.cache
def _masked_ufunc(declaration, target, module_name):
    """Return the gufunc of a row function that has the operands scale, where and limit as well."""
    return _named(build_ufunc(declaration, target, masked=True), declaration, module_name)


def _named(public, declaration, module_name):
    public.__module__ = module_name
    public.__qualname__ = public.__name__
    public.__doc__ = docstring(declaration)
    return public


# Python binds arguments to names several times faster than code that takes *arguments and **keywords can, and a call
# with n = 1 is all overhead. So this is a template whose variable ``parameter`` is renamed: help(), keywords and error
# messages are those of a function written by hand. NumPy takes longer to make an array of a Python float than to run
# the ufunc; the default value is kept as an array, of the dtype that x alone would be computed in.
def _with_default(declaration, ufunc):
    """Return the function over an element-wise ufunc whose second input has a default value."""
    ((name, default),) = declaration.parameters.items()
    arrays = {}
    # NumPy lets a Python number give way to the array's dtype only where the dtype is NumPy's own.
    foreign = {dtype for dtype in declaration.loop_dtypes if dtype.isbuiltin != 1}
    for dtype in {*map(np.dtype, np.typecodes["AllInteger"] + np.typecodes["Float"] + "?"), *declaration.loop_dtypes}:
        loop = declaration.loop_for(dtype)
        if loop is not None:
            arrays[dtype] = np.array(default, loop)
            arrays[dtype].flags.writeable = False

    def activation(x, parameter=default, out=None, **keywords):
        if keywords or type(out) is tuple:
            return ufunc(x, parameter, out=out, **keywords)
        if parameter is default:
            if not hasattr(x, "dtype") and not hasattr(x, "__array_ufunc__"):
                x = np.asarray(x)
            parameter = arrays.get(getattr(x, "dtype", None), default)
        elif type(parameter) in (float, int) and getattr(x, "dtype", None) in foreign:
            parameter = x.dtype.type(parameter)
        return ufunc(x, parameter, out)

    code = activation.__code__
    variables = tuple(name if variable == "parameter" else variable for variable in code.co_varnames)
    activation.__code__ = code.replace(co_varnames=variables, co_name=declaration.name)
    return activation
