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

import math
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


def selu(x, *, xp=np):
    """Return ``scale * elu(x, alpha)``, with the two numbers that its authors give to twenty digits."""
    scale, alpha = _constant("1.05070098735548049342", xp), _constant("1.67326324235437728482", xp)
    return scale * elu(x, alpha, xp=xp)


def sigmoid(x, *, xp=np):
    """Return ``1 / (1 + exp(-x))``."""
    return 1 / (1 + xp.exp(-x))


def silu(x, *, xp=np):
    """Return ``x / (1 + exp(-x))``."""
    return x / (1 + xp.exp(-x))


def log_sigmoid(x, *, xp=np):
    """Return ``log(1 / (1 + exp(-x)))`` without overflow."""
    return -softplus(-x, xp=xp)


def softplus(x, *, xp=np):
    """Return ``log(1 + exp(x))`` without overflow."""
    return xp.maximum(x, 0) + xp.log1p(xp.exp(-abs(x)))


def gelu(x, *, xp=np):
    """Return ``x * erfc(-x / sqrt(2)) / 2``; NumPy has no erfc, so Python's own is called for every element."""
    return x * getattr(xp, "erfc", _erfc)(x * -_constant("0.70710678118654752440084436210484903928", xp)) / 2


def gelu_tanh(x, *, xp=np):
    """Return ``x / (1 + exp(-2 u))`` with ``u = sqrt(2 / pi) * (x + 0.044715 * x**3)``."""
    slope = _constant("1.5957691216057307117597842397375274738", xp)
    return x / (1 + xp.exp(-slope * (x + _constant("0.044715", xp) * x * x * x)))


def mish(x, *, xp=np):
    """Return ``x * tanh(log(1 + exp(x)))``."""
    return x * xp.tanh(softplus(x, xp=xp))


def tanh(x, *, xp=np):
    """Return the hyperbolic tangent."""
    return xp.tanh(x)


def softmax(x, axis=-1, *, xp=np):
    """Return ``exp(x) / sum(exp(x))`` along an axis, shifted by the maximum so that nothing overflows."""
    weights = xp.exp(x - xp.max(x, axis=axis, keepdims=True))
    return weights / xp.sum(weights, axis=axis, keepdims=True)


def log_softmax(x, axis=-1, *, xp=np):
    """Return ``x - log(sum(exp(x)))`` along an axis, shifted likewise."""
    shifted = x - xp.max(x, axis=axis, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=axis, keepdims=True))


def logsumexp(x, axis=-1, *, xp=np):
    """Return ``log(sum(exp(x)))`` along an axis, shifted likewise."""
    peak = xp.max(x, axis=axis, keepdims=True)
    return xp.squeeze(peak + xp.log(xp.sum(xp.exp(x - peak), axis=axis, keepdims=True)), axis)


def _constant(digits, xp):
    """Return a number as exactly as the namespace has it."""
    return getattr(xp, "constant", float)(digits)


def _erfc(x):
    return np.vectorize(math.erfc, otypes=[x.dtype])(x)


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

    # mpmath 1.4's own fails at numbers that a float cannot hold; so far out, one term of the asymptotic series is
    # enough.
    def erfc(x):
        far = x > 10**100
        return context.exp(-x * x) / (x * context.sqrt(context.pi)) if far else context.erfc(max(x, -(10**100)))

    return SimpleNamespace(
        asarray=element_wise(context.mpf),
        constant=context.mpf,
        exp=element_wise(context.exp),
        expm1=element_wise(context.expm1),
        log=element_wise(context.log),
        log1p=element_wise(context.log1p),
        erfc=element_wise(erfc),
        tanh=element_wise(context.tanh),
        maximum=np.maximum,
        minimum=np.minimum,
        where=np.where,
        max=np.max,
        sum=np.sum,
        squeeze=np.squeeze,
    )
