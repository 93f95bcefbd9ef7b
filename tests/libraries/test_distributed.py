"""A cluster of two workers on this machine: results, from disk to disk, and threads."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import numba_act as na

dask_array = pytest.importorskip("dask.array")
distributed = pytest.importorskip("distributed")

ROOT = Path(__file__).parents[2]
FUNCTIONS = (na.gelu, na.cpu.gelu, na.parallel.gelu, na.leaky_relu, na.ufuncs.elu, na.softmax, na.cpu.logsumexp)
x = (3 * np.random.default_rng(0).standard_normal((60, 80))).astype("f4")


@pytest.fixture(scope="module", autouse=True)
def client():
    for name in ("gelu", "leaky_relu", "softmax", "log_softmax", "logsumexp"):  # the workers then find them on disk
        getattr(na, name)(x)
    where = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, **where) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.wait_for_workers(2)
        yield client


def on_both(client, function, *args):
    """Return the results of a function on the two workers."""
    workers = list(client.scheduler_info()["workers"])
    assert len(workers) == 2
    return client.gather([client.submit(function, *args, workers=worker, pure=False) for worker in workers])


CALLS = {
    "ufunc": na.gelu,
    "defaults": na.leaky_relu,
    "parameter": lambda x: na.leaky_relu(x, negative_slope=0.2),
    "rows": na.softmax,
    "reduction": na.logsumexp,
    "one after the other": lambda x: na.log_softmax(na.gelu(x), axis=-1),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_bits_of_one_machine(call):
    result = call(dask_array.from_array(x, chunks=(20, -1)))
    assert isinstance(result, dask_array.Array)
    np.testing.assert_array_equal(result.compute(), call(x))


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_rows_in_the_memory_of_two_workers(name, client):
    chunks = dask_array.from_array(x, chunks=(20, 25)).persist()
    distributed.wait(chunks)
    assert len(set(client.has_what())) == 2
    result = getattr(na, name)(chunks, axis=-1).compute()
    assert result.dtype == x.dtype
    np.testing.assert_allclose(result, getattr(na.reference, name)(x.astype("f8")), rtol=1e-6)


def test_from_disk_to_disk(tmp_path):
    zarr = pytest.importorskip("zarr")
    dask_array.from_array(x, chunks=(20, 40)).to_zarr(tmp_path / "x")
    na.softmax(na.gelu(dask_array.from_zarr(tmp_path / "x"))).to_zarr(tmp_path / "softmax")
    result = zarr.open_array(tmp_path / "softmax", mode="r")
    assert result.chunks == (20, 40)
    np.testing.assert_allclose(result[:], na.reference.softmax(na.gelu(x).astype("f8")), rtol=1e-6)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: f"{function.__module__}.{function.__name__}")
def test_functions_travel(function, client):
    args = (x, np.float32(2)) if function is na.ufuncs.elu else (x,)
    for result in on_both(client, function, *args):
        np.testing.assert_array_equal(result, function(*args))


def test_workers_of_one_thread_do_not_use_more(client):
    assert on_both(client, na.get_num_threads) == [1, 1]
    assert na.get_num_threads() == na.most_threads()


@pytest.fixture
def number_in_threads(monkeypatch):
    """Return a function that returns how many threads a call has in a worker of this process with some threads."""
    # Dask sets it in the process that starts others, too.
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)

    def number(threads):
        options = {"n_workers": 1, "processes": False, "dashboard_address": "127.0.0.1:0", "set_as_default": False}
        with distributed.Client(threads_per_worker=threads, **options) as client:
            return client.submit(na.get_num_threads).result()

    return number


def test_cpus_are_divided_by_the_threads_of_a_worker(number_in_threads):
    most = na.most_threads()
    assert number_in_threads(most) == 1
    assert number_in_threads(1) == most
    assert number_in_threads(2 * most) == 1


def test_variables_count_in_a_worker(number_in_threads, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert number_in_threads(1) == 1
    monkeypatch.setenv("NUMBA_NUM_THREADS", str(na.most_threads()))
    assert number_in_threads(na.most_threads()) == na.most_threads()


def test_example():
    command = [sys.executable, "-W", "error", ROOT / "examples/larger_than_memory.py", "--size", "0.03"]
    found = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False, timeout=100)
    assert found.returncode == 0, found.stderr  # on a busy machine Dask says that a worker takes long to end
    assert found.stdout.count("8 rows are what NumPy's formula says") == 2
