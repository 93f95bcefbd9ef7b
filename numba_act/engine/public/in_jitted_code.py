"""Kernels inside a user's own ``@njit`` code: ``from numba_act.kernels.sigmoidal import sigmoid``.

numba calls `register` through the entry point ``numba_extensions`` before it compiles anything, so nothing has to be
imported for its effect.

Of a function `where_tables` it is the version without, for only our own loops put tables into their code
(``lookup.py``): the last bit of a float32 tanh may be another than the ufunc's.
"""

import numba
import numpy as np
from numba.extending import overload

from numba_act.engine.compiler.cpu_primitives import cpu_primitives, jit
from numba_act.engine.compiler.link import link
from numba_act.engine.public.registry import activations


def register():
    """Teach numba to call every element-wise kernel on scalars."""
    for declaration in activations().values():
        if not declaration.is_row:
            _register(declaration)


def _register(declaration):
    def typed(*arguments):
        inputs = arguments[: len(declaration.inputs)]
        dtypes = {np.dtype(argument.name) for argument in inputs if isinstance(argument, numba.types.Number)}
        if not inputs or len(dtypes) != 1 or not dtypes <= set(declaration.dtypes):
            return None
        kernel = link(declaration, dtypes.pop(), cpu_primitives(), jit)
        return lambda *values: kernel(*values)

    overload(declaration, strict=False)(typed)
