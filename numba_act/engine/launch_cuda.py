"""What runs on a GPU: its version of each function in ``kernels/primitives.py``, and the launchers around a kernel.

Launchers see every array as four-dimensional, with rows along the last dimension.

This is one module because numba's simulator, which the tests use, replaces ``cuda`` in the module of the launcher for as
long as a launch takes, but in other modules only from call to call, which its threads then do to each other.
"""

import numba
import numpy as np
from numba import config, cuda

from numba_act.engine.link import link
from numba_act.kernels import primitives
from numba_act.kernels.elementary import compensated, exponential, exponential_sum, order
from numba_act.kernels.elementary.exponential_sum import LARGEST_PEAK


def device_function(function):
    """Compile a function that runs on the GPU and is called there."""
    return cuda.jit(device=True)(function)


def cuda_primitives(dtype):
    """Return ``{primitive: its version for the GPU}`` for a dtype."""
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


# What the threads find in a row is halved in shared memory until one result is left, in an order that does not depend
# on timing. Everybody waits before it is read, and again before the memory may be used for the next reduction.
def _across_block(threads, merge):
    """Return the function that makes column 0 of shared memory what its columns, one a thread, are together."""

    @device_function
    def across_block(shared):
        cuda.syncthreads()
        thread, width = cuda.threadIdx.x, threads // 2
        while width > 0:
            if thread < width:
                merge(shared, thread, thread + width)
            cuda.syncthreads()
            width //= 2

    return across_block


@device_function
def positions(row):
    """Return this thread's share of a row."""
    return range(cuda.threadIdx.x, len(row), cuda.blockDim.x)


def _peak_of_row(linked, dtype, threads):
    """Return the function that finds the largest element of a row, NaN if there is one, and -inf if there is none."""
    order_key, from_order_key = linked(order.order_key), linked(order.from_order_key)
    of_nothing = order.order_key(dtype.type(-np.inf))
    of_nan = order.order_key(dtype.type(np.nan))

    # A conditional rather than max(), whose two-argument form numba 0.66 broke on the GPU (numba#10753).
    @device_function
    def larger(a, b):
        return a if a > b else b  # noqa: FURB136

    @device_function
    def keep_larger(keys, a, b):
        keys[a] = larger(keys[a], keys[b])

    across_block = _across_block(threads, keep_larger)

    @device_function
    def peak_of_row(row, keys):
        largest = of_nothing
        for i in positions(row):
            key = order_key(row[i])
            # Negative NaNs come to lie below -inf.
            key = of_nan if key < of_nothing else key
            largest = larger(largest, key)
        keys[cuda.threadIdx.x] = largest
        across_block(keys)
        largest = keys[0]
        cuda.syncthreads()
        return from_order_key(largest)

    return peak_of_row


HIGH, LOW, COUNT = range(3)


def _total_of_block(linked, threads):
    """Return the function that adds up what the threads have: sums of two numbers each, and counts."""
    two_sum = linked(compensated.two_sum)

    @device_function
    def add(sums, a, b):
        total, rounding = two_sum(sums[HIGH, a], sums[HIGH, b])
        sums[HIGH, a], sums[LOW, a] = total, sums[LOW, a] + (sums[LOW, b] + rounding)
        sums[COUNT, a] += sums[COUNT, b]

    across_block = _across_block(threads, add)

    @device_function
    def total_of_block(sums, high, low, count):
        thread = cuda.threadIdx.x
        sums[HIGH, thread], sums[LOW, thread], sums[COUNT, thread] = high, low, count
        across_block(sums)
        (high, low), count = two_sum(sums[HIGH, 0], sums[LOW, 0]), sums[COUNT, 0]
        cuda.syncthreads()
        return high, low, count

    return total_of_block


def row_launcher(declaration, dtype, threads):
    """Return a launcher whose blocks of threads take rows in turn until none is left.

    ``row_meaning.py`` says in plain Python what they compute. If a row has one result, ``out`` has a last dimension of
    length one.

    Parameters
    ----------
    declaration : Declaration
    dtype : dtype
    threads : int
        Of a block; a power of two.
    """
    primitives_of_dtype = cuda_primitives(dtype)

    def linked(function):
        return link(function, dtype, primitives_of_dtype, device_function)

    real, element = dtype.type, numba.from_dtype(dtype)
    key_type = numba.from_dtype(np.dtype(f"i{dtype.itemsize}"))
    largest_peak, weighs, reduces = LARGEST_PEAK[dtype], declaration.weighs, declaration.reduces
    peak_of_row, total_of_block = _peak_of_row(linked, dtype, threads), _total_of_block(linked, threads)
    fma, two_sum, is_nan = linked(primitives.fma), linked(compensated.two_sum), linked(exponential.is_nan)
    frame, term = linked(exponential_sum.frame), linked(exponential_sum.term)
    kernel, summary, beyond = linked(declaration), linked(declaration.summary), linked(declaration.beyond)

    @device_function
    def sum_of_row(row, peak, sums):
        shift, rounder, lowest = frame(peak)
        high, low, count = real(0), real(0), real(0)
        for i in positions(row):
            power, growth = term(row[i], shift, rounder, lowest)
            if not weighs:
                is_peak = row[i] == peak
                power = real(0) if is_peak else power
                count += real(1) if is_peak else real(0)
            # The second sum takes what the first leaves of a term before it is rounded, as on the CPU.
            weight = fma(power, growth, power)
            high, rounding = two_sum(high, weight)
            low += rounding + fma(power, growth, power - weight)
        return total_of_block(sums, high, low, count)

    @device_function
    def within_bounds(row, results, peak, sums):
        high, low, count = sum_of_row(row, peak, sums)
        a, b, c = summary(peak, high, low, count, real(1))
        if reduces:
            if cuda.threadIdx.x == 0:
                results[0] = kernel(a, b, c)
        elif weighs:
            # Computed once more rather than kept in the results: memory takes longer.
            shift, rounder, lowest = frame(peak)
            for i in positions(row):
                power, growth = term(row[i], shift, rounder, lowest)
                results[i] = kernel(fma(power, growth, power), a, b, c)
        else:
            for i in positions(row):
                results[i] = kernel(row[i], a, b, c)

    @device_function
    def beyond_bounds(row, results, peak, sums):
        count = real(0)
        for i in positions(row):
            count += real(1) if row[i] == peak else real(0)
        _, _, count = total_of_block(sums, real(0), real(0), count)
        if reduces:
            if cuda.threadIdx.x == 0:
                results[0] = beyond(peak, peak, count)
        else:
            for i in positions(row):
                results[i] = beyond(peak if is_nan(peak) else row[i], peak, count)

    def rows(x, out):
        # One line each: numba's simulator gives a line of code one array, whatever it asks for.
        keys = cuda.shared.array(threads, key_type)
        sums = cuda.shared.array((3, threads), element)
        for number in range(cuda.blockIdx.x, x.shape[0] * x.shape[1] * x.shape[2], cuda.gridDim.x):
            third, rest = number % x.shape[2], number // x.shape[2]
            first, second = rest // x.shape[1], rest % x.shape[1]
            row, results = x[first, second, third], out[first, second, third]
            peak = peak_of_row(row, keys)
            if peak <= largest_peak:
                within_bounds(row, results, peak, sums)
            else:
                beyond_bounds(row, results, peak, sums)

    return cuda.jit(rows)
