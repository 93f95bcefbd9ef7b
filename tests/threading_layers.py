"""Scripts that call the parallel functions on one of the threading layers, each in a process of its own."""

import os
import platform
import sys
import textwrap
from pathlib import Path

import pytest
from processes import finish_quietly, start

# What numba's own variable is set to, and what the package calls the layer that it then starts.
LAYERS = {"omp": "omp", "tbb": "tbb", "workqueue": "workers"}

# Where a script hangs, it prints where its threads are before the test ends it.
PRELUDE = """
import faulthandler
import functools
import os
import signal
import sys
import threading
import time
import traceback
import warnings

faulthandler.dump_traceback_later(100, exit=True)
# Python 3.12 and later advise against what is tested here.
warnings.filterwarnings("ignore", "This process .* is multi-threaded, use of fork", DeprecationWarning)

import numpy as np

import numba_act as na
from numba_act.engine.threads.start import layers
from numba_act.engine.threads.thread_pool import pool

x = np.random.default_rng(0).standard_normal(300_000).astype("f4")


@functools.cache
def bits(name):
    return getattr(na.cpu, name)(x).tobytes()


def check(function):
    assert function(x).tobytes() == bits(function.__name__)


def check_layer(wanted):
    assert layers.started == wanted, layers.started
    if wanted == "workers":
        assert pool.count > 0
    else:
        import numba

        assert numba.threading_layer() == wanted


# Python reports what these threads raise on stderr, where nothing may be.
def in_threads(count, work):
    barrier = threading.Barrier(count)

    def target():
        barrier.wait()
        work()

    threads = [threading.Thread(target=target) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def wait_for(threads):
    for thread in threads:
        thread.join()


def in_child(work):
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def wait_for_child(child):
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status == 0, status


# Return a function that returns the threads among which a call is divided, after checking that nothing is done twice.
def probe():
    import ctypes

    from numba_act.engine.public.numpy_api import make_ufunc
    from numba_act.engine.compiler.memory import immortal
    from numba_act.engine.threads.start import dividing_loop, new_loop_data

    seen = []
    elements, unused = np.zeros((2, 10_000))
    sizes = ctypes.POINTER(ctypes.c_ssize_t)

    @immortal
    @ctypes.CFUNCTYPE(None, sizes, sizes, sizes, ctypes.c_void_p)
    def loop(args, dims, steps, data):
        seen.append((args[0], dims[0], threading.get_ident()))
        time.sleep(0.005)  # so that other threads come in time for the rest

    address = ctypes.cast(loop, ctypes.c_void_p).value
    told = {"operands": 2, "inputs": 1, "arrays": 1, "dimensions": 1, "cost": 10**6, "grain": 1024}
    data = new_loop_data(target="parallel", loop=address, part=address, **told)
    data.sizes[:2] = 8, 8
    ufunc = make_ufunc("probe", [dividing_loop()], [data], [[np.dtype("f8")] * 2])

    def threads_of_call():
        seen.clear()
        ufunc(elements, unused)
        following = elements.ctypes.data
        for first, count, _ in sorted(seen):
            assert first == following
            following += 8 * count
        assert following == elements.ctypes.data + elements.nbytes
        return {thread for *_, thread in seen}

    return threads_of_call
"""


def is_absent(layer):
    """Return whether a layer is missing on this system.

    numba's packages bring OpenMP for Linux at least; there, the tests' dependencies bring TBB.
    """
    absent = {"omp": sys.platform != "linux", "tbb": (sys.platform, platform.machine()) != ("linux", "x86_64")}
    return absent.get(layer, False)


def needs(layer):
    """Return the mark of a test that needs a layer."""
    return pytest.mark.skipif(is_absent(layer), reason=f"no {layer} here")


each_layer = pytest.mark.parametrize("layer", [pytest.param(layer, marks=needs(layer)) for layer in LAYERS])
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")


def start_on(layer, script, home=None, *, checked=True, **variables):
    """Start a script on a layer, which it has to have started in the end if that is ``checked``."""
    script = f"LAYER = {LAYERS[layer]!r}\n{PRELUDE}{textwrap.dedent(script)}\n" + "check_layer(LAYER)\n" * checked
    settings = {
        "NUMBA_THREADING_LAYER": layer,
        "NUMBA_NUM_THREADS": 4,  # also where there are fewer CPUs
        "OMP_WAIT_POLICY": "passive",  # conftest.py says why
    }
    return start(script, home or Path.home(), apart=True, **settings | variables)


def run_on(layer, script, home=None, **options):
    """Run a script on a layer and return the words that it printed."""
    return finish_quietly(start_on(layer, script, home, **options)).split()
