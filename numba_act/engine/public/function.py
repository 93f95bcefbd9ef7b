"""What a user calls: the ufunc itself, or a function with defaults over it.

A ufunc has neither default arguments nor, along an axis, a plain ``axis`` argument. So an activation without parameters
*is* its ufunc, and the others are functions over theirs, as `np.clip` is over its own; the attribute ``ufunc`` of such
a function is the ufunc.
"""

import numpy as np

from numba_act.engine.compiler.build import lock
from numba_act.engine.compiler.workshop import in_workshop
from numba_act.engine.libraries import elementwise_of
from numba_act.engine.public.row_function import row_function
from numba_act.engine.public.ufunc import build_ufunc
from numba_act.engine.public.wrong_names import refuse_keywords
from numba_act.language.documentation import docstring
from numba_act.language.dtypes import parameter_dtype


def public_function(declaration, target, module_name):
    """Return the public object of an activation on one target."""
    if declaration.is_row and not declaration.reduction.masks:
        return _named(build_ufunc(declaration, target), declaration, module_name, "ufunc")
    if not declaration.is_row and not declaration.parameters:
        return _named(build_ufunc(declaration, target), declaration, module_name)
    # A pickle finds a ufunc again by its module and the name that it is made with, which may be a path.
    if target == "automatic":
        ufunc = _named(build_ufunc(declaration, target), declaration, "numba_act.ufuncs", "ufunc")
    else:
        ufunc = build_ufunc(declaration, target, f"{declaration.name}.ufunc")
        ufunc = _named(ufunc, declaration, module_name, "ufunc")
    if declaration.is_row:
        function = row_function(declaration, ufunc, _masked_ufunc(declaration, target, module_name))
        function.__name__ = declaration.name
    else:
        function = _with_defaults(declaration, ufunc)
    function.ufunc = ufunc
    return _named(function, declaration, module_name)


def _masked_ufunc(declaration, target, module_name):
    """Return a function that returns the gufunc of a row function that has the operands scale, where and limit as well.

    It is built when it is first asked for.
    """
    built = []

    def build():
        with lock:
            if not built:
                ufunc = build_ufunc(declaration, target, masked=True)
                built.append(_named(ufunc, declaration, module_name, "ufunc"))

    def masked_ufunc():
        if not built:
            in_workshop(build)
        return built[0]

    return masked_ufunc


def _named(public, declaration, module_name, kind="function"):
    public.__module__ = module_name
    public.__qualname__ = public.__name__
    public.__doc__ = docstring(declaration, kind)
    return public


# Python binds arguments to names several times faster than code that takes *arguments and **keywords can, and a call
# with n = 1 is all overhead. So the function is written out, and help(), keywords and error messages are those of one
# written by hand. NumPy takes longer to make an array of a Python float than to run the ufunc; default values are kept
# as arrays, of the dtype that the first input alone would be computed in.
#
# With a dtype asked for, a parameter stays what it is, and NumPy makes it a number of that dtype.
_FUNCTION = """
def {name}({arguments}, out=None, **keywords):
    if type({x}) is array:
        dtype = {x}.dtype
    else:
        compute = elementwise_of(type({x}))
        if compute is not None:
            result = compute({name}, declaration, [{operands}], out, keywords)
            if result is not NotImplemented:
                return result
        {x}, dtype = with_dtype({x})
    if not keywords or keywords.keys().isdisjoint(fixing):
{conversions}
    {call}
"""
_CALL = """if keywords or type(out) is tuple:
        try:
            return ufunc({operands}, out=out, **keywords)
        except TypeError:
            refuse("{name}", keywords, accepted)
            raise
    return ufunc({operands}, out)"""
# Of several outputs, NumPy takes a tuple, but not None.
_CALL_OF_SEVERAL_OUTPUTS = """if out is not None:
        keywords["out"] = out
    try:
        return ufunc({operands}, **keywords)
    except TypeError:
        refuse("{name}", keywords, accepted)
        raise"""
_UFUNC_KEYWORDS = {"out", "where", "casting", "order", "dtype", "subok", "signature", "sig"}
_CONVERSION = """
        if {parameter} is default_{parameter}:
            {parameter} = arrays_{parameter}.get(dtype, {parameter})"""
_CONVERSION_OF_NUMBERS = (
    _CONVERSION
    + """
        elif dtype in foreign and type({parameter}) in (float, int):
            {parameter} = dtype.type({parameter})"""
)


def _with_defaults(declaration, ufunc):
    """Return the function over an element-wise ufunc that has parameters."""
    inputs, parameters = declaration.inputs, declaration.parameters
    # NumPy lets a Python number give way to the array's dtype only where the dtype is NumPy's own.
    foreign = {dtype for dtype in declaration.loop_dtypes if dtype.isbuiltin != 1}
    names = {"ufunc": ufunc, "array": np.ndarray, "foreign": foreign, "with_dtype": _with_dtype}
    names |= {"declaration": declaration, "elementwise_of": elementwise_of}
    names["fixing"] = frozenset({"dtype", "signature", "sig"})
    names["refuse"], names["accepted"] = refuse_keywords, {*inputs, *parameters, *_UFUNC_KEYWORDS}
    for name, default in parameters.items():
        names[f"default_{name}"], names[f"arrays_{name}"] = default, _default_arrays(declaration, default)
    converted = "".join(
        (_CONVERSION if isinstance(default, int) else _CONVERSION_OF_NUMBERS).format(parameter=name)
        for name, default in parameters.items()
    )
    call = _CALL if declaration.outputs == 1 else _CALL_OF_SEVERAL_OUTPUTS
    operands = ", ".join([*inputs, *parameters])
    text = _FUNCTION.format(
        name=declaration.name,
        x=inputs[0],
        arguments=", ".join([*inputs, *(f"{name}=default_{name}" for name in parameters)]),
        conversions=converted.strip("\n"),
        operands=operands,
        call=call.format(name=declaration.name, operands=operands),
    )
    exec(text, names)  # noqa: S102
    return names[declaration.name]


# The dtype is looked for on the class, for a table has whatever attributes its columns are named for.
def _with_dtype(x):
    """Return x, as an array if NumPy would not ask it what to do, and its dtype if that is one of NumPy's."""
    kind = type(x)
    if not hasattr(kind, "__array_ufunc__") and not hasattr(kind, "__array_wrap__"):
        x = np.asarray(x)
        return x, x.dtype
    dtype = x.dtype if hasattr(kind, "dtype") else None
    return x, dtype if isinstance(dtype, np.dtype) else None


def _default_arrays(declaration, default):
    """Return ``{dtype of x: the default as an array}``."""
    arrays = {}
    for dtype in {*map(np.dtype, np.typecodes["AllInteger"] + np.typecodes["Float"] + "?"), *declaration.loop_dtypes}:
        loop = declaration.loop_for(dtype)
        if loop is not None:
            arrays[dtype] = np.array(default, parameter_dtype(default, loop))
            arrays[dtype].flags.writeable = False
    return arrays
