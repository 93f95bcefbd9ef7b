"""What a launch on a GPU is given instead of arrays: fewer dimensions, places without divisions, and plans for rows.

Nothing here needs a GPU. Arrays of NumPy say what strides mean.
"""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from numba_act.engine.gpu.formats import VECTOR, format_of
from numba_act.engine.gpu.layout import broadcast_strides, in_parts, is_dense, merged, reach
from numba_act.engine.gpu.places import LIMIT, divisor, place_arguments, place_lines, place_values, quotient
from numba_act.engine.gpu.program import block_of, function_of
from numba_act.engine.gpu.row_plan import bound, is_in_vectors, plan
from numba_act.engine.gpu.rows import held_launcher
from numba_act.engine.gpu.teams import WARP

examples = settings(max_examples=300, deadline=None, derandomize=True)
lengths = st.integers(0, 5)


@st.composite
def views(draw, shape=None, dtype=np.int32):
    """Return an array that is a view of another one: axes in any order, steps of any sign, gaps, repeated elements."""
    shape = draw(st.lists(lengths, max_size=4)) if shape is None else shape
    steps = [draw(st.sampled_from([1, 1, 1, -1, 2, -3])) for _ in shape]
    gaps = [draw(st.sampled_from([0, 0, 0, 1])) for _ in shape]
    order = draw(st.permutations(range(len(shape))))
    whole = [shape[axis] * abs(steps[axis]) + gaps[axis] for axis in order]
    memory = np.arange(math.prod(whole), dtype=dtype).reshape(whole).transpose(np.argsort(order))
    view = memory[tuple([slice(None, None, step) for step in steps])]
    view = view[tuple([slice(length) for length in shape])]
    repeated = [draw(st.integers(0, 7)) == 0 and length > 0 for length in shape]
    once = view[tuple([slice(1 if repeats else None) for repeats in repeated])]
    return np.broadcast_to(once, shape)


@st.composite
def views_together(draw):
    """Return up to three views of one shape."""
    shape = draw(st.lists(lengths, max_size=4))
    return [draw(views(shape)) for _ in range(draw(st.integers(1, 3)))]


def address(array):
    return array.__array_interface__["data"][0]


def places(shape, strides):
    """Return the offsets of all elements, in C order, in an array with a column for each of several strides."""
    indices = np.indices(shape).reshape(len(shape), math.prod(shape))
    return np.stack([indices.T @ np.array(each, np.int64) for each in strides], axis=1)


# ---- layout


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


# ---- places

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
    values = [*(pointer for pointer, _ in pointers), *place_values([max(length, 1) for length in shape], strides)]
    names = place_arguments(len(shape), operands)
    assert len(names) == len(values)
    found = ", ".join(f"at_{operand}" for operand in operands)
    lines = block_of(4, [*place_lines(len(shape), operands), f"return [{found}]"])
    place = function_of(f"def place({', '.join(['number', *names])}):\n{lines}", quotient=quotient)
    for number, offsets in enumerate(places(shape, [strides for _, strides in pointers])):
        wanted = [pointer + offset for (pointer, _), offset in zip(pointers, offsets, strict=True)]
        assert place(number, *values) == wanted


# ---- plans for rows

FORMATS = [format_of(name) for name in ("float16", "bfloat16", "float32", "float64")]
LAYOUTS = [
    {"vectors": vectors, "masked": masked, "columns": columns}
    for vectors, masked, columns in itertools.product((False, True), repeat=3)
    if not (vectors and (masked or columns))
]
LENGTHS = sorted({*range(300), *[2**power + change for power in range(8, 21) for change in (-8, -1, 0, 1, 8)], 200_000})

planned = pytest.mark.parametrize(
    ("format", "layout", "largest_block"),
    [
        pytest.param(
            format,
            layout,
            largest,
            id="-".join([format.name, *[key for key, value in layout.items() if value], str(largest)]),
        )
        for format in FORMATS
        for layout in LAYOUTS
        for largest in (64, 128, 1024)
    ],
)


