"""NumPy arrays: copied to the GPU, computed there, and copied back, large ones in pieces that overlap.

Pieces take turns on three lanes: one is copied to the device or computed, one comes back, and the host fills or
empties the memory of the third. That memory is pinned, because no other is copied by the device itself; it takes
milliseconds to allocate, so every thread keeps what it has.

All is moved as bytes. Halves come to the GPU as uint16, since not every numba knows bfloat16.
"""

import contextlib
import functools
import threading

import numpy as np

from numba_act.engine.gpu.memory.arrays import order_of
from numba_act.engine.gpu.target import toolkit
from numba_act.engine.gpu.target.devices import current_number

PIECE = 16 * 2**20  # bytes
LANES = 3


def on_host(compute, x, out, row_length=None):
    """Compute a NumPy array on the GPU.

    Parameters
    ----------
    compute : callable
        Takes two device arrays and a stream of numba, and queues the computation there. The arrays are C-contiguous and
        have one dimension, or for rows two, the second of ``out`` being one if a row has one result.
    x, out : ndarray
        Each merges to one dimension, both in the same order; rows are C-contiguous. They may overlap.
    row_length : int, optional
        Rows of ``x`` are not cut.

    Raises
    ------
    MemoryError
        Part of ``out`` may have been written.
    """
    if out.size == 0:
        return
    if x.size == 0:
        whole_on_host(compute, [x.reshape(out.size, 0)], out.reshape(out.size, 1, copy=False))
        return
    axes = order_of(x.shape, x.strides) if row_length is None else range(out.ndim)
    flat_out = _as_bits(out).transpose(axes).reshape(-1, copy=False)
    flat_x = _as_bits(x).transpose(axes if row_length is None else range(x.ndim)).reshape(-1, copy=False)
    if np.may_share_memory(flat_x, flat_out) and _place(flat_x) != _place(flat_out):
        flat_x = flat_x.copy()
    _unless_memory_is_full(functools.partial(_in_pieces, compute, flat_x, flat_out, row_length))


def whole_on_host(compute, arrays, *outs):
    """Compute NumPy arrays of any shapes and strides on the GPU in one piece.

    Parameters
    ----------
    compute : callable
        Takes as many device arrays as ``arrays`` and ``outs``, and a stream of numba, and queues the computation
        there. The arrays are contiguous in C or Fortran order; an axis of stride zero has the length one.
    arrays : list of ndarray
    *outs : ndarray
        Of one shape.

    Raises
    ------
    MemoryError
    """
    if outs[0].size != 0:
        _unless_memory_is_full(functools.partial(_in_one, compute, arrays, outs))


def _in_one(compute, arrays, outs):
    given = [_sent(array) for array in arrays]
    bits = [_as_bits(out) for out in outs]
    results = [
        toolkit.cuda().device_array(out.shape, each.dtype, order="F" if out.flags.fnc else "C")
        for out, each in zip(outs, bits, strict=True)
    ]
    compute(*given, *results, 0)
    for result, each in zip(results, bits, strict=True):
        if each.flags.forc:
            result.copy_to_host(each)
        else:
            np.copyto(each, result.copy_to_host())


# Flattened and shaped again, an array has the strides that numba expects of axes of length one. Those of an array
# without elements mean nothing.
def _sent(array):
    bits = _as_bits(array)
    if bits.size == 0:
        return toolkit.cuda().device_array(bits.shape, bits.dtype)
    once = bits[tuple([slice(1 if stride == 0 else None) for stride in bits.strides])]
    order = "F" if once.flags.fnc else "C"
    sent = toolkit.cuda().device_array(once.shape, once.dtype, order=order)
    sent.copy_to_device(once.ravel(order).reshape(once.shape, order=order))
    return sent


def _as_bits(array):
    return array.view(np.uint16) if array.dtype.itemsize == 2 and array.dtype.kind in "fV" else array


def _place(array):
    return array.__array_interface__["data"], array.strides, array.shape, array.itemsize


class _Kept(threading.local):
    """The lanes that a thread keeps, by device."""

    def __init__(self):
        self.lanes = {}


_kept = _Kept()


