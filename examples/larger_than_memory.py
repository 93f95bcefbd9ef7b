"""gelu and softmax of an array three times as large as the memory of the workers that compute them.

    python examples/larger_than_memory.py              3 GiB, two workers with 512 MiB each; takes 9 GiB of disk
    python examples/larger_than_memory.py --size 0.5   another size, in GiB

The array lies on disk in chunks, and so do the results. Needs the packages of the group ``libraries``:
``pip install -e . --group libraries``.
"""

import argparse
import tempfile
import time
from pathlib import Path

import dask.array
import numpy as np
import zarr
from distributed import Client, LocalCluster, progress
from distributed.diagnostics import MemorySampler

import numba_act as na

WORKERS, MEMORY = 2, 512 << 20

# A row of 16384 float32 numbers lies in four chunks of 8 MiB each. A chunk is small beside the memory of a worker, who
# holds several at a time, and takes long beside the millisecond that Dask takes for it.
COLUMNS, CHUNK = 16_384, (512, 4096)
ROWS_OF_A_GIB = 2**30 // (4 * COLUMNS)


def main():
    """Compute on a cluster of this machine, and print how long it takes and how much memory."""
    parser = argparse.ArgumentParser(description="gelu and softmax of an array that is larger than memory")
    parser.add_argument("--size", type=float, default=3.0, help="of the array, in GiB; 3 if not given")
    shape = max(CHUNK[0], round(parser.parse_args().size * ROWS_OF_A_GIB)), COLUMNS
    compile_once()
    with tempfile.TemporaryDirectory(prefix="numba_act_") as folder, cluster(folder) as here, Client(here) as client:
        times = 4 * shape[0] * shape[1] / (WORKERS * MEMORY)
        print(f"{shape[0]} x {shape[1]} float32: {times:.1f} times the {WORKERS} x {MEMORY >> 20} MiB of the workers")
        compute_all(client, Path(folder), shape)


def compile_once():
    """Compile before there are workers, which then find the machine code on disk and do not compile it each.

    Workers on other machines compile for their own CPUs, at the first call.
    """
    for name in ("gelu", "softmax", "logsumexp"):  # the last is what rows in several chunks are put together with
        getattr(na, name)(np.zeros((1000, 1000), "f4"))


def cluster(folder):
    """Return two workers on this machine that nobody else can reach. Each has one thread, and so has every call."""
    where = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "local_directory": folder}
    return LocalCluster(n_workers=WORKERS, threads_per_worker=1, memory_limit=MEMORY, **where)


def compute_all(client, folder, shape):
    """Compute from disk to disk, and compare some rows with NumPy's formulas."""
    numbers = dask.array.random.default_rng(0).uniform(-5, 5, shape, chunks=CHUNK).astype("f4")
    write(client, "random numbers", numbers, folder / "x")
    x = dask.array.from_zarr(folder / "x")
    write(client, "gelu", na.gelu(x), folder / "gelu")
    check(na.reference.gelu, folder / "x", folder / "gelu")
    write(client, "softmax, each row in four chunks", na.softmax(x, axis=-1), folder / "softmax")
    check(na.reference.softmax, folder / "x", folder / "softmax")


def write(client, what, array, path):
    """Compute an array and write it to disk, with a bar that shows how far that is."""
    print(f"\n{what}")
    stored = array.to_zarr(path, compute=False, compressors=None)  # random numbers cannot be compressed
    memory, start = MemorySampler(), time.perf_counter()
    with memory.sample("workers", client=client, interval=0.1):
        written = client.compute(stored)
        progress(written)
        written.result()  # raises what went wrong
    seconds, most = time.perf_counter() - start, max(used for _, used in memory.samples["workers"])
    print(f"\n{seconds:.1f} s, {array.nbytes / seconds / 2**30:.2f} GiB/s, at most {most >> 20} MiB in the workers")


def check(formula, x, result, rows=8):
    """Hold some rows of a result on disk against a formula of NumPy, in float64."""
    x, result = zarr.open_array(x, mode="r"), zarr.open_array(result, mode="r")
    for row in np.random.default_rng(0).integers(x.shape[0], size=rows):
        np.testing.assert_allclose(result[row], formula(x[row].astype("f8")), rtol=1e-6, atol=1e-37)
    print(f"{rows} rows are what NumPy's formula says")


if __name__ == "__main__":
    main()
