"""Do one job: call a function at many inputs and compare with the truth."""

import functools
import math
import time

import numpy as np
import peers
from distance import errors, format_of, truth_of_float64, truth_of_mpmath
from inputs import all_ranks, numbers_by_rank, points, sample
from jobs import elementwise
from truth import DIGITS, MORE_DIGITS, exact, in_float64, mpmath_namespace, properties

from numba_act.engine.public.ufunc import build_ufunc

OURS = "numba_act"

# Functions that must equal an expression of others to the bit.
IDENTITIES = {"log_sigmoid": ("softplus", lambda softplus, x: -softplus(-x))}

_BLOCK = 1 << 15  # float64 numbers in a few arrays: what the second level cache holds


def measure(job):
    """Return what was found, as JSON knows it."""
    begin = time.perf_counter()
    with np.errstate(all="ignore"):  # signalling NaNs are among the inputs
        record = _measure_truth(job) if job.kind == "truth" else _measure_inputs(job)
    record["seconds"] = round(time.perf_counter() - begin, 3)
    return record


@functools.cache
def our_function(name, dtype, parameters):
    """Return the ufunc for one thread as a function of one array."""
    ufunc = build_ufunc(elementwise()[name], "cpu")
    scalars = [np.dtype(dtype).type(value) for value in parameters]
    return lambda x: ufunc(x, *scalars)


class Tally:
    """The errors of one implementation, added up."""

    def __init__(self):
        self.worst, self.at, self.wrong = -1.0, 0.0, 0

    def add(self, computed, x, truth):  # noqa: D102
        distance, wrong = errors(computed.astype(np.float64), truth, x.dtype)
        self.wrong += int(np.count_nonzero(wrong))
        place = distance.argmax()
        if distance[place] > self.worst:
            self.worst, self.at = float(distance[place]), float(x[place])


def _measure_inputs(job):
    ours = our_function(*job.subject)
    functions = peers.functions(*job.subject) if job.with_peers else {}
    tallies = {library: Tally() for library in (OURS, *functions)}
    record = {"count": 0, "falls": 0, "not_odd": 0, "wrong_nan": 0, "least": math.inf, "greatest": -math.inf}
    other, expression = IDENTITIES.get(job.function, (None, None))
    if other in elementwise():
        other = our_function(other, job.dtype, ())
        record["not_identical"] = 0
    previous = ours(_number_before(job))[0]
    for x in _blocks(job):
        computed = ours(x)
        record["falls"] += int(np.count_nonzero(computed[1:] < computed[:-1])) + int(computed[0] < previous)
        previous = computed[-1]
        record["wrong_nan"] += int(np.count_nonzero(np.isnan(computed) != np.isnan(x)))
        if "not_identical" in record:
            record["not_identical"] += _differing_bits(computed, expression(other, x))
        finite = np.isfinite(x)
        if not finite.all():
            x, computed = x[finite], computed[finite]
            if not x.size:
                continue
        record["count"] += x.size
        record["not_odd"] += _differing_bits(ours(-x), -computed)
        record["least"] = min(record["least"], float(computed.min()))
        record["greatest"] = max(record["greatest"], float(computed.max()))
        truth = _truth(job, x)
        tallies[OURS].add(computed, x, truth)
        for library, function in functions.items():
            tallies[library].add(function(x), x, truth)
    record["errors"] = {library: vars(tally) for library, tally in tallies.items() if record["count"]}
    return record


def _blocks(job):
    if job.dtype == "float64":
        yield points(job.function, job.parameters)[job.first : job.last : job.stride]
        return
    step = _BLOCK * job.stride
    for first in range(job.first, job.last, step):
        yield numbers_by_rank(first, min(first + step, job.last), job.stride, job.dtype)


def _number_before(job):
    """Return the number before the first one of the job, so that no fall between two jobs is missed."""
    if job.dtype == "float64":
        before = max(job.first - job.stride, 0)
        return points(job.function, job.parameters)[before : before + 1]
    before = max(job.first - job.stride, all_ranks(job.dtype)[0])
    return numbers_by_rank(before, before + 1, 1, job.dtype)


def _truth(job, x):
    if job.dtype == "float64":
        return truth_of_mpmath(exact(job.function, x, job.parameters), x.dtype)
    return truth_of_float64(in_float64(job.function, x, job.parameters), x.dtype)


def _differing_bits(ours, theirs):
    integer = f"u{ours.dtype.itemsize}"
    return int(np.count_nonzero(ours.view(integer) != theirs.view(integer)))


def _measure_truth(job):
    """Return the largest error of the truth itself, the properties that it has, and ours at the special inputs."""
    x = sample(job.dtype, {"float32": 20_000, "float64": 3000}.get(job.dtype, 4000))
    digits, lowest, highest = format_of(job.dtype)
    if job.dtype == "float64":
        better = exact(job.function, x, job.parameters, MORE_DIGITS)
        used = exact(job.function, x, job.parameters)
    else:
        better = exact(job.function, x, job.parameters)
        used = in_float64(job.function, x, job.parameters)
    number = mpmath_namespace(MORE_DIGITS).constant

    def own_error(used, better):
        exponent = better.exp + better.bc - 1 if better else lowest
        return float(abs(number(used) - better) * number(2) ** (digits - min(max(exponent, lowest), highest)))

    return {
        "own_error": max(map(own_error, used, better)),
        **(found := properties(job.function, x, job.parameters, better)),
        "wrong_specials": _wrong_specials(job, found),
    }


def _wrong_specials(job, found):
    """Return the infinities and zeros, in words, at which ours is not what it should be."""
    x = np.array([-math.inf, math.inf, 0.0, -0.0]).astype(job.dtype)
    computed = our_function(*job.subject)(x)
    wanted = np.array([*found["limits"], float(exact(job.function, [0], job.parameters, DIGITS)[0]), 0.0])
    wanted[3] = -wanted[2] if found["has_sign_of_x"] else wanted[2]
    right = computed == wanted.astype(job.dtype)
    if found["has_sign_of_x"]:
        right[2:] &= np.signbit(computed[2:]) == [False, True]
    return [str(value) for value in x[~right].tolist()]
