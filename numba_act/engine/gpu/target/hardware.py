"""What launchers and kernels are made of on a GPU: memory, threads, and the functions of ``kernels/primitives.py``.

``simulated.py`` has the same names for numba's simulator. Addresses are integers, bytes in device memory: a kernel's
arguments then are numbers of one type whatever the arrays are, which costs least at the launch.
"""

from types import SimpleNamespace

import numpy as np
from llvmlite import ir

from numba_act.engine.gpu.target.formats import VECTOR, format_of
from numba_act.engine.gpu.target.toolkit import compiler, device_function, numba_cuda
from numba_act.language import primitives

cuda = numba_cuda


def operations(format, cc):
    """Return what a kernel over numbers of one format is made of, for a compute capability."""
    types, intrinsic = compiler().types, compiler().intrinsic
    load_vector, store_vector = _memory(format, format.lanes, cc)
    load, store = _memory(format, 1, cc)
    load_computed, _ = _memory(format_of(format.computed.name), 1, cc)
    load_integer, _ = _memory(format_of("int64"), 1, cc)

    @intrinsic
    def load_byte(context, address):
        def generate(context, builder, signature, arguments):
            return builder.load(_pointer(builder, arguments[0], ir.IntType(8)))

        return types.uint8(address), generate

    single = format.computed.itemsize == 4
    fmax = _libdevice("fmaxf", "fmax", single)

    @device_function
    def larger(a, b):
        return fmax(a, b)

    return SimpleNamespace(
        real=getattr(types, format.computed.name),
        larger=larger,
        memory={
            "load_vector": load_vector,
            "store_vector": store_vector,
            "load": load,
            "store": store,
            "load_computed": load_computed,
            "load_integer": load_integer,
            "load_byte": load_byte,
        },
        threads=THREADS,
        primitives=_primitives(single) if format.computed.kind == "f" else {},
        jit=device_function,
        cuda=cuda,
    )


@device_function
def thread():
    """Return the number of this thread in its block."""
    return cuda.threadIdx.x


@device_function
def threads():
    """Return how many threads a block has."""
    return cuda.blockDim.x


@device_function
def block():
    """Return the number of this block."""
    return cuda.blockIdx.x


@device_function
def blocks():
    """Return how many blocks there are."""
    return cuda.gridDim.x


@device_function
def exchanged(value, distance):
    """Return the value of the lane of this warp whose number differs in the bit ``distance``."""
    return cuda.shfl_xor_sync(-1, value, distance)


@device_function
def wait():
    """Wait until all threads of the block have come here, and see what they have written to shared memory."""
    cuda.syncthreads()


THREADS = {function.__name__: function for function in (thread, threads, block, blocks, exchanged, wait)}


def _primitives(single):
    """Return ``{primitive: its version for the GPU}``."""

    @device_function
    def fma(a, b, c):
        return cuda.fma(a, b, c)

    reciprocal = _estimate("rcp", single)
    one = np.float32(1) if single else np.float64(1)

    # The estimate has 23 bits in float32, 20 in float64, which two steps of Newton's make 53; the residual of the
    # quotient is exact, so what it is short of the right one is less than a bit more.
    @device_function
    def divide(a, b):
        inverse = reciprocal(b)
        if not single:
            inverse = fma(fma(-b, inverse, one), inverse, inverse)
            inverse = fma(fma(-b, inverse, one), inverse, inverse)
        quotient = a * inverse
        return fma(fma(-b, quotient, a), inverse, quotient)

    return {
        **({primitive: _estimate(name) for primitive, name in _ESTIMATES.items()} if single else {}),
        primitives.divide: divide,
        primitives.fma: fma,
        primitives.multiply_add: fma,
        primitives.to_bits: _libdevice("float_as_int", "double_as_longlong", single),
        primitives.from_bits: _libdevice("int_as_float", "longlong_as_double", single),
    }


_ESTIMATES = {primitives.reciprocal_estimate: "rcp", primitives.exp2_estimate: "ex2", primitives.log2_estimate: "lg2"}


def _estimate(name, single=True):
    """Return the intrinsic for an estimate that the GPU has an instruction for."""
    types, intrinsic = compiler().types, compiler().intrinsic
    element = types.float32 if single else types.float64
    text, constraints = f"{name}.approx.ftz.f{32 if single else 64} $0, $1;", "=f,f" if single else "=d,d"

    @intrinsic
    def estimate(context, x):
        def generate(context, builder, signature, arguments):
            return _assembly(builder, text, arguments[0].type, constraints, arguments[0])

        return element(x), generate

    return estimate


def _libdevice(in_float32, in_float64, single):
    return getattr(compiler().libdevice, in_float32 if single else in_float64)


_REALS = {4: ir.FloatType(), 8: ir.DoubleType()}
_PAIR, _SHORT = ir.IntType(32), ir.IntType(16)


# Device memory has the address space 1: of an address that is given as a number the compiler cannot find that out.
def _pointer(builder, address, kind):
    return builder.inttoptr(address, ir.PointerType(kind, 1))


