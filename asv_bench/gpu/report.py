"""What has been measured, as Markdown: what lost first."""

import itertools
import math

from layers.markdown import microseconds, table

from gpu.bars import CALLS, COPY, ELEMENTWISE, HOST, LAST_AXIS, LAYOUTS, OTHER_ROWS

TITLE = "numba_act.cuda against a copy and other libraries"
NEW_ARRAY = "*"

EXPLANATION = f"""All contenders of a case take turns in blocks of milliseconds, in one process, on the same arrays;
a figure is the median of the blocks' ratios, beside it their quartiles. Against **a copy** it is a ratio of bandwidths,
bytes read and written over time, ours over that of a cudaMemcpy on the device of the whole input: above 1 we are
faster, and a bar is a *least* (>=). Against **anything else** it is our time over theirs: below 1 we are faster, and a
bar is a *most* (<=), 1 where there is none. `out=` is given to all who can use it; `{NEW_ARRAY}` marks a time that
includes a new array because that library does not write to a given one."""

ABOUT = {
    ELEMENTWISE: """Contiguous, larger than every cache; GPU events. CuPy: the fastest of a ufunc and a fused
`ElementwiseKernel` of the same formula. PyTorch: eager.""",
    LAST_AXIS: """2^28 numbers in all; GPU events. PyTorch's functions eagerly, and under `torch.compile`, which makes a
new array.""",
    OTHER_ROWS: """GPU events. Bytes that have to be moved: of causal rows those that are seen, with a mask (one matrix,
broadcast) also the mask. PyTorch's spelling includes putting -inf in the place of what is left out.""",
    CALLS: """Time of the calling thread for about a thousand calls and one wait for the GPU. Each library is called
with its own arrays, and so are we against it; the bare launch is a `cuda.jit` kernel of one line with a launch
configuration made beforehand.""",
    LAYOUTS: "relu of float32, against as many contiguous numbers; GPU events.",
    HOST: """NumPy arrays in and out, single calls, time of the calling thread; against one cudaMemcpy there and one
back from pinned memory, which compute nothing.""",
}

HEAD = ["function", "dtype", "numbers", "against", "ours us", "GB/s", "theirs us", "figure", "quartiles", "bar"]
LEFT = 4


def markdown(conditions, figures, checked):
    """Return the report of what has been measured so far.

    Parameters
    ----------
    conditions : list of str
        Where and with what; one line each.
    figures : dict
        Lists of `Figure` by section.
    checked : list of Checked
    """
    lines = "\n".join(f"* {line}" for line in [*conditions, *outputs(figures)])
    sections = [section_markdown(section, found) for section, found in figures.items()]
    parts = [f"# {TITLE}", lines, EXPLANATION, lost_markdown(figures), *sections, checked_markdown(checked)]
    return "\n\n".join(parts) + "\n"


def lost_markdown(figures):
    """Return what lost in any section."""
    lost = [one for section in figures.values() for one in section if one.behind > 1]
    return f"## Lost: behind a bar, slower without one, or failed ({len(lost)})\n\n{figures_table(lost)}"


def section_markdown(section, figures):
    """Return a section with all of its figures, those that lost first."""
    return "\n\n".join([f"## {section.capitalize()}", ABOUT[section], figures_table(figures)])


def figures_table(figures):
    """Return the table of figures, the furthest behind first."""
    rows = [_cells(one) for one in sorted(figures, key=lambda one: -one.behind)]
    return table(HEAD, rows, left=LEFT) if rows else "None."


def _cells(one):
    start = [one.case.function, one.case.dtype, one.case.extent, one.rival]
    limit = "" if one.bar is None else f"{'>=' if one.rival == COPY else '<='} {one.bar:g}"
    if one.trouble:
        text = one.trouble.replace("|", "\\|")
        return [*start, "", "", "", f"**{text}**" if one.ours else text, "", limit]
    number = f"{one.measured:.3g}" if one.measured >= 100 else f"{one.measured:.2f}"
    return [
        *start,
        microseconds(one.seconds),
        "" if math.isnan(one.bandwidth) else f"{one.bandwidth / 1e9:,.0f}",
        microseconds(one.rival_seconds) + NEW_ARRAY * one.allocates,
        f"**{number}**" if one.behind > 1 else number,
        "{:.2f} to {:.2f}".format(*one.spread),
        limit,
    ]


def outputs(figures):
    """Say which libraries wrote to the array that they were given, and in what they made a new one."""
    libraries = {}
    for one in itertools.chain.from_iterable(figures.values()):
        if not one.trouble:
            known = libraries.setdefault(one.rival, {True: {}, False: {}})
            known[one.allocates][one.case.function] = None
    lines = []
    for library, known in libraries.items():
        given, new = (", ".join(known[allocates]) or "none" for allocates in (False, True))
        if known[True]:
            lines.append(f"{library} wrote to a given array in: {given}; made a new one in: {new}")
    return lines


def checked_markdown(checked):
    """Return the table of errors, the largest over what is allowed first."""
    head = ["function", "dtype", "numbers", "compared", "largest error, ULP", "allowed"]
    ordered = sorted(checked, key=lambda one: (not one.wrong, -one.worst))
    rows = [
        [
            *(one.case.function, one.case.dtype, f"{one.case.section}: {one.case.extent}", f"{one.count:_}"),
            f"**{one.worst:.3g}**" if one.wrong else f"{one.worst:.3g}",
            f"{one.allowed:.3g}",
        ]
        for one in ordered
    ]
    return f"## Results that were checked first\n\n{table(head, rows, left=3) if rows else 'None.'}"
