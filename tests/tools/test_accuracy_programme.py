"""`make accuracy`: its arithmetic, and a run with very few inputs."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import ulp
from distance import errors, truth_of_float64, truth_of_mpmath
from inputs import POINTS, all_ranks, numbers_by_rank, points, thresholds
from ml_dtypes import bfloat16
from samples import finite_numbers, numbers

from numba_act import reference

ROOT = Path(__file__).parents[2]
DTYPES = [np.dtype(dtype) for dtype in (np.float16, bfloat16, np.float32, np.float64)]


@pytest.fixture(params=DTYPES, ids=str)
def dtype(request):
    return request.param


def awkward_truth(dtype):
    """Return exact values around numbers of the dtype: on them, near them, halfway, beyond the largest."""
    x = finite_numbers(dtype)
    context = reference.mpmath_namespace(60)
    values = context.asarray(x.astype(float).tolist())
    shifts = context.asarray(np.resize([0, 2.0**-9, 2.0**-12, 2.0**-25, 2.0**-54, 2.0**-80, 1.5], x.size).tolist())
    return x, values * (1 + shifts)


def test_distances_are_those_of_the_tests(dtype):
    x, truth = awkward_truth(dtype)
    with np.errstate(over="ignore"):
        computed = np.concatenate([x, np.nextafter(x, dtype.type(np.inf)), -x, np.full_like(x, np.inf)])
    truth = np.tile(truth, 4)
    distance, wrong = errors(computed.astype(float), truth_of_mpmath(truth, dtype), dtype)
    np.testing.assert_allclose(distance, ulp.errors(computed, truth), rtol=1e-15)
    assert not wrong[distance < 0.5].any()
    assert wrong[distance > 0.5].all()


@pytest.mark.parametrize("dtype", DTYPES[:3], ids=str)
def test_truth_in_float64_is_split_as_in_mpmath(dtype):
    truth = awkward_truth(dtype)[1].astype(float)
    exact = reference.mpmath_namespace(60).asarray(truth.tolist())
    for fast, slow in zip(truth_of_float64(truth, dtype), truth_of_mpmath(exact, dtype), strict=True):
        np.testing.assert_array_equal(fast, slow)


def test_nan_is_infinitely_far():
    truth = truth_of_float64(np.array([1.0, 0.0]), np.float32)
    distance, wrong = errors(np.array([np.nan, np.nan]), truth, np.float32)
    assert np.all(distance == np.inf)
    assert wrong.all()


@pytest.mark.parametrize("dtype", DTYPES[:2], ids=str)
def test_ranks_number_all_floats_in_ascending_order(dtype):
    x = numbers_by_rank(*all_ranks(dtype), 1, dtype)
    assert np.unique(x.view(np.uint16)).size == 1 << 16
    with np.errstate(invalid="ignore"):  # signalling NaNs are among them
        ordered = x[~np.isnan(x)].astype(float)
    assert np.all(ordered[1:] >= ordered[:-1])
    assert np.isinf(ordered[[0, -1]]).all()


def test_ranks_of_float32_contain_the_samples():
    for value in numbers(np.dtype(np.float32)):
        bits = int(value.view(np.int32))
        rank = bits if bits >= 0 else bits ^ 0x7FFFFFFF
        assert numbers_by_rank(rank, rank + 1, 1, np.float32).view(np.int32)[0] == bits


def test_points_are_sorted_and_dense_at_thresholds():
    x = points("sigmoid", ())
    assert x.size == POINTS
    assert np.all(x[1:] > x[:-1])
    found = thresholds("sigmoid", ())
    # Where results become zero, become subnormal, and become 1.
    for expected in (1075 * np.log(2), 1022 * np.log(2), 54 * np.log(2)):
        nearest = found[abs(found - expected).argmin()]
        assert nearest == pytest.approx(expected, rel=1e-3)
        assert min(np.count_nonzero(abs(x - sign * nearest) < 1e-9) for sign in (-1, 1)) > 100


def run(folder, *options):
    command = [sys.executable, ROOT / "tools" / "accuracy", "--smallest", "--folder", folder, "--processes", "1"]
    return subprocess.run([*command, *options], check=False, capture_output=True, text=True, timeout=120)


def test_programme_measures_and_goes_on_where_it_was(tmp_path):
    options = ("--function", "leaky_relu", "--function", "tanh", "--dtype", "float32", "--dtype", "bfloat16")
    first = run(tmp_path, *options)
    assert first.returncode == 0, first.stderr
    assert "| `tanh` | bfloat16 | 65,280 |" in first.stdout
    assert "| `leaky_relu(negative_slope=2)` | float32 |" in first.stdout
    journal = tmp_path / "journal.jsonl"
    lines = journal.read_text().splitlines()
    # One job is lost, another was cut off as it was written.
    journal.write_text("\n".join([*lines[1:-1], lines[-1][:20]]) + "\n")
    second = run(tmp_path, *options)
    assert second.returncode == 0, second.stderr
    assert len(journal.read_text().splitlines()) == len(lines) + 1
    assert {json.loads(line)[1] for line in journal.read_text().splitlines() if line.endswith("]")} == {
        json.loads(line)[1] for line in lines
    }


def test_exceeded_bound_is_the_exit_status(tmp_path):
    assert run(tmp_path, "--function", "tanh", "--dtype", "bfloat16").returncode == 0
    journal = tmp_path / "journal.jsonl"
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    for _, _, result in entries:
        if "errors" in result:
            result["errors"]["numba_act"]["worst"] = 0.75
            result["falls"] = 2
    journal.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    found = run(tmp_path, "--function", "tanh", "--dtype", "bfloat16")
    assert found.returncode == 1
    assert "tanh in bfloat16: 0.75 ULP at" in found.stderr
    assert "tanh in bfloat16: monotone: 2 times not" in found.stderr
