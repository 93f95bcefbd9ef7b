"""The comparison with other libraries, which needs none of them but NumPy to run."""

from pathlib import Path

import numpy as np
import pytest

COMPARE = Path(__file__).resolve().parent.parent / "asv_bench" / "compare"


@pytest.fixture
def compare(monkeypatch):
    """Make the modules of the programme importable."""
    monkeypatch.syspath_prepend(COMPARE)


@pytest.fixture
def peer(compare):
    from libraries import Call, Library

    class Peer(Library):
        name = "Peer"

        def spellings(self, case):
            return {
                "relu": ["np.maximum(x, 0)", "x + 1", "x[1:]", "missing(x)"],
                "logsumexp": ["np.max(x, axis)", "np.full_like(y, 7)"],
                "softmax": ["np.zeros_like(x)"],
            }.get(case.function, [])

        def call(self, spelling, case, x, y):
            return Call(spelling, {"np": np, "x": x, "y": y} | case.names(), y)

    return Peer()


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_the_formulas_take_part(compare, dtype):
    from cases import Case, measure
    from libraries import NumPy
    from report import markdown
    from turns import QUICK

    result = measure(Case("tanh", dtype, (1000,)), [NumPy()], QUICK)
    assert not result.notes
    assert {(one.library, one.writes) for one in result.contenders} == {
        ("numba_act", True),
        ("NumPy", False),
        ("NumPy", True),
    }
    assert f"| tanh | {dtype} | 1_000 |" in markdown([result], {}, [])


@pytest.mark.parametrize("function", ["softmax", "log_softmax", "logsumexp"])
@pytest.mark.parametrize(("shape", "axis"), [((30, 200), -1), ((30, 200), 0), ((2, 3, 50), 1), ((10,), -1)])
def test_so_do_those_of_rows(compare, function, shape, axis):
    from cases import Case, measure
    from libraries import NumPy
    from report import markdown
    from turns import QUICK

    result = measure(Case(function, "float32", shape, axis), [NumPy()], QUICK)
    assert not result.notes
    ours, formula = result.contenders
    assert (ours.spelling, ours.writes) == (f"cpu.{function}(x, axis, out=y)", True)
    assert (formula.spelling, formula.writes) == ("formula(x, axis)", False)
    extent, text = f"{'x'.join(map(str, shape))} axis {axis}", markdown([result], {}, [])
    assert f"| {function} | float32 | {extent} |" in text
    assert f"| float32 {extent} |" in text.partition("## Against the plain NumPy formulas")[2]


def test_a_causal_case_is_of_its_own(compare):
    from cases import Case, measure
    from libraries import NumPy
    from report import markdown
    from turns import QUICK

    result = measure(Case("softmax", "float32", (2, 3, 40, 40), -1, causal=True), [NumPy()], QUICK)
    assert not result.notes
    assert [one.spelling for one in result.contenders] == [
        "cpu.softmax(x, axis, out=y, causal=True)",
        "formula(np.where(visible, x, -np.inf), axis)",
    ]
    assert "| softmax causal | float32 | 2x3x40x40 axis -1 |" in markdown([result], {}, [])


def test_what_does_not_run_or_is_wrong_is_said(peer):
    from cases import Case, measure
    from report import markdown
    from turns import QUICK

    results = [measure(Case(name, "float32", (1000,)), [peer], QUICK) for name in ("relu", "tanh")]
    assert [one.spelling for one in results[0].contenders] == ["cpu.relu(x, out=y)", "np.maximum(x, 0)"]
    text = markdown(results, {"Absent": "No module named 'absent'"}, [])
    for line in (
        "* Absent, cannot be imported: No module named 'absent'",
        "* Peer, disagrees with the reference: relu float32 `x + 1`",
        "* Peer, returns float32, shape (999,): relu float32 `x[1:]`",
        "* Peer, fails: name 'missing' is not defined: relu float32 `missing(x)`",
        "* Peer, no such function: tanh",
        "* Peer: none. Only to a new array: relu.",
    ):
        assert line in text.splitlines()


@pytest.mark.parametrize(("shape", "axis"), [((3, 5000), -1), ((5000, 3), 0)])
def test_wrong_results_of_rows_are_seen_however_small(peer, shape, axis):
    from cases import Case, measure
    from turns import QUICK

    results = [measure(Case(name, "float32", shape, axis), [peer], QUICK) for name in ("softmax", "logsumexp")]
    assert [note.reason for result in results for note in result.notes] == ["disagrees with the reference"] * 3


def test_losses_come_first(compare):
    from bars import bar
    from cases import Case, Contender, Result
    from report import rows

    def result(function, **ratios):
        others = [Contender(name, "", None, True, seconds=1 / ratio, ratio=ratio) for name, ratio in ratios.items()]
        ours = Contender("numba_act", "", None, True, seconds=1)
        return Result(Case(function, "float32", (100_000,)), [ours, *others])

    limits = {name: bar("best", Case(name, "float32", (100_000,))) for name in ("tanh", "relu")}
    assert limits["tanh"] < 0.9 < limits["relu"]
    found = sorted(rows([result("relu", SciPy=0.9), result("tanh", JAX=0.2, NumPy=0.9)]), key=lambda row: -row.behind)
    assert [(row.case.function, row.rival.library, row.behind > 1) for row in found] == [
        ("tanh", "NumPy", True),
        ("relu", "SciPy", False),
    ]


@pytest.mark.parametrize(
    ("rival", "case"),
    [
        ("np.copyto", ("relu", "float32", (10_000_000,))),
        ("our axis -1", ("softmax", "float32", (1024, 1024), 0)),
    ],
)
def test_some_rivals_are_measured_alone(compare, rival, case):
    from bars import ALONE, bar
    from cases import Case, measure_alone
    from report import rows
    from turns import QUICK

    case = Case(*case)
    assert [name for name in ALONE if bar(name, case)] == [rival]
    (row,) = rows([measure_alone(case, rival, QUICK)])
    assert (row.rival.library, row.bar, row.peers) == (rival, bar(rival, case), {})


def test_every_bar_is_of_a_case(compare):
    from bars import BARS
    from cases import cases

    known = {(case.dtype, case.extent, *title) for case in cases() for title in ((), (case.title,))}
    assert {tuple(rest) for _, *rest in BARS} <= known


@pytest.mark.parametrize("table", ["NUMPY", "SCIPY", "NUMEXPR", "PYTORCH", "JAX", "ONNX"])
def test_spellings_are_of_functions_with_a_reference(compare, table):
    import spellings

    from numba_act import reference

    for name in getattr(spellings, table):
        assert callable(getattr(reference, name.removesuffix(" causal")))
        assert all(isinstance(spelling, str) for spelling in spellings.spellings(getattr(spellings, table), name))
