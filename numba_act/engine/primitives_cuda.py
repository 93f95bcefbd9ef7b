"""The GPU's version of each function in ``kernels/primitives.py``.

A row is computed by one block of threads, all of which run the same kernel: ``positions`` gives each thread its share,
and the reductions return the same number to every thread.
"""

import numba
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
# and again before the memory may be used for the next reduction.
def _across_block(combine, dtype):
    element = numba.from_dtype(dtype)

    @device_function
    def across_block(value):
        shared = cuda.shared.array(THREADS, element)
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
    real = dtype.type

    @device_function
    def add(a, b):
        return a + b

    across_block = _across_block(add, dtype)

    @device_function
    def row_sum(row):
        total = real(0)
        for i in positions(row):
            total += row[i]
        return across_block(total)

    return row_sum


def _row_maximum(dtype, scalar):
    key = link(order_key, dtype, scalar, device_function)
    value = link(from_order_key, dtype, scalar, device_function)

    # A conditional rather than max(), whose two-argument form numba 0.66 broke on the GPU (numba#10753).
    @device_function
    def larger(a, b):
        return a if a > b else b

    across_block = _across_block(larger, dtype.type(0).view(f"i{dtype.itemsize}").dtype)

    @device_function
    def row_maximum(row):
        best = key(row[0])
        for i in positions(row):
            best = larger(best, key(row[i]))
        return value(across_block(best))

    return row_maximum
