"""``@vectorize`` and ``@guvectorize``: a plain Python kernel declared as an activation.

The decorators take what numba's take and compile nothing: a declaration is a record, so importing kernels costs no
more than importing any Python file. It stays callable from Python, which runs the kernel unjitted.
"""

import functools
import re

import numpy as np

REAL = ("float32", "float64")
HALF = {"float16": 11, "bfloat16": 8}  # and the bits of their significands
HALF_ULP_ON_GPU = 0.505
INTEGER = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")


class Declaration:
    """A kernel, the dtypes it is compiled for and the shape of its operands.

    Parameters
    ----------
    kernel : function
        Scalars in, scalar out.
    dtypes : sequence of dtype
        One loop each, in the order in which NumPy tries them.
    layout : str or None
        The gufunc signature of a row kernel, such as ``"(n)->(n)"``; None for an element-wise one.
    identity : int or None
        The identity of ``reduce``, as in `numba.vectorize`.
    max_ulp : dict
        ``{dtype name: bound}``: the largest error in units in the last place.
    overflowing : bool
        Whether finite numbers may have an infinite result, which raises no flag.
    summary, beyond, weighs
        Of a row kernel: see `guvectorize`.

    Attributes
    ----------
    loop_dtypes : tuple of dtype
        One loop each, in the order in which NumPy tries them: ``dtypes``, and before float32 those that are computed in
        it and rounded once, float16 and, if `ml_dtypes` is installed, bfloat16.
    """

    def __init__(
        self,
        kernel,
        dtypes,
        layout=None,
        identity=None,
        max_ulp=None,
        overflowing=False,
        summary=None,
        beyond=None,
        weighs=False,
    ):
        functools.update_wrapper(self, kernel)
        self.kernel = kernel
        self.name = kernel.__name__
        self.dtypes = tuple(np.dtype(dtype) for dtype in dtypes)
        self.layout = layout
        self.identity = identity
        self.overflowing = overflowing
        self.max_ulp = dict(max_ulp or {})
        self.summary, self.beyond, self.weighs = summary, beyond, weighs
        for half, digits in HALF.items() if "float32" in self.max_ulp else ():
            in_float32 = self.max_ulp["float32"]
            self.max_ulp[half] = in_float32 and 0.5 + in_float32 * 2.0 ** (digits - 24)
        arguments = kernel.__code__.co_varnames[: kernel.__code__.co_argcount]
        self.inputs = len(arguments) if layout is None else 1
        defaults = kernel.__defaults__ or ()
        self.parameters = dict(zip(arguments[self.inputs - len(defaults) : self.inputs], defaults, strict=True))

    @property
    def max_ulp_on_gpu(self):
        """The same bounds for GPUs, where element-wise functions of halves are computed from estimates."""
        estimated = HALF if self.layout is None else ()
        return {
            dtype: max(bound, HALF_ULP_ON_GPU) if bound and dtype in estimated else bound
            for dtype, bound in self.max_ulp.items()
        }

    @property
    def reduces(self):
        """Whether a row has one result."""
        return self.layout is not None and self.layout.endswith("()")

    def __call__(self, *arguments):
        """Run the kernel unjitted: on numbers, or on one row, an array of one dimension whose results are returned."""
        if self.layout is None:
            return self.kernel(*arguments)
        from numba_act.engine.row_meaning import row_results

        return row_results(self, *arguments)

    def __repr__(self):  # noqa: D105
        return f"<{'row' if self.layout else 'element-wise'} kernel {self.__module__}.{self.name}>"

    @functools.cached_property
    def loop_dtypes(self):  # noqa: D102
        found = list(self.dtypes)
        if np.dtype(np.float32) in found:
            position = found.index(np.dtype(np.float32))
            found[position:position] = [np.dtype(np.float16), *_bfloat16()]
        return tuple(found)

    def loop_for(self, dtype):
        """Return the dtype of the loop that NumPy chooses for an operand of a dtype, or None."""
        return next((loop for loop in self.loop_dtypes if np.can_cast(dtype, loop)), None)

    def ufunc(self, target="automatic"):
        """Return the kernel as an `np.ufunc`: ``"cpu"``, ``"parallel"`` or ``"automatic"``, which chooses by size."""
        from numba_act.engine.ufunc import build_ufunc

        return build_ufunc(self, target)


