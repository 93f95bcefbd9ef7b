"""The figures behind the dashboard's pages, and what decides whether a commit has become slower."""

import datetime
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

from numba_act.engine.public.registry import activations

BENCH = Path(__file__).resolve().parents[2] / "asv_bench"
RATIO = "ratio.AgainstNumPy.track_ratio"


@pytest.fixture
def bench(monkeypatch):
    """Make what stands in asv_bench/ importable."""
    monkeypatch.syspath_prepend(BENCH)


@pytest.fixture
def run(bench):
    from pages.results import Figure, Run

    def make(ratios, **others):
        figures = [
            *(Figure(RATIO, (*case.split(),), value, "numba_act / NumPy") for case, value in ratios.items()),
            *(Figure(name.replace("__", "."), ("relu",), *values) for name, values in others.items()),
        ]
        return Run("0123456789", datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), "vm", figures)

    return make


@pytest.mark.parametrize("name", list(activations()))
def test_a_formula_of_one_ufunc_writes_to_the_output(bench, name):
    from benchmarks.formula import statement
    from benchmarks.inputs import operands

    formula, x, out = operands("reference", name, "float64", 1000)
    expected = formula(x)
    text, names = statement(formula, x, out)
    found = eval(text, names)
    np.testing.assert_array_equal(found, expected)
    # The text of such a formula is one call of an xp function, on nothing but x and numbers.
    *_, line = inspect.getsource(formula).strip().splitlines()
    assert (found is out) == bool(re.fullmatch(r"\s*return xp\.\w+\(x(, -?[\d.]+)*\)", line))


def test_every_suite_compiles_before_it_measures(bench):
    import importlib
    import pkgutil

    import benchmarks

    for module in pkgutil.iter_modules(benchmarks.__path__):
        suite = importlib.import_module(f"benchmarks.{module.name}")
        measures = any(
            attribute.startswith(("time_", "track_", "peakmem_"))
            for one in vars(suite).values()
            if inspect.isclass(one) and one.__module__ == suite.__name__
            for attribute in vars(one)
        )
        assert hasattr(suite, "setup_cache") == (measures and module.name != "cuda") or module.name == "compiled"


def test_new_functions_are_in_every_suite_of_functions(bench):
    from benchmarks import elementwise, layouts, overhead, parallel, ratio, rows, startup

    functions, elements = set(activations()), {name for name, one in activations().items() if not one.is_row}
    for suite in (ratio.AgainstNumPy, elementwise.Times, overhead.Calls, parallel.Divided, startup.FirstCall):
        assert set(suite.params[0]) == functions
    for suite in (layouts.InPlace, layouts.Strided, layouts.FreshOutput, layouts.AgainstCopy):
        assert set(suite.params[0]) == elements
    assert set(rows.AgainstNumPy.params[0]) == functions - elements


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_plain_numba_computes_the_same_functions(bench, dtype):
    from benchmarks import plain_numba
    from benchmarks.inputs import array, function

    for name in plain_numba.KERNELS:
        x = array(name, dtype, 1000)
        found, expected = plain_numba.function(name, dtype)(x), function("reference", name)(x)
        np.testing.assert_allclose(found, expected, rtol=2e-5 if dtype == "float32" else 1e-13)


def test_what_lost_comes_first(run):
    from pages import summary

    one = run(
        {"relu float32 1_000": 0.5, "tanh float32 1_000": 1.2, "gelu float32 1_000": 0.6},
        layouts__InPlace__track_ratio=(1.1, "in place / out of place", 1.15),
        memory__Rows__track_out=(0.4, "allocated / array", 0.05),
        startup__Cold__track_first_call=(9.0, "seconds"),
    )
    text = summary.markdown(one, ["measured here"])
    behind = text.partition("## Behind (2)")[2].partition("##")[0]
    assert behind.index("0.4 **missed**") < behind.index("1.2 **slower**")
    assert "0.4 **missed**" in summary.shortened(text)
    assert "track_first_call" not in summary.shortened(text)
    # The cube root of 0.36.
    assert "| float32 | 0.711 | 0.711 |" in text


def test_a_benchmark_that_failed_has_lost(run):
    from pages import summary

    text = summary.markdown(run({"relu float32 1_000": None}), [])
    assert "| relu, float32, 1_000 | **failed** |" in text.partition("## Behind (1)")[2].partition("##")[0]


def test_changes_within_the_noise_are_none(run):
    from pages.changes import NOISE, changes

    before = run({"relu float32 1_000": 0.5, "tanh float32 1_000": 1.0, "gelu float32 1_000": 0.2})
    after = {"relu float32 1_000": 0.5 * (1 + 0.9 * NOISE), "tanh float32 1_000": 0.5, "gelu float32 1_000": 0.3}
    assert changes(run(after), before) == [
        "gelu float32 1_000: 0.2 → 0.3, slower by 50%",
        "tanh float32 1_000: 1 → 0.5, faster by 50%",
    ]


@pytest.fixture
def measured(bench):
    from regression import Measured

    def make(base, head):
        made = Measured("a" * 40, "b" * 40)
        made.runs = {
            which: [{(RATIO, name): value for name, value in one.items()} for one in runs]
            for which, runs in (("base", base), ("head", head))
        }
        return made

    return make


def test_a_loss_beyond_the_noise_is_found(measured):
    steady = {f"case {number}": 1.0 for number in range(18)}
    base = [steady | {"slow": 1.0, "shaky": 1.0}, steady | {"slow": 1.01, "shaky": 1.4}]
    head = [steady | {"slow": 1.3, "shaky": 1.5}, steady | {"slow": 1.29, "shaky": 1.1}]
    found = measured(base, head)
    assert found.noise() == pytest.approx(0.01)
    assert found.changed(found.noise()) == {(RATIO, "slow"): pytest.approx(1.295 / 1.005 - 1)}


def test_a_loss_within_the_noise_is_not(measured):
    base = [{f"case {number}": 1.0 for number in range(40)}, {f"case {number}": 1.2 for number in range(40)}]
    found = measured(base, [{name: 1.05 * value for name, value in one.items()} for one in reversed(base)])
    assert found.noise() == pytest.approx(0.2)
    assert not found.changed(found.noise())


def test_a_regression_is_reported(measured):
    from regression import markdown

    found = measured([{"slow": 1.0}, {"slow": 1.0}], [{"slow": 1.3}, {"slow": 1.3}])
    text = markdown(found, 0.02, found.changed(0.02), found.changed(0.02))
    assert text.startswith("# bbbbbbbb against aaaaaaaa: 1 slower\n")
    assert f"| {RATIO} slow | 1, 1 | 1.3, 1.3 | +30% | **slower** |" in text.splitlines()


def test_a_case_is_selected_and_no_other(bench):
    from regression import selecting

    expression = selecting((RATIO, "relu", "float32", "100_000"))
    assert re.search(expression, f"{RATIO}('relu', 'float32', 100000)")
    for other in ("('relu', 'float32', 1000000)", "('leaky_relu', 'float32', 100000)", "('relu', 'float32', 10000)"):
        assert not re.search(expression, RATIO + other)
