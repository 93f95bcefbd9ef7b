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

_ROWS = """\
dtype : dtype, optional
    The dtype to compute in and return. That of ``x`` by default."""

_AXIS = """\
axis : int, default -1
    The axis along which the results sum to 1. A single number counts as a row of one."""


def docstring(declaration):
    """Return the text that ``help()`` shows for an activation."""
    head, sections = _sections(inspect.getdoc(declaration.kernel) or f"{declaration.name}, not documented.")
    names = ", ".join(dtype.name for dtype in declaration.loop_dtypes)
    described = sections.pop("Parameters", "")
    rows = declaration.layout is not None
    parts = [
        f"x : array_like\n    Any shape. Computed in {names}; other dtypes are cast as NumPy casts for `np.exp`.",
        *([_AXIS] if rows else []),
        *([described] if described else []),
        _OUT,
        _ROWS if rows else _ELEMENT_WISE,
    ]
    accuracy = ", ".join(f"{bound:g} ULP in {dtype}" for dtype, bound in declaration.max_ulp.items())
    notes = [sections.pop("Notes", ""), f"Largest error: {accuracy}." if accuracy else ""]
    text = {
        "Parameters": "\n".join(parts),
        "Returns": f"ndarray or scalar\n    Of the shape of ``x``{'' if rows else ' broadcast with the parameters'}.",
        "Raises": "TypeError\n    If ``x`` is complex or no number.\nValueError\n    If ``out`` is read-only or has another"
        " shape." + ("\nAxisError\n    If ``x`` has no such axis." if rows else ""),
        "Notes": "\n\n".join(note for note in notes if note),
        **sections,
    }
    return "\n\n".join([head, *(f"{title}\n{'-' * len(title)}\n{body}" for title, body in text.items() if body)])


def _sections(text):
    """Split a numpydoc docstring into its head and ``{title: body}``."""
    head, *rest = re.split(r"^(\w[\w ]*)\n-{3,}\n", text, flags=re.MULTILINE)
    return head.strip(), dict(zip(rest[::2], (body.strip() for body in rest[1::2]), strict=True))
