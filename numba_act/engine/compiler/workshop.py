"""Where imports, numba and LLVM do their work: on a stack that is large enough, in the usual floating-point state.

The loops themselves need little of the stack of the thread that calls them, which a user may have made as small as
`threading.stack_size` allows. What builds them when they are first called needs megabytes. And what Python, NumPy and
LLVM compute on the way, such as constants, stays in the cache.
"""

import _thread
import contextlib
import os
import sys

STACK_SIZE = 1 << 24

# Known from the start, because Python tells a forked child that its only thread is the main one, and that may have a
# small stack. Where nobody has imported threading, which importing the package may not cost, there is no other thread.
_main_thread = sys.modules["threading"].main_thread().ident if "threading" in sys.modules else _thread.get_ident()
_workshops = set()

# A child must not inherit it held by a thread that it does not have.
_lock = _thread.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


@contextlib.contextmanager
def stack_size(size):
    """Have new threads get stacks of some bytes; what users choose for their own may be too small for ours."""
    with _lock:
        before = _thread.stack_size(size)
        try:
            yield
        finally:
            if _thread.stack_size() == size:  # and nobody has chosen another one meanwhile
                _thread.stack_size(before)


def in_workshop(function):
    """Return what a function returns that may import and compile; the main thread calls it itself."""
    if _thread.get_ident() != _main_thread and _thread.get_ident() not in _workshops:
        try:
            finish = _begun(function)
        except RuntimeError:  # the system allows no more threads, or Python is shutting down
            pass
        else:
            return finish()
    with _usual_floats():
        return function()


def in_thread_of_its_own(function):
    """Return what a function returns, or raise what it raises, in a new thread with a large stack."""
    return _begun(function)()


def _is_usual(smallest, digit):
    """Return whether this thread keeps subnormal numbers and rounds to the nearest.

    The arguments are the smallest number that is not subnormal, and the last digit of 1. Python itself would compute
    with constants, once.
    """
    return smallest / 2 * 2 == smallest and 1 + digit / 4 == 1 == 1 - digit / 8


@contextlib.contextmanager
def _usual_floats():
    """Compute in the usual state, for as long as a ``with`` block lasts."""
    if _is_usual(2.0**-1022, 2.0**-52):
        yield
        return
    from numba_act.engine.compiler.build import lock
    from numba_act.engine.compiler.float_state import USUAL, exchanger

    with lock:
        exchange = exchanger()
    before = exchange(USUAL)
    try:
        yield
    finally:
        exchange(before)


def _begun(function):
    """Call a function in a new thread, and return a function that waits for it and returns its result."""
    import threading

    results, errors = [], []

    def work():
        _workshops.add(_thread.get_ident())
        try:
            with _usual_floats():
                results.append(function())
        except BaseException as error:  # noqa: BLE001, raised again below
            errors.append(error)
        finally:
            _workshops.remove(_thread.get_ident())

    thread = threading.Thread(target=work, name="numba_act builds")
    with stack_size(STACK_SIZE):
        thread.start()

    def finish():
        thread.join()
        if errors:
            raise errors.pop()
        return results.pop()

    return finish
