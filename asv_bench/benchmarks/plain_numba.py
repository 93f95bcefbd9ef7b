"""The five functions of the source document, as one writes them with numba alone."""

import functools
import math


def relu(x):
    """Return ``x`` where it is positive, else 0."""
    return x if x > 0 else type(x)(0)


def leaky_relu(x):
    """Return ``x`` where it is positive, else a hundredth of it."""
    return x if x > 0 else type(x)(0.01) * x


def sigmoid(x):
    """Return the logistic function."""
    one = type(x)(1)
    return one / (one + math.exp(-x))


def tanh(x):
    """Return the hyperbolic tangent."""
    return math.tanh(x)


def softmax(x, y):
    """Fill y with the exponentials of a row, relative to its largest number, divided by their sum."""
    peak = x[0]
    for number in x:
        peak = max(peak, number)
    total = x.dtype.type(0)
    for i, number in enumerate(x):
        y[i] = math.exp(number - peak)
        total += y[i]
    for i in range(len(y)):
        y[i] /= total


KERNELS = {kernel.__name__: kernel for kernel in (sigmoid, tanh, relu, leaky_relu, softmax)}


@functools.cache
def function(name, dtype):
    """Return a ufunc, or of rows a gufunc, compiled for one dtype."""
    import numba

    if name == "softmax":
        return numba.guvectorize([f"({dtype}[:], {dtype}[:])"], "(n)->(n)")(softmax)
    return numba.vectorize([f"{dtype}({dtype})"])(KERNELS[name])
