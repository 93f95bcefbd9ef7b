"""The same as ``hardware.py`` for numba's simulator, which runs kernels in a Python thread for each of the GPU's.

Nothing here names ``numba.cuda``: the simulator replaces it in the module of the launcher for as long as a launch
takes, but in others only from call to call, which its threads then do to each other. A thread knows where it stands by
itself.
"""

import ctypes
from threading import current_thread
from types import SimpleNamespace

import numpy as np

from numba_act.kernels.elementary.half_precision import (
    narrow_bfloat16,
    narrow_float16,
    widen_bfloat16,
    widen_float16,
)

_CONVERSIONS = {"float16": (widen_float16, narrow_float16), "bfloat16": (widen_bfloat16, narrow_bfloat16)}


def operations(format, cc):
    """Return what a kernel over numbers of one format is made of; primitives mean what they say."""
    stored = np.dtype(np.uint16 if format.size < format.computed.itemsize else format.computed)
    widen, narrow = _CONVERSIONS.get(format.name, (lambda each: each, lambda each: each))

    def load(address):
        return widen(_memory(address, stored, 1)[0])

    def load_vector(address):
        return tuple(widen(each) for each in _memory(address, stored, format.lanes))

    def store(address, number):
        with np.errstate(all="ignore"):
            _memory(address, stored, 1)[0] = narrow(format.computed.type(number))

    def store_vector(address, numbers):
        with np.errstate(all="ignore"):
            _memory(address, stored, format.lanes)[:] = [narrow(format.computed.type(number)) for number in numbers]

    return SimpleNamespace(
        real=format.computed.type,
        larger=np.fmax,
        memory={
            "load_vector": load_vector,
            "store_vector": store_vector,
            "load": load,
            "store": store,
            "load_integer": lambda address: _memory(address, np.dtype(np.int64), 1)[0],
            "load_computed": lambda address: _memory(address, format.computed, 1)[0],
            "load_byte": lambda address: _memory(address, np.dtype(np.uint8), 1)[0],
        },
        threads=THREADS,
        primitives={},
        jit=lambda function: function,
        cuda=SimpleNamespace(shared=SimpleNamespace(array=_shared_array)),
    )


def _memory(address, dtype, count):
    buffer = (ctypes.c_char * (dtype.itemsize * count)).from_address(int(address))
    return np.frombuffer(buffer, dtype)


def thread():
    """Return the number of this thread in its block."""
    return current_thread().threadIdx.x


def threads():
    """Return how many threads a block has."""
    return current_thread()._manager._block_dim[0]


def block():
    """Return the number of this block."""
    return current_thread().blockIdx.x


def blocks():
    """Return how many blocks there are."""
    return current_thread()._manager._grid_dim[0]


def wait():
    """Wait until all threads of the block have come here."""
    current_thread().syncthreads()


def exchanged(value, distance):
    """Return the value of the lane of this warp whose number differs in the bit ``distance``."""
    values = _of_block("exchanged", dict)
    values[thread()] = value
    wait()
    other = values[thread() ^ distance]
    wait()
    return other


THREADS = {function.__name__: function for function in (thread, threads, block, blocks, exchanged, wait)}


def _shared_array(shape, kind):
    """Return the array that a block's threads share; a kernel has no more than one of a shape and kind."""
    return _of_block((shape, kind), lambda: np.zeros(shape, kind))


# setdefault is one step for Python's threads: all get what the first has put there.
def _of_block(name, make):
    return vars(current_thread()._manager).setdefault(name, make())
