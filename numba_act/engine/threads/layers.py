"""The threads that do the work: which there are, which are taken, and how they are started.

workers     the package's own (``workers.py``)
tbb, omp    numba's, on Intel's TBB or on OpenMP (``numba_layer.py``)

numba's third layer, workqueue, stops the process where two threads meet in it, a user's own numba code included;
workers stand in for it.
"""

import _thread
import ctypes
import functools
import importlib.metadata
import os
import sys
import time

from numba_act.engine.compiler.build import lock, loop_addresses, loop_function
from numba_act.engine.compiler.memory import function_address, immortal, new_records
from numba_act.engine.compiler.workshop import stack_size
from numba_act.engine.threads.count import get_num_threads, most_threads
from numba_act.engine.threads.thread_pool import Worker, pool

# Picoseconds of work on one thread from which on dividing it saves time, whatever the threads and the caches did
# before: waking threads costs the caller some microseconds, and fetching what another core has just written as many.
# `python asv_bench/break_even.py` measures them.
BREAK_EVEN_OF_LAYER = {"workers": 40_000_000, "tbb": 120_000_000, "omp": 40_000_000}

# How long a waiting thread spins, and then yields, before it sleeps; in seconds.
SPINNING, YIELDING = 100e-6, 1e-3


TBB_LIBRARY = {"win32": "tbb12.dll", "darwin": "libtbb.12.dylib"}.get(sys.platform, "libtbb.so.12")

# The name of the layer that this process has started, and whether it is the forked child of another.
started, forked = None, False


def wanted_layer():
    """Return the name of the layer that the environment asks for, or the best there is.

    ``NUMBA_ACT_THREADING_LAYER`` names one; without it, numba's own choice of a layer counts. A forked child has
    workers: OpenMP's threads stayed in the parent, and it stops a child that needs them; and where another thread was
    importing numba, the child would wait for that for ever.
    """
    if forked:
        return "workers"
    wanted = os.environ.get("NUMBA_ACT_THREADING_LAYER", "")
    if not wanted:
        numba = sys.modules.get("numba")
        wanted = numba.config.THREADING_LAYER if numba else os.environ.get("NUMBA_THREADING_LAYER", "default")
    wanted = wanted.lower()
    if wanted in ("workers", "workqueue", "forksafe"):
        return "workers"
    if wanted == "omp":
        return wanted
    return "tbb" if load_tbb() else "workers"


@functools.cache
def load_tbb():
    """Load TBB from where pip puts it, which is no place where the system looks, and return whether it is there.

    numba, which asks for the library by its name, is then given this one.
    """
    try:
        files = importlib.metadata.files("tbb") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for candidate in [TBB_LIBRARY, *(str(file.locate()) for file in files if file.name == TBB_LIBRARY)]:
        try:
            immortal(ctypes.CDLL(candidate))
        except OSError:
            continue
        return True
    return False


def prepare():
    """Load the code of all layers that may be started."""
    _worker_loops()
    if wanted_layer() != "workers":
        importlib.import_module("numba.np.ufunc.parallel")
        _numba_loops()


@functools.cache
def _worker_loops():
    """Return the addresses of the loops of ``workers.py``."""

    def loops():
        from numba_act.engine.threads.workers import linger_loop, worker_loop, workers_driver

        return [workers_driver, worker_loop, linger_loop]

    return loop_addresses("workers", loops, modules=["numba_act.engine.threads.workers"])


@functools.cache
def _numba_loops():
    """Return the addresses of the loops of ``numba_layer.py``."""

    def loops():
        from numba_act.engine.threads.numba_layer import numba_driver, run_share

        return [run_share, numba_driver]

    return loop_addresses("numba_layer", loops, modules=["numba_act.engine.threads.numba_layer"])


def start():
    """Start the threads and let compiled code use them."""
    global started
    with lock:  # no fork in the middle of it
        pool.callers = pool.busy = pool.tickets = pool.waiting = 0
        get_num_threads()  # of this thread, mostly the main one: here Ctrl-C is not lost
        layer = wanted_layer()
        driver = 0
        if layer != "workers":
            layer, driver = _start_numba(layer)
        if not driver:
            layer, driver = "workers", _start_workers()
        pool.break_even = BREAK_EVEN_OF_LAYER[layer] if most_threads() > 1 else sys.maxsize
        pool.owner = os.getpid()
        pool.driver = driver
        started = layer


def _start_numba(layer):
    """Start numba's threads; return the layer it has and the address of the driver, or 0 if none is safe."""
    import numba

    chosen = numba.config.THREADING_LAYER
    try:
        numba.config.THREADING_LAYER = layer
        numba.get_num_threads()
    except ValueError:  # not on this machine
        return layer, 0
    finally:
        numba.config.THREADING_LAYER = chosen
    layer = numba.threading_layer()
    if layer == "workqueue":
        return layer, 0
    library = importlib.import_module(f"numba.np.ufunc.{layer}pool")
    pool.parallel_for = library.parallel_for
    pool.numba_number, pool.set_numba_number = library.get_num_threads, library.set_num_threads
    pool.run_share, driver = _numba_loops()
    return layer, driver


def _start_workers():
    """Start the package's own threads and return the address of their driver."""
    driver, work, linger = _worker_loops()
    api = ctypes.pythonapi
    api.PyThread_allocate_lock.restype = ctypes.c_void_p
    pool.acquire = function_address(api.PyThread_acquire_lock)
    pool.release = function_address(api.PyThread_release_lock)

    def held_lock():
        lock = api.PyThread_allocate_lock()
        api.PyThread_acquire_lock(ctypes.c_void_p(lock), 1)
        return lock

    pool.done = held_lock()
    give_way = ctypes.WinDLL("kernel32").SwitchToThread if sys.platform == "win32" else ctypes.CDLL(None).sched_yield
    pool.yield_ = function_address(give_way)
    # Few yields are timed: where others want the processor, each takes as long as they may have it.
    spins = _turns(loop_function(linger), SPINNING, 1000, 0)
    yields = _turns(loop_function(linger), YIELDING, 0, 20)
    pool.spins, pool.yields = spins, yields
    wanted = most_threads() - 1
    workers = new_records(Worker, wanted)
    pool.workers, pool.count = ctypes.addressof(workers), 0
    for number, worker in enumerate(workers):
        worker.lock = held_lock()
        try:
            with stack_size(1 << 21):
                own_number = ctypes.addressof(immortal(ctypes.c_ssize_t(number)))
                _thread.start_new_thread(loop_function(work), (None, own_number, None, ctypes.addressof(pool)))
        except RuntimeError:  # the system allows no more
            break
        pool.count = number + 1
    return driver


def _turns(linger, seconds, spins, yields):
    """Return how many turns of waiting take some time, by that of a few of them of one kind."""
    turns = ctypes.c_ssize_t(spins + yields)
    pool.spins, pool.yields = spins, yields
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        linger(None, ctypes.addressof(turns), None, ctypes.addressof(pool))
        best = min(best, time.perf_counter() - start)
    return int(seconds / best * turns.value)
