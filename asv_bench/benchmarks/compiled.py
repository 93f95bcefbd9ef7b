"""Compiles every function into the disk cache before the first benchmark, so that none has to."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from .inputs import ELEMENTWISE, ROWS

# Functions of rows share most of their code: in one process it is compiled once.
_BATCHES = [ROWS, *([name] for name in ELEMENTWISE)]
_CODE = """
import numba_act as na
for name in {names}:
    for namespace in na, na.cpu, na.parallel:
        getattr(namespace, name)([[1.0, 2.0]])
"""


def setup_cache():
    """Compile what is not compiled yet; asv calls this once for each commit."""
    for _ in compiling():
        pass


setup_cache.timeout = 900


def compiling():
    """Compile what is not compiled yet, two processes at a time; yield how many functions are done."""
    with ThreadPoolExecutor(2) as threads:
        for names in threads.map(_compile, _BATCHES):
            yield len(names)


def _compile(names):
    subprocess.run([sys.executable, "-c", _CODE.format(names=names)], check=True)
    return names
