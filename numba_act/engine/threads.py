"""The threads behind ``numba_act.parallel`` and the automatic ufuncs: started on first use, from inside a loop.

A process that only ever sees small arrays must not pay for them. Whether an array is large is known only in the compiled
loop; so that loop (``split.py``) calls back into Python the first time it would divide its work.
"""

import contextlib
import ctypes
import os
import signal
import threading

from numba_act.engine import layers
from numba_act.engine.compile import compiled
from numba_act.engine.pool import BREAK_EVEN, DRIVER, INTERRUPT, INTERRUPTED, STARTER, function_address, new_table, pool


def policy(loop, inputs, dimensions, item_size, target, *more, wide_loop=0, cost=0):
    """Return the address of a new table of what one loop of one ufunc does; it is never freed, as ufuncs are not.

    Parameters
    ----------
    loop : int
        The address of the loop that works on one thread.
    inputs, dimensions : int
        Operands but one; sizes that the loop is passed.
    item_size : int
        Bytes of an element.
    target : {"cpu", "parallel", "automatic"}
    *more : int
        Further entries, for the loop alone.
    wide_loop : int
        The address of the float32 loop, which loops for half precision call.
    cost : int
        Picoseconds that an element takes.
    """
    always, address = target == "parallel", ctypes.addressof(pool)
    return ctypes.addressof(new_table([loop, inputs, dimensions, item_size, cost, always, address, wide_loop, *more]))


def dividing_loop():
    """Return the address of the loop that divides another loop's work."""
    (address,) = compiled("split", "split_loop")
    return address


# The loops call it in the middle of a ufunc. What numba's import computes would leave floating-point flags in the calling
# thread, and NumPy would report them as warnings of the ufunc; so that happens in a thread of its own. TBB must be
# started by this one: it expects a fork where it was started. Where anything fails, Python prints why, once, and the
# loops work on one thread.
@ctypes.CFUNCTYPE(None)
def _starter():
    prepared = []
    thread = threading.Thread(target=lambda: prepared.append(layers.prepare()), name="numba_act starts its threads")
    with _interrupts_postponed():
        with layers.stack_size(1 << 24):
            thread.start()
        thread.join()
        if prepared:
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
    pool[INTERRUPTED] = 1


def _expect_start():
    pool[BREAK_EVEN] = min(layers.BREAK_EVEN_OF_LAYER.values())
    pool[DRIVER], pool[STARTER] = 0, function_address(_starter)


def _after_fork():
    """Have a child, into which no thread has followed, start its own when it needs them."""
    layers.started, layers.forked = None, True
    _expect_start()


pool[INTERRUPT] = function_address(ctypes.pythonapi.PyErr_SetInterrupt)
_expect_start()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