# The error is raised outside the block, so that it does not refer to the one before: that one's traceback would keep
# the buffers for as long as the user has the error.
def _unless_memory_is_full(run):
    try:
        return run()
    except Exception as error:
        # numba's error and cuda-core's have nothing else in common.
        if "CUDA_ERROR_OUT_OF_MEMORY" not in str(error):
            raise
    _kept.lanes.clear()
    raise MemoryError("the GPU has too little free memory to take in this NumPy array and the results: free some of it")


def _in_pieces(compute, x, out, row_length):
    """Pass two one-dimensional arrays through the lanes; they are put back only if nothing has gone wrong."""
    width = row_length or 1
    count = x.size // width
    out_width = out.size // count
    most = min(count, max(1, PIECE // max(width * x.itemsize, out_width * out.itemsize)))
    device = current_number()
    lanes = _kept.lanes.pop(device, [])
    try:
        for number, first in enumerate(range(0, count, most)):
            rows = min(most, count - first)
            if number < LANES and number == len(lanes):
                lanes.append(_Lane())
            lane = lanes[number % LANES]
            lane.finish()
            lane.reserve(most * width * x.itemsize, most * out_width * out.itemsize)
            lane.start(
                compute,
                x[first * width : (first + rows) * width],
                out[first * out_width : (first + rows) * out_width],
                ((rows,), (rows,)) if row_length is None else ((rows, width), (rows, out_width)),
            )
        for lane in lanes:
            lane.finish()
    except BaseException:
        for lane in lanes:
            lane.wait()
        raise
    if lanes[0].staging.nbytes <= PIECE:
        _kept.lanes[device] = lanes


class _Lane:
    """A stream, and the memory through which pieces go to the device and back: one on the host, two on the device."""

    def __init__(self):
        self.stream = toolkit.cuda().stream()
        self.staging = self.given = self.result = None
        self.views = self.viewed = None
        self.awaited = None

    def reserve(self, x_bytes, out_bytes):
        """Make sure that the memory is large enough."""
        cuda = toolkit.cuda()
        for name, size, allocate in (
            ("staging", max(x_bytes, out_bytes), cuda.pinned_array),
            ("given", x_bytes, cuda.device_array),
            ("result", out_bytes, cuda.device_array),
        ):
            buffer = getattr(self, name)
            if buffer is None or buffer.shape[0] < size:
                # The old one goes first; powers of two, so that arrays that become longer seldom need a new one.
                buffer = self.views = self.viewed = None
                setattr(self, name, None)
                setattr(self, name, allocate(size if size > PIECE else 1 << (size - 1).bit_length(), np.uint8))

    def start(self, compute, x, out, shapes):
        """Queue the way of a piece to the device and back; ``out`` gets its results from `finish`."""
        staged = self.staging[: x.nbytes]
        np.copyto(staged.view(x.dtype), x)
        given, result, *typed = self._on_device((x.nbytes, x.dtype, shapes[0]), (out.nbytes, out.dtype, shapes[1]))
        given.copy_to_device(staged, stream=self.stream)
        compute(*typed, self.stream)
        result.copy_to_host(self.staging[: out.nbytes], stream=self.stream)
        self.awaited = out

    # numba takes some 15 microseconds for a view, and most pieces are like the one before.
    def _on_device(self, *pieces):
        """Return the device's memory for a piece as bytes, in which it is copied, and then as numbers."""
        if pieces != self.viewed:
            memory = [buffer[:size] for buffer, (size, _, _) in zip((self.given, self.result), pieces, strict=True)]
            typed = [each.view(dtype).reshape(shape) for each, (_, dtype, shape) in zip(memory, pieces, strict=True)]
            self.views, self.viewed = (*memory, *typed), pieces
        return self.views

    def finish(self):
        """Wait for the piece that is on its way, if any, and write its results."""
        if self.awaited is not None:
            self.stream.synchronize()
            np.copyto(self.awaited, self.staging[: self.awaited.nbytes].view(self.awaited.dtype))
            self.awaited = None

    def wait(self):
        """Wait until the memory is no longer used, after an error."""
        with contextlib.suppress(Exception):
            self.stream.synchronize()
