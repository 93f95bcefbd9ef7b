"""What is launched on a GPU around a kernel: every array four-dimensional, rows along the last dimension."""

from numba import cuda

from numba_act.engine.primitives_cuda import device_function


@device_function
def place(x, number):
    """Return the index of the element that comes ``number``-th in C order."""
    fourth, rest = number % x.shape[3], number // x.shape[3]
    third, rest = rest % x.shape[2], rest // x.shape[2]
    return rest // x.shape[1], rest % x.shape[1], third, fourth


def elementwise_launcher(kernel):
    """Return a launcher whose threads take elements in turn until none is left."""

    def elements(x, out, parameters):
        for number in range(cuda.grid(1), x.size, cuda.gridsize(1)):
            at = place(x, number)
            out[at] = kernel(x[at], *parameters)

    return cuda.jit(elements)


def elementwise_launcher_without_parameters(kernel):
    """Return the same for a kernel of one argument: GPU launches take no empty tuple."""

    def elements(x, out):
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
