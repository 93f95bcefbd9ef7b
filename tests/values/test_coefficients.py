"""The constants in the kernels are what tools/coefficients.py derives, and as good as the comments above them say."""

import importlib
import importlib.util
import inspect
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest

import numba_act.kernels
from numba_act.kernels.elementary import hyperbolic_by_cells

TOOL = Path(__file__).parents[2] / "tools" / "coefficients.py"
specification = importlib.util.spec_from_file_location("coefficients", TOOL)
coefficients = importlib.util.module_from_spec(specification)
specification.loader.exec_module(coefficients)
mp = coefficients.mp
SCALARS = {
    name + suffix: (module, value)
    for real, suffix in coefficients.SUFFIXES.items()
    for module, name, value in coefficients.scalars(real)
}
POLYNOMIALS = {
    approximation.name + suffix: (approximation, real)
    for real, suffix in coefficients.SUFFIXES.items()
    for approximation in coefficients.approximations(real)
}
# The one that takes too long to derive here. Its error is checked instead, which any wrong digit that matters would
# change.
LONGEST = "SCALED_ERFC_FLOAT64"
SLACK = 0.1  # the comments give one digit after the point


def held(name):
    approximation, _ = POLYNOMIALS[name]
    return getattr(approximation.module, name)


def stated(name):
    """Return the binary logarithm of the error that the comment above the coefficients states."""
    approximation, real = POLYNOMIALS[name]
    text = re.sub(r"\n# ", " ", inspect.getsource(approximation.module))
    [errors] = re.findall(r"leaving an error of 2\*\*(-[\d.]+) and 2\*\*(-[\d.]+) relative to", text)
    return float(errors[0 if real is np.float32 else 1])


def reached(name):
    """Return a function of coefficients: the binary logarithm of their largest error, the interval's ends included."""
    approximation, _ = POLYNOMIALS[name]
    start, end = approximation.interval()
    steps = 401  # odd, to leave out the middle, where some formulas are 0 / 0
    grid = [start + (end - start) * i / steps for i in range(steps + 1)]
    target = [approximation.target(x) for x in grid]
    weight = [approximation.weight(x) for x in grid]

    def largest(numbers):
        powers = [(power, mp.mpf(float(number))) for power, number in enumerate(numbers)]
        found = [sum(number * x**power for power, number in powers) for x in grid]
        errors = [w * (t - value) for value, t, w in zip(found, target, weight, strict=True)]
        return float(mp.log(max(map(abs, errors)), 2))

    return largest


@pytest.mark.parametrize("name", SCALARS)
def test_scalar_is_what_the_tool_derives(name):
    module, value = SCALARS[name]
    assert coefficients.holds(module, name, value)


@pytest.mark.parametrize("name", [name for name in POLYNOMIALS if name != LONGEST])
def test_polynomial_is_what_the_tool_derives(name):
    approximation, real = POLYNOMIALS[name]
    _, derived, _ = coefficients.fit(approximation, real)
    assert coefficients.holds(approximation.module, name, derived)


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomial_reaches_the_error_that_its_comment_states(name):
    assert reached(name)(held(name)) == pytest.approx(stated(name), abs=SLACK)


def test_longest_polynomial_has_no_wrong_digit_among_the_first_eight():
    largest = reached(LONGEST)
    for power, coefficient in enumerate(held(LONGEST)):
        wrong = list(held(LONGEST))
        wrong[power] = coefficient * (1 + 1e-8)
        assert largest(wrong) > stated(LONGEST) + 2 * SLACK, power


@pytest.fixture(scope="module")
def cells():
    return [coefficients.cell(start, end) for start, end in coefficients.cells()]


def test_cells_are_what_the_tool_derives(cells):
    assert coefficients.holds_cells(cells)
    cells[5] = (*cells[5][:-1], np.nextafter(cells[5][-1], np.float32(1)))
    assert not coefficients.holds_cells(cells)


def test_cells_reach_the_error_that_their_comment_states():
    text = re.sub(r"\n# ", " ", inspect.getsource(hyperbolic_by_cells))
    [stated] = re.findall(r"leaving an error of 2\*\*(-[\d.]+) relative to tanh", text)
    rows = zip(hyperbolic_by_cells.TANH_CELLS, coefficients.cells(), strict=True)
    largest = max(coefficients.cell_error(numbers, *ends) for numbers, ends in rows)
    assert float(mp.log(largest, 2)) == pytest.approx(float(stated), abs=SLACK)


def test_cells_lie_where_the_kernel_looks_them_up():
    """Just inside both ends of each cell, the low bits of the sum are its position in the tables."""
    cells = coefficients.cells()
    for position, (start, end) in enumerate(cells):
        for x in np.float32([float(start) * (1 + 1e-6), min(float(end) * (1 - 1e-6), hyperbolic_by_cells.LARGEST)]):
            assert hyperbolic_by_cells.cell_of(x) % len(cells) == position


def test_tool_derives_every_constant():
    derived = {*SCALARS, *POLYNOMIALS, "TANH_CELLS"}
    chosen = re.compile("_.*|(ROUNDER|EXPONENT_SHIFT|LIFT)_FLOAT(32|64)")
    for information in pkgutil.walk_packages(numba_act.kernels.__path__, "numba_act.kernels."):
        for name, value in vars(importlib.import_module(information.name)).items():
            is_polynomial = isinstance(value, tuple) and any(
                isinstance(number, np.floating | tuple) for number in value
            )
            is_number = isinstance(value, np.floating) and not chosen.fullmatch(name)
            assert name in derived or not (is_polynomial or is_number), f"{information.name}.{name}"


@pytest.mark.parametrize("name", ["LN_2_LOW_FLOAT64", "SCALED_ERFC_FLOAT64"])
def test_tool_notices_another_constant(name, monkeypatch):
    module = SCALARS[name][0] if name in SCALARS else POLYNOMIALS[name][0].module
    value = getattr(module, name)
    other = np.nextafter(value, 1) if name in SCALARS else (*value[:-1], np.nextafter(value[-1], 1))
    monkeypatch.setattr(module, name, other)
    assert not coefficients.holds(module, name, value)
    monkeypatch.setattr(module, name, np.float32(value) if name in SCALARS else tuple(map(np.float32, value)))
    assert not coefficients.holds(module, name, value)
