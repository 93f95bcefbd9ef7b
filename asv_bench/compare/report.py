"""The comparison as Markdown: the means, what lost, then the rest."""

from compare import means
from compare.bars import ALONE
from compare.rows import NEW_ARRAY, tables

EXPLANATION = f"""The ratio is our time over the rival's, the median of the blocks in which all take turns: below 1 we
are faster. The rival is the fastest peer, or the one that a bar names; bars are of one thread. Each library shows
its fastest spelling; `{NEW_ARRAY}` marks a time that includes a new result array, because that spelling does not write
to a given output.

*One thread* is `numba_act.cpu`, with every library told to use one. *All threads* is `numba_act` itself, on threads of
its own, which divides where that is worth it, with every library told to use all; NumPy and SciPy have one. There each
block is preceded by a pause, until the threads of the one before, which keep looking for work for up to 25 ms, have
fallen asleep, and by an untimed call that wakes the next one's. Functions of rows are in float32 only: what matters
there is the shape."""

MEANS = """Geometric means of the ratios, over the cases that the library has: they are not the same for all. *CPUs* is
the processor time over the time that passed, the median of the cases of a hundred thousand numbers or more."""

PICTURE = """<picture>
<source media="(prefers-color-scheme: dark)" srcset="comparison_dark.svg">
<img alt="our time over that of each library, by function" src="comparison_light.svg">
</picture>

A mark is the geometric mean over dtypes and sizes, or shapes; its line reaches from the best of them to the worst."""


def markdown(results, absent, conditions, picture=False):
    """Return the whole report.

    Parameters
    ----------
    results : list of Result
    absent : dict
        The libraries that could not be imported, and why.
    conditions : list of str
        What was measured, where and when; one line each.
    picture : bool
        Whether there is one beside it.
    """
    lost, rest = tables(results)
    parts = ["# numba_act against other libraries", "\n".join(f"* {line}" for line in conditions), EXPLANATION]
    parts += ["## Against each library", MEANS, means.by_library(results), *[PICTURE] * picture, lost]
    parts += ["## By dtype and size", "On one thread / on all.", means.by_kind(results), rest]
    parts += ["## Against the plain NumPy formulas, on one thread", means.against_the_formulas(results)]
    parts += ["The formula of gelu calls `math.erfc` for every element, as NumPy has no erf."]
    parts += ["## Who can write to a given output", _outputs(results), "## Not compared", _notes(results, absent)]
    return "\n\n".join(parts) + "\n"


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
