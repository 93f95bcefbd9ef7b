"""The stream that a launch is queued in, and its order with what is queued in others, without the host waiting."""

import functools

from numba_act.engine.gpu.target import toolkit

DEFAULT, LEGACY = 0, 1  # both mean the legacy default stream


def launch_stream(stream, arrays):
    """Return the handle of the stream to launch in; it waits for what the owners of the arrays have queued elsewhere.

    Parameters
    ----------
    stream : None, int, or a stream of numba, CuPy, PyTorch or any library with ``__cuda_stream__``
        None for the stream of the first array whose owner names one, or else the default stream.
    arrays : iterable of DeviceArray
    """
    if toolkit.simulated():
        return DEFAULT
    handle = None if stream is None else handle_of(stream)
    for array in arrays:
        queued = array.stream
        if handle is None:
            handle = queued
        elif queued is not None and queued != handle:
            _let_wait(handle, queued)
    return DEFAULT if handle is None else handle


# In a stream that the user names, what follows the launch is theirs to order, as with any library. Where none is named,
# an owner's next operation follows the launch by itself only if it is the one whose stream was taken.
def hand_back(handle, arrays):
    """Let the owners' streams wait for a launch that was queued in another one, though the user named none."""
    for array in arrays:
        if array.stream is not None and array.stream != handle and not toolkit.simulated():
            _let_wait(array.stream, handle)


def handle_of(stream):
    """Return the handle of a stream of any library."""
    if isinstance(stream, int):
        return stream
    if hasattr(stream, "__cuda_stream__"):
        return int(stream.__cuda_stream__()[1])
    for name in ("cuda_stream", "ptr"):
        if hasattr(stream, name):
            return getattr(stream, name)
    raise TypeError(
        "stream must be None, a handle, or a stream of numba, CuPy, PyTorch or a library with __cuda_stream__,"
        f" not {type(stream).__name__}"
    )


# An event may be destroyed before it has come: the driver keeps what it still needs.
def _let_wait(waiting, other):
    """Let what is queued in a stream from now on wait for what is queued in another one now."""
    if {waiting, other} != {DEFAULT, LEGACY}:
        event = toolkit.cuda().event(timing=False)
        event.record(_numba_stream(other))
        event.wait(_numba_stream(waiting))


# numba's object for a stream that is not numba's owns nothing, so it stays good for a handle that is used again.
@functools.lru_cache(maxsize=64)
def _numba_stream(handle):
    return toolkit.cuda().external_stream(handle) if handle else DEFAULT
