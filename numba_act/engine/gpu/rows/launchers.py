"""The launchers of row functions: a row held in the registers of its team of threads, or streamed.

Held: a team is as many lanes of a warp as the row needs, or a block; every element is read once and written once.
Streamed, for longer rows and for those that lie across memory: the sum is found in one pass, in which a thread's sum is
brought to a new unit whenever it meets a larger element, and the results in another. ``row_meaning.py`` says in plain
Python what they compute.

Teams without a row, at the end, compute the last one again and keep the result to themselves, for the others wait for
them.
"""

from typing import NamedTuple

import numpy as np

from numba_act.engine.gpu.memory.addresses import address_arguments, address_lines, quotient
from numba_act.engine.gpu.rows.steps import row_steps
from numba_act.engine.gpu.rows.teams import ARRANGEMENTS, team_functions
from numba_act.engine.gpu.target.launcher import Launcher, defined_by, indented


class RowForm(NamedTuple):
    """What is fixed when a row launcher is written.

    Attributes
    ----------
    arrangement : {"warp", "block", "columns"}
        See ``teams.py``.
    lanes : int
        How many elements are read at once: those of a vector, where they are neighbours and aligned, or 1.
    vectors : int
        How many of those a thread holds, or reads before it computes.
    dimensions : int
        Of the batch of rows.
    masked : bool
        Whether there are a mask, a scale or a causal limit.
    """

    arrangement: str
    lanes: int
    vectors: int
    dimensions: int
    masked: bool

    @property
    def operands(self):
        """The names of the arrays."""
        return ["x", "out", *(["mask", "scales"] if self.masked else [])]

    @property
    def integers(self):
        """The names of the launcher's integers, in order."""
        named = address_arguments(self.dimensions, self.operands)
        return [
            *named,
            "rows",
            "length",
            "team",
            "x_step",
            "out_step",
            *(["mask_step", "causal"] if self.masked else []),
        ]

    @property
    def numbers(self):
        """The names of the launcher's other arguments."""
        return ["factor"] if self.masked else []


def resident(format, masked):
    """Return how many threads a multiprocessor shall hold: 1024 have 64 registers each, 512 have 128, 256 have 255."""
    return 256 if format.computed.itemsize == 8 else 512 if masked else 1024


def held_launcher(declaration, format, operations, form, threads):
    """Return the launcher for rows that fit into the registers of their teams."""
    writer = _Writer(declaration, form)
    body = [
        "high, low, count = real(0), real(0), real(0)",
        *writer.begin(),
        *writer.load("member"),
        "peak = nothing",
        *writer.each("peak = larger(peak, {x})"),
        "peak = peak_of_team(peak, team, memory)",
        "if peak <= largest_peak:",
        "    shift, rounder, lowest = frame(peak)",
        *writer.each("    {x}, high, low, count = added({x}, high, low, count, peak, shift, rounder, lowest)"),
        *(["    count = seen if peak == nothing else count"] if form.masked else []),
        "else:",
        *writer.each("    count = counted({x}, count, peak)"),
        *writer.summarise(),
        *writer.results("{x}"),
        *writer.store("member"),
    ]
    return _launcher(writer.text("held", body), declaration, format, operations, form, threads)


# The second pass goes backwards: what the first has read last is the likeliest to be still in the cache.
def streamed_launcher(declaration, format, operations, form, threads):
    """Return the launcher for rows of any length."""
    writer = _Writer(declaration, form)
    stride = f"{form.vectors} * team"
    step = f"at += {stride}"
    body = [
        "high, low, count = real(0), real(0), real(0)",
        *writer.begin(),
        "own = nothing",
        "shift, rounder, lowest = frame(own)",
        "at = member",
        f"while at * {form.lanes} < length:",
        *writer.indented(writer.load("at")),
        "    largest = nothing",
        *writer.each("    largest = larger(largest, {x})"),
        "    if largest > own:",
        "        if largest <= largest_peak:",
        "            high, low, count = raised(high, low, count, own, largest)",
        "            shift, rounder, lowest = frame(largest)",
        "        own = largest",
        "    if own <= largest_peak:",
        *writer.each("        {x}, high, low, count = added({x}, high, low, count, own, shift, rounder, lowest)"),
        f"    {step}",
        "peak = peak_of_team(own, team, memory)",
        "if peak <= largest_peak:",
        "    high, low, count = raised(high, low, count, own, peak)",
        "    shift, rounder, lowest = frame(peak)",
        *(["    count = seen if peak == nothing else count"] if form.masked else []),
        "else:",
        "    high, low, count = real(0), real(0), real(0)",
        "    at = member",
        f"    while at * {form.lanes} < length:",
        *writer.indented(writer.load("at"), 8),
        *writer.each("        count = counted({x}, count, peak)"),
        f"        {step}",
        *writer.summarise(),
    ]
    if declaration.reduces:
        body += [*writer.results(None), *writer.store(None)]
    else:
        given = "weight({x}, shift, rounder, lowest)" if declaration.reduction.weighs else "{x}"
        body += [
            f"at = member + ((length + {form.lanes - 1}) // {form.lanes} - 1) // ({stride}) * {stride}",
            "while at >= 0:",
            *writer.indented(writer.load("at")),
            *writer.indented(writer.results(given)),
            *writer.indented(writer.store("at")),
            f"    at -= {stride}",
        ]
    return _launcher(writer.text("streamed", body), declaration, format, operations, form, threads)


