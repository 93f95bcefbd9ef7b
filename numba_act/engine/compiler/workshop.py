"""Where imports, numba and LLVM do their work: on a stack that is large enough.

The loops themselves need little of the stack of the thread that calls them, which a user may have made as small as
`threading.stack_size` allows. What builds them when they are first called needs megabytes.
"""

import contextlib
import os
import threading

STACK_SIZE = 1 << 24

# Python tells a forked child that its only thread is the main one, and that may have had a small stack.
_main_thread = threading.main_thread().ident
_thread = threading.local()

# A child must not inherit it held by a thread that it does not have.
_lock = threading.RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


@contextlib.contextmanager
def stack_size(size):
    """Have new threads get stacks of some bytes; what users choose for their own may be too small for ours."""
    with _lock:
        before = threading.stack_size(size)
        try:
            yield
        finally:
            if threading.stack_size() == size:  # and nobody has chosen another one meanwhile
                threading.stack_size(before)


def in_workshop(function):
    """Return what a function returns that may import and compile; the main thread calls it itself."""
    if threading.get_ident() == _main_thread or getattr(_thread, "is_workshop", False):
        return function()
    try:
        finish = _begun(function)
    except RuntimeError:  # the system allows no more threads, or Python is shutting down: this one's stack has to do
        return function()
    return finish()


def in_thread_of_its_own(function):
    """Return what a function returns, or raise what it raises, in a new thread with a large stack."""
    return _begun(function)()


def _begun(function):
    """Call a function in a new thread, and return a function that waits for it and returns its result."""
    results, errors = [], []

    def work():
        _thread.is_workshop = True
        try:
            results.append(function())
        except BaseException as error:  # noqa: BLE001, raised again below
            errors.append(error)

    thread = threading.Thread(target=work, name="numba_act builds")
    with stack_size(STACK_SIZE):
        thread.start()

    def finish():
        thread.join()
        if errors:
            raise errors.pop()
        return results.pop()

    return finish
