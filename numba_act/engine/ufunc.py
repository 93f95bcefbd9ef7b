"""One activation on one target as one `np.ufunc`."""

import numpy as np

from numba_act.engine.compile import half_loop_address, loop_addresses
from numba_act.engine.numpy_api import make_ufunc
from numba_act.engine.threads import dividing_loop, policy


def build_ufunc(declaration, target, name=None):
    """Return a declaration as a new `np.ufunc`.

    Parameters
    ----------
    declaration : Declaration
    target : {"cpu", "parallel", "automatic"}
        One thread; always divided among threads; divided where the arrays are large enough.
    name : str, optional
        By which a pickle finds it in its module, if not the kernel's.
    """
    compiled = dict(zip(declaration.dtypes, loop_addresses(declaration), strict=True))
    wide_loop = compiled.get(np.dtype(np.float32), 0)
    loops, data = [], []
    for dtype in declaration.loop_dtypes:
        loop = compiled[dtype] if dtype in compiled else half_loop_address(dtype.name, declaration.overflowing)
        loops.append(loop if target == "cpu" else dividing_loop("split_loop"))
        data.append(policy(declaration, dtype, loop, wide_loop, target))
    return make_ufunc(
        name or declaration.name,
        declaration.loop_dtypes,
        loops,
        data,
        declaration.inputs,
        declaration.identity,
        declaration.layout,
    )
