"""The few machine operations that kernels are written in, as plain Python.

What stands here is the *meaning* of each operation on NumPy scalars, so that every kernel can be called, read and
tested without a compiler. When a kernel is compiled, the linker (``engine/compiler/link.py``) puts the target's own
version of each in its place: one LLVM instruction on the CPU, one PTX instruction on the GPU.
"""

from fractions import Fraction

import numpy as np

_INTEGER = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}


def fma(a, b, c):
    """Return ``a * b + c`` rounded once.

    The error analyses of the compensated kernels rest on the single rounding, so a machine without the instruction
    computes it in software.
    """
    real = type(a)
    if not (np.isfinite(a) and np.isfinite(b) and np.isfinite(c)):
        return real(a * b + c)
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    return real(a * b + c) if exact == 0 else _round(exact, real)


def multiply_add(a, b, c):
    """Return ``a * b + c``, rounded once where the machine has the instruction and twice where it has not.

    For polynomials, whose error bounds hold either way.
    """
    return type(a)(a * b + c)


def divide(a, b):
    """Return ``a / b``, rounded correctly or nearly so.

    For a divisor neither so small nor so large that its reciprocal or the quotient is not a normal number, nor 0, inf
    or NaN, for which the result is not defined. Of a GPU that saves what division spends on those: half of its
    instructions.
    """
    return a / b


def reciprocal_estimate(x):
    """Return ``1 / x`` to 22 bits or more, 0 for inf and inf for 0; what is subnormal may be 0."""
    return type(x)(1) / x


def exp2_estimate(x):
    """Return ``2 ** x`` to 22 bits or more, where it is no less than the smallest normal number; below, it may be 0."""
    return np.exp2(x)


def log2_estimate(x):
    """Return the binary logarithm, within 2**-22 for x from 1 to 2."""
    return np.log2(x)


def to_bits(x):
    """Return the bits of a float as the signed integer of its size."""
    return x.view(_INTEGER[x.dtype])


def from_bits(bits):
    """Return the float that has these bits, a signed integer of its size."""
    return bits.view({4: np.float32, 8: np.float64}[bits.dtype.itemsize])


class by_dtype:
    """One elementary function with an implementation for each dtype.

    float32 and float64 want polynomials of different degree and reductions of different length; everything else about a
    kernel is shared. The linker knows the dtype it compiles for and takes the implementation directly, so the choice
    costs nothing at run time.

    ``half`` computes in float32 what is then rounded to float16 or bfloat16, and need not be more accurate than that
    takes; where a target asks for it, the dtype that it links for is float16.
    """

    def __init__(self, *, float32, float64, half=None, integer=None):
        self._implementations = {np.dtype(np.float32): float32, np.dtype(np.float64): float64}
        self._implementations[np.dtype(np.float16)] = half or float32
        self._integer = integer
        self.__name__ = float64.__name__.removesuffix("_float64")
        self.__doc__ = float64.__doc__

    def implementation(self, dtype):
        """Return the plain function for a dtype."""
        found = self._implementations.get(np.dtype(dtype), self._integer)
        return found.implementation(dtype) if isinstance(found, by_dtype) else found

    def __call__(self, x, *others):
        """Compute with the implementation for the dtype of ``x``."""
        return self.implementation(x.dtype)(x, *others)


def or_estimate(exact, estimate):
    """Return a function that has an estimate for halves."""
    return by_dtype(float32=exact, float64=exact, half=estimate)


class Table:
    """32 float32 numbers, looked up by the five lowest bits of an integer.

    For the first version of a function `where_tables`: where one instruction does not look up a whole vector's numbers,
    looking them up takes longer than all else.
    """

    def __init__(self, values):
        self.values = tuple(np.float32(value) for value in values)

    def __call__(self, index):
        """Return one of the numbers."""
        return self.values[index % len(self.values)]


class where_tables:
    """One function in two versions: for targets that have a `Table`, and for others, of which Python is one.

    Their results may differ in the last bit.
    """

    def __init__(self, with_tables, without):
        self._with_tables, self._without = with_tables, without
        self.__name__, self.__doc__ = without.__name__, without.__doc__

    def implementation(self, tables):
        """Return the version for a target that has tables, or for one that has none."""
        return self._with_tables if tables else self._without

    def __call__(self, *arguments):
        """Compute without tables."""
        return self._without(*arguments)


def constant(*, float32, float64):
    """Return a number that differs by dtype: called with any number of a dtype, it gives that dtype's."""
    return by_dtype(float32=_returning(float32), float64=_returning(float64))


def polynomial(*, float32, float64):
    """Return the polynomial with these coefficients for each dtype, from the lowest power up.

    More than three neighbouring powers are joined in pairs, the pairs of long polynomials in fours, and a Horner chain
    runs over those: a half or a quarter as long as Horner's own, for one operation or two more. Splitting even from odd
    powers would be as short, but alternating coefficients of nearly equal size would cancel.
    """
    return by_dtype(float32=_evaluating(float32), float64=_evaluating(float64))


def _returning(value):
    return function_of("lambda x: value", value=value)


def _evaluating(coefficients):
    names = {f"c{power}": coefficient for power, coefficient in enumerate(coefficients)}
    terms, variable = list(names), "x"
    for _ in range((len(terms) > 3) + (len(terms) > 6)):
        pairs = [terms[i : i + 2] for i in range(0, len(terms), 2)]
        terms = [f"multiply_add({pair[1]}, {variable}, {pair[0]})" if len(pair) == 2 else pair[0] for pair in pairs]
        variable = f"({variable} * {variable})"
    text = terms.pop()
    while terms:
        text = f"multiply_add({text}, {variable}, {terms.pop()})"
    return function_of(f"lambda x: {text}", multiply_add=multiply_add, **names)


def function_of(expression, **names):
    """Return a kernel function made of an expression, with nothing but ``names`` in its globals.

    numba cannot unroll loops, and a kernel function may not be a closure.
    """
    function = eval(expression, names)
    function.__module__ = __name__
    return function


def _round(exact, real):
    """Round a fraction to the nearest value of a NumPy float type, ties to even."""
    information = np.finfo(real)
    numerator, denominator = abs(exact.numerator), exact.denominator
    exponent = numerator.bit_length() - denominator.bit_length()
    if Fraction(numerator, denominator) < Fraction(2) ** exponent:
        exponent -= 1
    last_place = max(exponent, int(information.minexp)) - int(information.nmant)
    digits = round(abs(exact) / Fraction(2) ** last_place)
    magnitude = real(np.ldexp(float(digits), last_place)) if exponent <= information.maxexp else real(np.inf)
    return -magnitude if exact < 0 else magnitude
