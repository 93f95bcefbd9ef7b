"""Every activation in plain NumPy, as a competent NumPy user writes it.

This is the specification in one line each, and the baseline of the benchmarks. The functions are written over a
namespace ``xp``, so the same line also runs over mpmath with as many digits as wanted: that is the truth the tests
compare with.

>>> from numba_act import reference
>>> reference.relu([-1.5, 2.0])
array([0., 2.])
>>> xp = reference.mpmath_namespace(digits=40)
>>> float(reference.sigmoid(xp.asarray([1]), xp=xp)[0])
0.7310585786300049
"""

from types import SimpleNamespace

import numpy as np


def relu(x, *, xp=np):
    """Return ``max(x, 0)``."""
    return xp.maximum(x, 0)


def leaky_relu(x, negative_slope=0.01, *, xp=np):
    """Return ``x`` where it is positive, ``negative_slope * x`` elsewhere."""
    return xp.where(x > 0, x, x * negative_slope)


def elu(x, alpha=1.0, *, xp=np):
    """Return ``x`` where it is positive, ``alpha * expm1(x)`` elsewhere."""
    return xp.where(x > 0, x, alpha * xp.expm1(xp.minimum(x, 0)))


def sigmoid(x, *, xp=np):
    """Return ``1 / (1 + exp(-x))``."""
    return 1 / (1 + xp.exp(-x))


def silu(x, *, xp=np):
    """Return ``x / (1 + exp(-x))``."""
    return x / (1 + xp.exp(-x))


def tanh(x, *, xp=np):
    """Return the hyperbolic tangent."""
    return xp.tanh(x)


def softmax(x, axis=-1, *, xp=np):
    """Return ``exp(x) / sum(exp(x))`` along an axis, shifted by the maximum so that nothing overflows."""
    weights = xp.exp(x - xp.max(x, axis=axis, keepdims=True))
    return weights / xp.sum(weights, axis=axis, keepdims=True)


def mpmath_namespace(digits):
    """Return a stand-in for the ``numpy`` namespace that computes with mpmath numbers in object arrays.

    Parameters
    ----------
    digits : int
        Decimal digits of every intermediate result.
    """
    import mpmath

    context = mpmath.MPContext()
    context.dps = digits

    def element_wise(function):
        return np.frompyfunc(function, 1, 1)

    return SimpleNamespace(
        asarray=element_wise(context.mpf),
        exp=element_wise(context.exp),
        expm1=element_wise(context.expm1),
        tanh=element_wise(context.tanh),
        maximum=np.maximum,
        minimum=np.minimum,
        where=np.where,
        max=np.max,
        sum=np.sum,
    )
