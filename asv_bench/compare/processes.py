"""One thread and all threads in a process each: how many a library has is settled once, when it is imported."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool


class Died(Exception):
    """The process has ended without an answer."""


def in_its_own(environment, function, *arguments):
    """Return what a function returns in a new process.

    Parameters
    ----------
    environment : dict
        Set there before anything is imported.
    function : callable
        Of a module that a new process can import.
    *arguments
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, _set, (environment,)) as executor:
        try:
            return executor.submit(function, *arguments).result()
        except BrokenProcessPool as error:
            raise Died from error


def _set(environment):
    os.environ.update(environment)
