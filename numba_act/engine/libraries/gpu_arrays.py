"""Arrays that lie on a GPU: computed there, by the function of the same name in `numba_act.cuda`."""

import functools

from numba_act.engine.gpu.function import gpu_function


def rows(call):
    """Return the result as an array of the same library on the same GPU."""
    if call.dtype is not None:
        raise TypeError("dtype is not for arrays on a GPU, which are computed in their own")
    arguments = call.arguments()
    return on_gpu(call.declaration)(arguments.pop("x"), **arguments)


def elementwise(function, declaration, operands, out, keywords):
    """Return the result of a function with defaults as an array of the same library on the same GPU."""
    return on_gpu(declaration)(*operands, out=out, **keywords)


@functools.cache
def on_gpu(declaration):
    """Return the function of an activation on GPUs."""
    return gpu_function(declaration, "numba_act.cuda")
