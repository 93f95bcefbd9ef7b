"""The measurements of a GPU without one: arithmetic, tables, and all sections with NumPy in the GPU's place."""

import importlib
import math
import os
import subprocess
import sys
from pathlib import Path
from timeit import Timer
from types import SimpleNamespace

import ml_dtypes
import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

from numba_act import reference
from numba_act.engine.public.registry import activations

BENCH = Path(__file__).resolve().parents[2] / "asv_bench"
SUITE = ("Elementwise", "Rows", "Launch", "RoundTrip")


@pytest.fixture
def bench(monkeypatch):
    """Make the modules of the benchmarks importable."""
    monkeypatch.syspath_prepend(BENCH)


@pytest.fixture
def case(bench):
    from gpu.figures import Case

    def make(function="relu", section="element-wise", dtype="float32", extent="2^28"):
        return Case(section, function, dtype, extent)

    return make


def entry(library, moved=0, **more):
    from gpu.contest import Entry

    return Entry(library, "None", {}, moved=moved, **more)


def test_a_copy_is_compared_by_bandwidth(case):
    from gpu.figures import figure

    ours, copy = entry("numba_act", moved=300), entry("copy", moved=200)
    found = figure(case(), ours, copy, np.array([3.0, 3.0, 4.0]), np.array([1.0, 2.0, 1.0]))
    # 100 bytes a second of ours, 100, 75; of the copy's 200, 100, 200.
    assert found.measured == 0.5
    assert found.spread == (0.4375, 0.75)
    assert (found.seconds, found.rival_seconds, found.bandwidth) == (3.0, 1.0, 100.0)
    assert found.bar == 0.92
    assert found.behind == pytest.approx(0.92 / 0.5)


def test_others_are_compared_by_time(case):
    from gpu.figures import figure

    ours, theirs = entry("numba_act"), entry("PyTorch", allocates=True)
    found = figure(case(), ours, theirs, np.array([1.0, 1.0, 1.0]), np.array([2.0, 1.0, 4.0]))
    assert (found.measured, found.bar, found.behind, found.allocates) == (0.5, 1.0, 0.5, True)
    assert math.isnan(found.bandwidth)


def test_the_bars_are_those_of_the_issue(case):
    from gpu.bars import bar

    assert [bar(case(name), "copy") for name in ("relu", "gelu", "mish")] == [0.92, 0.85, 0.85]
    assert [bar(case(dtype=dtype), "copy") for dtype in ("float16", "bfloat16", "float64")] == [0.85, 0.85, None]
    rows = case("softmax", "rows")
    assert [bar(rows, rival) for rival in ("copy", "PyTorch", "torch.compile")] == [0.85, 1.0, 1.0]
    calls = case("relu", "calls")
    assert [bar(calls, rival) for rival in ("bare launch", "CuPy", "PyTorch")] == [1.5, 1.2, None]
    assert bar(case(section="layouts"), "contiguous") == 4.0


def test_bytes_that_have_to_be_moved(bench):
    from gpu.row_functions import Rows

    shape = (6, 4, 4)
    assert Rows("softmax", shape).moved == 2 * 96 * 4
    assert Rows("logsumexp", shape).moved == 96 * 4 + 24 * 4
    assert Rows("softmax", shape, left_out="where").moved == 2 * 96 * 4 + 16
    assert Rows("softmax", shape, left_out="causal").moved == (6 * 10 + 96) * 4


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_errors_are_in_the_last_place(bench, dtype):
    from gpu.ulp import errors

    kind = np.dtype(getattr(ml_dtypes, dtype, dtype))
    information = ml_dtypes.finfo(kind)
    for number in (1.0, 3.0, 1.9, float(information.tiny), float(information.smallest_subnormal), -5.0):
        right = np.array([number], kind)
        neighbour = np.nextafter(right, kind.type(np.inf))
        assert errors(neighbour, right, dtype) == 1
    special = np.array([np.nan, np.inf, -np.inf, 0.0])
    assert errors(special, special, dtype).tolist() == [0, 0, 0, 0]
    assert not errors(np.array([np.nan]), np.array([1.0]), dtype) <= 1


