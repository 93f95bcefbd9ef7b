"""The threads that do the work: which there are, which are taken, and how they are started.

workers     the package's own (``workers.py``)
tbb, omp    numba's, on Intel's TBB or on OpenMP (``numba_layer.py``)

numba's third layer, workqueue, stops the process where two threads meet in it, a user's own numba code included; workers
stand in for it.
"""

import _thread
import contextlib
import ctypes
import functools
import importlib.metadata
import os
import sys
import threading
import time

from numba_act.engine.compile import compiled, lock, loop_function
from numba_act.engine.pool import (
    ACQUIRE,
    BREAK_EVEN,
    BUSY,
    CALLERS,
    COUNT,
    DONE,
    DRIVER,
    NUMBA_NUMBER,
    OWNER,
    PARALLEL_FOR,
    RELEASE,
    RUN_SHARE,
    SET_NUMBA_NUMBER,
    SPINS,
    TICKETS,
    WAITING,
    WORKER_ENTRIES,
    WORKERS,
    YIELD,
    YIELDS,
    function_address,
    immortal,
    new_table,
    pool,
)
from numba_act.engine.thread_count import most_threads

# Picoseconds of work on one thread from which on dividing it saves time, whatever the threads and the caches did before:
# waking threads costs the caller some microseconds, and fetching what another core has just written as many.
# `python asv_bench/break_even.py` measures them.
BREAK_EVEN_OF_LAYER = {"workers": 40_000_000, "tbb": 120_000_000, "omp": 40_000_000}

# How long one that waits looks again and again, and then gives way again and again, before it sleeps; in seconds.
SPINNING, YIELDING = 100e-6, 1e-3


WORKERS_LOOPS = ("workers_driver", "worker_loop", "linger_loop")
NUMBA_LOOPS = ("run_share", "numba_driver")

TBB_LIBRARY = {"win32": "tbb12.dll", "darwin": "libtbb.12.dylib"}.get(sys.platform, "libtbb.so.12")

# The name of the layer that this process has started, and whether it is the forked child of another.
started, forked = None, False


def wanted_layer():
    """Return the name of the layer that the environment asks for, or the best there is.

    ``NUMBA_ACT_THREADING_LAYER`` names one; without it, numba's own choice of a layer counts. A forked child has workers:
    OpenMP's threads stayed in the parent, and it stops a child that needs them; and where another thread was importing
    numba, the child would wait for that for ever.
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

    Whoever asks for the library by its name is then given this one: numba, too.
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
    compiled("workers", *WORKERS_LOOPS)
    if wanted_layer() != "workers":
        importlib.import_module("numba.np.ufunc.parallel")
        compiled("numba_layer", *NUMBA_LOOPS)


def start():
    """Start the threads and let compiled code use them."""
    global started
    with lock:  # no fork in the middle of it
        pool[CALLERS] = pool[BUSY] = pool[TICKETS] = pool[WAITING] = 0
        most_threads()
        layer = wanted_layer()
        driver = 0
        if layer != "workers":
            layer, driver = _start_numba(layer)
        if not driver:
            layer, driver = "workers", _start_workers()
        pool[BREAK_EVEN] = BREAK_EVEN_OF_LAYER[layer] if most_threads() > 1 else sys.maxsize
        pool[OWNER] = os.getpid()
        pool[DRIVER] = driver
        started = layer


def _start_numba(layer):
    """Start numba's threads and return the layer it has and the address of the driver, or 0 if it has none that is safe."""
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
    pool[PARALLEL_FOR] = library.parallel_for
    pool[NUMBA_NUMBER], pool[SET_NUMBA_NUMBER] = library.get_num_threads, library.set_num_threads
    pool[RUN_SHARE], driver = compiled("numba_layer", *NUMBA_LOOPS)
    return layer, driver


@contextlib.contextmanager
def stack_size(size):
    """Have new threads get stacks of some bytes; what users choose for their own may be too small for ours."""
    before = threading.stack_size(size)
    try:
        yield
    finally:
        threading.stack_size(before)


def _start_workers():
    """Start the package's own threads and return the address of their driver."""
    driver, work, linger = compiled("workers", *WORKERS_LOOPS)
    api = ctypes.pythonapi
    api.PyThread_allocate_lock.restype = ctypes.c_void_p
    pool[ACQUIRE] = function_address(api.PyThread_acquire_lock)
    pool[RELEASE] = function_address(api.PyThread_release_lock)

    def held_lock():
        lock = api.PyThread_allocate_lock()
        api.PyThread_acquire_lock(ctypes.c_void_p(lock), 1)
        return lock

    pool[DONE] = held_lock()
    give_way = ctypes.WinDLL("kernel32").SwitchToThread if sys.platform == "win32" else ctypes.CDLL(None).sched_yield
    pool[YIELD] = function_address(give_way)
    # Few yields are timed: where others want the processor, each takes as long as they may have it.
    spins = _turns(loop_function(linger), SPINNING, 1000, 0)
    yields = _turns(loop_function(linger), YIELDING, 0, 20)
    pool[SPINS], pool[YIELDS] = spins, yields
    wanted = most_threads() - 1
    table = new_table([entry for _ in range(wanted) for entry in (0, held_lock(), *[0] * (WORKER_ENTRIES - 2))])
    pool[WORKERS], pool[COUNT] = ctypes.addressof(table), 0
    for number in range(wanted):
        try:
            with stack_size(1 << 21):
                _thread.start_new_thread(loop_function(work), (None, new_table([number]), None, ctypes.addressof(pool)))
        except RuntimeError:  # the system allows no more
            break
        pool[COUNT] = number + 1
    return driver


def _turns(linger, seconds, spins, yields):
    """Return how many turns of waiting take some time, by that of a few of them of one kind."""
    number = new_table([spins + yields])
    pool[SPINS], pool[YIELDS] = spins, yields
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        linger(None, number, None, ctypes.addressof(pool))
        best = min(best, time.perf_counter() - start)
    return int(seconds / best * number[0])
