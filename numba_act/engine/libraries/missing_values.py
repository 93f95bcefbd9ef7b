"""What libraries that know missing values have in common: what is missing has no influence, and stays missing."""

import numpy as np


def present(missing, where, unknown=False):
    """Return the mask of the elements that count: those that are not missing and that ``where`` does not hide.

    ``unknown`` says where the mask is missing itself, as that of ``x > 0`` is where x is.
    """
    if np.any(unknown & ~missing):
        raise ValueError("where is missing at elements that are there")
    if not np.any(missing):
        return where
    return ~missing if where is None else ~missing & np.asarray(where)


def missing_results(call, missing):
    """Return which results of a function are missing: of a reduction those of rows of which every element is."""
    if not call.declaration.reduces:
        return missing
    axes = call.axes(missing.ndim) if missing.ndim else None
    return np.all(missing, axis=axes, keepdims=call.keepdims)
