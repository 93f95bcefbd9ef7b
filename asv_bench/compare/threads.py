"""One thread or all of them: what the libraries are told, and how they are kept from each other's."""

import math
from time import perf_counter, process_time, sleep
from timeit import Timer

ONE = "one"
MODES = (ONE, "all")

# Threads that have found no work for a while sleep: those of OpenMP after 6 ms, those of ONNX Runtime after 25. Linux
# counts the time of a running thread when it interrupts it, every 4 ms: a shorter step could miss one, and over less
# than COUNTED seconds an average means nothing.
STEP, IDLE, LONGEST = 0.005, 0.2, 0.1
COUNTED = 0.02


def environment(threads):
    """Return what the libraries read from the environment when they are imported.

    Parameters
    ----------
    threads : int
    """
    # NPROC is the size of XLA's thread pools; flags such as --xla_cpu_multi_thread_eigen leave those of its runtime
    # alone.
    numbers = ("NPROC", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_MAX_THREADS", "NUMBA_NUM_THREADS")
    # Ours are the threads that the package brings with it, whether TBB is installed or not.
    ours = {"NUMBA_ACT_THREADING_LAYER": "workers"}
    return dict.fromkeys(numbers, str(threads)) | {"JAX_PLATFORMS": "cpu", "JAX_ENABLE_X64": "1"} | ours


def let_sleep():
    """Wait until the threads of this process have stopped looking for work, so that they take no CPU from the next."""
    end = perf_counter() + LONGEST
    while perf_counter() < end:
        before = process_time()
        sleep(STEP)
        if process_time() - before < IDLE * STEP:
            break


def wake(call):
    """Let the others' threads fall asleep, and wake those of a `Call`."""
    let_sleep()
    eval(call.expression, call.names)


class ProcessorTimer(Timer):
    """A timer that knows how many processors were at work at once, on average; NaN if it has timed too little."""

    def __init__(self, statement, globals):
        super().__init__(statement, globals=globals)
        self._wall = self._processors = 0.0

    @property
    def processors(self):
        return self._processors / self._wall if self._wall > COUNTED else math.nan

    def timeit(self, number):
        """Return the seconds that so many calls take."""
        wall, processors = perf_counter(), process_time()
        seconds = super().timeit(number)
        self._processors += process_time() - processors
        self._wall += perf_counter() - wall
        return seconds
