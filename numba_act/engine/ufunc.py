"""One activation on one target as one `np.ufunc`."""

from numba_act.engine.compile import loop_addresses
from numba_act.engine.numpy_api import make_ufunc


def build_ufunc(declaration, target):
    """Return a declaration as a new `np.ufunc`.

    Parameters
    ----------
    declaration : Declaration
    target : {"cpu", "parallel", "automatic"}
        One thread; always divided among threads; divided where the arrays are large enough.
    """
    loops = loop_addresses(declaration)
    data = [None] * len(loops)
    return make_ufunc(
        declaration.name, declaration.dtypes, loops, data, declaration.inputs, declaration.identity, declaration.layout
    )