def _launcher(text, declaration, format, operations, form, threads):
    names = row_steps(declaration, format, operations) | team_functions(form.arrangement, format, operations)
    nothing = names["nothing"]
    vector = (nothing,) * form.lanes
    load = operations.memory["load_vector" if form.lanes > 1 else "load"]
    beyond_the_end = vector if form.lanes > 1 else nothing

    @operations.jit
    def load_or_nothing(address, inside):
        return load(address) if inside else beyond_the_end

    load_byte = operations.memory["load_byte"]

    @operations.jit
    def load_or_one(address, inside):
        return load_byte(address) if inside else np.uint8(1)

    function = defined_by(
        text,
        load_or_one=load_or_one,
        load_or_nothing=load_or_nothing,
        quotient=operations.jit(quotient),
        cuda=operations.cuda,
        kind=operations.real,
        **names,
        **operations.memory,
        **operations.threads,
    )
    return Launcher(
        function,
        len(form.integers),
        len(form.numbers),
        (threads, max(1, resident(format, form.masked) // threads)),
    )


class _Writer:
    """The lines that both launchers are made of."""

    def __init__(self, declaration, form):
        self.reduces, self.form = declaration.reduces, form
        self.elements = [[f"x{vector}_{lane}" for lane in range(form.lanes)] for vector in range(form.vectors)]

    def text(self, name, body):
        form = self.form
        teams = ARRANGEMENTS[form.arrangement]
        return f"""
def {name}({", ".join([*form.integers, *form.numbers])}):
    team = {teams.members}
    member, teams, memory = {teams.member}, {teams.rows}, {teams.memory}
    first = block() * teams
    while first < rows:
        row = first + {teams.row}
        writes = row < rows
        row = row if writes else rows - 1
{indented(8, address_lines(form.dimensions, form.operands, "row"))}
{indented(8, body)}
        first += blocks() * teams
"""

    def indented(self, lines, by=4):
        return [" " * by + line for line in lines]

    def each(self, template):
        """Return a line for every element that a thread holds, which stands for ``{x}``."""
        return [template.format(x=x) for vector in self.elements for x in vector]

    def begin(self):
        """Return what is to be known of a mask before the first element."""
        if not self.form.masked:
            return []
        last = self.form.dimensions - 1
        return [
            "scale = load_computed(at_scales) if scales != 0 else factor",
            f"limit = min(i{last} + 1, length) if causal != 0 else length",
            "seen = real(0)",
        ]

    # -inf for what lies beyond the row's end or is masked: its exponential is 0. What is masked is read all the same,
    # for that need not wait for the mask. Vectors are read where there is a limit or a scale, but no mask.
    def load(self, first):
        form, found = self.form, []
        end = "limit" if form.masked else "length"
        for number, names in enumerate(self.elements):
            at = f"({first} + {number} * team)"
            inside = f"{at} * {form.lanes} < {end}"
            found.append(f"{', '.join(names)} = load_or_nothing(at_x + {at} * x_step, {inside})")
            if form.masked and form.lanes == 1:
                found.append(f"byte{number} = load_or_one(at_mask + {at} * mask_step, {inside} and mask != 0)")
        return [*found, *(self._hide(first) if form.masked else [])]

    def _hide(self, first):
        form, found = self.form, []
        for number, names in enumerate(self.elements):
            shown = f"byte{number} != 0 and " if form.lanes == 1 else ""
            for lane, x in enumerate(names):
                found += [
                    f"visible_{x} = {shown}({first} + {number} * team) * {form.lanes} + {lane} < limit",
                    f"{x} = {x} * scale if visible_{x} else nothing",
                    f"seen += real(1) if visible_{x} else real(0)",
                ]
        return found

    def summarise(self):
        """Return what becomes of the sum of a row; NaN anywhere in a row comes to be its peak."""
        visible = "real(1)"
        if self.form.masked:
            visible = "real(1) if peak > nothing or count > real(0) else real(0)"
        return [
            "high, low, count = sum_of_team(high, low, count, team, memory)",
            "within = peak <= largest_peak",
            "if within:",
            "    peak = high if is_nan(high) else peak",
            f"    a, b, c = summary(peak, high, low, count, {visible})",
            "else:",
            "    peak = count if is_nan(count) else peak",
            "    a, b, c = peak, peak, peak",
        ]

    def results(self, given):
        if self.reduces:
            return ["result = kernel(a, b, c) if within else beyond(peak, peak, count)"]
        return [
            "if within:",
            *self.each(f"    {{x}} = kernel({given}, a, b, c)"),
            "else:",
            *self.each("    {x} = beyond({x}, peak, count)"),
        ]

    def store(self, first):
        if self.reduces:
            return ["if writes and member == 0:", "    store(at_out, result)"]
        form, found = self.form, []
        store = "store_vector" if form.lanes > 1 else "store"
        for number, names in enumerate(self.elements):
            at = f"({first} + {number} * team)"
            results = [f"{x} if visible_{x} else masked_result" if form.masked else x for x in names]
            given = f"({', '.join(results)})" if form.lanes > 1 else results[0]
            found.append(f"if writes and {at} * {form.lanes} < length:")
            found.append(f"    {store}(at_out + {at} * out_step, {given})")
        return found