# Halves come in pairs, as integers: LLVM would take a vector of them apart into two-byte accesses.
def _memory(format, count, cc):
    """Return the functions that load and store so many neighbouring numbers: a number, or a tuple of them."""
    types, intrinsic = compiler().types, compiler().intrinsic
    element = getattr(types, format.computed.name)
    result = element if count == 1 else types.UniTuple(element, count)
    if format.name in ("float16", "bfloat16"):
        stored, words = (_SHORT, 1) if count == 1 else (_PAIR, count // 2)
        half = _Half(format.name, cc)
        read, write = half.read, half.write
    else:
        stored = _REALS[format.size] if format.computed.kind == "f" else ir.IntType(8 * format.size)
        words, read, write = count, lambda builder, each: each, lambda builder, each: each
    kind = stored if words == 1 else ir.VectorType(stored, words)
    alignment = VECTOR if count > 1 else format.size

    @intrinsic
    def load(context, address):
        def generate(context, builder, signature, arguments):
            loaded = builder.load(_pointer(builder, arguments[0], kind), align=alignment)
            numbers = read(builder, _parts(builder, loaded, words))
            return numbers[0] if count == 1 else context.make_tuple(builder, result, numbers)

        return result(address), generate

    @intrinsic
    def store(context, address, numbers):
        def generate(context, builder, signature, arguments):
            numbers = [arguments[1]] if count == 1 else compiler().unpack_tuple(builder, arguments[1], count)
            value = _joined(builder, write(builder, numbers), kind)
            builder.store(value, _pointer(builder, arguments[0], kind), align=alignment)
            return context.get_dummy_value()

        return types.void(address, result), generate

    return load, store


def _parts(builder, loaded, words):
    if words == 1:
        return [loaded]
    return [builder.extract_element(loaded, ir.IntType(32)(position)) for position in range(words)]


def _joined(builder, parts, kind):
    if len(parts) == 1:
        return parts[0]
    value = ir.Constant(kind, ir.Undefined)
    for position, part in enumerate(parts):
        value = builder.insert_element(value, part, ir.IntType(32)(position))
    return value


def _assembly(builder, text, result, constraints, *arguments):
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.asm(kind, text, constraints, arguments, side_effect=False)


class _Half:
    """float16 or bfloat16 to float32 and back; from compute capability 8.0 on, an instruction rounds two at once."""

    def __init__(self, name, cc):
        self.suffix = {"float16": "f16", "bfloat16": "bf16"}[name]
        self.has_instructions = cc >= (8, 0)

    def read(self, builder, words):
        """Return float32 numbers of words that hold one half each, or two."""
        upper = self.suffix == "bf16"
        if words[0].type != _PAIR:
            return [
                _upper_half(builder, builder.zext(word, _PAIR)) if upper else _widened(builder, word) for word in words
            ]
        if upper:
            pairs = [
                (_upper_half(builder, word), _as_single(builder, builder.and_(word, _PAIR(-65536)))) for word in words
            ]
        else:
            pairs = [
                (
                    _widened(builder, builder.trunc(word, _SHORT)),
                    _widened(builder, builder.trunc(_shifted(builder, word), _SHORT)),
                )
                for word in words
            ]
        return [number for pair in pairs for number in pair]

    def write(self, builder, numbers):
        """Return the words of a single number's half, or of pairs."""
        if not self.has_instructions:
            narrowed = _narrowed if self.suffix == "f16" else _rounded_to_upper_half
            halves = [narrowed(builder, number) for number in numbers]
            return halves if len(halves) == 1 else _paired(builder, halves)
        if len(numbers) == 1:
            return [_assembly(builder, f"cvt.rn.{self.suffix}.f32 $0, $1;", _SHORT, "=h,f", numbers[0])]
        text = f"cvt.rn.{self.suffix}x2.f32 $0, $1, $2;"
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return [_assembly(builder, text, _PAIR, "=r,f,f", high, low) for low, high in pairs]


def _as_single(builder, word):
    return builder.bitcast(word, ir.FloatType())


def _upper_half(builder, word):
    return _as_single(builder, builder.shl(word, _PAIR(16)))


def _shifted(builder, word):
    return builder.lshr(word, _PAIR(16))


def _widened(builder, half):
    return builder.fpext(builder.bitcast(half, ir.HalfType()), ir.FloatType())


def _narrowed(builder, number):
    return builder.bitcast(builder.fptrunc(number, ir.HalfType()), _SHORT)


# As in kernels/elementary/half_precision.py: adding just under half a unit, and one more where the upper half is odd.
def _rounded_to_upper_half(builder, number):
    bits = builder.bitcast(number, _PAIR)
    upper = _shifted(builder, bits)
    odd = builder.and_(upper, _PAIR(1))
    rounded = _shifted(builder, builder.add(builder.add(bits, _PAIR(0x7FFF)), odd))
    nan = builder.fcmp_unordered("uno", number, number)
    return builder.trunc(builder.select(nan, builder.or_(upper, _PAIR(0x40)), rounded), _SHORT)


def _paired(builder, halves):
    words = [builder.zext(half, _PAIR) for half in halves]
    pairs = zip(words[::2], words[1::2], strict=True)
    return [builder.or_(low, builder.shl(high, _PAIR(16))) for low, high in pairs]
