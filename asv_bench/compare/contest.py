"""One case: the spellings of all libraries tried, checked and timed in turns."""

from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from layers import turns

from compare.bars import COPY
from compare.cases import Case
from compare.libraries import Call, NumbaAct
from compare.threads import ONE, ProcessorTimer, wake
from numba_act import most_threads, reference

THOROUGH = turns.Effort(blocks=101, fewest=5, seconds=1.0, hopeless=3)
QUICK = THOROUGH.quick()

# What counts as the same function: far enough apart that an approximation passes and another function does not. In a
# long row everything is smaller than the absolute tolerance, so rows do without.
RELATIVE, ABSOLUTE, MIDDLE = 1e-2, 1e-3, 4
ROWS_CHECKED = 4

# Where more threads than there should be would show, and a call takes long enough to measure that.
THREADED_SIZE, THREADED = 100_000, 1.1


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


def measure(case, peers, effort):
    """Return the `Result` of a case.

    Parameters
    ----------
    case : Case
    peers : list
        Libraries of `libraries`.
    effort : turns.Effort
    """
    x, y = case.arrays()
    result = Result(case, [])
    # The formulas overflow on their way to the right result.
    with np.errstate(all="ignore"):
        _enter(result, NumbaAct(), x, y)
        if result.notes:
            raise RuntimeError(result.notes)
        for library in peers:
            _enter(result, library, x, y)
        _time(result, effort)
    allowed = 1 if case.threads == ONE else most_threads()
    for one in result.contenders:
        if case.size >= THREADED_SIZE and one.processors > THREADED * allowed:
            result.notes.append(Note(one.library, case.title, f"uses more than {allowed} thread{'s' * (allowed > 1)}"))
    return result


def measure_alone(case, rival, effort):
    """Return the `Result` of a case against one rival alone: what peers leave in the caches would change it.

    Parameters
    ----------
    case : Case
    rival : str
        One of `bars.ALONE`.
    effort : turns.Effort
    """
    x, y = case.arrays()
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
    result = Result(case, contenders)
    _time(result, effort)
    return result


def _time(result, effort):
    """Fill in the times of contenders, and the ratios of the first to each."""
    timers = []

    def timer(statement, globals):
        timers.append(ProcessorTimer(statement, globals))
        return timers[-1]

    contenders = result.contenders
    before = [turns.nothing if result.case.threads == ONE else partial(wake, one.call) for one in contenders]
    seconds = turns.take_turns(
        [
            turns.Contender(one.call.names, one.call.expression, prepare)
            for one, prepare in zip(contenders, before, strict=True)
        ],
        effort,
        timer,
    )
    for one, theirs, used in zip(contenders, seconds.T, timers, strict=True):
        ratios = seconds[:, 0] / theirs
        one.seconds, one.ratio = float(np.nanmedian(theirs)), float(np.nanmedian(ratios))
        one.spread = tuple(map(float, np.nanquantile(ratios, (0.25, 0.75))))
        one.processors = used.processors
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
