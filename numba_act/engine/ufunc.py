"""One activation on one target as one `np.ufunc`."""

from numba_act.engine.compile import loop_addresses
from numba_act.engine.numpy_api import make_ufunc
from numba_act.engine.threads import ALWAYS, AUTOMATIC, split

SMALLEST = {"parallel": ALWAYS, "automatic": AUTOMATIC}


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
    loops = loop_addresses(declaration)
    data = [None] * len(loops)
    if target != "cpu":
        loops, data = split(declaration, loops, SMALLEST[target])
    return make_ufunc(
        name or declaration.name,
        declaration.dtypes,
        loops,
        data,
        declaration.inputs,
        declaration.identity,
        declaration.layout,
    )
