"""Whether the automatic functions are ever slower than one thread: all of them at all sizes."""

from dataclasses import dataclass, replace

from benchmarks.inputs import FUNCTIONS

from layers.cases import arrays, automatic, cases, one_thread
from layers.turns import Effort, ratios, take_turns

# More of them where the work begins to be divided.
SIZES = (1, 10, 100, 1_000, 10_000, 21_500, 46_400, 100_000, 215_000, 464_000, 1_000_000, 10_000_000)

EFFORT = Effort(blocks=51, fewest=7, seconds=0.2)

# The worst of many figures is the most unlucky one: what seems slower is measured again, and that counts.
SUSPICIOUS, AGAIN = 1.03, Effort(blocks=401, fewest=15, seconds=1.0)


@dataclass
class Figure:
    """One function and size: the time of the automatic function over that of one thread."""

    name: str
    dtype: str
    size: int
    ratio: float


def figures(sizes):
    """Return what there is to measure."""
    return [Figure(name, dtype, size, float("nan")) for size in sizes for name, dtype in cases(FUNCTIONS)]


def measure_figure(figure, most, effort):
    """Return the figure with its ratio; ``most`` is the largest size."""
    x, y = arrays(figure.name, figure.dtype, figure.size, most)

    def measured(effort):
        contenders = [one_thread(figure.name, x, y), automatic(figure.name, x, y)]
        return ratios(take_turns(contenders, effort))[0]

    ratio = measured(effort)
    if ratio > SUSPICIOUS and effort is EFFORT:
        ratio = measured(AGAIN)
    return replace(figure, ratio=ratio)
