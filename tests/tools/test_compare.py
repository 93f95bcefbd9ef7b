"""The comparison with other libraries, which needs none of them but NumPy to run."""

import math
import os
import time
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

BENCH = Path(__file__).resolve().parents[2] / "asv_bench"


@pytest.fixture
def compare(monkeypatch):
    """Make the modules of the programme importable."""
    monkeypatch.syspath_prepend(BENCH)


@pytest.fixture
def peer(compare):
    from compare.libraries import Call, Library

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
    from compare.cases import Case
    from compare.contest import QUICK, measure
    from compare.libraries import NumPy
    from compare.report import markdown

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
    from compare.cases import Case
    from compare.contest import QUICK, measure
    from compare.libraries import NumPy
    from compare.report import markdown

    result = measure(Case(function, "float32", shape, axis), [NumPy()], QUICK)
    assert not result.notes
    ours, formula = result.contenders
    assert (ours.spelling, ours.writes) == (f"cpu.{function}(x, axis, out=y)", True)
    assert (formula.spelling, formula.writes) == ("formula(x, axis)", False)
    extent, text = f"{'x'.join(map(str, shape))} axis {axis}", markdown([result], {}, [])
    assert f"| {function} | float32 | {extent} |" in text
    assert f"| float32 {extent} |" in text.partition("## Against the plain NumPy formulas")[2]


def test_a_causal_case_is_of_its_own(compare):
    from compare.cases import Case
    from compare.contest import QUICK, measure
    from compare.libraries import NumPy
    from compare.report import markdown

    result = measure(Case("softmax", "float32", (2, 3, 40, 40), -1, causal=True), [NumPy()], QUICK)
    assert not result.notes
    assert [one.spelling for one in result.contenders] == [
        "cpu.softmax(x, axis, out=y, causal=True)",
        "formula(np.where(visible, x, -np.inf), axis)",
    ]
    assert "| softmax causal | float32 | 2x3x40x40 axis -1 |" in markdown([result], {}, [])


def test_what_does_not_run_or_is_wrong_is_said(peer):
    from compare.cases import Case
    from compare.contest import QUICK, measure
    from compare.report import markdown

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
    from compare.cases import Case
    from compare.contest import QUICK, measure

    results = [measure(Case(name, "float32", shape, axis), [peer], QUICK) for name in ("softmax", "logsumexp")]
    assert [note.reason for result in results for note in result.notes] == ["disagrees with the reference"] * 3


@pytest.fixture
def result(compare):
    """Return what makes the result of a case that was not measured."""
    from compare.cases import Case
    from compare.contest import Contender, Result

    def make(function, threads="one", dtype="float32", **ratios):
        others = [Contender(name, "", None, True, seconds=1 / ratio, ratio=ratio) for name, ratio in ratios.items()]
        ours = Contender("numba_act", "", None, True, seconds=1)
        return Result(Case(function, dtype, (100_000,), threads=threads), [ours, *others])

    return make


def test_losses_come_first(result):
    from compare.bars import bar
    from compare.cases import Case
    from compare.report import markdown
    from compare.rows import rows

    limits = {name: bar("best", Case(name, "float32", (100_000,))) for name in ("tanh", "relu")}
    assert limits["tanh"] < 0.9 < limits["relu"]
    found = sorted(rows([result("relu", SciPy=0.9), result("tanh", JAX=0.2, NumPy=0.9)]), key=lambda row: -row.behind)
    assert [(row.case.function, row.rival.library, row.behind > 1) for row in found] == [
        ("tanh", "NumPy", True),
        ("relu", "SciPy", False),
    ]
    text = markdown([result("relu", SciPy=0.9), result("tanh", NumPy=0.9), result("gelu", "all", JAX=1.5)], {}, [])
    lost, rest = text.split("## Above the bar")[1].split("## The rest")
    assert lost.index("| gelu | float32 | 100_000 | all |") < lost.index("| tanh | float32 | 100_000 | one |")
    assert "| relu |" in rest


def test_bars_are_of_one_thread(compare):
    from compare.bars import bar
    from compare.cases import Case

    assert bar("best", Case("tanh", "float32", (100_000,)))
    assert bar("best", Case("tanh", "float32", (100_000,), threads="all")) is None


