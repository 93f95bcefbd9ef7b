"""What it costs to decide whether to divide, where there is nothing to divide."""

import numpy as np

from layers.cases import automatic, one_thread
from layers.turns import Effort, take_turns

# A difference of a few nanoseconds in calls of half a microsecond needs many short blocks.
EFFORT = Effort(blocks=8000, fewest=100, seconds=4.0, block_seconds=0.0002)


def measure_choice(effort):
    """Return the seconds that the automatic sigmoid of one number takes longer: the median and the quartiles."""
    x, y = np.ones(1, np.float32), np.zeros(1, np.float32)
    one, other = take_turns([one_thread("sigmoid", x, y), automatic("sigmoid", x, y)], effort).T
    low, middle, high = np.quantile(other - one, (0.25, 0.5, 0.75))
    return float(middle), (float(low), float(high))
