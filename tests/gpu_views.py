"""Views of arrays in any order, and the places of their elements."""

import math

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

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
