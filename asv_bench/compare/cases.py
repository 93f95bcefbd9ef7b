"""What is measured: each function by dtype and size, in every library."""

from dataclasses import dataclass, field

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

# What counts as the same function: far enough apart that an approximation passes and another function does not.
RELATIVE, ABSOLUTE, MIDDLE = 1e-2, 1e-3, 4

# Where more than one thread would show, and a call takes long enough to measure that.
THREADED_SIZE, THREADED = 100_000, 1.1

# The C library hands freed memory back to the system, and zeroed pages have to be fetched again for the next array,
# unless it has seen a larger array freed before: that would slow down whoever makes new arrays.
np.empty(31 << 20, np.uint8)


@dataclass(frozen=True)
class Case:
    """One function, dtype and size."""

    function: str
    dtype: str
    size: int


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
    names = [name for name, declaration in activations().items() if declaration.layout is None]
    return [Case(name, dtype, size) for name in names for dtype, size in SIZES]


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
            result.notes.append(Note(one.library, case.function, "uses more than one thread"))
    return result


def measure_against_copy(case, effort):
    """Return the `Result` of a case against `np.copyto` alone: what peers leave in the caches would change it."""
    x, y = _arrays(case)
    ours = NumbaAct()
    (spelling,) = ours.spellings(case.function)
    copy = Call("copyto(y, x)", {"copyto": np.copyto, "x": x, "y": y}, y)
    contenders = [
        Contender(ours.name, spelling, ours.call(spelling, case.function, x, y), writes=True),
        Contender(COPY, copy.expression, copy, writes=True),
    ]
    _time(contenders, effort)
    return Result(case, contenders)


def _arrays(case):
    """Return normally distributed numbers times 3, and an output array."""
    x = 3 * np.random.default_rng(0).standard_normal(case.size, dtype=np.float32)
    return _aligned(x.astype(case.dtype)), _aligned(np.zeros(case.size, case.dtype))


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
    middle = np.abs(x[:1000]) < MIDDLE
    expected = getattr(reference, case.function)(x[:1000][middle].astype(np.float64))
    spellings = library.spellings(case.function)
    if not spellings:
        result.notes.append(Note(library.name, case.function, "no such function"))
    for spelling in spellings:
        what = f"{case.function} {case.dtype} `{spelling}`"
        y.fill(0)
        try:
            call = library.call(spelling, case.function, x, y)
            found, writes = call.check()
        except Exception as error:  # noqa: BLE001 - each library has its own
            first_line, *_ = str(error).split("\n")
            result.notes.append(Note(library.name, what, f"fails: {first_line}"))
            continue
        if found.dtype != x.dtype or found.shape != x.shape:
            result.notes.append(Note(library.name, what, f"returns {found.dtype}, shape {found.shape}"))
        elif not np.allclose(found[:1000][middle], expected, rtol=RELATIVE, atol=ABSOLUTE):
            result.notes.append(Note(library.name, what, "disagrees with the reference"))
        else:
            result.contenders.append(Contender(library.name, spelling, call, writes))


def _aligned(x):
    """Return a copy that begins at a cache line: where NumPy puts an array differs from run to run."""
    memory = np.empty(x.nbytes + 64, np.uint8)
    start = -memory.ctypes.data % 64
    copy = memory[start : start + x.nbytes].view(x.dtype)
    copy[:] = x
    return copy
