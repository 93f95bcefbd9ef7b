"""The launchers of element-wise functions: arrays in 16-byte accesses, by their strides, or transposed.

In the contiguous one a block takes a tile of `unrolled` vectors per thread at a time, all loaded before the first is
computed, so that several accesses are under way at once. Its threads' vectors are neighbours, so each access of a warp
is 512 bytes in a row. Blocks as many as the device holds at once take tiles in turn until none is left.

All numbers of a tile are computed before the first is stored: an output may be any of the inputs.
"""

from typing import NamedTuple

from numba_act.engine.compiler.link import link
from numba_act.engine.gpu.memory.addresses import address_arguments, address_lines, quotient
from numba_act.engine.gpu.target.formats import VECTOR
from numba_act.engine.gpu.target.launcher import Launcher, defined_by, indented
from numba_act.language.dtypes import parameter_dtype

THREADS = 256
SQUARE = 32


class Operands(NamedTuple):
    """The operands of a declaration as a launcher names them: ``a0 a1 p0 out0``; arrays by address, others by value.

    Attributes
    ----------
    names : tuple of str
        The inputs, then the parameters.
    kinds : tuple of str
        What each is: "real", of the dtype that is computed, "integer" or "bool".
    arrays : tuple of int
        Which of them are arrays.
    outputs : int
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    arrays: tuple[int, ...]
    outputs: int

    @property
    def read(self):
        """The names of the arrays that are read."""
        return [self.names[position] for position in self.arrays]

    @property
    def written(self):
        """The names of the arrays that are written."""
        return [f"out{number}" for number in range(self.outputs)]

    @property
    def integers(self):
        """The names of the integers and truth values that are passed by value."""
        return self._by_value(("integer", "bool"))

    @property
    def numbers(self):
        """The names of the other numbers that are passed by value."""
        return self._by_value(("real",))

    def _by_value(self, kinds):
        return [
            name
            for position, (name, kind) in enumerate(zip(self.names, self.kinds, strict=True))
            if position not in self.arrays and kind in kinds
        ]

    def given(self, suffix):
        """Return what the kernel is passed, where elements of arrays have names with a suffix."""
        found = []
        for position, (name, kind) in enumerate(zip(self.names, self.kinds, strict=True)):
            value = f"{name}{suffix}" if position in self.arrays else name
            found.append(f"{value} != 0" if kind == "bool" else value)
        return ", ".join(found)

    def load(self, position):
        """Return the name of the function that loads an element of an array."""
        return {"real": "load", "integer": "load_integer", "bool": "load_byte"}[self.kinds[position]]


def operands_of(declaration, arrays):
    """Return the operands of a declaration, of which those at some positions are arrays."""
    names = [f"a{number}" for number in range(len(declaration.inputs))]
    names += [f"p{number}" for number in range(len(declaration.parameters))]
    kinds = ["real"] * len(declaration.inputs)
    for default in declaration.parameters.values():
        dtype = parameter_dtype(default, None)
        kinds.append("real" if dtype is None else {"b": "bool", "i": "integer"}[dtype.kind])
    return Operands(tuple(names), tuple(kinds), tuple(arrays), declaration.outputs)


# Without the second number the linker, which assembles what may be called by others, uses twice as many registers. 4
# blocks leave each thread 64, 2 leave 128.
def bounds(format, threads):
    """Return the bounds of a launcher, see `Launcher`."""
    return threads, max(1, (2 if format.size == 8 else 4) * THREADS // max(threads, THREADS))


def unrolled(format, operands):
    """Return how many vectors of a tile a thread takes of each array.

    Of two arrays 64 bytes of float64, whose vectors hold two numbers, and 32 of others; of more arrays fewer.
    """
    most = 4 if format.size == 8 else 2
    return max(1, most * 2 // max(2, len(operands.read) + operands.outputs))


def in_flight(operands):
    """Return how many elements of strided arrays a thread loads at once: 4 of up to three arrays, fewer of more."""
    return max(1, 12 // max(3, len(operands.read) + operands.outputs))


def contiguous_launcher(declaration, format, operations, arrays, threads):
    """Return the launcher for contiguous arrays.

    Its arguments: the addresses of the first whole vector in all arrays that are read and written, the number of
    vectors, how many elements lie before the first and after the last, and what is passed by value.
    """
    operands = operands_of(declaration, arrays)
    places = [*operands.read, *operands.written]
    vectors = range(unrolled(format, operands))

    def loads(vector):
        found = []
        for name in operands.read:
            lanes = ", ".join(f"{name}_{vector}_{lane}" for lane in range(format.lanes))
            found.append(f"{lanes} = load_vector({name} + at + {vector * threads * VECTOR})")
        return found

    def stores(vector):
        results = [f"r{vector}_{lane}" for lane in range(format.lanes)]
        found = [f"{result} = kernel({operands.given(f'_{vector}_{lane}')})" for lane, result in enumerate(results)]
        for number, name in enumerate(operands.written):
            values = ", ".join(_result(result, number, operands) for result in results)
            found.append(f"store_vector({name} + at + {vector * threads * VECTOR}, ({values}))")
        return found

    def alone(sign):
        loads = [f"{name}_ = load({name} {sign} at)" for name in operands.read]
        stores = [
            f"store({name} {sign} at, {_result('result', number, operands)})"
            for number, name in enumerate(operands.written)
        ]
        return indented(8, [*loads, f"result = kernel({operands.given('_')})", *stores])

    text = f"""
