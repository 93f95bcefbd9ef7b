"""One case: our results checked, every rival tried once, then all of them timed in turns."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks import on_device
from layers.turns import Contender, take_turns

from gpu.bars import CUPY, PYTORCH
from gpu.figures import Figure, figure

# What these write to our output is checked as well: a spelling may be wrong.
PEERS = (PYTORCH, CUPY)


@dataclass
class Entry:
    """What takes part.

    Attributes
    ----------
    library : str
        As the bars and the report call it.
    statement : str
        A Python expression.
    names : dict
        What the statement refers to.
    output : array, optional
        What it was given for its results.
    moved : int
        The bytes that it reads and writes at the least, where bandwidths are compared.
    allocates : bool
        Whether it made a new array for its results all the same; known once it has run.
    """

    library: str
    statement: str
    names: dict
    output: object = None
    moved: int = 0
    allocates: bool = False

    def run(self):
        """Evaluate the statement once."""
        result = eval(self.statement, self.names)
        on_device.synchronize()
        self.allocates = result is not None and (self.output is None or _address(result) != _address(self.output))


@dataclass
class Contest:
    """Ours, its rivals, and a function that runs the one it is given and checks what is in the output then."""

    ours: Entry
    rivals: list[Entry]
    check: Callable


@dataclass
class Referee:
    """Holds contests until time is up, and keeps what has been checked."""

    quick: bool
    deadline: float
    checked: list = field(default_factory=list)

    def hold(self, case, prepare, effort, timer):
        """Return the figures of a case, one for each rival. Whatever fails costs only what failed.

        Parameters
        ----------
        case : Case
        prepare : callable
            Returns the `Contest`; it may fail too, for want of memory.
        effort : turns.Effort
        timer : type
            One of `timers`.
        """
        if time.monotonic() > self.deadline:
            return [Figure(case, "all", trouble="not measured: time was up")]
        print(f"{case.section}: {case.function} {case.dtype} {case.extent}", file=sys.stderr, flush=True)
        try:
            contest = prepare()
            checked = contest.check(contest.ours.run)
            self.checked.append(checked)
            if checked.wrong:
                trouble = f"wrong by {checked.worst:.3g} ULP, {checked.allowed:.3g} allowed"
                return [Figure(case, "all", trouble=trouble, ours=True)]
            rivals, missing = _tried(case, contest)
            entries = [contest.ours, *rivals]
            contenders = [Contender(one.names, one.statement) for one in entries]
            seconds = take_turns(contenders, effort.quick() if self.quick else effort, timer)
        except Exception as error:  # noqa: BLE001 - whatever a compiler or the driver raises
            return [Figure(case, "all", trouble=f"fails: {first_line(error)}", ours=True)]
        return [*_fastest(case, entries, seconds), *missing]


def first_line(error):
    """Return what an error says in its first line, or its type where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _tried(case, contest):
    """Return the rivals that run and compute the same, and figures that say why a library is left without one."""
    running, troubles = [], {}
    for rival in contest.rivals:
        try:
            rival.run()
            same = rival.library not in PEERS or rival.allocates or not contest.check(rival.run).another_function
            trouble = "" if same else "computes something else"
        except Exception as error:  # noqa: BLE001 - each library has its own
            trouble = f"fails: {first_line(error)}"
        if trouble:
            troubles[rival.library] = Figure(case, rival.library, trouble=trouble)
        else:
            running.append(rival)
    libraries = {rival.library for rival in running}
    return running, [trouble for library, trouble in troubles.items() if library not in libraries]


def _fastest(case, entries, seconds):
    """Return a figure for each library's fastest spelling."""
    ours, *rivals = entries
    found = {}
    for rival, times in zip(rivals, seconds.T[1:], strict=True):
        one = figure(case, ours, rival, seconds[:, 0], times)
        if rival.library not in found or one.rival_seconds < found[rival.library].rival_seconds:
            found[rival.library] = one
    return list(found.values())


def _address(array):
    """Return where the numbers of an array of any library begin."""
    if on_device.is_tensor(array):
        return array.data_ptr()
    description = getattr(array, "__cuda_array_interface__", None) or array.__array_interface__
    return description["data"][0]
