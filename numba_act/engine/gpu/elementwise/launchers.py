"""The launchers of element-wise activations: contiguous arrays in 16-byte accesses, any others by their strides, or transposed.

In the contiguous one a block takes a tile of `unrolled` vectors per thread at a time, all loaded before the first is computed,
so that several accesses are under way at once; its threads' vectors are neighbours, so each access of a warp is 512
bytes in a row. Blocks as many as the device holds at once take tiles in turn until none is left.
"""

from numba_act.engine.compiler.link import link
from numba_act.engine.gpu.memory.addresses import place_arguments, place_lines, quotient
from numba_act.engine.gpu.target.formats import VECTOR
from numba_act.engine.gpu.target.launcher import Launcher, block_of, function_of

THREADS = 256
SQUARE = 32
STRIDED = 4  # elements that a thread loads before it computes the first


# Without the second number the linker, which assembles what may be called by others, uses twice as many registers. 4 blocks leave
# each thread 64, 2 leave 128.
def bounds(format, threads):
    """Return the bounds of a launcher, see `Launcher`."""
    return threads, max(1, (2 if format.size == 8 else 4) * THREADS // max(threads, THREADS))


def unrolled(format):
    """Return how many vectors of a tile a thread takes: 64 bytes of float64, whose vectors hold two numbers, 32 of others."""
    return 4 if format.size == 8 else 2


def contiguous_launcher(declaration, format, operations, threads):
    """Return the launcher for contiguous arrays.

    Its arguments: the addresses of the first whole vector in both arrays, the number of vectors, how many elements lie
    before the first and after the last, and the parameters.
    """
    parameters = "".join(f", {name}" for name in declaration.parameters)
    vectors = range(unrolled(format))

    def lanes(vector):
        return [f"x{vector}_{lane}" for lane in range(format.lanes)]

    def load(vector):
        return f"{', '.join(lanes(vector))} = load_vector(x + at + {vector * threads * VECTOR})"

    def store(vector):
        results = ", ".join(f"kernel({lane}{parameters})" for lane in lanes(vector))
        return f"store_vector(out + at + {vector * threads * VECTOR}, ({results}))"

    text = f"""
def contiguous(x, out, vectors, before, after{parameters}):
    number = thread() + block() * {threads}
    if number < before:
        at = (number + 1) * {format.size}
        store(out - at, kernel(load(x - at){parameters}))
    if number < after:
        at = vectors * {VECTOR} + number * {format.size}
        store(out + at, kernel(load(x + at){parameters}))
    first = thread() + block() * {threads * len(vectors)}
    step = blocks() * {threads * len(vectors)}
    while first + {threads * (len(vectors) - 1)} < vectors:
        at = first * {VECTOR}
{block_of(8, [load(vector) for vector in vectors])}
{block_of(8, [store(vector) for vector in vectors])}
        first += step
    while first < vectors:
        at = first * {VECTOR}
        {load(0)}
        {store(0)}
        first += {threads}
"""
    return Launcher(
        _function(text, declaration, format, operations), 5, len(declaration.parameters), bounds(format, threads)
    )


def strided_launcher(declaration, format, operations, dimensions, arrays, threads):
    """Return the launcher for arrays of any strides, with fewer than 2**31 elements in so many dimensions.

    Its arguments: the addresses of x, the parameters named in ``arrays`` and the result; what `place_arguments` names; the number
    of elements; and the parameters that are not in ``arrays``.
    """
    operands = ["x", *arrays, "out"]
    inputs = [name for name in operands if name != "out"]
    numbers = [name for name in declaration.parameters if name not in arrays]
    arguments = place_arguments(dimensions, operands)

    def load(j):
        loads = [f"{name}{j} = load(at_{name})" for name in inputs]
        return [*place_lines(dimensions, operands, f"number + {j * threads}"), *loads, f"to{j} = at_out"]

    def store(j):
        given = [f"{name}{j}" if name in inputs else name for name in ("x", *declaration.parameters)]
        return f"store(to{j}, kernel({', '.join(given)}))"

    text = f"""
def strided({", ".join([*arguments, "total", *numbers])}):
    number = thread() + block() * {threads * STRIDED}
    while number + {threads * (STRIDED - 1)} < total:
{block_of(8, [line for j in range(STRIDED) for line in load(j)])}
{block_of(8, [store(j) for j in range(STRIDED)])}
        number += blocks() * {threads * STRIDED}
    while number < total:
{block_of(8, [*load(0), store(0)])}
        number += {threads}
"""
    function = _function(text, declaration, format, operations)
    return Launcher(function, len(arguments) + 1, len(numbers), bounds(format, threads))


# Read along one axis and written along another, each of a warp's 32 accesses would take a sector of memory of its own, eight times
# the bytes. The row of 33 keeps those who read a column of the tile in different banks.
def transposed_launcher(declaration, format, operations, dimensions, threads):
    """Return the launcher for an x whose neighbours lie along the last axis but one, and a result whose lie along the last.

    A block takes squares of `SQUARE` elements on a side, through the memory that its threads share. Its arguments: the addresses of x and the
    result; what `place_arguments` names, for the array of squares; the strides of both along both axes and the lengths
    of these; the number of squares; and the parameters.
    """
    operands, parameters = ["x", "out"], "".join(f", {name}" for name in declaration.parameters)
    steps = ["x_across", "x_along", "out_across", "out_along"]
    arguments = [*place_arguments(dimensions, operands), *steps, "across", "along", "squares"]
    lines = range(0, SQUARE, threads // SQUARE)
    load = (
        "x{j} = load_or_zero(at_x + column * x_across + (line + {j}) * x_along, column < right and line + {j} < below)"
    )
    text = f"""
def transposed({", ".join(arguments)}{parameters}):
    square = cuda.shared.array(({SQUARE}, {SQUARE + 1}), kind)
    column, line = thread() % {SQUARE}, thread() // {SQUARE}
    number = block()
    while number < squares:
{block_of(8, place_lines(dimensions, operands))}
        right, below = across - i{dimensions - 2} * {SQUARE}, along - i{dimensions - 1} * {SQUARE}
{block_of(8, [load.format(j=j) for j in lines])}
{block_of(8, [f"square[line + {j}, column] = kernel(x{j}{parameters})" for j in lines])}
        wait()
        for j in range(0, {SQUARE}, {lines.step}):
            if line + j < right and column < below:
                store(at_out + (line + j) * out_across + column * out_along, square[column, line + j])
        wait()
        number += blocks()
"""
    function = _function(text, declaration, format, operations)
    return Launcher(function, len(arguments), len(declaration.parameters), bounds(format, threads))


def _function(text, declaration, format, operations):
    kernel = link(declaration, format.linked, operations.primitives, operations.jit)
    load, zero = operations.memory["load"], format.computed.type(0)

    @operations.jit
    def load_or_zero(address, inside):
        return load(address) if inside else zero

    names = {"cuda": operations.cuda, "kind": operations.real, "kernel": kernel, "load_or_zero": load_or_zero}
    names["quotient"] = operations.jit(quotient)
    return function_of(text, **names, **operations.memory, **operations.threads)
