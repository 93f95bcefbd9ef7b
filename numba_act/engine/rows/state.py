"""The state of a row function: what is kept of one block of one row, or of sixteen rows side by side.

A row is computed in blocks of `BLOCK` elements. The largest element of a block and the sum of its exponentials are kept
in its *state*, a table of `FIELDS` entries for each row; when all blocks have theirs, the last stages turn them into
results. How a sum is rounded depends on its order, so there is one order for all: elements at the same place within
groups of `LANES` are added up, then those sums. It fits the registers both of one row, whose neighbouring elements then
stand in neighbouring lanes, and of sixteen rows in the columns of a tile. So the same bits come out along any axis, in
whatever parts and on however many threads.

The stages, ``mask.py``, ``peak.py``, ``sum.py``, ``results.py`` and ``beyond.py``, are loops of
their own with the signature of NumPy's, called by ``unit.py`` through their addresses, and know of nothing but
elements in the dtype computed in, side by side.
"""

import platform
import sys

import numba

from numba_act.engine.compiler.cpu_primitives import cpu_primitives, jit
from numba_act.engine.compiler.link import link
from numba_act.engine.rows.loop_data import FIELDS
from numba_act.kernels.elementary import exponential_sum
from numba_act.kernels.elementary.compensated import two_sum

# Those that the C library's header lists for all processors.
ALL_FLAGS = 0x1F if platform.machine().lower() not in ("x86_64", "amd64") or sys.platform == "win32" else 0x3D

PEAK, HIGH, LOW, COUNT, VISIBLE, FIRST, SECOND, THIRD = range(FIELDS)


class Linked:
    """The functions of the kernel room that stages are made of, compiled for one dtype."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.primitives = cpu_primitives()
        self.element = numba.from_dtype(dtype)
        self.frame = self.link(exponential_sum.frame)
        self.term = self.link(exponential_sum.term)
        self.joined = self.link(exponential_sum.joined)
        self.rescaling = self.link(exponential_sum.rescaling)
        self.scaled = self.link(exponential_sum.scaled)
        self.two_sum = self.link(two_sum)

    def link(self, function):
        """Compile a kernel function."""
        return link(function, self.dtype, self.primitives, jit)
