"""Arrays that NumPy hands over in other ways than from the first element to the last."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from benchmarks.inputs import normals

from layers.cases import automatic, one_thread
from layers.turns import CALL, Effort, ratios, take_turns

EFFORT = Effort(blocks=31, fewest=7, seconds=0.8)

MANY, CROPPED, SQUARE = 10_000_000, 1000, 2048
BUFFER = 1 << 20


@dataclass
class Layout:
    """What to call it, the function, and what makes its arrays: x, the output or None, perhaps a parameter."""

    title: str
    name: str
    arrays: Callable
    bufsize: int | None = None


def _wide(order):
    """Return three rows that lie one after the other (C), or as columns of an array (F)."""
    return normals("float32", 3, MANY) if order == "C" else normals("float32", MANY, 3).T


def _cropped():
    return normals("float32", CROPPED, 2 * CROPPED)[:, :CROPPED], _new(CROPPED, CROPPED)


def _new(*shape, dtype="float32"):
    """Return an output array whose memory has been fetched from the system."""
    return np.full(shape, 0, dtype)


LAYOUTS = (
    Layout("3 x 10_000_000", "gelu", lambda: (_wide("C"), _new(3, MANY))),
    Layout("the same, new result", "gelu", lambda: (_wide("C"), None)),
    Layout("transposed (10_000_000, 3), new result", "gelu", lambda: (_wide("F"), None)),
    Layout("transposed, `out=` too", "gelu", lambda: (_wide("F"), _new(MANY, 3).T)),
    Layout("transposed, `out=` is not", "gelu", lambda: (_wide("F"), _new(3, MANY))),
    Layout("every second of 20_000_000", "gelu", lambda: (normals("float32", 2 * MANY)[::2], _new(MANY))),
    Layout("left half of (1000, 2000)", "gelu", _cropped),
    Layout(f"the same after `setbufsize({BUFFER})`", "gelu", _cropped, BUFFER),
    Layout(
        "(10_000, 1000) with a slope per column",
        "leaky_relu",
        lambda: (normals("float32", MANY).reshape(-1, 1000), _new(MANY // 1000, 1000), _slopes(1000)),
    ),
    Layout(
        "(10_000, 1000) with a slope per row",
        "leaky_relu",
        lambda: (normals("float32", MANY).reshape(-1, 1000), _new(MANY // 1000, 1000), _slopes(MANY // 1000)[:, None]),
    ),
    Layout(
        "10_000_000 with as many slopes",
        "leaky_relu",
        lambda: (normals("float32", MANY), _new(MANY), _slopes(MANY)),
    ),
    Layout("(2048, 2048), axis -1", "softmax", lambda: (normals("float32", SQUARE, SQUARE), _new(SQUARE, SQUARE))),
    Layout("(2048, 2048), axis 0", "softmax", lambda: (normals("float32", SQUARE, SQUARE), _new(SQUARE, SQUARE), 0)),
)


def _slopes(size):
    return np.linspace(0.01, 0.3, size, dtype=np.float32)


def measure_layout(layout, effort):
    """Return the function, the seconds on one thread, and the ratio of the automatic function to them."""
    x, y, *more = layout.arrays()
    statement = "f(x, parameter, out=y)" if more else CALL
    contenders = [make(layout.name, x, y, statement=statement) for make in (one_thread, automatic)]
    for one in contenders:
        one.names |= {"parameter": more[0]} if more else {}
    with _bufsize(layout.bufsize):
        seconds = take_turns(contenders, effort)
    return layout.name, float(np.median(seconds[:, 0])), *ratios(seconds)


@contextlib.contextmanager
def _bufsize(size):
    before = np.setbufsize(size) if size else None
    try:
        yield
    finally:
        if before:
            np.setbufsize(before)
