"""What the self-gated activations have in common: x minus the part of it that the gate holds back.

With a gate g(x) = 1 - g(-x), x g(x) is -|x| g(-|x|) for negative and |x| - |x| g(-|x|) for positive x, so one tail
|x| g(-|x|) serves both; it is passed as a sum of two numbers times a power of two, perhaps below the normal numbers.
"""

from numba_act.kernels.elementary.compensated import difference_with_tail
from numba_act.kernels.elementary.decaying_exponential import LOWER
from numba_act.kernels.elementary.exponential import is_nan
from numba_act.kernels.elementary.magnitude import beyond
from numba_act.kernels.elementary.sign import is_negative_number


# What is subtracted may be as large as half of |x|, so the rounding of the difference is computed and added. For
# negative x there is no difference; the sum is rounded before it is scaled, because scaling head and tail one by one
# rounds subnormal results twice, and a tail far below the smallest normal number would cost the processor a hundred
# cycles.
def gated(x, magnitude, largest, head, tail, lifted):
    """Return ``max(x, 0) - (head + tail) * lifted * LOWER`` rounded once; x where that is above ``largest`` or NaN."""
    real = type(x)
    negative = is_negative_number(x)
    head = head + tail if negative else head
    tail = real(0) if negative else tail
    part = head * lifted * LOWER(x)
    result = -part if negative else difference_with_tail(magnitude, part, tail, lifted * LOWER(x))
    result = x if beyond(x, largest) else result
    return x if is_nan(x) else result