def test_means_of_each_library_come_before_the_rows(result):
    from compare.report import markdown

    results = [
        result("relu", NumPy=0.5, JAX=0.2),
        result("tanh", NumPy=2.0),
        result("relu", "all", NumPy=0.25),
        result("relu", "all", "float64", NumPy=0.09),
    ]
    means, _ = markdown(results, {}, []).split("## Above the bar")
    for line in (
        "| the fastest of them | 1.00 | 1 of 2 |  | 0.15 | 0 of 2 |  |",
        "| NumPy | 1.00 | 1 of 2 | 1.00 | 0.15 | 0 of 2 | 1.00 |",
        "| JAX | 0.20 | 0 of 1 | 1.00 |  | 0 of 0 |  |",
    ):
        assert line in means.splitlines()
    kinds = markdown(results, {}, []).partition("## By dtype and size")[2].splitlines()
    assert "| float32 | 100_000 | 1.00 / 0.25 | 1.00 / 0.25 | 0.20 /  |" in kinds
    assert "| float64 | 100_000 |  / 0.09 |  / 0.09 |  |" in kinds


def test_only_one_thread_is_a_report_too(result):
    from compare.report import markdown

    assert "| NumPy | 0.50 | 0 of 1 | 1.00 |" in markdown([result("relu", NumPy=0.5)], {}, []).splitlines()


def test_element_wise_functions_have_all_sizes_in_all_dtypes(compare):
    from compare.cases import cases

    for mode in ("one", "all"):
        found = {(case.dtype, case.extent) for case in cases(mode) if case.function == "relu"}
        assert found == {
            (dtype, size) for dtype in ("float32", "float64", "float16") for size in ("1_000", "100_000", "10_000_000")
        }
        assert {case.threads for case in cases(mode)} == {mode}


def test_all_threads_are_those_of_the_automatic_function(compare):
    from compare.cases import Case
    from compare.contest import QUICK, measure
    from compare.libraries import NumPy
    from compare.report import markdown

    result = measure(Case("tanh", "float32", (1000,), threads="all"), [NumPy()], QUICK)
    assert not result.notes
    assert result.ours.spelling == "numba_act.tanh(x, out=y)"
    assert "| tanh | float32 | 1_000 | all |" in markdown([result], {}, [])


@pytest.mark.parametrize("mode", ["one", "all"])
def test_more_threads_than_allowed_are_said(compare, monkeypatch, mode):
    from compare.cases import Case
    from compare.contest import QUICK, measure
    from compare.libraries import NumPy
    from compare.threads import ProcessorTimer

    from numba_act import most_threads

    monkeypatch.setattr(ProcessorTimer, "processors", 1.2 * most_threads())
    notes = measure(Case("tanh", "float32", (100_000,), threads=mode), [NumPy()], QUICK).notes
    text = f"uses more than {1 if mode == 'one' else most_threads()} thread"
    assert {note.library for note in notes if note.reason.startswith(text)} == {"numba_act", "NumPy"}


def test_processors_at_work_are_counted(compare):
    from compare.threads import ProcessorTimer

    sleeping = ProcessorTimer("sleep(0.05)", {"sleep": time.sleep})
    assert math.isnan(ProcessorTimer("pass", {}).processors)
    assert sleeping.timeit(1) >= 0.05
    assert 0 <= sleeping.processors < 0.5


def test_a_block_waits_for_the_threads_of_the_one_before(compare, monkeypatch):
    from compare import threads
    from compare.libraries import Call

    clock, slept, called = iter((0.0, 0.005, 0.005, 0.007, 0.007, 0.0071, "not read any more")), [], []
    monkeypatch.setattr(threads, "process_time", lambda: next(clock))
    monkeypatch.setattr(threads, "sleep", lambda seconds: slept.append(seconds) or called.clear())
    threads.wake(Call("append(1)", {"append": called.append}, None))
    assert (len(slept), called) == (3, [1])


