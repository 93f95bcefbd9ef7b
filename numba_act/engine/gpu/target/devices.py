"""The GPUs, or the one that the simulator stands for: what a launch has to know of one, found out once."""

import contextlib
import functools
import threading
from typing import NamedTuple

from numba_act.engine.gpu.target import toolkit


class Device(NamedTuple):
    """A GPU.

    Attributes
    ----------
    number : int
    cc : tuple of int
        Its compute capability.
    multiprocessors : int
    threads : int
        The most that one of them holds at once.
    """

    number: int
    cc: tuple[int, int]
    multiprocessors: int
    threads: int

    def current(self):
        """Return a context in which this device is the current one."""
        return _NOTHING if _count() == 1 else toolkit.cuda().gpus[self.number]


_NOTHING = contextlib.nullcontext()


# The simulator starts a thread of Python for each of the GPU's, so it has few.
@functools.cache
def _device(number):
    if toolkit.simulated():
        return Device(0, (9, 0), 1, 64)
    device = toolkit.cuda().gpus[number]
    cc = tuple(device.compute_capability)
    return Device(number, cc, device.MULTIPROCESSOR_COUNT, device.MAX_THREADS_PER_MULTI_PROCESSOR)


@functools.cache
def _count():
    return 1 if toolkit.simulated() else len(toolkit.cuda().gpus)


class _OfThread(threading.local):
    """Whether a thread has a context, which it needs for its first launch."""

    prepared = False


_of_thread = _OfThread()


def device_of(array):
    """Return the device on which an array lies; where its owner does not say it, the current one."""
    if not _of_thread.prepared and not toolkit.simulated():
        toolkit.cuda().current_context()
        _of_thread.prepared = True
    return _device(current_number() if array.device is None or _count() == 1 else array.device)


def current_number():
    """Return the number of the current device."""
    return 0 if _count() == 1 else toolkit.cuda().current_context().device.id
