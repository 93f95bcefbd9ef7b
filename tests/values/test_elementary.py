"""The elementary functions that kernels are made of, also those that no activation needs as a whole."""

import mpmath
import numpy as np
import pytest
import ulp
from bits import assert_same_bits
from samples import finite_numbers, numbers

import numba_act as na
from numba_act.engine.compiler.lookup import loop_primitives
from numba_act.engine.public.ufunc import build_ufunc
from numba_act.kernels.elementary.error_function import erf, erfc
from numba_act.kernels.elementary.exponential import exp
from numba_act.kernels.elementary.exponential_minus_one import expm1
from numba_act.kernels.elementary.hyperbolic import tanh_float32, tanh_float64
from numba_act.kernels.elementary.hyperbolic_by_cells import tanh_by_cells
from numba_act.kernels.elementary.logarithm import log1p
from numba_act.kernels.sigmoidal import sigmoid, tanh
from numba_act.language.declaration import vectorize
from numba_act.language.primitives import Table, by_dtype


# A declared kernel is a function of its own; this one is several, one for each dtype.
def whole_exp(x):
    return exp(x)


_tanh_without_tables = by_dtype(float32=tanh_float32, float64=tanh_float64)


def tanh_without_tables(x):
    return _tanh_without_tables(x)


# tanh and the logistic function are activations, compiled already.
FUNCTIONS = {
    "exp": whole_exp,
    "expm1": expm1,
    "log1p": log1p,
    "erf": erf,
    "erfc": erfc,
    "tanh": tanh.kernel,
    "tanh_without_tables": tanh_without_tables,
    "logistic": sigmoid.kernel,
}
DIGITS = 40  # every function below is accurate relative to its value
EXACT = {name: getattr(mpmath, name.partition("_")[0]) for name in FUNCTIONS if name != "logistic"}
EXACT["erfc"] = lambda x: mpmath.erfc(min(max(x, -(10**100)), 10**100))  # mpmath 1.4 fails at larger numbers
EXACT["logistic"] = lambda x: 1 / (1 + mpmath.exp(-x))
LIMITS = {  # at -inf and inf
    "exp": (0, np.inf),
    "expm1": (-1, np.inf),
    "log1p": (np.nan, np.inf),
    "erf": (-1, 1),
    "erfc": (2, 0),
    "tanh": (-1, 1),
    "tanh_without_tables": (-1, 1),
    "logistic": (0, 1),
}

both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@pytest.fixture(scope="module", params=list(FUNCTIONS))
def name(request):
    return request.param


@pytest.fixture(scope="module")
def compiled(name):
    return build_ufunc(vectorize(FUNCTIONS[name]), "cpu")


def inside(name, dtype):
    """Return finite numbers of the function's domain at which it does not overflow."""
    x = finite_numbers(dtype)
    if name == "log1p":
        return x[x > -1]
    if name in ("exp", "expm1"):
        return x[x < np.log(np.finfo(dtype).max)]
    return x


@both_dtypes
def test_error_is_below_one_unit(name, compiled, dtype):
    x = inside(name, dtype)
    with mpmath.workdps(DIGITS), np.errstate(divide="raise", over="raise", invalid="raise"):
        truth = np.array([EXACT[name](mpmath.mpf(number)) for number in x.tolist()])
        errors = ulp.errors(compiled(x), truth)
    worst = np.argmax(errors)
    assert errors[worst] <= 1, f"{errors[worst]:.3f} ULP at {x[worst]!r}"


@both_dtypes
def test_limits_and_nan(name, compiled, dtype):
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(compiled(np.array([-np.inf, np.inf], dtype)), np.array(LIMITS[name], dtype))
        assert np.isnan(compiled(np.array([np.nan, -np.nan], dtype))).all()


@both_dtypes
@pytest.mark.parametrize("odd", ["erf", "tanh", "tanh_without_tables"])
def test_odd_functions_are_exactly_odd(odd, dtype):
    function = build_ufunc(vectorize(FUNCTIONS[odd]), "cpu")
    assert_same_bits(function(-numbers(dtype)), -function(numbers(dtype)))


@both_dtypes
@pytest.mark.parametrize("through_zero", ["expm1", "log1p", "erf", "tanh", "tanh_without_tables"])
def test_zero_keeps_its_sign(through_zero, dtype):
    zeros = np.array([0.0, -0.0], dtype)
    assert_same_bits(build_ufunc(vectorize(FUNCTIONS[through_zero]), "cpu")(zeros), zeros)


@both_dtypes
def test_log1p_outside_its_domain(dtype):
    log1p = build_ufunc(vectorize(FUNCTIONS["log1p"]), "cpu")
    x = np.array([-1, np.nextafter(dtype(-1), dtype(-2)), -2, -np.finfo(dtype).max], dtype)
    np.testing.assert_array_equal(log1p(x), np.array([-np.inf, np.nan, np.nan, np.nan], dtype))


def test_tanh_by_cells_unjitted():
    """Within its bound on every CPU, exactly odd, and the same bits as compiled code that has tables."""
    x = finite_numbers(np.float32)
    x = np.concatenate([x[::5], np.float32(5.75) ** -1 * np.arange(1, 104, dtype=np.float32) / 2])
    with np.errstate(all="raise", under="ignore"):
        found = np.array([tanh_by_cells(number) for number in x])
        mirrored = np.array([tanh_by_cells(number) for number in -x])
    assert_same_bits(mirrored, -found)
    with mpmath.workdps(DIGITS):
        assert ulp.errors(found, np.array([mpmath.tanh(mpmath.mpf(number)) for number in x.tolist()])).max() <= 0.91
    if Table in loop_primitives():
        assert_same_bits(na.cpu.tanh(x), found)
    assert np.isnan(tanh_by_cells(np.float32(np.nan)))


@pytest.mark.parametrize("version", ["tanh", "tanh_without_tables"])
def test_tanh_never_falls(version):
    """401 neighbours at the ends of all cells, powers of two and simple numbers; four million equally spaced."""
    around = np.concatenate([np.arange(1, 106) / 11.5, 2.0 ** np.arange(-14, 4), np.arange(1, 37) / 4]).astype(
        np.float32
    )
    x = (around.view(np.int32)[:, None] + np.arange(-200, 201, dtype=np.int32)).view(np.float32)
    found = build_ufunc(vectorize(FUNCTIONS[version]), "cpu")(x)
    assert (np.diff(found) >= 0).all()
    assert found.max() == 1
    every = np.linspace(0, 10, 4_000_001, dtype=np.float32)
    assert (np.diff(build_ufunc(vectorize(FUNCTIONS[version]), "cpu")(every)) >= 0).all()