def test_who_is_hopeless_sits_out(compare):
    from layers.turns import Contender, Effort, take_turns

    def contender(seconds):
        return Contender({"sleep": time.sleep, "seconds": seconds}, "sleep(seconds)")

    effort = Effort(blocks=6, fewest=6, seconds=0.0, block_seconds=0, hopeless=3)
    contenders = [contender(0.05), contender(0.001), contender(0.05)]
    assert np.isnan(take_turns(contenders, effort)).sum(axis=0).tolist() == [0, 0, 5]
    effort.hopeless = math.inf
    assert not np.isnan(take_turns(contenders[1:], effort)).any()


def test_a_process_of_its_own(compare):
    from compare.processes import Died, in_its_own

    assert in_its_own({"OMP_NUM_THREADS": "7"}, os.getenv, "OMP_NUM_THREADS") == "7"
    with pytest.raises(Died):
        in_its_own({}, os._exit, 3)


def test_both_ways_are_measured(compare):
    from compare.__main__ import chosen_cases, measured

    options = Namespace(
        function=["relu"], dtype=["float32"], size=None, shape=None, peer=["NumPy"], quick=True, threads=("one", "all")
    )
    chosen = {mode: chosen_cases(mode, options)[:1] for mode in options.threads}
    assert [case.extent for case in chosen_cases("one", options)] == ["1_000", "100_000"]
    results, absent, lines = measured(chosen, options)
    assert [result.case.threads for result in results] == ["one", "all"]
    assert [{one.library for one in result.contenders} for result in results] == [{"numba_act", "NumPy"}] * 2
    assert absent == {}
    assert [line.split(" (")[0] for line in lines] == ["one thread", "all threads"]


def test_a_process_that_dies_costs_only_its_own_figures(compare, monkeypatch):
    from compare import processes
    from compare.__main__ import measured

    def die(*_):
        raise processes.Died

    monkeypatch.setattr(processes, "in_its_own", die)
    results, _, lines = measured({"one": [], "all": []}, Namespace(peer=None, quick=True))
    assert results == []
    assert lines == [f"**{title}: not measured, the process died**" for title in ("one thread", "all threads")]


def test_the_picture_is_the_same_each_time(result, tmp_path):
    pytest.importorskip("matplotlib")
    from compare.picture import draw

    results = [result("relu", NumPy=0.5, JAX=1.2), result("tanh", NumPy=0.3), result("relu", "all", NumPy=0.2)]
    drawn = []
    for _ in range(2):
        draw(results, tmp_path)
        drawn.append([(tmp_path / f"comparison_{theme}.svg").read_bytes() for theme in ("light", "dark")])
    assert drawn[0] == drawn[1]
    assert drawn[0][0] != drawn[0][1]


@pytest.mark.parametrize(
    ("rival", "case"),
    [
        ("np.copyto", ("relu", "float32", (10_000_000,))),
        ("our axis -1", ("softmax", "float32", (1024, 1024), 0)),
    ],
)
def test_some_rivals_are_measured_alone(compare, rival, case):
    from compare.bars import ALONE, bar
    from compare.cases import Case
    from compare.contest import QUICK, measure_alone
    from compare.rows import rows

    case = Case(*case)
    assert [name for name in ALONE if bar(name, case)] == [rival]
    (row,) = rows([measure_alone(case, rival, QUICK)])
    assert (row.rival.library, row.bar, row.peers) == (rival, bar(rival, case), {})


def test_every_bar_is_of_a_case(compare):
    from compare.bars import BARS
    from compare.cases import cases

    known = {(case.dtype, case.extent, *title) for case in cases() for title in ((), (case.title,))}
    assert {tuple(rest) for _, *rest in BARS} <= known


@pytest.mark.parametrize("table", ["NUMPY", "SCIPY", "NUMEXPR", "PYTORCH", "JAX", "ONNX"])
def test_spellings_are_of_functions_with_a_reference(compare, table):
    from compare import spellings

    from numba_act import reference

    for name in getattr(spellings, table):
        assert callable(getattr(reference, name.removesuffix(" causal")))
        assert all(isinstance(spelling, str) for spelling in spellings.spellings(getattr(spellings, table), name))
