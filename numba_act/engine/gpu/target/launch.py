"""Kernels compiled for the device at hand and launched there, or run in the simulator."""

import functools

from numba_act.engine.gpu.target import toolkit
from numba_act.engine.gpu.target.formats import format_of


@functools.cache
def operations_for(dtype, cc):
    """Return what kernels over numbers of a dtype are made of, on a GPU of a compute capability or in the simulator."""
    if toolkit.simulated():
        from numba_act.engine.gpu.target.simulated import operations
    else:
        from numba_act.engine.gpu.target.hardware import operations
    return operations(format_of(dtype), cc)


@functools.cache
def launcher_of(write, declaration, dtype, cc, *variant):
    """Return what ``write``, a function that returns launchers, returns for a variant."""
    return write(declaration, format_of(dtype), operations_for(dtype, cc), *variant)


@functools.cache
def ptx(write, declaration, dtype, cc, *variant):
    """Return the PTX text of a launcher."""
    launcher = launcher_of(write, declaration, dtype, cc, *variant)
    types = toolkit.compiler().types
    numbers = getattr(types, format_of(dtype).computed.name)
    signature = (types.int64,) * launcher.integers + (numbers,) * launcher.numbers
    return toolkit.ptx_of(launcher.function, signature, cc, launcher.bounds)


@functools.cache
def _kernel(write, declaration, dtype, cc, *variant):
    return toolkit.loaded(ptx(write, declaration, dtype, cc, *variant), cc)


def launch(device, stream, blocks, threads, arguments, write, declaration, dtype, *variant):
    """Queue a kernel.

    Parameters
    ----------
    device : Device
    stream : int
        A handle.
    blocks : int
        How many would have work; no more are started than the device holds at once.
    threads : int
        Of a block.
    arguments : list
        Integers, and numbers as NumPy's.
    write, declaration, dtype, variant
        What to launch: see `launcher_of`.
    """
    blocks = max(1, blocks)
    if toolkit.simulated():
        blocks = min(blocks, device.multiprocessors * (device.threads // threads))
        launcher = launcher_of(write, declaration, dtype, device.cc, *variant)
        toolkit.cuda().jit(launcher.function)[blocks, threads](*arguments)
    else:
        toolkit.queue(
            _kernel(write, declaration, dtype, device.cc, *variant), device, stream, blocks, threads, arguments
        )