def test_losses_come_first_and_troubles_are_said(case):
    from gpu.figures import Figure
    from gpu.report import markdown
    from gpu.ulp import Checked

    def figure(function, rival, measured, **more):
        numbers = {"spread": (measured, measured), "seconds": 1e-3, "rival_seconds": 2e-3, "bandwidth": 3e12}
        return Figure(case(function), rival, measured, **numbers | more)

    found = [
        figure("tanh", "copy", 0.95),
        figure("relu", "copy", 0.91),
        figure("gelu", "copy", 0.86),
        figure("silu", "PyTorch", 1.5, allocates=True),
        Figure(case("mish"), "all", trouble="fails: out of memory", ours=True),
        Figure(case("all"), "CuPy", trouble="not installed (No module named 'cupy')"),
    ]
    checked = [Checked(case("tanh"), 9, 0.75, 0.25, 1.0), Checked(case("mish"), 9, 2.5, 0.25, 1.0)]
    text = markdown(["a card"], {"element-wise": found}, checked)
    assert "* a card" in text.splitlines()
    assert "* PyTorch wrote to a given array in: none; made a new one in: silu" in text.splitlines()
    lost, section, right = text.split("\n## ")[1:]
    assert lost.startswith("Lost: behind a bar, slower without one, or failed (3)")
    assert _column(lost, 0) == ["mish", "silu", "relu"]
    assert _column(section, 0) == ["mish", "silu", "relu", "gelu", "tanh", "all"]
    assert _column(section, 7)[:3] == ["**fails: out of memory**", "**1.50**", "**0.91**"]
    assert _column(section, 7)[3:] == ["0.86", "0.95", "not installed (No module named 'cupy')"]
    assert _column(section, 9) == ["", "<= 1", ">= 0.92", ">= 0.85", ">= 0.92", ""]
    assert _column(section, 6)[1:3] == ["2,000*", "2,000"]
    assert _column(right, 4) == ["**2.5**", "0.75"]


def _column(section, number):
    """Return the cells of the table of a section."""
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [line.split(" | ")[number].strip("| ") for line in lines[2:]]


def formula(name):
    """Return a function as it is called on a GPU or a CPU: the reference in float64, rounded. Compiles nothing."""

    def call(x, *parameters, out=None, where=True, causal=False):
        if not parameters:
            parameters = [float(x.dtype.type(value)) for value in activations()[name].parameters.values()]
        seen = np.tri(*x.shape[-2:], dtype=bool) if causal else where
        hidden = np.where(seen, x.astype(np.float64), -np.inf)
        results = getattr(reference, name)(hidden, *parameters)
        if out is None:
            return results.astype(x.dtype)
        assert out.shape == results.shape
        out[...] = results
        return out

    return call


class OnHost:
    """What ``benchmarks/on_device.py`` has, of NumPy."""

    function = staticmethod(formula)

    @staticmethod
    def empty(dtype, *shape):
        return np.zeros(shape, getattr(ml_dtypes, dtype, dtype))

    @staticmethod
    def rounded(number, dtype):
        return float(np.array(number, getattr(ml_dtypes, dtype, dtype)))

    @staticmethod
    def upload(array, numbers):
        array[...] = numbers

    @staticmethod
    def to_host(array):
        return array.copy()

    @staticmethod
    def copying(target, source):
        return lambda: np.copyto(target, source)

    @staticmethod
    def View(array, shape, strides, first=0):
        return as_strided(array[first:], shape, [array.itemsize * stride for stride in strides])

    @staticmethod
    def pinned(dtype, size):
        return np.zeros(size, dtype)

    @staticmethod
    def bare_launch(size):
        return lambda x, y: np.copyto(y, x) and None

    @staticmethod
    def synchronize():
        pass


