"""Where an element lies in arrays of any strides: its number in C order taken apart, without a division.

For a divisor d with 2**s the smallest power of two that is not less, and m = floor(2**32 (2**s - d) / d) + 1, the
quotient of a number n below 2**31 is ``(m n / 2**32 + n) / 2**s``, both divisions cut off: T. Granlund and P. L.
Montgomery, "Division by invariant integers using multiplication", PLDI 1994. A division takes a GPU some twenty
instructions, of 64 bits a hundred; this takes four.
"""

import numpy as np

# Of numbers that `quotient` is right for.
LIMIT = 2**31


def divisor(length):
    """Return the multiplier, the shift and the length itself: what a kernel needs to divide by it."""
    shift = (length - 1).bit_length()
    return (2**32 * (2**shift - length)) // length + 1, shift, length


def quotient(number, multiplier, shift):
    """Return how often a length goes into a number, given the two first of its `divisor`."""
    upper = (np.uint64(np.uint32(number)) * np.uint64(np.uint32(multiplier))) >> np.uint64(32)
    return np.int64((upper + np.uint64(np.uint32(number))) >> np.uint64(shift))


def address_lines(dimensions, operands, number="number"):
    """Return lines that compute ``at_x`` for every operand x: the address of the element ``number``.

    They use ``m1, s1, d1`` ... of every dimension but the first, and every operand's address and strides ``x``, ``x_0``
    ... The index along the last dimension is ``index``.
    """
    written = [f"rest = {number}"]
    for dimension in range(dimensions - 1, 0, -1):
        written += [
            f"whole = quotient(rest, m{dimension}, s{dimension})",
            f"i{dimension} = rest - whole * d{dimension}",
            "rest = whole",
        ]
    written.append("i0 = rest")
    for operand in operands:
        terms = " + ".join(f"i{dimension} * {operand}_{dimension}" for dimension in range(dimensions))
        written.append(f"at_{operand} = {operand} + {terms}")
    return written


def address_arguments(dimensions, operands):
    """Return the names of what `address_lines` uses, in the order in which a launch passes it."""
    divisors = [f"{letter}{dimension}" for dimension in range(1, dimensions) for letter in "msd"]
    strides = [f"{operand}_{dimension}" for operand in operands for dimension in range(dimensions)]
    return [*operands, *divisors, *strides]


def address_values(shape, strides):
    """Return the values of the same but for the addresses, which come first; ``strides`` are those of each operand."""
    divisors = [value for length in shape[1:] for value in divisor(length)]
    return [*divisors, *[stride for each in strides for stride in each]]
