"""``@vectorize`` and ``@guvectorize``: a plain Python kernel declared as an activation.

The decorators compile nothing: a declaration is a record, so importing kernels costs no more than importing any Python
file. It stays callable from Python, which runs the kernel unjitted. The engine makes ufuncs of it
(``engine/public/ufunc.py``).
"""

import functools
import re

import numpy as np

from numba_act.language.dtypes import FORMATS, HALF, REAL, numpy_dtype, parameter_dtype

HALF_ULP_ON_GPU = 0.505


class Declaration:
    """A kernel, the dtypes it is compiled for and its operands.

    Parameters
    ----------
    kernel : function
        Of an element-wise function: numbers in, one number or a tuple of several out. Its arguments without a default
        are inputs of one dtype; those with one are parameters.
    dtypes : sequence of dtype
        One loop each, in the order in which NumPy tries them.
    outputs : int
        How many numbers the kernel returns.
    identity : int or None
        The identity of ``reduce``, as in `numba.vectorize`.
    max_ulp : dict
        ``{dtype name: bound}``: the largest error in units in the last place.
    overflowing : bool
        Whether finite numbers may have an infinite result, which raises no flag.
    signature : str or None
        The gufunc signature of a row kernel, such as ``"(n)->(n)"``; None for an element-wise one.
    reduction : object or None
        What becomes of a row, for a row kernel: see `guvectorize`.

    Attributes
    ----------
    inputs : tuple of str
        The names of the operands that are equal: all of them are of the dtype that is computed.
    parameters : dict
        ``{name: default}`` of the operands with a default. A bool or an integer default makes a bool or an int64
        operand, all others are of the inputs' dtype.
    loop_dtypes : tuple of dtype
        One loop each, in the order in which NumPy tries them: ``dtypes``, and before float32 those that are computed in
        it and rounded once, float16 and, if `ml_dtypes` is installed, bfloat16.
    """

    def __init__(
        self,
        kernel,
        dtypes,
        *,
        outputs=1,
        identity=None,
        max_ulp=None,
        overflowing=False,
        signature=None,
        reduction=None,
    ):
        functools.update_wrapper(self, kernel)
        self.kernel = kernel
        self.name = kernel.__name__
        self.dtypes = tuple(np.dtype(dtype) for dtype in dtypes)
        self.outputs, self.identity, self.overflowing = outputs, identity, overflowing
        self.signature, self.reduction = signature, reduction
        self.max_ulp = dict(max_ulp or {})
        for half in HALF if "float32" in self.max_ulp else ():
            in_float32 = self.max_ulp["float32"]
            self.max_ulp[half] = in_float32 and 0.5 + in_float32 * 2.0 ** (FORMATS[half].digits - 24)
        if signature is None:
            code, defaults = kernel.__code__, kernel.__defaults__ or ()
            names = code.co_varnames[: code.co_argcount]
            self.inputs = names[: len(names) - len(defaults)]
            self.parameters = dict(zip(names[len(self.inputs) :], defaults, strict=True))
        else:
            self.inputs = ("x", "y", "z")[: signature.partition("->")[0].count("(")]
            self.parameters = {}

    @property
    def is_row(self):
        """Whether a kernel works on rows, not on numbers."""
        return self.signature is not None

    @property
    def max_ulp_on_gpu(self):
        """The same bounds for GPUs, where element-wise functions of halves are computed from estimates."""
        estimated = () if self.is_row else HALF
        return {
            dtype: max(bound, HALF_ULP_ON_GPU) if bound and dtype in estimated else bound
            for dtype, bound in self.max_ulp.items()
        }

    @property
    def reduces(self):
        """Whether a row has one result."""
        return self.is_row and self.signature.endswith("()")

    def __call__(self, *arguments):
        """Run the kernel unjitted: on numbers, or on rows, arrays of one dimension whose results are returned."""
        return self.reduction.results(self, *arguments) if self.is_row else self.kernel(*arguments)

    def __repr__(self):  # noqa: D105
        return f"<{'row' if self.is_row else 'element-wise'} kernel {self.__module__}.{self.name}>"

    @functools.cached_property
    def loop_dtypes(self):  # noqa: D102
        found = list(self.dtypes)
        if np.dtype(np.float32) in found:
            position = found.index(np.dtype(np.float32))
            found[position:position] = [dtype for dtype in map(numpy_dtype, HALF) if dtype is not None]
        return tuple(found)

    def loop_for(self, dtype):
        """Return the dtype of the loop that NumPy chooses for an operand of a dtype, or None."""
        return next((loop for loop in self.loop_dtypes if np.can_cast(dtype, loop)), None)

    def operands(self, dtype):
        """Return the dtypes of an element-wise function's inputs, parameters and outputs in the loop of a dtype."""
        parameters = [parameter_dtype(default, dtype) for default in self.parameters.values()]
        return [*[dtype] * len(self.inputs), *parameters, *[dtype] * self.outputs]


def vectorize(signatures=None, *, outputs=1, identity=None, max_ulp=None, overflowing=False):
    """Declare an element-wise kernel.

    Parameters
    ----------
    signatures : list of str, optional
        As numba writes them, ``["float32(float32)", "float64(float64)"]``, most specific first. All types of one
        signature are equal: a kernel is written for one dtype and NumPy casts to it. Default: float32 and float64.
    outputs : int, optional
        How many numbers the kernel returns, as a tuple if they are several.
    identity : int, optional
        The identity of ``reduce``.
    max_ulp : dict, optional
        ``{dtype name: bound}``: the largest error in units in the last place, which the tests hold the kernel to.
    overflowing : bool, optional
        Whether finite numbers may have an infinite result, which raises no flag.
    """
    properties = {"outputs": outputs, "identity": identity, "max_ulp": max_ulp, "overflowing": overflowing}
    return _declare(signatures, properties)


def guvectorize(signature, *, reduction, max_ulp=None):
    """Declare a row kernel: ``@guvectorize("(n)->(n)", reduction=...)``.

    The engine takes rows apart into blocks, along any axis and on any number of threads. What is found of each block
    and put together, and what becomes of that, the reduction declares, in functions of numbers.

    Parameters
    ----------
    signature : {"(n)->(n)", "(n)->()"}
        Whether a row has a result for every element or one.
    reduction : object
        Such as `numba_act.kernels.elementary.exponential_sum.ExponentialSum`.
    max_ulp : dict, optional
        As for `vectorize`.
    """
    return _declare(None, {"signature": signature, "reduction": reduction, "max_ulp": max_ulp})


def _declare(signatures, properties):
    if callable(signatures):
        return _declare(None, properties)(signatures)

    def declare(kernel):
        dtypes = REAL if signatures is None else [_single_dtype(signature) for signature in signatures]
        return Declaration(kernel, dtypes, **properties)

    return declare


def _single_dtype(signature):
    """Return the one dtype of a numba signature such as ``"float32(float32, float32)"``."""
    names = set(re.findall(r"[a-z]+\d+", str(signature)))
    if len(names) != 1:
        raise TypeError(f"all types of a signature must be equal, not {signature!r}")
    return np.dtype(names.pop())
