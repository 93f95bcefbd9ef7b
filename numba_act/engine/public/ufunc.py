"""One activation on one target as one `np.ufunc`."""

from numba_act.engine.elementwise.table import elementwise_loops
from numba_act.engine.public.numpy_api import make_ufunc
from numba_act.engine.rows.table import MASKS, row_loops
from numba_act.engine.threads.count import wanted_threads


def build_ufunc(declaration, target="automatic", name=None, masked=False):
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
    wanted_threads()  # raises the same error whether numba, which would have its own, is needed or not
    name, signature = name or declaration.name, declaration.signature
    if not declaration.is_row:
        loops = elementwise_loops(declaration, target)
        return make_ufunc(name, *loops, outputs=declaration.outputs, identity=declaration.identity)
    if masked:
        signature = f"{MASKS}->{signature.partition('->')[2]}"
    return make_ufunc(name, *row_loops(declaration, target, masked), signature=signature)
