"""Threads that Dask has started to keep the CPUs busy: each of them is to use its part of the CPUs and no more.

Dask is not imported; a thread can only be one of its own where others have.
"""

import os
import sys
import threading


def share(cpus):
    """Return how many of the CPUs a call from this thread may use: all, unless the thread is one of Dask's."""
    worker = _worker()
    if worker is None:
        return max(1, cpus // _size_of_pool())
    # Other processes may be workers on the same machine. Dask tells each of them in this variable, which it sets to 1
    # unless it is configured otherwise, how many threads a task may use.
    number = os.environ.get("OMP_NUM_THREADS", "")
    allowed = int(number) if number.isdecimal() else cpus
    return max(1, min(cpus // max(1, worker.state.nthreads), allowed))


def _worker():
    """Return the worker of `distributed` that is running a task in this thread, or None."""
    get_worker = getattr(sys.modules.get("distributed.worker"), "get_worker", None)
    try:
        return get_worker and get_worker()
    except ValueError:  # no worker's thread
        return None


def _size_of_pool():
    """Return how many threads the pool of Dask's threaded scheduler has that this thread belongs to, or 1.

    A thread is known by its name: it begins to work before the pool has it in its list.
    """
    scheduler = sys.modules.get("dask.threaded")
    if not hasattr(scheduler, "get"):  # not imported, or not yet
        return 1
    pools = [scheduler.default_pool, sys.modules["dask.config"].get("pool", None)]
    pools += [pool for of_caller in [*scheduler.pools.values()] for pool in [*of_caller.values()]]
    prefix = threading.current_thread().name.rpartition("_")[0]
    sizes = [pool._max_workers for pool in pools if prefix and getattr(pool, "_thread_name_prefix", None) == prefix]
    return max(sizes, default=1)
