"""One activation on one target as one `np.ufunc`."""

import numpy as np

from numba_act.engine.compile import half_loop_address, loop_addresses
from numba_act.engine.cost import costs
from numba_act.engine.numpy_api import make_ufunc
from numba_act.engine.row_ufunc import MASKS, row_loops
from numba_act.engine.threads import dividing_loop, policy


def build_ufunc(declaration, target, name=None, masked=False):
    """Return a declaration as a new `np.ufunc`.

    Parameters
    ----------
    declaration : Declaration
    target : {"cpu", "parallel", "automatic"}
        One thread; always divided among threads; divided where the arrays are large enough.
    name : str, optional
        By which a pickle finds it in its module, if not the kernel's.
    masked : bool
        Of a row function, whether it has the operands that scale and mask.
    """
    name, layout = name or declaration.name, declaration.layout
    if layout is None:
        return make_ufunc(name, *_elementwise_loops(declaration, target), declaration.identity)
    if masked:
        layout = f"{MASKS}->{layout.partition('->')[2]}"
    return make_ufunc(name, *row_loops(declaration, target, masked), layout=layout)


def _elementwise_loops(declaration, target):
    """Return the loops of an element-wise function, their data and the dtypes of their operands."""
    compiled = dict(zip(declaration.dtypes, loop_addresses(declaration), strict=True))
    wide_loop = compiled.get(np.dtype(np.float32), 0)
    loops, data, dtypes = [], [], []
    for dtype in declaration.loop_dtypes:
        loop = compiled[dtype] if dtype in compiled else half_loop_address(dtype.name, declaration.overflowing)
        operands = [dtype] * (declaration.inputs + 1)
        cost = 0 if target == "cpu" else costs(_elementwise_loops, declaration)[dtype]
        loops.append(loop if target == "cpu" else dividing_loop())
        data.append(policy(loop, declaration.inputs, 1, dtype.itemsize, target, wide_loop=wide_loop, cost=cost))
        dtypes.append(operands)
    return loops, data, dtypes
