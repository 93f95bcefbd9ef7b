"""Sparse arrays of SciPy and of sparse: rows of exponentials have no zeros to leave out."""

import sys


def rows(call):
    """Raise an error that says what to do."""
    x = call.x
    if not _is_sparse(x):
        return NotImplemented
    dense = "toarray" if hasattr(x, "toarray") else "todense"
    raise TypeError(
        f"{call.declaration.name} of a sparse array is dense, for what is not stored counts as 0: pass x.{dense}(). "
        "Functions that give 0 for 0 keep sparsity"
    )


def elementwise(function, declaration, operands, out, keywords):
    """Return the result of a function with defaults, for arrays that NumPy does not ask themselves."""
    x = operands[0]
    if _is_sparse(x) and not hasattr(x, "__array_ufunc__"):
        raise TypeError(
            f"{declaration.name} of a sparse array of SciPy: compute x.data, if 0 gives 0, or pass x.toarray()"
        )
    return NotImplemented


def _is_sparse(x):
    sparse, scipy_sparse = sys.modules.get("sparse"), sys.modules.get("scipy.sparse")
    return (sparse is not None and isinstance(x, sparse.SparseArray)) or (
        scipy_sparse is not None and scipy_sparse.issparse(x)
    )
