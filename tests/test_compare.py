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

        def spellings(self, function):
            return ["np.maximum(x, 0)", "x + 1", "x[1:]", "missing(x)"] if function == "relu" else []

        def call(self, spelling, function, x, y):
            return Call(spelling, {"np": np, "x": x}, y)

    return Peer()


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_the_formulas_take_part(compare, dtype):
    from cases import Case, measure
    from libraries import NumPy
    from report import markdown
    from turns import QUICK

    result = measure(Case("tanh", dtype, 1000), [NumPy()], QUICK)
    assert not result.notes
    assert {(one.library, one.writes) for one in result.contenders} == {
        ("numba_act", True),
        ("NumPy", False),
        ("NumPy", True),
    }
    assert f"| tanh | {dtype} | 1_000 |" in markdown([result], {}, [])


def test_what_does_not_run_or_is_wrong_is_said(peer):
    from cases import Case, measure
    from report import markdown
    from turns import QUICK

    results = [measure(Case(name, "float32", 1000), [peer], QUICK) for name in ("relu", "tanh")]
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


def test_losses_come_first(compare):
    from bars import bar
    from cases import Case, Contender, Result
    from report import rows

    def result(function, **ratios):
        others = [Contender(name, "", None, True, seconds=1 / ratio, ratio=ratio) for name, ratio in ratios.items()]
        return Result(Case(function, "float32", 100_000), [Contender("numba_act", "", None, True, seconds=1), *others])

    assert bar("best", Case("tanh", "float32", 100_000)) < 0.9 < bar("best", Case("relu", "float32", 100_000))
    found = sorted(rows([result("relu", SciPy=0.9), result("tanh", JAX=0.2, NumPy=0.9)]), key=lambda row: -row.behind)
    assert [(row.case.function, row.rival.library, row.behind > 1) for row in found] == [
        ("tanh", "NumPy", True),
        ("relu", "SciPy", False),
    ]


def test_a_copy_is_a_rival_of_its_own(compare):
    from cases import Case, measure_against_copy
    from report import rows
    from turns import QUICK

    result = measure_against_copy(Case("relu", "float32", 10_000_000), QUICK)
    assert [(row.rival.library, row.bar, row.peers) for row in rows([result])] == [("np.copyto", 1.2, {})]


@pytest.mark.parametrize("table", ["NUMPY", "SCIPY", "NUMEXPR", "PYTORCH", "JAX", "ONNX"])
def test_spellings_are_of_functions_with_a_reference(compare, table):
    import spellings

    from numba_act import reference

    for name in getattr(spellings, table):
        assert callable(getattr(reference, name))
        assert all(isinstance(spelling, str) for spelling in spellings.spellings(getattr(spellings, table), name))
