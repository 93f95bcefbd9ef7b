"""What a launch is given instead of arrays: fewer dimensions, and places without divisions.

Nothing here needs a GPU. Arrays of NumPy say what strides mean.
"""

import itertools
import math

import numpy as np
import pytest
from gpu_views import address, examples, lengths, places, views, views_together
from hypothesis import example, given
from hypothesis import strategies as st

from numba_act.engine.gpu.memory.addresses import (
    LIMIT,
    address_arguments,
    address_lines,
    address_values,
    divisor,
    quotient,
)
from numba_act.engine.gpu.memory.strides import broadcast_strides, in_parts, is_dense, merged, reach
from numba_act.engine.gpu.target.launcher import defined_by, indented


@examples
@given(views_together())
def test_merged_dimensions_have_the_same_elements(arrays):
    strides = tuple(array.strides for array in arrays)
    shape, found = merged(arrays[0].shape, strides)
    wanted = places(arrays[0].shape, strides)
    assert sorted(places(shape, found).tolist()) == sorted(wanted.tolist())


@examples
@given(views_together())
def test_merged_dimensions_do_not_merge_further(arrays):
    shape, strides = merged(arrays[0].shape, tuple(array.strides for array in arrays))
    assert len(shape) >= 1
    for axis in range(len(shape) - 1):
        assert any(each[axis] != shape[axis + 1] * each[axis + 1] for each in strides)


@examples
@given(views_together())
def test_the_last_array_is_passed_in_the_order_of_memory(arrays):
    _, strides = merged(arrays[0].shape, tuple(array.strides for array in arrays))
    magnitudes = [abs(stride) for stride in strides[-1]]
    assert magnitudes == sorted(magnitudes, reverse=True)


@pytest.mark.parametrize(
    ("array", "shape", "strides"),
    [
        (np.zeros((2, 3, 4), "f4"), (24,), (4,)),
        (np.zeros((2, 3, 4), "f4").T, (24,), (4,)),
        (np.zeros((6, 8), "f8")[:, ::2], (24,), (16,)),
        (np.zeros((6, 8), "f8")[:, :4], (6, 4), (64, 8)),
        (np.zeros((3, 4), "f4")[::-1, ::-1], (12,), (-4,)),
        (np.zeros((3, 4), "f4")[::-1], (3, 4), (-16, 4)),
        (np.zeros((1, 4, 1), "f4"), (4,), (4,)),
        (np.zeros((), "f4"), (1,), (0,)),
        (np.broadcast_to(np.zeros(4, "f4"), (3, 4)), (4, 3), (4, 0)),
    ],
)
def test_merged_arrays(array, shape, strides):
    assert merged(array.shape, (array.strides,)) == (shape, (strides,))


def test_what_is_one_in_only_one_array_is_not_merged():
    x, out = np.zeros((6, 8), "f4")[:, :4], np.zeros((6, 4), "f4")
    assert merged(x.shape, (x.strides, out.strides)) == ((6, 4), (x.strides, out.strides))


@examples
@given(views(), st.lists(lengths, max_size=5))
def test_broadcasting(array, to):
    try:
        wanted = np.broadcast_to(array, to)
    except ValueError:
        wanted = None
    found = broadcast_strides(array.shape, array.strides, tuple(to))
    assert (found is None) == (wanted is None)
    if wanted is not None:
        np.testing.assert_array_equal(places(to, [found]), places(to, [wanted.strides]))


@examples
@given(views())
def test_dense_arrays_fill_their_memory(array):
    offsets = places(array.shape, [array.strides])[:, 0]
    wanted = np.arange(array.size) * array.itemsize
    assert (
        is_dense(array.shape, array.strides, array.itemsize) == np.array_equal(np.sort(offsets), wanted)
        or array.size == 0
    )


@examples
@given(views())
def test_reach(array):
    offsets = places(array.shape, [array.strides])[:, 0]
    wanted = (-offsets.min(), offsets.max() + array.itemsize) if array.size else (0, 0)
    assert reach(array.shape, array.strides, array.itemsize) == wanted


@examples
@given(st.lists(st.integers(1, 2**14), min_size=1, max_size=4), st.integers(2**9, 2**31))
@example([2**31 + 5], 2**31)
@example([2, 2**30], 2**31)
@example([2**31, 1], 2**31)
def test_parts_cover_the_longest_dimension(shape, limit):
    shape = shape[:1] + [min(length, 2**9) for length in shape[1:]]
    longest, parts = in_parts(tuple(shape), limit)
    others = math.prod(shape) // shape[longest]
    starts, lengths_of_parts = zip(*parts, strict=True)
    assert shape[longest] == max(shape)
    assert starts == (0, *itertools.accumulate(lengths_of_parts[:-1]))
    assert sum(lengths_of_parts) == shape[longest]
    assert max(lengths_of_parts) == 1 or max(lengths_of_parts) * others < limit


EDGES = sorted(
    {number for power in range(32) for number in (2**power - 1, 2**power, 2**power + 1) if 0 < number < LIMIT}
)


@pytest.mark.parametrize("length", EDGES)
def test_quotients_of_edges(length):
    multiplier, shift, same = divisor(length)
    assert same == length
    multiples = [length * factor for factor in (1, 2, 3, (LIMIT - 1) // length)]
    numbers = {each + change for each in (*EDGES, *multiples, LIMIT - 1) for change in (-1, 0, 1)}
    for number in numbers:
        if 0 <= number < LIMIT:
            assert quotient(number, multiplier, shift) == number // length


def test_quotients_by_small_numbers():
    numbers = np.array(sorted({each for edge in EDGES for each in (edge - 1, edge)} | {LIMIT - 1}))
    for length in range(1, 2000):
        multiplier, shift, _ = divisor(length)
        found = ((numbers * multiplier >> 32) + numbers) >> shift
        np.testing.assert_array_equal(found, numbers // length)


@examples
@given(st.integers(1, LIMIT - 1), st.integers(0, LIMIT - 1))
def test_quotients(length, number):
    multiplier, shift, _ = divisor(length)
    assert multiplier < 2**32
    assert quotient(number, multiplier, shift) == number // length


@examples
@given(views_together())
def test_places_of_elements(arrays):
    shape = arrays[0].shape or (1,)
    operands = [f"array{number}" for number in range(len(arrays))]
    pointers = [(address(array), array.strides or (0,)) for array in arrays]
    strides = [strides for _, strides in pointers]
    values = [*(pointer for pointer, _ in pointers), *address_values([max(length, 1) for length in shape], strides)]
    names = address_arguments(len(shape), operands)
    assert len(names) == len(values)
    found = ", ".join(f"at_{operand}" for operand in operands)
    lines = indented(4, [*address_lines(len(shape), operands), f"return [{found}]"])
    place = defined_by(f"def place({', '.join(['number', *names])}):\n{lines}", quotient=quotient)
    for number, offsets in enumerate(places(shape, [strides for _, strides in pointers])):
        wanted = [pointer + offset for (pointer, _), offset in zip(pointers, offsets, strict=True)]
        assert place(number, *values) == wanted