@pytest.fixture
def on_host(bench, monkeypatch):
    """Put NumPy in the place of the GPU, and let everything be small."""
    from benchmarks import on_device
    from gpu import elementwise, layouts, row_functions, timers, transfers

    for name in [name for name in vars(OnHost) if not name.startswith("_")]:
        monkeypatch.setattr(on_device, name, getattr(OnHost, name))
    right = SimpleNamespace(**{name: formula(name) for name in activations()})
    monkeypatch.setattr(elementwise, "cpu", right)
    monkeypatch.setattr(row_functions, "cpu", right)
    on_device.operands.cache_clear()
    monkeypatch.setattr(timers, "GpuTimer", Timer)
    monkeypatch.setattr(transfers, "_copies", lambda on_gpu, source, target: lambda: np.copyto(target, source))
    monkeypatch.setattr(elementwise, "QUICK_EXPONENT", 12)
    monkeypatch.setattr(transfers, "QUICK_EXPONENT", 13)
    monkeypatch.setattr(layouts, "QUICK_SIDE", 64)
    small = [row_functions.replace(rows, shape=(4, 32, 32)[-len(rows.shape) :]) for rows in row_functions.OTHERS]
    monkeypatch.setattr(row_functions, "OTHERS", small)
    yield
    on_device.operands.cache_clear()


def test_all_sections_run_with_numpy_in_the_place_of_the_gpu(on_host, monkeypatch):
    from gpu import suite
    from gpu.report import markdown

    missing = {"PyTorch": "not installed (of the test)", "CuPy": "not installed (of the test)"}
    monkeypatch.setattr(suite, "installed", lambda: ({}, missing))
    measuring = suite.Suite(quick=True)
    sections = list(measuring.sections())
    assert list(dict.fromkeys(sections)) == list(measuring.figures)
    every = [one for section in measuring.figures.values() for one in section]
    assert [one for one in every if one.ours] == []
    assert {one.rival for one in every if not one.trouble} == {"copy", "bare launch", "contiguous", "two pinned copies"}
    assert [one.worst for one in measuring.checked if one.wrong] == []
    assert {one.case.function for one in measuring.checked} == set(activations())
    text = markdown([], measuring.figures, measuring.checked)
    assert "| all |  |  | PyTorch |  |  |  | not installed (of the test) |  |  |" in text.splitlines()


def test_a_wrong_function_is_not_timed(on_host, monkeypatch):
    from benchmarks import on_device
    from gpu import elementwise
    from gpu.contest import Referee

    monkeypatch.setattr(elementwise, "NAMES", ["tanh", "relu"])
    monkeypatch.setattr(on_device, "function", lambda name: lambda x, out: np.sinh(x, out=out))
    found = elementwise.first_figures(Referee(quick=True, deadline=math.inf), {})
    assert [one.case.function for one in found] == ["tanh", "relu"]
    assert all(one.ours and one.trouble.startswith("wrong by") and one.behind == math.inf for one in found)


def test_what_fails_does_not_lose_the_rest(on_host, monkeypatch):
    from benchmarks import on_device
    from gpu import elementwise
    from gpu.contest import Entry, Referee

    class Peer:
        dtypes = ("float32",)

        def entries(self, function, x, y):
            names = {"np": np, "x": x, "y": y}
            if function == "tanh":
                return [Entry("Peer", "missing(x)", names, y), Entry("Peer", "np.tanh(x)", names, y)]
            return [Entry("Peer", "missing(x)", names, y)]

    def function(name):
        if name == "gelu":
            raise MemoryError("out of memory\nand more")
        return OnHost.function(name)

    monkeypatch.setattr(elementwise, "NAMES", ["gelu", "tanh", "relu"])
    monkeypatch.setattr(on_device, "function", function)
    found = elementwise.first_figures(Referee(quick=True, deadline=math.inf), {"Peer": Peer()})
    assert [(one.case.function, one.rival, one.trouble, one.ours, one.allocates) for one in found] == [
        ("gelu", "all", "fails: out of memory", True, False),
        ("tanh", "copy", "", False, False),
        ("tanh", "Peer", "", False, True),
        ("relu", "copy", "", False, False),
        ("relu", "Peer", "fails: name 'missing' is not defined", False, False),
    ]


