"""The functions of ``numba_act.cuda`` called in a process of its own: in numba's simulator, or on a GPU.

Both processes see one piece of memory, the arena. In the simulator the functions work on it itself; to a GPU it is
copied before each call, and back after it. An array in the arena arrives as an object with
``__cuda_array_interface__``, wherever it lies there; any other one as an array of numba, and what is wrapped in
`OnHost` as NumPy's.
"""

import functools
import importlib
import os
import pickle
import subprocess
import sys
from typing import NamedTuple

import numpy as np

SIZE = 2**18
FILL = 0xA5
GUARD = 64  # bytes between arrays; a multiple of every vector's


class OnHost(NamedTuple):
    """An array to be passed as it is."""

    array: np.ndarray


class InArena(NamedTuple):
    """Where an array lies in the arena."""

    start: int
    description: dict


class FromNumba(NamedTuple):
    """A result in an array of numba: its values with the longest strides first, and the axes that puts in order."""

    sorted_values: np.ndarray
    axes: tuple[int, ...]


class Launch(NamedTuple):
    """A kernel that was launched: which launcher wrote it, what for, and the threads of a block."""

    launcher: str
    threads: int
    variant: tuple


class GpuProcess:
    """A process that calls functions of ``numba_act.cuda``.

    Attributes
    ----------
    arena : ndarray
        Of bytes.
    device : tuple of int
        How many multiprocessors the simulated device has, and how many threads each of them.
    launches : list of Launch
        Of the last call.
    """

    def __init__(self, folder, simulated):
        path = folder / "arena"
        self.simulated = simulated
        self.arena = np.memmap(path, np.uint8, "w+", shape=(SIZE,))
        self.clear()
        script = f"import gpu_process; gpu_process.serve({str(path)!r}, {simulated})"
        paths = [os.path.dirname(__file__), *filter(None, [os.environ.get("PYTHONPATH")])]
        variables = {"PYTHONPATH": os.pathsep.join(paths), "NUMBA_ENABLE_CUDASIM": str(int(simulated))}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", script],
            env=os.environ | variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def close(self):
        self._process.kill()
        self._process.communicate()

    def clear(self):
        """Forget what is in the arena, and how the device was changed."""
        self.arena[:] = FILL
        self.device = (1, 64)
        self.launches = []
        self._free = GUARD

    def room(self, shape, dtype, order="C", shift=0):
        """Return an array in the arena, ``shift`` elements from where vectors begin."""
        dtype = np.dtype(dtype)
        array = np.ndarray(shape, dtype, self.arena, self._free + shift * dtype.itemsize, order=order)
        self._free += -(-(array.nbytes + shift * dtype.itemsize) // GUARD) * GUARD + GUARD
        return array

    def place(self, values, shift=0):
        """Return a C-contiguous copy of an array in the arena."""
        array = self.room(values.shape, values.dtype, shift=shift)
        array[...] = values
        return array

    def call(self, name, *arguments, **keywords):
        """Return what a function returns: a new array as NumPy's with its strides, or the very array it was given.

        The name is one in ``numba_act.cuda``, or that of a module of the tests and of a declaration in it. Of several
        results it returns a list.
        """
        given = [*arguments, *keywords.values()]
        sent = [self._sent(value) for value in given]
        pickle.dump(
            (name, self.device, sent[: len(arguments)], dict(zip(keywords, sent[len(arguments) :], strict=True))),
            self._process.stdin,
        )
        self._process.stdin.flush()
        self.launches, result = pickle.load(self._process.stdout)
        if isinstance(result, Exception):
            raise result
        if isinstance(result, list):
            return [self._received(each, given) for each in result]
        return self._received(result, given)

    def _received(self, result, given):
        if isinstance(result, FromNumba):
            return result.sorted_values.transpose(np.argsort(result.axes))
        if isinstance(result, tuple):
            position, values = result
            given = _flat(given)
            target = given[position].array if isinstance(given[position], OnHost) else given[position]
            if values is not None:
                target[...] = values
            return target
        return result

    def _sent(self, value):
        if type(value) is tuple:
            return tuple(self._sent(each) for each in value)
        if not isinstance(value, np.ndarray):
            return value
        description = dict(value.__array_interface__)
        address, read_only = description["data"]
        start = address - self.arena.__array_interface__["data"][0]
        if not 0 <= start <= SIZE:
            return value
        strides = value.strides
        return InArena(
            start, {"shape": value.shape, "typestr": value.dtype.str, "strides": strides, "data": (0, read_only)}
        )


class _Array:
    def __init__(self, interface):
        self.__cuda_array_interface__ = interface | {"version": 3}


def serve(path, simulated):
    """Answer calls until the input ends."""
    from numba import cuda

    from numba_act.engine.gpu.elementwise import run as run_elementwise
    from numba_act.engine.gpu.rows import run as run_rows
    from numba_act.engine.gpu.target import devices

    # The simulator looks again and again whether its threads have come to a barrier, and they wait for it as long as
    # this.
    sys.setswitchinterval(1e-4)
    arena = np.memmap(path, np.uint8, "r+")
    memory = arena if simulated else cuda.device_array(SIZE, np.uint8)
    address = (arena.__array_interface__ if simulated else memory.__cuda_array_interface__)["data"][0]
    launches = []
    for module in (run_elementwise, run_rows):
        module.launch = _recorded(module.launch, launches)

    def received(value):
        if type(value) is tuple:
            return tuple(received(each) for each in value)
        if isinstance(value, InArena):
            _, read_only = value.description["data"]
            return _Array(value.description | {"data": (address + value.start, read_only)})
        if isinstance(value, np.ndarray):
            # numba finds no address of an array of ml_dtypes.
            is_foreign = value.dtype.isbuiltin != 1
            return cuda.to_device(value.view(np.uint16)).view(value.dtype) if is_foreign else cuda.to_device(value)
        return value.array if isinstance(value, OnHost) else value

    while True:
        try:
            name, device, arguments, keywords = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        if simulated:
            devices._device = lambda number, device=device: devices.Device(0, (9, 0), *device)
        else:
            memory.copy_to_device(arena)
        launches.clear()
        try:
            given = [received(value) for value in [*arguments, *keywords.values()]]
            keywords = dict(zip(keywords, given[len(arguments) :], strict=True))
            result = _answer(_function(name)(*given[: len(arguments)], **keywords), _flat(given))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is told
            result = error
        if not simulated:
            memory.copy_to_host(arena)
        pickle.dump((launches, result), sys.stdout.buffer)
        sys.stdout.flush()


def _flat(given):
    """Return arguments with those of a tuple, which ``out`` may be, one by one."""
    return [each for value in given for each in (value if type(value) is tuple else (value,))]


@functools.cache
def _function(name):
    """Return a function of ``numba_act.cuda``, or that of a declaration in a module of the tests."""
    import numba_act
    from numba_act.engine.gpu.function import gpu_function

    module, _, declared = name.rpartition(".")
    if not module:
        return getattr(numba_act.cuda, name)
    return gpu_function(getattr(importlib.import_module(module), declared), module)


def _answer(result, given):
    if type(result) is tuple:
        return [_answer(each, given) for each in result]
    for position, each in enumerate(given):
        if result is each:
            contents = result if isinstance(result, np.ndarray) else None
            return position, result.copy_to_host() if hasattr(result, "copy_to_host") else contents
    if not hasattr(result, "copy_to_host"):
        return result
    values = result.copy_to_host()
    axes = tuple(sorted(range(values.ndim), key=lambda axis: -abs(values.strides[axis])))
    return FromNumba(values.transpose(axes), axes)


def _recorded(launch, launches):
    def record(device, stream, blocks, threads, arguments, write, declaration, dtype, *variant):
        launches.append(Launch(write.__name__, threads, variant))
        launch(device, stream, blocks, threads, arguments, write, declaration, dtype, *variant)

    return record
