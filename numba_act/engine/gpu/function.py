"""What a user calls in ``numba_act.cuda``: signature and documentation; numba is imported at the first call."""

import functools
import inspect
from inspect import Parameter

from numba_act.language.documentation import docstring

_POSITIONAL, _KEYWORD = Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY


def gpu_function(declaration, module_name):
    """Return the public function of an activation on a GPU. Needs a GPU only when it is called."""
    if not declaration.is_row:
        parameters = [Parameter(name, _POSITIONAL) for name in declaration.inputs]
        parameters += [Parameter(name, _POSITIONAL, default=value) for name, value in declaration.parameters.items()]
        parameters += [Parameter(name, _POSITIONAL, default=None) for name in ("out", "stream")]
    else:
        own = {"keepdims": False} if declaration.reduces else {"causal": False}
        parameters = [Parameter("x", _POSITIONAL), Parameter("axis", _POSITIONAL, default=-1)]
        parameters += [Parameter("out", _POSITIONAL, default=None)]
        keywords = {"where": None, "scale": None, **own, "stream": None}
        parameters += [Parameter(name, _KEYWORD, default=value) for name, value in keywords.items()]
    signature = inspect.Signature(parameters)
    bind = _binder(signature)
    bind.__qualname__ = declaration.name  # by which Python calls it where arguments are wrong

    def activation(*arguments, **keywords):
        given = bind(*arguments, **keywords)
        return _computing(declaration.is_row)(declaration, *given)

    activation.__signature__ = signature
    activation.__name__ = activation.__qualname__ = declaration.name
    activation.__module__ = module_name
    activation.__doc__ = docstring(declaration, "gpu")
    return activation


@functools.cache
def _computing(is_row):
    if is_row:
        from numba_act.engine.gpu.rows.call import compute
    else:
        from numba_act.engine.gpu.elementwise.call import compute
    return compute


# Python binds arguments itself ten times faster than inspect.Signature.bind does.
def _binder(signature):
    """Return a function with a signature that returns its arguments, in order."""
    defaults = {name: parameter.default for name, parameter in signature.parameters.items()}
    return eval(f"lambda {_parameters_text(signature)}: ({', '.join(defaults)},)", {"defaults": defaults})


def _parameters_text(signature):
    found = []
    for name, parameter in signature.parameters.items():
        if parameter.kind is _KEYWORD and "*" not in found:
            found.append("*")
        found.append(name if parameter.default is Parameter.empty else f"{name}=defaults[{name!r}]")
    return ", ".join(found)
