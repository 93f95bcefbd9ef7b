"""What runs on a GPU: its version of each function in ``kernels/primitives.py``, and the launchers around a kernel.

Launchers see every array as four-dimensional, with rows along the last dimension.

A row is computed by one block of threads, all of which run the same kernel: ``positions`` gives each thread its share,
and the reductions return the same number to every thread.

This is one module because numba's simulator, which the tests use, replaces ``cuda`` in the module of the launcher for as
long as a launch takes, but in other modules only from call to call, which its threads then do to each other.
"""

import numba
import numpy as np
from numba import config, cuda

from numba_act.engine.cuda import THREADS
from numba_act.engine.link import link
from numba_act.kernels import primitives
from numba_act.kernels.elementary.order import from_order_key, order_key


def device_function(function):
    """Compile a function that runs on the GPU and is called there."""
    return cuda.jit(device=True)(function)


@device_function
def positions(row):
    """Return this thread's share of a row."""
    return range(cuda.threadIdx.x, len(row), cuda.blockDim.x)


def cuda_primitives(dtype):
    """Return ``{primitive: its version for the GPU}`` for a dtype."""
    scalar = _scalar_primitives(dtype)
    rows = {}
    if dtype.kind == "f":
        rows = {
            primitives.positions: positions,
            primitives.row_sum: _row_sum(dtype),
            primitives.row_maximum: _row_maximum(dtype, scalar),
        }
    return scalar | rows


def _scalar_primitives(dtype):
    # numba's simulator runs kernels as Python, where the primitives mean what they say.
    if config.ENABLE_CUDASIM:
        return {}
    from numba.cuda import libdevice

    @device_function
    def fma(a, b, c):
        return cuda.fma(a, b, c)

    single = dtype.itemsize == 4
    return {
        primitives.fma: fma,
        primitives.multiply_add: fma,
        primitives.to_bits: libdevice.float_as_int if single else libdevice.double_as_longlong,
        primitives.from_bits: libdevice.int_as_float if single else libdevice.longlong_as_double,
    }


# The threads' partial results are halved in shared memory until one is left. Everybody waits before the result is read,
# and again before the memory may be used for the next reduction. The memory is the caller's: numba's simulator gives
# one line of code one array, whatever dtype it asks for.
def _across_block(combine):
    @device_function
    def across_block(shared, value):
        thread = cuda.threadIdx.x
        shared[thread] = value
        cuda.syncthreads()
        width = THREADS // 2
        while width > 0:
            if thread < width:
                shared[thread] = combine(shared[thread], shared[thread + width])
            cuda.syncthreads()
            width //= 2
        result = shared[0]
        cuda.syncthreads()
        return result

    return across_block


def _row_sum(dtype):
    real, element = dtype.type, numba.from_dtype(dtype)

    @device_function
    def add(a, b):
        return a + b

    across_block = _across_block(add)

    @device_function
    def row_sum(row):
        shared = cuda.shared.array(THREADS, element)
        total = real(0)
        for i in positions(row):
            total += row[i]
        return across_block(shared, total)

    return row_sum


def _row_maximum(dtype, scalar):
    key = link(order_key, dtype, scalar, device_function)
    value = link(from_order_key, dtype, scalar, device_function)
    key_type = numba.from_dtype(np.dtype(f"i{dtype.itemsize}"))

    # A conditional rather than max(), whose two-argument form numba 0.66 broke on the GPU (numba#10753).
    @device_function
    def larger(a, b):
        return a if a > b else b  # noqa: FURB136

    across_block = _across_block(larger)

    @device_function
    def row_maximum(row):
        shared = cuda.shared.array(THREADS, key_type)
        best = key(row[0])
        for i in positions(row):
            best = larger(best, key(row[i]))
        return value(across_block(shared, best))

    return row_maximum


@device_function
def place(x, number):
    """Return the index of the element that comes ``number``-th in C order."""
    fourth, rest = number % x.shape[3], number // x.shape[3]
    third, rest = rest % x.shape[2], rest // x.shape[2]
    return rest // x.shape[1], rest % x.shape[1], third, fourth


# Where the whole array is one dimension, as every contiguous one is, finding the place of an element costs no division.
def elementwise_launcher(kernel):
    """Return a launcher whose threads take elements in turn until none is left."""

    def elements(x, out, parameters):
        if x.shape[3] == x.size:
            for number in range(cuda.grid(1), x.size, cuda.gridsize(1)):
                out[0, 0, 0, number] = kernel(x[0, 0, 0, number], *parameters)
        else:
            for number in range(cuda.grid(1), x.size, cuda.gridsize(1)):
                at = place(x, number)
                out[at] = kernel(x[at], *parameters)

    return cuda.jit(elements)


def elementwise_launcher_without_parameters(kernel):
    """Return the same for a kernel of one argument: GPU launches take no empty tuple."""

    def elements(x, out):
        if x.shape[3] == x.size:
            for number in range(cuda.grid(1), x.size, cuda.gridsize(1)):
                out[0, 0, 0, number] = kernel(x[0, 0, 0, number])
        else:
            for number in range(cuda.grid(1), x.size, cuda.gridsize(1)):
                at = place(x, number)
                out[at] = kernel(x[at])

    return cuda.jit(elements)


def row_launcher(kernel):
    """Return a launcher whose blocks of threads take rows in turn until none is left."""

    def rows(x, out):
        length = x.shape[3]
        for number in range(cuda.blockIdx.x, x.size // length, cuda.gridDim.x):
            first, second, third, _ = place(x, number * length)
            kernel(x[first, second, third], out[first, second, third])

    return cuda.jit(rows)
