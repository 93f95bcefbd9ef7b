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

_GPU_AXIS = """\
axis : int, default -1
    The axis along which the rows lie."""

_STREAM = """\
stream : stream, optional
    In which to compute, one of numba's; the default stream without it."""

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

_DTYPE = """\
dtype : dtype, optional
    The dtype to compute in and return. That of ``x`` by default."""


def docstring(declaration, on_gpu=False):
    """Return the text that ``help()`` shows for an activation."""
    head, sections = _sections(inspect.getdoc(declaration.kernel) or f"{declaration.name}, not documented.")
    names = ", ".join(dtype.name for dtype in declaration.loop_dtypes)
    described = sections.pop("Parameters", "")
    keywords = [_ELEMENT_WISE]
    if declaration.layout:
        keywords = [_KEEPDIMS, _ROWS, _DTYPE] if declaration.reduces else [_ROWS, _CAUSAL, _DTYPE]
    parts = [
        f"x : array_like\n    Any shape. Computed in {names}; other dtypes are cast as NumPy casts for `np.exp`.",
        *([_GPU_AXIS if on_gpu else _AXIS] if declaration.layout else []),
        *([described] if described else []),
        _OUT,
        *([_STREAM] if on_gpu else keywords),
    ]
    shape = " broadcast with the parameters"
    if declaration.layout:
        shape = ", without the axis" if declaration.reduces else ""
    accuracy = ", ".join(f"{bound:g} ULP in {dtype}" for dtype, bound in declaration.max_ulp.items())
    notes = [sections.pop("Notes", ""), f"Largest error: {accuracy}." if accuracy else ""]
    text = {
        "Parameters": "\n".join(parts),
        "Returns": f"ndarray or scalar\n    Of the shape of ``x``{shape}.",
        "Raises": "TypeError\n    If ``x`` is complex or no number.\nValueError\n    If ``out`` is read-only or has another"
        " shape." + (_ROW_ERRORS if declaration.layout else ""),
        "Notes": "\n\n".join(note for note in notes if note),
        **sections,
    }
    return "\n\n".join([head, *(f"{title}\n{'-' * len(title)}\n{body}" for title, body in text.items() if body)])


def _sections(text):
    """Split a numpydoc docstring into its head and ``{title: body}``."""
    head, *rest = re.split(r"^(\w[\w ]*)\n-{3,}\n", text, flags=re.MULTILINE)
    return head.strip(), dict(zip(rest[::2], (body.strip() for body in rest[1::2]), strict=True))
