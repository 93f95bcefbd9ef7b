"""The plan: which inputs of which functions are measured, cut into jobs of about a second."""

import dataclasses
import random
from typing import NamedTuple

import numpy as np
from inputs import POINTS, all_ranks

from numba_act.engine.public.registry import activations


@dataclasses.dataclass(frozen=True)
class Job:
    """One piece of work.

    Attributes
    ----------
    function, dtype : str
    parameters : tuple of float
        As the dtype can hold them.
    kind : {"inputs", "truth"}
        Measure the function at inputs, or the truth itself with more digits and the properties that it has.
    first, last, stride : int
        Which inputs: ranks of floats, and for float64 positions among `inputs.points`.
    with_peers : bool
        Measure the other libraries at the same inputs.
    """

    function: str
    dtype: str
    parameters: tuple
    kind: str
    first: int = 0
    last: int = 0
    stride: int = 1
    with_peers: bool = False

    @property
    def subject(self):
        """What the results of several jobs are added up for."""
        return self.function, self.dtype, self.parameters

    @property
    def key(self):
        """The job in a word, by which the journal finds its result."""
        return " ".join(map(str, dataclasses.astuple(self)))


class Strides(NamedTuple):
    """How much is left out: 1 is everything. All but 1 are odd, so that every pattern of low bits occurs."""

    float32: int
    float32_peers: int
    float32_parameters: int
    float64: int
    float64_parameters: int


WHOLE = Strides(float32=1, float32_peers=67, float32_parameters=17, float64=1, float64_parameters=17)
QUICK = Strides(float32=509, float32_peers=4099, float32_parameters=8191, float64=67, float64_parameters=499)
SMALLEST = Strides(*[1_000_003] * 3, *[20_011] * 2)

_NUMBERS_A_JOB, _POINTS_A_JOB = 1 << 24, 5000


def elementwise():
    """Return ``{name: declaration}`` of the functions that are measured."""
    return {name: declaration for name, declaration in activations().items() if not declaration.is_row}


def parameters_of(declaration, dtype):
    """Return tuples of parameters as the dtype can hold them: the defaults, and one at a time half, one and two."""
    defaults = tuple(declaration.parameters.values())
    chosen = [defaults]
    for position in range(len(defaults)):
        chosen += [(*defaults[:position], value, *defaults[position + 1 :]) for value in (0.5, 1.0, 2.0)]
    return list(dict.fromkeys(tuple(float(np.dtype(dtype).type(value)) for value in values) for values in chosen))


def plan(strides, functions=None, dtypes=None):
    """Return all jobs in an order by chance: then the time that is left can be told from the time that has passed."""
    jobs = []
    for name, declaration in elementwise().items():
        for dtype in [dtype.name for dtype in declaration.loop_dtypes if dtype.kind not in "iu"]:
            if (functions and name not in functions) or (dtypes and dtype not in dtypes):
                continue
            default, *others = parameters_of(declaration, dtype)
            jobs += _jobs_of(name, dtype, default, strides, is_default=True)
            for parameters in others:
                jobs += _jobs_of(name, dtype, parameters, strides, is_default=False)
    random.Random(0).shuffle(jobs)
    return jobs


def _jobs_of(name, dtype, parameters, strides, is_default):
    jobs = [Job(name, dtype, parameters, "truth")]
    if dtype == "float64":
        stride = strides.float64 if is_default else strides.float64_parameters
        span = range(0, POINTS, _POINTS_A_JOB * stride)
        return jobs + [
            Job(name, dtype, parameters, "inputs", first, min(first + span.step, POINTS), stride, is_default)
            for first in span
        ]
    if dtype != "float32":
        return [*jobs, Job(name, dtype, parameters, "inputs", *all_ranks(dtype), 1, is_default)]
    sweeps = [(strides.float32 if is_default else strides.float32_parameters, False)]
    if is_default:
        sweeps.append((strides.float32_peers, True))
    for stride, with_peers in sweeps:
        begin, end = all_ranks(dtype)
        span = range(begin, end, _NUMBERS_A_JOB * stride)
        jobs += [
            Job(name, dtype, parameters, "inputs", first, min(first + span.step, end), stride, with_peers)
            for first in span
        ]
    return jobs
