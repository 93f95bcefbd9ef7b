"""What a thread does with an element of its row, and with what it has when a larger one comes.

The sums are those of ``kernels/elementary/exponential_sum.py``: exact but for what the second of two numbers loses. A
NaN need not be looked for: it comes out of the sum, or of the count.
"""

import numpy as np

from numba_act.engine.compiler.link import link
from numba_act.kernels.elementary import compensated, exponential, exponential_sum
from numba_act.language import primitives


def row_steps(declaration, format, operations):
    """Return the functions that the text of a row launcher calls, by their names."""

    def linked(function):
        return link(function, format.computed, operations.primitives, operations.jit)

    jit, real, weighs = operations.jit, format.computed.type, declaration.reduction.weighs
    fma, two_sum, is_nan = linked(primitives.fma), linked(compensated.two_sum), linked(exponential.is_nan)
    term, frame = linked(exponential_sum.term), linked(exponential_sum.frame)
    rescaling, joined = linked(exponential_sum.rescaling), linked(exponential_sum.joined)
    beyond = linked(declaration.reduction.beyond)
    largest_peak, nothing = exponential_sum.LARGEST_PEAK[format.computed], real(-np.inf)

    @jit
    def weight(x, shift, rounder, lowest):
        power, growth = term(x, shift, rounder, lowest)
        return fma(power, growth, power)

    # The second sum takes what the first leaves of a term before it is rounded, as on the CPU.
    @jit
    def added(x, high, low, count, peak, shift, rounder, lowest):
        power, growth = term(x, shift, rounder, lowest)
        if not weighs:
            is_peak = x == peak
            power = real(0) if is_peak else power
            count += real(1) if is_peak else real(0)
        rounded = fma(power, growth, power)
        high, rounding = two_sum(high, rounded)
        low += rounding + fma(power, growth, power - rounded)
        return (rounded if weighs else x), high, low, count

    @jit
    def counted(x, count, peak):
        one = real(1) if x == peak else real(0)
        return count + (x if is_nan(x) else one)

    # A thread that has met nothing, or only -inf, has the sum 0 in any unit; rescaling takes no infinity.
    @jit
    def raised(high, low, count, part, peak):
        power, growth = rescaling(part if part > nothing else peak, peak)
        return joined(high, low, count, part, peak, power, growth)

    @jit
    def result_beyond(x, peak, count):
        return beyond(peak if is_nan(peak) else x, peak, count)

    return {
        "frame": frame,
        "added": added,
        "counted": counted,
        "raised": raised,
        "weight": weight,
        "is_nan": is_nan,
        "larger": operations.larger,
        "summary": linked(declaration.reduction.summary),
        "kernel": linked(declaration),
        "beyond": result_beyond,
        "largest_peak": largest_peak,
        "nothing": nothing,
        "masked_result": declaration.reduction.beyond(real(-np.inf), real(np.inf), real(1)),
        "real": real,
    }
