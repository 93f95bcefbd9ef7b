"""The docstring of a public function: what its kernel says, and what all activations have in common.

A kernel's docstring holds what is particular: summary, formula, the meaning of its parameters, notes, references,
examples. The rest is added here, so that no two activations can disagree about it.
"""

import inspect
import re

_OUT = """\
out : ndarray, optional
    Where the result is written; ``x`` itself is allowed. A new array by default."""

_ELEMENT_WISE = """\
where : array_like of bool, optional
    Where it is False, ``out`` keeps its value.
**keywords
    `dtype`, `casting`, `order` and `subok`, as for every `np.ufunc`."""

_AXIS = """\
axis : int, tuple of int or None, default -1
    The axis along which the rows lie, several that count as one, or None for all. A single number counts as a row of one."""

_ON_GPU = """\
x : array on the GPU, or array_like
    Any shape and strides, of any library with ``__cuda_array_interface__`` or ``__dlpack__``. NumPy arrays are copied to the GPU and
    back. Computed in {names}."""

_OUT_ON_GPU = """\
out : array on the GPU, optional
    Where the result is written, of the dtype of ``x``; ``x`` itself is allowed. A new array of ``x``'s library by default."""

_STREAM = """\
stream : stream or int, optional
    In which to compute, of any library, or its handle. By default the one in which the library of ``x`` works at the time, or else
    the default stream. The function does not wait for the result, unless it comes from and goes to a NumPy array."""

_ROWS_ON_GPU = """\
where : array of bool on the GPU, optional
    Which elements count: broadcasts to ``x``. What is masked has no influence, whatever it is, NaN and inf included.
scale : float, or array on the GPU, optional
    A factor for ``x``, by which it is multiplied first: 1 over the temperature. An array broadcasts to the rows, and is of the dtype
    that is computed in: float32 for halves."""

_KEEPDIMS = """\
keepdims : bool, default False
    Whether the axis remains, with length 1."""

_ROWS = """\
where : array_like of bool, optional
    Which elements count: broadcasts to ``x``. What is masked has no influence, whatever it is, NaN and inf included.
scale : float or array_like, optional
    A factor for ``x``, by which it is multiplied first: 1 over the temperature. An array broadcasts to the rows."""

_CAUSAL = """\
causal : bool, default False
    Whether element ``(i, j)`` of the last two axes counts for ``j <= i`` only, as if `where` were `numpy.tri`. ``axis`` must be the
    last of them."""

_ROW_ERRORS = """
AxisError
    If ``x`` has no such axis."""

_GPU_ERRORS = """
ImportError, RuntimeError
    If numba-cuda is not installed, or there is no GPU.
MemoryError
    If a NumPy array does not fit into the GPU's memory."""

_DTYPE = """\
dtype : dtype, optional
    The dtype to compute in and return. That of ``x`` by default."""


def docstring(declaration, on_gpu=False):
    """Return the text that ``help()`` shows for an activation."""
    head, sections = _sections(inspect.getdoc(declaration.kernel) or f"{declaration.name}, not documented.")
    names = ", ".join(dtype.name for dtype in declaration.loop_dtypes)
    described = sections.pop("Parameters", "")
    keywords = [] if on_gpu else [_ELEMENT_WISE]
    if declaration.layout:
        rows = _ROWS_ON_GPU if on_gpu else _ROWS
        keywords = [_KEEPDIMS, rows] if declaration.reduces else [rows, _CAUSAL]
        keywords += [] if on_gpu else [_DTYPE]
    on_host = f"x : array_like\n    Any shape. Computed in {names}; other dtypes are cast as NumPy casts for `np.exp`."
    parts = [
        _ON_GPU.format(names=names) if on_gpu else on_host,
        *([_AXIS] if declaration.layout else []),
        *([described] if described else []),
        _OUT_ON_GPU if on_gpu else _OUT,
        *keywords,
        *([_STREAM] if on_gpu else []),
    ]
    shape = " broadcast with the parameters"
    if declaration.layout:
        shape = ", without the axis" if declaration.reduces else ""
    bounds = declaration.max_ulp_on_gpu if on_gpu else declaration.max_ulp
    accuracy = ", ".join(f"{bound:g} ULP in {dtype}" for dtype, bound in bounds.items())
    notes = [sections.pop("Notes", ""), f"Largest error: {accuracy}." if accuracy else ""]
    text = {
        "Parameters": "\n".join(parts),
        "Returns": f"{'array' if on_gpu else 'ndarray or scalar'}\n    Of the shape of ``x``{shape}.",
        "Raises": f"TypeError\n    If ``x`` is {'of another dtype or kind' if on_gpu else 'complex or no number'}.\nValueError\n    If"
        " ``out`` is read-only or has another shape."
        + (_ROW_ERRORS if declaration.layout else "")
        + (_GPU_ERRORS if on_gpu else ""),
        "Notes": "\n\n".join(note for note in notes if note),
        **sections,
    }
    return "\n\n".join([head, *(f"{title}\n{'-' * len(title)}\n{body}" for title, body in text.items() if body)])


def _sections(text):
    """Split a numpydoc docstring into its head and ``{title: body}``."""
    head, *rest = re.split(r"^(\w[\w ]*)\n-{3,}\n", text, flags=re.MULTILINE)
    return head.strip(), dict(zip(rest[::2], (body.strip() for body in rest[1::2]), strict=True))
