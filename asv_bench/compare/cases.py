"""What is measured: each function by dtype and size, or by shape and axis, in every library."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
from bars import COPY
from libraries import Call, NumbaAct
from turns import take_turns

from numba_act import reference
from numba_act.engine.registry import activations

SIZES = (
    ("float32", 100_000),
    ("float64", 100_000),
    ("float16", 100_000),
    ("float32", 1_000),
    ("float32", 10_000_000),
)

# Of every row function, in float32.
SHAPES = (
    ((1024, 1024), -1),
    ((64, 50257), -1),
    ((65536, 16), -1),
    ((1024, 1024), 0),
    ((1, 10_000_000), -1),
)

# What counts as the same function: far enough apart that an approximation passes and another function does not. In a long
# row everything is smaller than the absolute tolerance, so rows do without.
RELATIVE, ABSOLUTE, MIDDLE = 1e-2, 1e-3, 4
ROWS_CHECKED = 4

# Where more than one thread would show, and a call takes long enough to measure that.
THREADED_SIZE, THREADED = 100_000, 1.1

# The C library hands freed memory back to the system, and zeroed pages have to be fetched again for the next array,
# unless it has seen a larger array freed before: that would slow down whoever makes new arrays.
np.empty(31 << 20, np.uint8)


@dataclass(frozen=True)
class Case:
    """One function, dtype and shape; of rows also the axis, and whether row i sees only its first i + 1 numbers."""

    function: str
    dtype: str
    shape: tuple[int, ...]
    axis: int | None = None
    causal: bool = False

    @property
    def size(self):
        """How many numbers there are."""
        return math.prod(self.shape)

    @property
    def title(self):
        """What is computed, as the tables of spellings, the bars and the report call it."""
        return f"{self.function} causal" if self.causal else self.function

    @property
    def extent(self):
        """What it is computed on, as the bars and the report call it."""
        return f"{self.size:_}" if self.axis is None else f"{'x'.join(map(str, self.shape))} axis {self.axis}"

    def output(self):
        """Return zeros in the shape of the results."""
        shape = np.delete(self.shape, self.axis) if activations()[self.function].reduces else self.shape
        return np.zeros(shape, self.dtype)

    def names(self):
        """Return what a spelling may refer to besides x and y."""
        return {"axis": self.axis} | ({"visible": np.tri(*self.shape[-2:], dtype=bool)} if self.causal else {})


@dataclass(frozen=True)
class Note:
    """Something a reader has to know about a library: what does not run, or not as it should, and why."""

    library: str
    what: str
    reason: str


@dataclass
class Contender:
    """One spelling in one library: its call, whether that writes to the given output, and its times.

    ``ratio`` is the median of our time over this one's, ``spread`` the quartiles of that.
    """

    library: str
    spelling: str
    call: Call | None
    writes: bool
    seconds: float = 0.0
    ratio: float = 1.0
    spread: tuple[float, float] = (1.0, 1.0)
    processors: float = 1.0


@dataclass
class Result:
    """The contenders of one case, ours first, and what is to be said about those that are missing."""

    case: Case
    contenders: list[Contender]
    notes: list[Note] = field(default_factory=list)

    @property
    def ours(self):
        """The contender of this package."""
        return self.contenders[0]

    def fastest(self):
        """Return ``{library: its fastest spelling}`` of all but ours."""
        slowest_first = sorted(self.contenders[1:], key=lambda one: -one.seconds)
        return {one.library: one for one in slowest_first}


def cases():
    """Return all cases."""
    rows = [name for name, declaration in activations().items() if declaration.layout is not None]
    element_wise = [name for name in activations() if name not in rows]
    return [
        *(Case(name, dtype, (size,)) for name in element_wise for dtype, size in SIZES),
        *(Case(name, "float32", shape, axis) for name in rows for shape, axis in SHAPES),
        Case("softmax", "float32", (10,), axis=-1),
        Case("softmax", "float32", (8, 12, 512, 512), axis=-1, causal=True),
    ]


def measure(case, peers, effort):
    """Return the `Result` of a case.

    Parameters
    ----------
    case : Case
    peers : list
        Libraries of `libraries`.
    effort : Effort
    """
    x, y = _arrays(case)
    result = Result(case, [])
    # The formulas overflow on their way to the right result.
    with np.errstate(all="ignore"):
        _enter(result, NumbaAct(), x, y)
        if result.notes:
            raise RuntimeError(result.notes)
        for library in peers:
            if case.dtype in library.dtypes:
                _enter(result, library, x, y)
        _time(result.contenders, effort)
    for one in result.contenders:
        if case.size >= THREADED_SIZE and one.processors > THREADED:
            result.notes.append(Note(one.library, case.title, "uses more than one thread"))
    return result


def measure_alone(case, rival, effort):
    """Return the `Result` of a case against one rival alone: what peers leave in the caches would change it.

    Parameters
    ----------
    case : Case
    rival : str
        One of `bars.ALONE`.
    effort : Effort
    """
    x, y = _arrays(case)
    ours = NumbaAct()
    (spelling,) = ours.spellings(case)
    if rival == COPY:
        other = Call("copyto(y, x)", {"copyto": np.copyto, "x": x, "y": y}, y)
    else:
        other = ours.call(spelling, replace(case, axis=-1), x, y)
    contenders = [
        Contender(ours.name, spelling, ours.call(spelling, case, x, y), writes=True),
        Contender(rival, other.expression, other, writes=True),
    ]
    _time(contenders, effort)
    return Result(case, contenders)


def _arrays(case):
    """Return normally distributed numbers times 3, and an output array."""
    x = 3 * np.random.default_rng(0).standard_normal(case.shape, dtype=np.float32)
    return _aligned(x.astype(case.dtype)), _aligned(case.output())


def _time(contenders, effort):
    """Fill in the times of contenders, and the ratios of the first to each."""
    seconds, processors = take_turns([one.call for one in contenders], effort)
    for one, theirs, processor in zip(contenders, seconds.T, processors, strict=True):
        ratios = seconds[:, 0] / theirs
        one.seconds, one.ratio = float(np.nanmedian(theirs)), float(np.nanmedian(ratios))
        one.spread = tuple(map(float, np.nanquantile(ratios, (0.25, 0.75))))
        one.processors = float(processor)
        one.call = None  # and with it its arrays


def _enter(result, library, x, y):
    """Let a library's spellings take part: those that run and agree with the reference."""
    case = result.case
    spellings = library.spellings(case)
    if not spellings:
        result.notes.append(Note(library.name, case.title, "no such function"))
    for spelling in spellings:
        what = f"{case.title} {case.dtype} `{spelling}`"
        y.fill(0)
        try:
            call = library.call(spelling, case, x, y)
            found, writes = call.check()
        except Exception as error:  # noqa: BLE001 - each library has its own
            first_line, *_ = str(error).split("\n")
            result.notes.append(Note(library.name, what, f"fails: {first_line}"))
            continue
        if found.dtype != y.dtype or found.shape != y.shape:
            result.notes.append(Note(library.name, what, f"returns {found.dtype}, shape {found.shape}"))
        elif not _agrees(case, x, found):
            result.notes.append(Note(library.name, what, "disagrees with the reference"))
        else:
            result.contenders.append(Contender(library.name, spelling, call, writes))


