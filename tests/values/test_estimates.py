"""The functions for halves on GPUs, at every half there is, with estimates as far off as a GPU's may be."""

import functools

import ml_dtypes
import numba
import numpy as np
import pytest

import numba_act as na
from numba_act.engine.link import link
from numba_act.engine.primitives_cpu import cpu_primitives, jit
from numba_act.engine.registry import activations
from numba_act.kernels import primitives

HALVES = [np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16)]
NAMES = [
    name
    for name, declaration in activations().items()
    if declaration.layout is None and "float32" in declaration.max_ulp
]
TINY = np.finfo(np.float32).tiny

# PTX ISA, ex2.approx: 2 units in the last place, lg2.approx: 2**-22 where x is near 1, rcp.approx: 1 unit; .ftz:
# subnormal numbers become 0.
UNIT = np.float32(2.0**-23)


def estimates(sign):
    """Return the estimates that a GPU may give at worst, compiled for the CPU."""
    reciprocal_error, exp2_error, log2_error = (np.float32(sign * units * UNIT) for units in (1, 2, 2))

    @jit
    def reciprocal_estimate(x):
        return np.float32(1) / x * (np.float32(1) + reciprocal_error)

    @jit
    def exp2_estimate(x):
        result = np.float32(np.exp2(np.float64(x))) * (np.float32(1) + exp2_error)
        return np.float32(0) if result < TINY else result

    @jit
    def log2_estimate(x):
        return np.float32(np.log2(np.float64(x))) + log2_error

    return {
        primitives.reciprocal_estimate: reciprocal_estimate,
        primitives.exp2_estimate: exp2_estimate,
        primitives.log2_estimate: log2_estimate,
    }


@functools.cache
def loop(name, sign):
    """Return the loop over a kernel in float32, as it is on a GPU before results are rounded."""
    kernel = link(activations()[name], np.dtype(np.float16), cpu_primitives() | estimates(sign), jit)

    @numba.njit(error_model="numpy")
    def compute(x, out, parameters):
        for i in range(x.size):
            out[i] = kernel(x[i], *parameters)

    return compute


def results(name, x, sign):
    """Return what a GPU makes of numbers in float32, before it rounds them."""
    parameters = activations()[name].parameters.values()
    given = x.astype(np.float32)
    out = np.empty_like(given)
    loop(name, sign)(given, out, tuple(np.float32(np.asarray(value, x.dtype)) for value in parameters))
    return out


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("dtype", HALVES, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_every_half_is_within_the_bound(name, dtype, sign):
    x = np.arange(2**16, dtype=np.uint16).view(dtype)
    with np.errstate(all="ignore"):
        found = results(name, x, sign).astype(dtype).astype(np.float64)
        parameters = [np.float64(np.asarray(value, dtype)) for value in activations()[name].parameters.values()]
        expected = getattr(na.cpu, name)(x.astype(np.float64), *parameters)
        rounded = expected.astype(dtype).astype(np.float64)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(rounded))
    beyond = np.isinf(rounded)
    np.testing.assert_array_equal(found[beyond], rounded[beyond])
    finite = ~np.isnan(rounded) & ~beyond
    found, expected = found[finite], expected[finite]
    np.testing.assert_array_equal(np.signbit(found), np.signbit(rounded[finite]))
    information = ml_dtypes.finfo(dtype)
    exponent = np.frexp(np.maximum(np.abs(expected), float(information.smallest_normal)))[1] - 1
    unit = np.ldexp(1.0, exponent - information.nmant)
    errors = np.abs(found - expected) / unit
    worst = errors.argmax()
    assert errors[worst] <= activations()[name].max_ulp_on_gpu[dtype.name], f"{errors[worst]} at {x[finite][worst]}"
