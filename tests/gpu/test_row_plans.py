"""Plans for rows on a GPU: who holds them, how many threads there are, what is read at once."""

import itertools

import pytest

from numba_act.engine.gpu.rows.launchers import held_launcher
from numba_act.engine.gpu.rows.plan import bound, is_in_vectors, plan
from numba_act.engine.gpu.rows.teams import WARP
from numba_act.engine.gpu.target.formats import VECTOR, format_of

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
            assert chosen.team * chosen.form.vectors >= pieces


@planned
def test_teams_are_no_larger_than_they_must_be(format, layout, largest_block):
    """Of a warp no lane could be spared but for powers of two, of a block no warp."""
    for length, pieces, chosen in plans(format, layout, largest_block):
        if chosen.write is held_launcher and length > 0:
            fewer = chosen.team // 2 if chosen.form.arrangement == "warp" else chosen.team - WARP
            assert fewer * chosen.form.vectors < pieces


@planned
def test_blocks_are_whole_warps_that_the_device_allows(format, layout, largest_block):
    for _, _, chosen in plans(format, layout, largest_block):
        assert 0 < chosen.threads <= largest_block
        assert chosen.threads % WARP == 0


@planned
def test_teams(format, layout, largest_block):
    for _, _, chosen in plans(format, layout, largest_block):
        arrangement = chosen.form.arrangement
        if arrangement == "warp":
            assert chosen.team in (1, 2, 4, 8, 16, 32)
        elif arrangement == "block":
            assert chosen.team == chosen.threads
        assert (arrangement == "columns") == layout["columns"]


@planned
def test_threads_hold_no_more_than_their_registers(format, layout, largest_block):
    for _, _, chosen in plans(format, layout, largest_block):
        assert chosen.form.vectors * chosen.form.lanes * format.computed.itemsize <= 128


@planned
def test_vectors_are_read_only_where_rows_consist_of_them(format, layout, largest_block):
    for _, _, chosen in plans(format, layout, largest_block):
        assert chosen.form.lanes == (format.lanes if layout["vectors"] else 1)
        assert (chosen.form.masked, chosen.form.dimensions) == (layout["masked"], 2)


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
        stages.index((chosen.form.arrangement, chosen.write is held_launcher))
        for _, _, chosen in plans(format, layout, largest_block)
    ]
    assert found == sorted(found)


@planned
def test_bounds_of_blocks(format, layout, largest_block):
    """A kernel's bound is no less than the threads that it is launched with, and takes few values."""
    bounds = {}
    for _, _, chosen in plans(format, layout, largest_block):
        assert chosen.threads <= bound(chosen, largest_block) <= largest_block
        bounds.setdefault(chosen.form, set()).add(bound(chosen, largest_block))
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
