"""Launchers written as text: numba unrolls no loop over what a thread holds in registers, so it is written out."""

from typing import NamedTuple


class Launcher(NamedTuple):
    """A function to compile for a GPU.

    Attributes
    ----------
    function : function
        Its arguments are integers, then numbers of what it computes in.
    integers, numbers : int
        How many of each.
    bounds : tuple of int
        The most threads that a block may have, and how many blocks a multiprocessor must hold at least.
    """

    function: object
    integers: int
    numbers: int
    bounds: tuple[int, int]


def defined_by(text, **names):
    """Return the one function that a text defines, with nothing but ``names`` and the builtins in its globals."""
    before = set(names)
    exec(text, names)  # noqa: S102
    (name,) = set(names) - before - {"__builtins__"}
    return names[name]


def indented(indent, lines):
    """Return lines as a text, all indented by so many spaces."""
    return "\n".join(" " * indent + line for line in lines)
