"""The plain NumPy formulas, as quick as NumPy can be: where a formula is a single ufunc, it writes to a given output.

One of several steps has no use for an ``out=``: it allocates the result and everything between. Which formulas have one
step is found out by calling them, so that there is no list to keep.
"""

from dataclasses import dataclass

import numpy as np


@dataclass
class Step:
    """What a formula asks NumPy to do."""

    ufunc: np.ufunc
    operands: tuple


class _Anything:
    """A stand-in for an array that ufuncs accept, and nothing else does."""

    def __array_ufunc__(self, ufunc, method, *operands, **keywords):
        return Step(ufunc, operands) if method == "__call__" and not keywords else NotImplemented


def only_step(formula):
    """Return the only `Step` of a formula, or None if it has several: they stop at the first one's result."""
    try:
        result = formula(_Anything())
    except (TypeError, AttributeError):
        return None
    return result if isinstance(result, Step) else None


def statement(formula, x, out):
    """Return a statement that computes a formula of x, into ``out`` if it is a single ufunc, and the names in it."""
    step = only_step(formula)
    if step is None:
        return "formula(x)", {"formula": formula, "x": x}
    operands = {f"operand_{i}": x if isinstance(one, _Anything) else one for i, one in enumerate(step.operands)}
    return f"ufunc({', '.join(operands)}, out=out)", {"ufunc": step.ufunc, "out": out} | operands
