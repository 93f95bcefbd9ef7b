"""The clocks: they are made and used as `timeit.Timer` is."""

from time import perf_counter
from timeit import Timer

from benchmarks import on_device


class GpuTimer:
    """The time that passes on the GPU between two events, one before and one behind the calls.

    The first launch of a block finds the GPU idle, so what it costs counts: microseconds in a block of milliseconds.
    """

    def __init__(self, statement, globals):
        from numba import cuda

        self._timer = Timer(statement, globals=globals)
        self._start, self._end = cuda.event(), cuda.event()

    def timeit(self, number):
        """Return the seconds that a number of calls takes."""
        self._start.record()
        self._timer.timeit(number)
        self._end.record()
        self._end.synchronize()
        return self._start.elapsed_time(self._end) / 1000


class WaitingTimer:
    """The time of the calling thread, until the GPU has finished all of the calls."""

    def __init__(self, statement, globals):
        self._timer = Timer(statement, globals=globals)

    def timeit(self, number):
        """Return the seconds that a number of calls takes."""
        start = perf_counter()
        self._timer.timeit(number)
        on_device.synchronize()
        return perf_counter() - start
