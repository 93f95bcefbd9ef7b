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

_KEYWORDS = """\
**keywords
    `keepdims`, `dtype`, `casting`, `order` and `subok`, as for every `np.ufunc` that works on rows."""

_AXIS = """\
axis : int, tuple of int or None, default -1
    The axis along which the rows lie, several that count as one, or None for all. A single number counts as a row of
    one."""

_ON_GPU = """\
{inputs} : array on the GPU, or array_like
    {shape}, and any strides, of any library with ``__cuda_array_interface__`` or ``__dlpack__``. NumPy arrays are
    copied to the GPU and
    back. Computed in {names}."""

_OUT_ON_GPU = """\
out : array on the GPU, optional
    Where the result is written, of the dtype of ``x``; ``x`` itself is allowed. A new array of ``x``'s library by
    default."""

_STREAM = """\
stream : stream or int, optional
    In which to compute, of any library, or its handle. By default the one in which the library of ``x`` works at the
    time, or else
    the default stream. The function does not wait for the result, unless it comes from and goes to a NumPy array."""

_ROWS_ON_GPU = """\
where : array of bool on the GPU, optional
    Which elements count: broadcasts to ``x``. What is masked has no influence, whatever it is, NaN and inf included.
scale : float, or array on the GPU, optional
    A factor for ``x``, by which it is multiplied first: 1 over the temperature. An array broadcasts to the rows, and is
    of the dtype
    that is computed in: float32 for halves."""

_KEEPDIMS = """\
keepdims : bool, default False
    Whether the axis remains, with length 1."""

_ROWS = """\
where : array_like of bool, optional
    Which elements count: broadcasts to ``x``. What is masked has no influence, whatever it is, NaN and inf included.
scale : float or array_like, optional
    A factor for ``x``, by which it is multiplied first: 1 over the temperature. An array of as many axes as ``x``
    broadcasts to it; one of fewer broadcasts to the rows, which have the axes of ``x`` without ``axis``."""

_CAUSAL = """\
causal : bool, default False
    Whether element ``(i, j)`` of the last two axes counts for ``j <= i`` only, as if `where` were `numpy.tri`. ``axis``
    must be the
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
    The dtype to compute in and return. That of ``x`` by default.
dim : str, iterable of str or ..., optional
    Of objects of xarray only: the names of the axes, instead of ``axis``."""


_ON_HOST = """\
{inputs} : array_like
    {shape}. Computed in {names}; other dtypes are cast as NumPy casts for `np.exp`."""

_DEFAULT = re.compile(r"^(\w.*?), default .*$", flags=re.MULTILINE)


def docstring(declaration, kind="function"):
    """Return the text that ``help()`` shows for an activation.

    Parameters
    ----------
    declaration : Declaration
    kind : {"function", "ufunc", "gpu"}
        What the text is for: the function with defaults, which is the ufunc itself where there are no parameters; the
        ufunc under one; the function on GPUs.
    """
    head, sections = _sections(inspect.getdoc(declaration.kernel) or f"{declaration.name}, not documented.")
    described = sections.pop("Parameters", "")
    if kind != "function" and (declaration.parameters or declaration.is_row or kind == "gpu"):
        sections.pop("Examples", None)
        sections = {"See Also": f"numba_act.{declaration.name} : the function, with an example"} | sections
    text = {
        "Parameters": "\n".join(_parameters(declaration, kind, described)),
        "Returns": sections.pop("Returns", "") or _returns(declaration, kind),
        "Raises": _raises(declaration, kind),
        "See Also": sections.pop("See Also", ""),
        "Notes": _notes(declaration, kind, sections.pop("Notes", "")),
        **sections,
    }
    return "\n\n".join([head, *(f"{title}\n{'-' * len(title)}\n{body}" for title, body in text.items() if body)])


def _parameters(declaration, kind, described):
    """Return the descriptions of all arguments, in order."""
    on_gpu, inputs = kind == "gpu", ", ".join(declaration.inputs)
    names = ", ".join(dtype.name for dtype in declaration.loop_dtypes)
    shape = "Any shape" if len(declaration.inputs) == 1 else "Any shapes that broadcast"
    found = [(_ON_GPU if on_gpu else _ON_HOST).format(inputs=inputs, shape=shape, names=names)]
    found += [_AXIS] if declaration.is_row else []
    found += [(_DEFAULT.sub(r"\1", described) if kind == "ufunc" else described)] if described else []
    out = _OUT_ON_GPU if on_gpu else _OUT
    found.append(out if declaration.outputs == 1 else out.replace("out :", f"out : tuple of {declaration.outputs},"))
    if not declaration.is_row:
        found += [] if on_gpu else [_ELEMENT_WISE]
    elif kind == "ufunc":
        found.append(_KEYWORDS)
    else:
        rows = _ROWS_ON_GPU if on_gpu else _ROWS
        found += [_KEEPDIMS, rows] if declaration.reduces else [rows, _CAUSAL]
        found += [] if on_gpu else [_DTYPE]
    return [*found, _STREAM] if on_gpu else found


def _returns(declaration, kind):
    operands = [*declaration.inputs, *declaration.parameters]
    shape = f"Of the shape of ``{operands[0]}``"
    if declaration.is_row:
        shape += ", without the axis" if declaration.reduces else ""
    elif len(operands) > 1:
        shape = f"Of the shape to which {', '.join(f'``{name}``' for name in operands)} broadcast"
    array = "array" if kind == "gpu" else "ndarray or scalar"
    return f"{array if declaration.outputs == 1 else f'tuple of {declaration.outputs}, {array}'}\n    {shape}."


def _raises(declaration, kind):
    on_gpu, inputs = kind == "gpu", " or ".join(f"``{name}``" for name in declaration.inputs)
    return (
        f"TypeError\n    If {inputs} is {'of another dtype or kind' if on_gpu else 'complex or no number'}.\n"
        "ValueError\n    If ``out`` is read-only or has another shape."
        + (_ROW_ERRORS if declaration.is_row else "")
        + (_GPU_ERRORS if on_gpu else "")
    )


def _notes(declaration, kind, notes):
    bounds = declaration.max_ulp_on_gpu if kind == "gpu" else declaration.max_ulp
    accuracy = ", ".join(f"{bound:g} ULP in {dtype}" for dtype, bound in bounds.items())
    return "\n\n".join(note for note in (notes, f"Largest error: {accuracy}." if accuracy else "") if note)


def _sections(text):
    """Split a numpydoc docstring into its head and ``{title: body}``."""
    head, *rest = re.split(r"^(\w[\w ]*)\n-{3,}\n", text, flags=re.MULTILINE)
    return head.strip(), dict(zip(rest[::2], (body.strip() for body in rest[1::2]), strict=True))