def plans(format, layout, largest_block):
    """Return (length, pieces that are read at once, plan) for many lengths."""
    lanes = format.lanes if layout["vectors"] else 1
    return [
        (length, -(-length // lanes), plan(format, length, 2, **layout, largest_block=largest_block))
        for length in LENGTHS
        if length % lanes == 0
    ]


@planned
def test_rows_that_are_held_fit(format, layout, largest_block):
    for _, pieces, chosen in plans(format, layout, largest_block):
        if chosen.write is held_launcher:
            assert chosen.team * chosen.layout.vectors >= pieces


@planned
def test_teams_are_no_larger_than_they_must_be(format, layout, largest_block):
    """Of a warp no lane could be spared but for powers of two, of a block no warp."""
    for length, pieces, chosen in plans(format, layout, largest_block):
        if chosen.write is held_launcher and length > 0:
            fewer = chosen.team // 2 if chosen.layout.arrangement == "warp" else chosen.team - WARP
            assert fewer * chosen.layout.vectors < pieces


@planned
def test_blocks_are_whole_warps_that_the_device_allows(format, layout, largest_block):
    for _, _, chosen in plans(format, layout, largest_block):
        assert 0 < chosen.threads <= largest_block
        assert chosen.threads % WARP == 0


@planned
def test_teams(format, layout, largest_block):
    for _, _, chosen in plans(format, layout, largest_block):
        arrangement = chosen.layout.arrangement
        if arrangement == "warp":
            assert chosen.team in (1, 2, 4, 8, 16, 32)
        elif arrangement == "block":
            assert chosen.team == chosen.threads
        assert (arrangement == "columns") == layout["columns"]


@planned
def test_threads_hold_no_more_than_their_registers(format, layout, largest_block):
    for _, _, chosen in plans(format, layout, largest_block):
        assert chosen.layout.vectors * chosen.layout.lanes * format.computed.itemsize <= 128


@planned
def test_vectors_are_read_only_where_rows_consist_of_them(format, layout, largest_block):
    for _, _, chosen in plans(format, layout, largest_block):
        assert chosen.layout.lanes == (format.lanes if layout["vectors"] else 1)
        assert (chosen.layout.masked, chosen.layout.dimensions) == (layout["masked"], 2)


@planned
def test_rows_of_a_block(format, layout, largest_block):
    """Every row has a team of its own: as many as there are in a block, and of columns one for each lane of a warp."""
    for _, _, chosen in plans(format, layout, largest_block):
        team = chosen.threads // WARP if layout["columns"] else chosen.team
        assert chosen.rows_of_block * team == chosen.threads


@planned
def test_longer_rows_are_streamed(format, layout, largest_block):
    """Rows come to be held by warps, then by blocks, then to be streamed, and never go back."""
    stages = [("warp", True), ("block", True), ("block", False), ("columns", False)]
    found = [
        stages.index((chosen.layout.arrangement, chosen.write is held_launcher))
        for _, _, chosen in plans(format, layout, largest_block)
    ]
    assert found == sorted(found)


@planned
def test_bounds_of_blocks(format, layout, largest_block):
    """A kernel's bound is no less than the threads that it is launched with, and takes few values."""
    bounds = {}
    for _, _, chosen in plans(format, layout, largest_block):
        assert chosen.threads <= bound(chosen, largest_block) <= largest_block
        bounds.setdefault(chosen.layout, set()).add(bound(chosen, largest_block))
    assert max(map(len, bounds.values())) <= 3


VECTORS = {"format": format_of("float32"), "length": 8, "steps": [4, 4], "strides": [(32, 0), (64, 320)]}


def test_rows_of_whole_aligned_vectors():
    assert is_in_vectors(**VECTORS)


@pytest.mark.parametrize(
    "change",
    [
        {"length": 9},
        {"steps": [8, 4]},
        {"steps": [4, -4]},
        {"steps": [4, 0]},
        {"strides": [(32, 0), (64, 320 + VECTOR // 2)]},
        {"strides": [(36, 0), (64, 320)]},
    ],
    ids=str,
)
def test_rows_that_are_not_whole_aligned_vectors(change):
    assert not is_in_vectors(**(VECTORS | change))
