"""How many threads a call may use: `set_num_threads`, and what holds where nobody has set anything."""

import contextlib
import ctypes
import functools
import operator
import os

from numba_act.engine.compiler.memory import function_address
from numba_act.engine.threads.thread_pool import pool

# A number for each thread, which compiled code reads too: Python's own storage of that kind, the same on every system.
_api = ctypes.pythonapi
_api.PyThread_tss_alloc.restype = ctypes.c_void_p
_api.PyThread_tss_create.argtypes = _api.PyThread_tss_get.argtypes = [ctypes.c_void_p]
_api.PyThread_tss_get.restype = ctypes.c_void_p
_api.PyThread_tss_set.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
_key = _api.PyThread_tss_alloc()
_api.PyThread_tss_create(_key)
pool.own_number_key = _key
pool.own_number = function_address(_api.PyThread_tss_get)


# numba raises for some of what is no number of threads, only warns of the rest, and need not be imported at all.
def wanted_threads():
    """Return the number of threads in ``NUMBA_NUM_THREADS``, or None without that variable.

    Raises
    ------
    ValueError
        If it is no integer or less than 1.
    """
    text = os.environ.get("NUMBA_NUM_THREADS")
    if text is None:
        return None
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ValueError(f"the environment variable NUMBA_NUM_THREADS must be an integer of 1 or more, not {text!r}")
    return number


@functools.cache
def most_threads():
    """Return the most threads that a call may use: ``NUMBA_NUM_THREADS``, or the CPUs that this process may use.

    Raises
    ------
    ValueError
        If the variable is no integer or less than 1; the first use of any activation raises it too.
    """
    number = wanted_threads()
    if number is None:
        from numba_act.engine.threads import cpus

        number = cpus.available()
    pool.cpus = number
    return number


def set_num_threads(n):
    """Set how many threads calls from this Python thread use at most.

    It applies to the thread that calls it and to no other, as ``numba.set_num_threads`` does. Results do not depend on
    it, not in a single bit.

    Parameters
    ----------
    n : int
        From 1 to the number that `most_threads` returns: the environment variable ``NUMBA_NUM_THREADS`` or, without it,
        the CPUs that this process may use by its affinity and its container's quota.

    Raises
    ------
    ValueError
        If n is out of range.
    TypeError
        If n is not an integer.

    See Also
    --------
    num_threads : for the length of a ``with`` block.

    Notes
    -----
    `threadpoolctl` knows the libraries that it can limit, and this is not one of them; put `num_threads` beside its
    ``threadpool_limits``.

    Examples
    --------
    >>> import numba_act as na
    >>> na.set_num_threads(1)
    >>> na.get_num_threads()
    1
    >>> na.set_num_threads(na.most_threads())
    """
    number = operator.index(n)
    if not 1 <= number <= most_threads():
        raise ValueError(f"the number of threads must be between 1 and {most_threads()}, not {number}")
    _api.PyThread_tss_set(_key, number)


def get_num_threads():
    """Return how many threads a call from this Python thread uses at most.

    Fewer do the work where the array is too small for all of them, and while other Python threads are calling too. In a
    task of Dask, where nothing else was set, it is the CPUs divided by the threads that Dask has for tasks; if Dask has
    set ``OMP_NUM_THREADS`` for the processes of its workers, no more than that.

    Returns
    -------
    int

    Examples
    --------
    >>> import numba_act as na
    >>> with na.num_threads(1):
    ...     na.get_num_threads()
    1
    """
    return _api.PyThread_tss_get(_key) or _find_number()


# It is looked for once in each thread: Dask's threads are Dask's from the beginning.
def _find_number():
    """Return how many threads a call uses where this thread has set nothing, and keep it as the thread's number."""
    number = most_threads()
    if not wanted_threads():
        from numba_act.engine.threads import dask_threads

        number = dask_threads.share(number)
    _api.PyThread_tss_set(_key, number)
    return number


# Compiled code calls it when it first divides work in a thread.
pool.find_number = function_address(ctypes.CFUNCTYPE(ctypes.c_ssize_t)(_find_number))


@contextlib.contextmanager
def num_threads(n):
    """Set how many threads calls use in a ``with`` block, from the Python thread that enters it.

    Parameters
    ----------
    n : int
        As for `set_num_threads`, which says what it raises.

    Examples
    --------
    >>> import numpy as np
    >>> import numba_act as na
    >>> with na.num_threads(1):
    ...     y = na.relu(np.array([-1.0, 2.0]))
    >>> y
    array([0., 2.])
    """
    before = _api.PyThread_tss_get(_key)
    set_num_threads(n)
    try:
        yield
    finally:
        _api.PyThread_tss_set(_key, before)