def computed_in(dtype):
    """Return the dtype that numbers of one are computed in: halves in float32."""
    return np.dtype(np.float32) if dtype.itemsize == 2 else dtype


def _bfloat16():
    """Return the dtype, in a list that is empty where there is none."""
    try:
        from ml_dtypes import bfloat16
    except ModuleNotFoundError:
        return []
    return [np.dtype(bfloat16)]


def vectorize(signatures=None, *, target=None, identity=None, max_ulp=None, overflowing=False):
    """Declare an element-wise kernel.

    Parameters
    ----------
    signatures : list of str, optional
        As numba writes them, ``["float32(float32)", "float64(float64)"]``, most specific first. All types of one
        signature are equal: a kernel is written for one dtype and NumPy casts to it. Default: float32 and float64.
    target : {"cpu", "parallel", "automatic"}, optional
        Return the finished ufunc, as numba does. Without it, the declaration of an activation for every target.
    identity : int, optional
        The identity of ``reduce``.
    max_ulp : dict, optional
        ``{dtype name: bound}``: the largest error in units in the last place, which the tests hold the kernel to.
    overflowing : bool, optional
        Whether finite numbers may have an infinite result, which raises no flag.
    """
    return _declare(signatures, None, target, identity=identity, max_ulp=max_ulp, overflowing=overflowing)


def guvectorize(signatures, layout=None, *, summary, beyond, weighs=False, target=None, max_ulp=None):
    """Declare a row kernel: ``@guvectorize("(n)->(n)")``, or numba's ``@guvectorize([signatures], "(n)->(n)")``.

    The exponentials of a row are summed up by the engine, in blocks, along any axis and on any number of threads; what becomes of
    the sum is declared here, in functions of numbers. The sum is in a unit in which the exponential of the peak, the largest
    element, is about 1: see ``kernels/elementary/exponential_sum.py``.

    Parameters
    ----------
    signatures, target, max_ulp
        As for `vectorize`.
    layout : {"(n)->(n)", "(n)->()"}
        Whether a row has a result for every element or one. The kernel computes it from an element, if there is one for each,
        and the three numbers of the summary.
    summary : function
        ``summary(peak, high, low, count, visible)`` returns three numbers. ``high + low`` is the sum; unless ``weighs``, without the
        ``count`` terms of elements that equal the peak. ``visible`` is 0 if the whole row is masked, else 1.
    beyond : function
        ``beyond(x, peak, count)`` returns the result of an element where the peak, of which there are ``count``, is inf or
        so large that everything else is negligible; NaN for NaN.
    weighs : bool
        Whether the kernel is given, instead of the element, its exponential in the sum's unit. Of the summary, then, the third
        number must be 1; it and the others are rescaled to the unit of the element's block.
    """
    if layout is None:
        signatures, layout = None, signatures
    return _declare(signatures, layout, target, max_ulp=max_ulp, summary=summary, beyond=beyond, weighs=weighs)


def _declare(signatures, layout, target, **properties):
    if callable(signatures):
        return _declare(None, layout, target, **properties)(signatures)

    def declare(kernel):
        dtypes = REAL if signatures is None else [_single_dtype(signature) for signature in signatures]
        declaration = Declaration(kernel, dtypes, layout, **properties)
        return declaration if target is None else declaration.ufunc(target)

    return declare


def _single_dtype(signature):
    """Return the one dtype of a numba signature such as ``"float32(float32, float32)"``."""
    names = set(re.findall(r"[a-z]+\d+", str(signature)))
    if len(names) != 1:
        raise TypeError(f"all types of a signature must be equal, not {signature!r}")
    return np.dtype(names.pop())
