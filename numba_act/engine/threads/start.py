"""The threads behind ``numba_act.parallel`` and the automatic ufuncs: started on first use, from inside a loop.

A process that only ever sees small arrays must not pay for them. Whether an array is large is known only in the
compiled loop; so that loop (``split.py``) calls back into Python the first time it would divide its work.
"""

import contextlib
import ctypes
import functools
import os
import signal
import threading

from numba_act.engine.compiler.build import loop_addresses
from numba_act.engine.compiler.memory import function_address, immortal, new_record
from numba_act.engine.compiler.workshop import in_thread_of_its_own
from numba_act.engine.threads import layers
from numba_act.engine.threads.thread_pool import LoopData, pool


def new_loop_data(kind=LoopData, *, target, **values):
    """Return a new record of what one loop of one ufunc does; it is never freed, as ufuncs are not.

    Parameters
    ----------
    kind : type
        `LoopData`, or a record that begins with its fields.
    target : {"cpu", "parallel", "automatic"}
    **values : int
        Its other fields.
    """
    return new_record(kind, always=target == "parallel", pool=ctypes.addressof(pool), **values)


@functools.cache
def dividing_loop():
    """Return the address of the loop that divides another loop's work."""

    def loops():
        from numba_act.engine.threads.split import split_loop

        return [split_loop]

    (address,) = loop_addresses("split", loops, modules=["numba_act.engine.threads.split"])
    return address


# The loops call it in the middle of a ufunc. What numba's import computes would leave floating-point flags in the
# calling thread, and NumPy would report them as warnings of the ufunc; so that happens in a thread of its own. TBB must
# be started by this one: it expects a fork where it was started. Where anything fails, Python prints why, once, and the
# loops work on one thread.
@ctypes.CFUNCTYPE(None)
def _starter():
    with _interrupts_postponed():
        in_thread_of_its_own(layers.prepare)
        layers.start()


@contextlib.contextmanager
def _interrupts_postponed():
    """Note Ctrl-C, on which compiled code has Python act: an exception in what compiled code calls would be lost."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGINT) if in_main_thread else None
    if not callable(handler):
        yield
        return
    signal.signal(signal.SIGINT, _note_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _note_interrupt(number, frame):
    pool.interrupted = 1


def _expect_start():
    pool.break_even = min(layers.BREAK_EVEN_OF_LAYER.values())
    pool.driver, pool.starter = 0, function_address(_starter)


def _after_fork():
    """Have a child, into which no thread has followed, start its own when it needs them."""
    layers.started, layers.forked = None, True
    pool.lacks_memory = 0  # what the parent was told may not have followed
    _expect_start()


class _NoMemory:
    def __bool__(self):
        pool.lacks_memory = 0
        raise MemoryError("a loop of numba_act found no memory to work in")


# A loop holds no lock of the interpreter and cannot raise: Python evaluates the object in its main thread, soon.
pool.add_pending_call = function_address(ctypes.pythonapi.Py_AddPendingCall)
pool.truth_of, pool.memory_error = function_address(ctypes.pythonapi.PyObject_IsTrue), id(immortal(_NoMemory()))
pool.interrupt = function_address(ctypes.pythonapi.PyErr_SetInterrupt)
_expect_start()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
