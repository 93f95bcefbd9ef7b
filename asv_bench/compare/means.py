"""Geometric means of the ratios: against each library, by dtype and size, and against the plain formulas."""

import math
from statistics import geometric_mean, median

from layers.markdown import table

from compare.bars import ALONE, MEAN_BAR
from compare.contest import THREADED_SIZE
from compare.libraries import PEERS, NumPy
from compare.spellings import NUMPY_FORMULAS
from compare.threads import MODES, ONE

FASTEST = "the fastest of them"
TITLES = {"one": "one thread", "all": "all threads"}


def ratios(results):
    """Return ``{(threads, library): {case: ratio}}``, of each library's fastest spelling and of the fastest of all."""
    found = {}
    for result in results:
        peers = {name: one for name, one in result.fastest().items() if name not in ALONE}
        if peers:
            peers[FASTEST] = min(peers.values(), key=lambda one: one.seconds)
        for library, one in peers.items():
            found.setdefault((result.case.threads, library), {})[result.case] = one.ratio
    return found


def modes(known):
    """Return which of one thread and all threads there are among ratios."""
    return [mode for mode in MODES if any(threads == mode for threads, _ in known)]


def by_library(results):
    """Return the table that comes first: a line for each library."""
    known, processors = ratios(results), _processors(results)
    lines = []
    for library in _libraries(known):
        cells = [library]
        for mode in modes(known):
            of_cases = known.get((mode, library), {}).values()
            slower = sum(ratio > 1 for ratio in of_cases)
            cells += [_mean(of_cases), f"{slower} of {len(of_cases)}", processors.get((mode, library), "")]
        lines.append(cells)
    return table(["against", *(title for mode in modes(known) for title in (TITLES[mode], "slower in", "CPUs"))], lines)


def by_kind(results):
    """Return the table of dtypes and sizes, a column for each library; in each cell one thread and all threads."""
    known = ratios(results)
    kinds = dict.fromkeys((case.dtype, case.extent) for of_cases in known.values() for case in of_cases)
    libraries = _libraries(known)

    def cell(library, kind):
        chosen = [
            [ratio for case, ratio in known.get((mode, library), {}).items() if (case.dtype, case.extent) == kind]
            for mode in modes(known)
        ]
        return " / ".join(map(_mean, chosen)) if any(chosen) else ""

    return table(
        ["dtype", "size", *libraries],
        [[*kind, *(cell(library, kind) for library in libraries)] for kind in kinds],
        left=2,
    )


def against_the_formulas(results):
    """Return the geometric means of the ratios to the plain formula of NumPy on one thread, which have a bar."""
    found = {
        result.case: one.ratio
        for result in results
        for one in result.contenders
        if one.library == NumPy.name and one.spelling in NUMPY_FORMULAS and result.case.threads == ONE
    }
    kinds = list(dict.fromkeys((case.dtype, case.extent) for case in found))
    lines = []
    for title, chosen in [("all", kinds), *((" ".join(kind), [kind]) for kind in kinds)]:
        every = {case: ratio for case, ratio in found.items() if (case.dtype, case.extent) in chosen}
        without = [ratio for case, ratio in every.items() if case.function != "gelu"]
        limit = MEAN_BAR if title == "all" else None
        lines.append([title, _mean(every.values(), limit), _mean(without, limit), str(limit or "")])
    return table(["cases", "all", "without gelu", "bar"], lines)


def _libraries(known):
    return [one for one in (FASTEST, *(peer.name for peer in PEERS)) if any(name == one for _, name in known)]


def _mean(numbers, limit=None):
    if not numbers:
        return ""
    mean = geometric_mean(numbers)
    return f"**{mean:.2f}**" if limit and mean > limit else f"{mean:.2f}"


def _processors(results):
    """Return how many processors were at work for each library, the median where there is enough work for several."""
    found = {}
    for result in results:
        for one in result.contenders:
            if result.case.size >= THREADED_SIZE and not math.isnan(one.processors):
                found.setdefault((result.case.threads, one.library), []).append(one.processors)
    return {key: f"{median(numbers):.2f}" for key, numbers in found.items()}
