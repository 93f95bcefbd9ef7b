"""Calls of NumPy's arrays and of Dask's arrays, in turns.

All chunks lie in memory, those of a cluster in that of its workers. So nothing is measured but the computing, and what
Dask does for each chunk.
"""

from dataclasses import dataclass

import dask.array
import numpy as np
from distributed import Client, LocalCluster, futures_of, wait
from layers.turns import Contender, Effort, take_turns

import numba_act as na

WORKERS = 2
EFFORT = Effort(blocks=41, fewest=7, seconds=12, block_seconds=0)

# For the overhead: chunks that are computed in no time, and how many of them make a row. `np.exp` is Dask's own.
FEW_ROWS, MANY_CHUNKS = 4, 400
SHARED = {"np.exp": 1, "gelu": 1, "softmax": 1, "softmax, rows in 4 chunks": 4}

# For the throughput: the numbers of all chunks together, and the bytes of one. Dask itself makes chunks of 128 MiB.
NUMBERS = 1 << 28
CHUNKS = (8 << 20, 32 << 20, 128 << 20)
FUNCTIONS = ("gelu", "sigmoid", "softmax", "relu")
COLUMNS = 1024


class Nowhere:
    """Where results go that nobody needs. To keep them takes new memory, and that may take longer than computing."""

    def __setitem__(self, where, result):
        """Forget a result."""


@dataclass
class Overhead:
    """The seconds that a chunk takes directly, and how many more on Dask's threads and on a cluster."""

    name: str
    direct: float
    threads: float
    cluster: float


@dataclass
class Throughput:
    """The bytes of all chunks and of one, and the seconds that all take on threads, on workers, and their ratio."""

    name: str
    chunk: int
    threads: float
    workers: float
    ratio: float


def measure(quick):
    """Return an `Overhead` of each kind of call, and a `Throughput` of each function and size."""
    effort = EFFORT.quick() if quick else EFFORT
    for name in (*FUNCTIONS, "logsumexp"):  # compiled before there are workers
        getattr(na, name)(np.zeros((1000, 1000), "f4"))
    where = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with (
        LocalCluster(n_workers=WORKERS, threads_per_worker=1, **where) as cluster,
        Client(cluster) as client,
    ):
        overheads = [_overhead(client, name, effort) for name in SHARED]
        throughputs = [found for size in CHUNKS for found in _throughputs(client, size, effort)]
    return overheads, throughputs


def _overhead(client, name, effort):
    function, columns = np.exp if name == "np.exp" else getattr(na, name.partition(",")[0]), 256
    shape = FEW_ROWS * MANY_CHUNKS // SHARED[name], columns * SHARED[name]
    x = 3 * np.random.default_rng(0).standard_normal(shape, dtype="f4")
    lazy = dask.array.from_array(x, chunks=(FEW_ROWS, columns)).persist(scheduler="threads")
    held = client.persist(lazy)
    wait(held)
    chunks = [x[row : row + FEW_ROWS, :columns] for row in range(0, len(x), FEW_ROWS)] * SHARED[name]
    assert len(chunks) == held.npartitions == MANY_CHUNKS
    calls = [
        lambda: [function(chunk) for chunk in chunks],
        lambda: function(lazy).persist(scheduler="threads"),
        lambda: wait(client.persist(function(held))),
    ]
    seconds = take_turns([_contender(call) for call in calls], effort) / MANY_CHUNKS
    more = np.median(seconds[:, 1:] - seconds[:, :1], axis=0)
    return Overhead(name, np.median(seconds[:, 0]), *more)


def _throughputs(client, size, effort):
    rows = size // (4 * COLUMNS)
    made = dask.array.random.default_rng(0).standard_normal((NUMBERS // COLUMNS, COLUMNS), chunks=(rows, COLUMNS))
    held = client.persist(3 * made.astype("f4"))
    # `held.compute()` would bring all chunks to one worker, which would then do all the work.
    chunks = client.gather(futures_of(held))
    for name in FUNCTIONS:
        seconds = take_turns(_threads_and_workers(client, getattr(na, name), held, chunks), effort)
        ratio = np.median(seconds[:, 0] / seconds[:, 1])
        yield Throughput(name, size, *np.median(seconds, axis=0), ratio)


def _threads_and_workers(client, function, held, chunks):
    def on_threads():
        with na.num_threads(min(WORKERS, na.most_threads())):
            for chunk in chunks:
                function(chunk)

    def on_workers():
        wait(client.compute(dask.array.store(function(held), Nowhere(), lock=False, compute=False)))

    return [_contender(on_threads), _contender(on_workers)]


def _contender(call):
    return Contender({"f": call}, "f()")