def _agrees(case, x, found):
    """Return whether results agree with the reference, among the first numbers or in some of the rows."""
    formula = getattr(reference, case.function)
    if case.axis is None:
        middle = np.abs(x[:1000]) < MIDDLE
        expected = formula(x[:1000][middle].astype(np.float64))
        return np.allclose(found[:1000][middle], expected, rtol=RELATIVE, atol=ABSOLUTE)
    rows = np.moveaxis(x, case.axis, -1).reshape(-1, x.shape[case.axis])
    found = (np.moveaxis(found, case.axis, -1) if found.shape == x.shape else found).reshape(len(rows), -1)
    some = np.linspace(0, len(rows) - 1, ROWS_CHECKED, dtype=int)
    inputs = rows[some].astype(np.float64)
    if case.causal:
        inputs[np.arange(case.shape[-1]) > some[:, None] % case.shape[-2]] = -np.inf
    return np.allclose(found[some], formula(inputs).reshape(len(some), -1), rtol=RELATIVE, atol=0)


def _aligned(x):
    """Return a copy that begins at a cache line: where NumPy puts an array differs from run to run."""
    memory = np.empty(x.nbytes + 64, np.uint8)
    start = -memory.ctypes.data % 64
    copy = memory[start : start + x.nbytes].view(x.dtype).reshape(x.shape)
    copy[...] = x
    return copy
