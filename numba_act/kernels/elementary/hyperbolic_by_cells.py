"""The float32 hyperbolic tangent by tables, for CPUs that look up a whole vector's numbers in one instruction."""

import numpy as np

from numba_act.kernels.elementary.exponential import is_nan
from numba_act.kernels.elementary.sign import with_sign
from numba_act.language.primitives import Table, fma, from_bits, to_bits

# The cells in which |x| may lie, 32 of them, which end at 1/2, 3/2, ... 21/2, 24/2, 28/2 ... 104/2 of their width.
CELLS_PER_UNIT, NARROW_CELLS = 5.75, 11

# Beyond this, in the last cell, the result is 1.
LARGEST = 9.02

# tools/coefficients.py derives these: for each cell its centre a, B = tanh(a), and from the lowest power up
# (tanh(r) / (1 + B tanh(r)) - r + B r**2) / r**3 in r = |x| - a, leaving an error of 2**-26.5 relative to tanh(x).
TANH_CELLS = (
    (1.9566243, 0.9608314, 0.5898655, -0.2464685, 0.062139373),
    (2.2606385, 0.97848374, 0.62409824, -0.28497744, 0.0924681),
    (2.6088176, 0.9892182, 0.64521587, -0.3093405, 0.112611696),
    (2.9541872, 0.9945815, 0.6558634, -0.32178062, 0.122547366),
    (3.3017645, 0.9972925, 0.6612643, -0.32813773, 0.12784447),
    (3.6439846, 0.9986335, 0.6639661, -0.33127677, 0.12910299),
    (4.0007777, 0.99933034, 0.66531724, -0.33294985, 0.13279703),
    (4.322983, 0.9996484, 0.6660639, -0.33347946, 0.1270259),
    (4.6207786, 0.99980617, 0.66640764, -0.3324126, 0.11882859),
    (5.199077, 0.999939, 0.66735566, -0.32309648, 0.1724499),
    (5.5461473, 0.99996954, 0.6674118, -0.32320616, 0.17245157),
    (5.832855, 0.99998283, 0.66659427, -0.33101055, 0.15510446),
    (6.215418, 0.999992, 0.66723925, -0.32515866, 0.16850437),
    (6.4733253, 0.99999523, 0.6664854, -0.33398747, 0.14383093),
    (6.679193, 0.99999684, 0.66662484, -0.33086005, 0.1135554),
    (7.278045, 0.99999905, 0.667418, -0.32373083, 0.17158073),
    (7.565727, 0.99999946, 0.6665775, -0.33165842, 0.15344328),
    (7.9711924, 0.99999976, 0.6673997, -0.32390368, 0.1712252),
    (8.317766, 0.9999999, 0.6673903, -0.32398832, 0.17104815),
    (8.66434, 0.99999994, 0.6673809, -0.32407197, 0.17087188),
    (8.66434, 0.99999994, 0.66590613, -0.3246196, 0.10048161),
    (0.0, 0.0, -0.33333552, 0.000105119194, 0.1320127),
    (0.14492601, 0.14391981, -0.31259376, 0.09289564, 0.10544225),
    (0.34781635, 0.33443755, -0.22149257, 0.18500881, 0.035250958),
    (0.52173406, 0.47903726, -0.10386135, 0.20902796, -0.042494282),
    (0.6956768, 0.6016165, 0.028607104, 0.18322016, -0.09702449),
    (0.8696201, 0.70118105, 0.15832143, 0.122884646, -0.116428815),
    (1.0434881, 0.77926177, 0.27391642, 0.046633575, -0.10529336),
    (1.2174292, 0.8388942, 0.3704114, -0.03073385, -0.07545338),
    (1.3911906, 0.88343257, 0.4471208, -0.10020203, -0.03830642),
    (1.5653325, 0.91628015, 0.50623703, -0.15819943, -0.0016750862),
    (1.7389293, 0.94010234, 0.5504597, -0.20399612, 0.030427683),
)
_centre, _value, _cubic, _quartic, _quintic = (Table(column) for column in zip(*TANH_CELLS, strict=True))

_CELLS_PER_UNIT, _ROUNDER = np.float32(CELLS_PER_UNIT), np.float32(2**24 - NARROW_CELLS)


# The rounder leaves the number of the cell in the low bits of the sum. It lies as far below 2**24 as there are narrow
# cells: below, the sum is a multiple of 1, beyond of 2. So cells become twice as wide for nothing, where tanh bends
# less. The tables begin with the cell at 2**24.
def cell_of(magnitude):
    """Return an integer whose low bits are the place in the tables of the cell that a number lies in."""
    return to_bits(fma(magnitude, _CELLS_PER_UNIT, _ROUNDER))


_ONE = np.float32(1)
_MAGNITUDE = np.int32(0x7FFFFFFF)
_LARGEST = np.float32(LARGEST).view(np.int32)


# With r = |x| - a and B = tanh(a), the addition theorem and its series give
#
#     tanh |x| = B + (1 - B**2) w,    w = tanh(r) / (1 + B tanh(r)) = r + r**2 (-B + r (2/3 - (1 - B**2) + ...)),
#
# where r is exact. In the first cell a = B = 0: small arguments need nothing of their own, and the result is w, rounded
# once.
#
# Of a thousand numbers near the middle of a cell a is the one for which B, and 1 - B**2, are so close to a float that
# what they lack does not count. What remains is 0.5 for the last addition, and the error of (1 - B**2) w, which counts
# most where that is large beside the result: in the second cell, whose a therefore lies nearer to its start.
#
# That is 19 operations for a vector, five of them lookups; tanh_float32 has 28. On an Intel Xeon with AVX-512 it takes
# 0.6 of the time of tanh_float32 and 0.7 of NumPy's (10 000 numbers).
#
# Tried and rejected:
#   a polynomial in r for each cell, Horner's chain   as many operations, a table more; 0.995 ULP in the first cell
#   cells of one width                                the polynomial alone has 1.97 ULP in the second cell
#   a fourth degree                                   likewise more than 1 ULP, in four cells; cells that follow the
#                                                     curve take an operation more to find, half of what this saves
#   B + (1 - B**2) t / (1 + B t) with t = tanh(r),    16 to 20 operations by count, with a division that alone takes
#   or a quadratic divisor for each cell              ten cycles; its divisor rounds: 1.5 ULP near 0. Not built
def tanh_by_cells(x):
    """Return the hyperbolic tangent, within 0.91 ULP (all arguments); monotonic."""
    magnitude = from_bits(min(np.int32(to_bits(x) & _MAGNITUDE), _LARGEST))
    cell = cell_of(magnitude)
    value = _value(cell)
    r = magnitude - _centre(cell)
    bend = fma(fma(fma(_quintic(cell), r, _quartic(cell)), r, _cubic(cell)), r, -value)
    result = fma(fma(-value, value, _ONE), fma(r * r, bend, r), value)
    result = with_sign(result, x)
    return x if is_nan(x) else result
