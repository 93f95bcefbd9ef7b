"""The sections in order, those that the bars are about first: what comes when time is up is left out."""

import time

from gpu import calls, elementwise, layouts, row_functions, transfers
from gpu.bars import CALLS, COMPILED, CUPY, ELEMENTWISE, HOST, LAST_AXIS, LAYOUTS, OTHER_ROWS, PYTORCH
from gpu.contest import Referee
from gpu.figures import Case, Figure
from gpu.peers import installed

# A machine that is lent runs one command for ten minutes.
SECONDS = 430

# What to measure, and which libraries take part if they are there.
SECTIONS = (
    (ELEMENTWISE, elementwise.first_figures, {PYTORCH: PYTORCH, CUPY: CUPY}),
    (LAST_AXIS, row_functions.last_axis_figures, {PYTORCH: PYTORCH, COMPILED: PYTORCH}),
    (CALLS, calls.figures, {PYTORCH: PYTORCH, CUPY: CUPY}),
    (LAYOUTS, layouts.figures, {}),
    (OTHER_ROWS, row_functions.other_figures, {PYTORCH: PYTORCH, COMPILED: PYTORCH}),
    (HOST, transfers.figures, {}),
    (ELEMENTWISE, elementwise.other_figures, {}),
)


class Suite:
    """Measures section by section."""

    def __init__(self, quick):
        self.peers, self.absent = installed()
        self.referee = Referee(quick, time.monotonic() + SECONDS)
        self.figures = {}

    @property
    def checked(self):
        """The results that were checked so far."""
        return self.referee.checked

    def sections(self):
        """Measure each section and yield its name."""
        for section, measure, libraries in SECTIONS:
            found = self.figures.setdefault(section, [])
            found += measure(self.referee, self.peers)
            found += [
                Figure(Case(section, "all", "", ""), library, trouble=self.absent[needed])
                for library, needed in libraries.items()
                if needed in self.absent
            ]
            yield section
