"""The comparison as Markdown: what lost first, then the rest."""

import math
from dataclasses import dataclass

from bars import ALONE, BEST, MEAN_BAR, bar
from cases import THREADED_SIZE, Case, Contender
from libraries import PEERS, NumPy
from spellings import NUMPY_FORMULAS

NEW_ARRAY = "*"


@dataclass
class Row:
    """One case against one rival: the best of the peers, or one that a bar names."""

    case: Case
    ours: Contender
    rival: Contender
    bar: float | None
    peers: dict[str, Contender]

    @property
    def behind(self):
        """How many times over its bar it is; without a bar it is held to 1."""
        return self.rival.ratio / (self.bar or 1)

    def line(self):
        """Return its line of the table."""
        low, high = self.rival.spread
        cells = [
            self.case.title,
            self.case.dtype,
            self.case.extent,
            _microseconds(self.ours),
            f"{self.rival.library} {_microseconds(self.rival)}",
            f"**{self.rival.ratio:.2f}**" if self.behind > 1 else f"{self.rival.ratio:.2f}",
            f"{low:.2f} to {high:.2f}",
            f"{self.bar:.2f}" if self.bar else "",
            *(_microseconds(self.peers.get(peer.name)) for peer in PEERS),
        ]
        return f"| {' | '.join(cells)} |"


def _microseconds(contender):
    if contender is None:
        return ""
    number = 1e6 * contender.seconds
    digits = 2 if number < 10 else 1 if number < 1000 else 0
    return f"{number:,.{digits}f}{'' if contender.writes else NEW_ARRAY}"


HEAD = (
    f"| function | dtype | size | ours us | rival us | ratio | quartiles | bar | {' | '.join(p.name for p in PEERS)} |\n"
    f"|---|---|---:|---:|---:|---:|---:|---:|{'---:|' * len(PEERS)}"
)


def rows(results):
    """Return a `Row` of each case against the best peer, and against each rival that a bar names."""
    found = []
    for result in results:
        fastest = result.fastest()
        peers = {name: one for name, one in fastest.items() if name not in ALONE}
        bars = {name: bar(name, result.case) for name in fastest if bar(name, result.case)}
        if peers:
            best = min(peers, key=lambda name: peers[name].seconds)
            bars[best] = bar(BEST, result.case) or bars.get(best)
        found += [Row(result.case, result.ours, fastest[name], limit, peers) for name, limit in bars.items()]
    return found


def markdown(results, absent, conditions):
    """Return the whole report.

    Parameters
    ----------
    results : list of Result
    absent : dict
        The libraries that could not be imported, and why.
    conditions : list of str
        What was measured, where and when; one line each.
    """
    ordered = sorted(rows(results), key=lambda row: -row.behind)
    lost = [row for row in ordered if row.behind > 1]
    rest = [row for row in ordered if row.behind <= 1]
    conditions = [*conditions, _processors(results)]
    parts = ["# numba_act against other libraries", "\n".join(f"* {line}" for line in conditions)]
    parts.append(EXPLANATION)
    for title, chosen in (("Above the bar, or above 1 without one", lost), ("The rest", rest)):
        parts.append(f"## {title} ({len(chosen)})")
        if chosen:
            parts.append("\n".join([HEAD, *(row.line() for row in chosen)]))
    parts += ["## Against the plain NumPy formulas", _means(results)]
    parts += ["## Who can write to a given output", _outputs(results)]
    parts += ["## Not compared", _notes(results, absent)]
    return "\n\n".join(parts) + "\n"


EXPLANATION = f"""The ratio is our time over the rival's, the median of the blocks in which all of them take turns: below 1 we are
faster. The rival is the fastest peer, or the one that a bar names. Each library shows its fastest spelling;
`{NEW_ARRAY}` marks a time that includes a new result array, because that spelling does not write to a given output."""


def _processors(results):
    """Say how many processors were at work at once, at most, where there is enough work for several."""
    found = [one for result in results if result.case.size >= THREADED_SIZE for one in result.contenders]
    if not found:
        return "one thread each; too little work to check it"
    most = max(found, key=lambda one: one.processors)
    return f"one thread each; processor time is at most {most.processors:.2f} of the time that passed ({most.library})"


def _means(results):
    """Return the geometric means of the ratios to the formula."""
    ratios = {
        result.case: one.ratio
        for result in results
        for one in result.contenders
        if one.library == NumPy.name and one.spelling in NUMPY_FORMULAS
    }
    kinds = list(dict.fromkeys((case.dtype, case.extent) for case in ratios))
    lines = ["| cases | all | without gelu | bar |", "|---|---:|---:|---:|"]
    for title, chosen in [("all", kinds), *((" ".join(kind), [kind]) for kind in kinds)]:
        every = {case: ratio for case, ratio in ratios.items() if (case.dtype, case.extent) in chosen}
        without = [ratio for case, ratio in every.items() if case.function != "gelu"]
        limit = MEAN_BAR if title == "all" else None
        cells = [title, _mean(every.values(), limit), _mean(without, limit), str(limit or "")]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "The formula of gelu calls `math.erfc` for every element, as NumPy has no erf."]
    return "\n".join(lines)


def _mean(ratios, limit):
    if not ratios:
        return ""
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    return f"**{mean:.3f}**" if limit and mean > limit else f"{mean:.3f}"


def _outputs(results):
    """List, for each library, the functions that it writes to a given output and those it does not."""
    writes = {}
    for result in results:
        for one in result.contenders:
            if one.library not in ALONE:
                known = writes.setdefault(one.library, {})
                known[result.case.title] = known.get(result.case.title, False) or one.writes
    lines = []
    for library, known in writes.items():
        given = ", ".join(name for name in known if known[name]) or "none"
        new = ", ".join(name for name in known if not known[name]) or "none"
        lines.append(f"* {library}: {given}. Only to a new array: {new}.")
    return "\n".join(lines)


def _notes(results, absent):
    """List what is missing and why, things with the same reason together."""
    grouped = {(library, f"cannot be imported: {reason}"): {} for library, reason in absent.items()}
    for result in results:
        for note in result.notes:
            grouped.setdefault((note.library, note.reason), {})[note.what] = None
    lines = [
        f"* {library}, {reason}{': ' * bool(what)}{', '.join(what)}" for (library, reason), what in grouped.items()
    ]
    return "\n".join(lines) or "Nothing is missing."
