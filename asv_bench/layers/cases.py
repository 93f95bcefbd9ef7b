"""Functions and arrays."""

from functools import partial

from benchmarks.inputs import DTYPES, ELEMENTWISE, normals, output

import numba_act
from layers.turns import Contender

SHORT = {"float32": "f32", "float64": "f64"}


def cases(names):
    """Return each function with each dtype."""
    return [(name, dtype) for name in names for dtype in DTYPES]


def short(name, dtype):
    """Return how tables call a function of a dtype."""
    return f"{name} {SHORT[dtype]}"


def arrays(name, dtype, size, most, row=100):
    """Return an input of about so many elements, in rows if the function wants them, and an output array.

    Parameters
    ----------
    name, dtype : str
    size, most : int
        ``most`` is the largest size that is asked for: smaller inputs are the beginnings of one array.
    row : int
        Elements of a row, of which there is at least one unless there are fewer elements.
    """
    x = normals(dtype, most + row)
    if name in ELEMENTWISE:
        x = x[:size]
    else:
        row = min(row, size)
        rows = size // row
        x = x[: rows * row].reshape(rows, row)
    return x, output(name, x)


def one_thread(name, x, y, **more):
    """Return the contender that all others are compared with."""
    return Contender({"f": getattr(numba_act.cpu, name), "x": x, "y": y}, **more)


def automatic(name, x, y, **more):
    """Return the contender that divides where it is worth it."""
    more = {"before": partial(numba_act.set_num_threads, numba_act.most_threads())} | more
    return Contender({"f": getattr(numba_act, name), "x": x, "y": y}, **more)


def divided(name, x, y, threads=None, **more):
    """Return the contender that always divides, among all threads or so many."""
    more = {"before": partial(numba_act.set_num_threads, threads or numba_act.most_threads())} | more
    return Contender({"f": getattr(numba_act.parallel, name), "x": x, "y": y}, **more)


def thread_counts():
    """Return 1, 2, 4 and so on, and the most threads that a call may use."""
    most = numba_act.most_threads()
    return sorted({most, *(1 << power for power in range(most.bit_length()))})
