"""Input and output that share memory: the results are those of copies."""

import numpy as np
import pytest
from bits import assert_same_bits
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import LARGE
from subjects import representatives, subjects

SHIFTS = {
    "forwards-1": (slice(0, -1), slice(1, None)),
    "backwards-1": (slice(1, None), slice(0, -1)),
    "forwards-3": (slice(0, -3), slice(3, None)),
    "backwards-3": (slice(3, None), slice(0, -3)),
    "reversed-output": (slice(None), slice(None, None, -1)),
    "reversed-input": (slice(None, None, -1), slice(None)),
    "both-reversed-forwards-1": (slice(-2, None, -1), slice(None, 0, -1)),
    "every-second-backwards-1": (slice(1, None, 2), slice(0, -1, 2)),
    "every-second-forwards-1": (slice(0, -1, 2), slice(1, None, 2)),
    "spread": (slice(0, None), slice(0, None)),
}


@pytest.mark.parametrize("shift", SHIFTS)
def test_overlapping_memory_is_as_if_copied(same_shape_loop, shift):
    from_where, to_where = SHIFTS[shift]
    for length in (4, 8, 18, 34, 100, 514, 1026, 4000):
        memory = same_shape_loop.sample(length).copy()
        expected = memory.copy()
        expected[to_where] = same_shape_loop(memory[from_where].copy())
        same_shape_loop(memory[from_where], out=memory[to_where])
        assert_same_bits(memory, expected)


@pytest.mark.parametrize("shift", SHIFTS)
def test_large_overlapping_memory_is_as_if_copied(same_shape_loop, shift):
    from_where, to_where = SHIFTS[shift]
    memory = same_shape_loop.sample(LARGE).copy()
    expected = memory.copy()
    expected[to_where] = same_shape_loop(memory[from_where].copy())
    same_shape_loop(memory[from_where], out=memory[to_where])
    assert_same_bits(memory, expected)


def test_input_spread_over_its_own_output(same_shape_loop):
    """Every second place of the output holds an input that is still needed."""
    for length in (8, 100, 1026):
        memory = same_shape_loop.sample(length).copy()
        expected = memory.copy()
        expected[::2] = same_shape_loop(memory[: length // 2].copy())
        same_shape_loop(memory[: length // 2], out=memory[::2])
        assert_same_bits(memory, expected)


def test_rows_overlapping_as_columns(row_loop):
    """The output is the transposed input, in the same memory; of a reducing function one of its columns, or rows."""
    memory = row_loop.sample(40 * 40).reshape(40, 40).copy()
    for out in (memory[:, 7], memory[7], memory[7, ::-1]) if row_loop.reduces else (memory.T,):
        expected = row_loop(memory.copy())
        row_loop(memory, out=out)
        assert_same_bits(out, expected)


@pytest.mark.parametrize("shift", SHIFTS)
def test_output_overlapping_a_parameter_is_as_if_copied(with_parameter_loop, shift):
    from_where, to_where = SHIFTS[shift]
    for length in (4, 34, 514, 1026):
        memory = np.random.default_rng(length).uniform(-1, 1, length).astype(with_parameter_loop.dtype)
        x = with_parameter_loop.sample(memory[from_where].size)
        expected = memory.copy()
        expected[to_where] = with_parameter_loop.function(x, memory[from_where].copy())
        with_parameter_loop.function(x, memory[from_where], out=memory[to_where])
        assert_same_bits(memory, expected)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_two_slices_of_one_array(data):
    """Whatever the two views share, the result is that of a copy and the memory beside it is untouched."""
    table = [subject for subject in subjects(representatives(), ("cpu", "parallel")) if not subject.reduces]
    subject = table[data.draw(st.integers(0, len(table) - 1))]
    memory = subject.sample(data.draw(st.integers(1, 1200))).copy()
    source = memory[data.draw(st.slices(memory.size))]
    target = memory[data.draw(st.slices(memory.size))]
    length = min(source.size, target.size)
    x, out = source[:length], target[:length]
    expected_memory = memory.copy()
    place = (out.__array_interface__["data"][0] - memory.__array_interface__["data"][0]) // memory.itemsize
    step = out.strides[0] // memory.itemsize
    expected_memory[place + step * np.arange(length)] = subject(x.copy())
    subject(x, out=out)
    assert_same_bits(memory, expected_memory)