def test_a_peer_that_computes_something_else_does_not_take_part(on_host, monkeypatch):
    from gpu import elementwise
    from gpu.contest import Entry, Referee

    class Peer:
        dtypes = ("float32",)

        def entries(self, function, x, y):
            spelling = {"tanh": "np.sinh(x, out=y)", "relu": "np.maximum(x, 0, out=y)"}[function]
            return [Entry("CuPy", spelling, {"np": np, "x": x, "y": y}, y)]

    monkeypatch.setattr(elementwise, "NAMES", ["tanh", "relu"])
    found = elementwise.first_figures(Referee(quick=True, deadline=math.inf), {"CuPy": Peer()})
    assert [(one.case.function, one.trouble) for one in found if one.rival == "CuPy"] == [
        ("tanh", "computes something else"),
        ("relu", ""),
    ]


def test_when_time_is_up_the_rest_is_said_to_be_missing(on_host):
    from gpu import calls
    from gpu.contest import Referee

    found = calls.figures(Referee(quick=True, deadline=-math.inf), {})
    assert {one.trouble for one in found} == {"not measured: time was up"}
    assert not any(one.ours for one in found)


def test_cupy_spells_every_function(bench):
    from benchmarks.inputs import ELEMENTWISE
    from gpu.spellings import CUPY_KERNELS, CUPY_UFUNCS

    assert set(CUPY_KERNELS) == set(ELEMENTWISE)
    assert set(CUPY_UFUNCS) <= set(ELEMENTWISE)


def _without_numba_cuda(script):
    """Return a script in which numba-cuda seems not to be installed, whether or not it is."""
    return f"""
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == "numba_cuda" else find(name, *more)
sys.path.insert(0, {str(BENCH)!r})
{script}
"""


def test_the_script_says_in_a_sentence_what_is_missing(tmp_path):
    script = _without_numba_cuda("import cuda_report; sys.argv[1:] = ['--quick']; sys.exit(cuda_report.main())")
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, env=os.environ, check=False
    )
    assert (run.returncode, run.stdout) == (1, "")
    # Before it numba-cuda, half of which is still there, may warn.
    assert run.stderr.splitlines()[-1] == "numba_act.cuda needs the package numba-cuda: pip install 'numba-act[cuda]'"


def test_so_does_the_suite_without_a_device(bench, monkeypatch):
    suite = importlib.import_module("benchmarks.cuda")
    monkeypatch.setattr(suite.on_device, "missing", lambda: "This needs a GPU.")
    for name in SUITE:
        benchmark = getattr(suite, name)()
        parameters = benchmark.params if isinstance(benchmark.params[0], list) else [benchmark.params]
        assert len(benchmark.param_names) == len(benchmark.params)
        with pytest.raises(NotImplementedError, match="This needs a GPU"):
            benchmark.setup(*(values[0] for values in parameters))


def test_the_suite_runs_with_numpy_in_the_place_of_the_gpu(on_host, monkeypatch):
    suite = importlib.import_module("benchmarks.cuda")
    monkeypatch.setattr(suite.on_device, "missing", lambda: None)
    monkeypatch.setattr(suite, "LARGE", 1000)
    monkeypatch.setattr(suite, "CALLS", 2)
    first = {"Elementwise": ("gelu", "float32", 1000), "Rows": ("logsumexp", "float64", "30x20")}
    for name in SUITE:
        benchmark = getattr(suite, name)()
        parameters = first.get(name, ("relu",))
        benchmark.setup(*parameters)
        timed = [method for method in dir(benchmark) if method.startswith("time_")]
        assert timed
        for method in timed:
            getattr(benchmark, method)(*parameters)
    for memoised in (suite._compiled, suite._launch, suite._on_host):
        memoised.cache_clear()


def test_a_device_that_is_there_is_not_said_to_be_missing(bench):
    from benchmarks import on_device

    reason = on_device.missing()
    assert reason is None or (reason.startswith("numba_act.cuda needs ") and "\n" not in reason)