def contiguous({", ".join([*places, "vectors", "before", "after", *operands.integers, *operands.numbers])}):
    number = thread() + block() * {threads}
    if number < before:
        at = (number + 1) * {format.size}
{alone("-")}
    if number < after:
        at = vectors * {VECTOR} + number * {format.size}
{alone("+")}
    first = thread() + block() * {threads * len(vectors)}
    step = blocks() * {threads * len(vectors)}
    while first + {threads * (len(vectors) - 1)} < vectors:
        at = first * {VECTOR}
{indented(8, [line for vector in vectors for line in loads(vector)])}
{indented(8, [line for vector in vectors for line in stores(vector)])}
        first += step
    while first < vectors:
        at = first * {VECTOR}
{indented(8, [*loads(0), *stores(0)])}
        first += {threads}
"""
    integers = len(places) + 3 + len(operands.integers)
    function = _function(text, declaration, format, operations)
    return Launcher(function, integers, len(operands.numbers), bounds(format, threads))


def _result(name, number, operands):
    """Return the expression for one of a kernel's results."""
    return f"{name}[{number}]" if operands.outputs > 1 else name


def strided_launcher(declaration, format, operations, dimensions, arrays, threads):
    """Return the launcher for arrays of any strides, with fewer than 2**31 elements in so many dimensions.

    Its arguments: what `address_arguments` names, for the arrays that are read and written; the number of elements; and
    what is passed by value.
    """
    operands = operands_of(declaration, arrays)
    places, elements = [*operands.read, *operands.written], in_flight(operands)
    arguments = [*address_arguments(dimensions, places), "total", *operands.integers]

    def load(j):
        loads = [
            f"{operands.names[position]}_e{j} = {operands.load(position)}(at_{operands.names[position]})"
            for position in operands.arrays
        ]
        goals = [f"to_{name}_{j} = at_{name}" for name in operands.written]
        return [*address_lines(dimensions, places, f"number + {j * threads}"), *loads, *goals]

    def store(j):
        stores = [
            f"store(to_{name}_{j}, {_result('result', number, operands)})"
            for number, name in enumerate(operands.written)
        ]
        return [f"result = kernel({operands.given(f'_e{j}')})", *stores]

    text = f"""
def strided({", ".join([*arguments, *operands.numbers])}):
    number = thread() + block() * {threads * elements}
    while number + {threads * (elements - 1)} < total:
{indented(8, [line for j in range(elements) for line in load(j)])}
{indented(8, [line for j in range(elements) for line in store(j)])}
        number += blocks() * {threads * elements}
    while number < total:
{indented(8, [*load(0), *store(0)])}
        number += {threads}
"""
    function = _function(text, declaration, format, operations)
    return Launcher(function, len(arguments), len(operands.numbers), bounds(format, threads))


# Read along one axis and written along another, each of a warp's 32 accesses would take a sector of memory of its own,
# eight times the bytes. With rows of 33 numbers, threads that read a column of the tile read from different banks.
def transposed_launcher(declaration, format, operations, dimensions, threads):
    """Return the launcher for one array whose neighbours lie along the last axis but one, and one result of the last.

    A block takes squares of `SQUARE` elements on a side, through the memory that its threads share. Its arguments: what
    `address_arguments` names, for the array of squares; the strides of both arrays along both axes and the lengths of
    these; the number of squares; and what is passed by value.
    """
    operands = operands_of(declaration, (0,))
    steps = ["a0_across", "a0_along", "out0_across", "out0_along", "across", "along", "squares"]
    arguments = [*address_arguments(dimensions, ["a0", "out0"]), *steps, *operands.integers]
    lines = range(0, SQUARE, threads // SQUARE)
    load = (
        "a0_e{j} = load_or_zero("
        "at_a0 + column * a0_across + (line + {j}) * a0_along, column < right and line + {j} < below)"
    )
    text = f"""
def transposed({", ".join([*arguments, *operands.numbers])}):
    square = cuda.shared.array(({SQUARE}, {SQUARE + 1}), kind)
    column, line = thread() % {SQUARE}, thread() // {SQUARE}
    number = block()
    while number < squares:
{indented(8, address_lines(dimensions, ["a0", "out0"]))}
        right, below = across - i{dimensions - 2} * {SQUARE}, along - i{dimensions - 1} * {SQUARE}
{indented(8, [load.format(j=j) for j in lines])}
{indented(8, [f"square[line + {j}, column] = kernel({operands.given(f'_e{j}')})" for j in lines])}
        wait()
        for j in range(0, {SQUARE}, {lines.step}):
            if line + j < right and column < below:
                store(at_out0 + (line + j) * out0_across + column * out0_along, square[column, line + j])
        wait()
        number += blocks()
"""
    function = _function(text, declaration, format, operations)
    return Launcher(function, len(arguments), len(operands.numbers), bounds(format, threads))


def _function(text, declaration, format, operations):
    kernel = link(declaration, format.linked, operations.primitives, operations.jit)
    load, zero = operations.memory["load"], format.computed.type(0)

    @operations.jit
    def load_or_zero(address, inside):
        return load(address) if inside else zero

    names = {"cuda": operations.cuda, "kind": operations.real, "kernel": kernel, "load_or_zero": load_or_zero}
    names["quotient"] = operations.jit(quotient)
    return defined_by(text, **names, **operations.memory, **operations.threads)
