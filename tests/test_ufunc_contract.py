"""The ufunc contract: what `np.exp` does with any array, keyword or mistake, an activation does too."""

import copy
import itertools
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
from bits import assert_same_bits
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import FILL, LAYOUTS, LENGTHS, assert_wrote_only
from processes import output_of
from samples import numbers, specials
from subjects import Subject, subjects

LARGE = 300_000  # large enough that the automatic ufuncs divide the work
THROUGH_NUMPY = pytest.mark.parametrize("length", [1, 17, 513])


def filled(shape, dtype):
    return np.full(shape, FILL, dtype)


# ---- what it is


def test_is_a_ufunc(subject):
    assert isinstance(subject.ufunc, np.ufunc)
    assert subject.ufunc.nin == subject.declaration.inputs
    assert subject.ufunc.nout == 1
    assert subject.ufunc.signature == subject.declaration.layout


def test_public_function_is_the_ufunc_where_it_needs_no_defaults(subject):
    needs_defaults = subject.namespace != "ufuncs" and (subject.is_row or subject.declaration.parameters)
    assert isinstance(subject.function, np.ufunc) == (not needs_defaults)


# ---- out


@THROUGH_NUMPY
def test_out_by_position(subject, length):
    out = subject.room(length)
    assert subject.call_positionally(subject.sample(length), out) is out
    assert_same_bits(out, subject.expected(length))


@THROUGH_NUMPY
def test_out_by_keyword(subject, length):
    out = subject.room(length)
    assert subject(subject.sample(length), out=out) is out
    assert_same_bits(out, subject.expected(length))


@THROUGH_NUMPY
def test_out_as_tuple(subject, length):
    out = subject.room(length)
    assert subject(subject.sample(length), out=(out,)) is out
    assert_same_bits(out, subject.expected(length))


def test_out_by_position_and_none_makes_a_new_array(subject):
    assert_same_bits(subject.call_positionally(subject.sample(17), None), subject.expected(17))


def test_out_of_a_wider_dtype(subject):
    out = subject.room(17, np.float64)
    subject(subject.sample(17), out=out, **({"dtype": subject.dtype} if subject.is_row else {"casting": "same_kind"}))
    expected = subject.expected(17).astype(np.float64)
    np.testing.assert_array_equal(out, expected)


def test_out_larger_than_x_is_filled_by_broadcasting(elementwise):
    out = filled((3, 17), elementwise.dtype)
    elementwise(elementwise.sample(17), out=out)
    assert_same_bits(out, np.broadcast_to(elementwise.expected(17), (3, 17)))


# ---- where


@pytest.mark.parametrize("layout", LAYOUTS)
def test_where_leaves_the_rest_of_out(elementwise, layout):
    for length in (1, 2, 17, 64, 513):
        mask = np.random.default_rng(length).random(length) < 0.5
        memory, out = LAYOUTS[layout].empty(length, elementwise.dtype)
        expected = np.where(mask, elementwise.expected(length), out.astype(elementwise.dtype))
        elementwise(elementwise.sample(length), out=out, where=mask)
        assert_wrote_only(LAYOUTS[layout], memory, out, expected)


def test_where_broadcasts(elementwise):
    mask = np.array([[True], [False], [True]])
    out = filled((3, 17), elementwise.dtype)
    elementwise(elementwise.sample(17), out=out, where=mask)
    assert_same_bits(out, np.where(mask, elementwise.expected(17), filled((3, 17), elementwise.dtype)))


def test_where_false_and_true(elementwise):
    out = filled(17, elementwise.dtype)
    elementwise(elementwise.sample(17), out=out, where=False)
    assert_same_bits(out, filled(17, elementwise.dtype))
    elementwise(elementwise.sample(17), out=out, where=True)
    assert_same_bits(out, elementwise.expected(17))


def test_where_in_runs_of_every_length(elementwise):
    """NumPy calls the loop once for each run of True."""
    lengths = [1, 2, 3, 5, 16, 17, 40, 100, 600]
    mask = np.repeat(np.arange(2 * len(lengths)) % 2 == 0, np.repeat(lengths, 2))
    out = filled(mask.size, elementwise.dtype)
    elementwise(elementwise.sample(mask.size), out=out, where=mask)
    expected = np.where(mask, elementwise.expected(mask.size), filled(mask.size, elementwise.dtype))
    assert_same_bits(out, expected)


# ---- dtype, casting, order, subok


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_the_one_of_the_computation(subject, dtype):
    x = np.array([-1.5, 0.25, 3.0], subject.dtype)
    result = subject(x, dtype=dtype)
    assert_same_bits(result, subject(x.astype(dtype)))


def test_signature_chooses_the_loop(with_ufunc_keywords):
    x = np.array([-1.5, 0.25, 3.0], with_ufunc_keywords.dtype)
    operands = (np.dtype("float64"),) * (with_ufunc_keywords.declaration.inputs + 1)
    assert_same_bits(with_ufunc_keywords(x, signature=operands), with_ufunc_keywords(x.astype("float64")))


def test_casting_is_obeyed(with_ufunc_keywords):
    x = np.array([-1.5, 0.25, 3.0])
    with pytest.raises(np._core._exceptions.UFuncTypeError, match="casting rule"):
        with_ufunc_keywords(x, dtype=np.float32, casting="safe")
    expected = with_ufunc_keywords(x.astype(np.float32))
    assert_same_bits(with_ufunc_keywords(x, dtype=np.float32, casting="same_kind"), expected)


@pytest.mark.parametrize("order", ["C", "F", "A", "K"])
def test_order_of_a_new_result(elementwise, order):
    x = np.asfortranarray(elementwise.sample(12).reshape(3, 4))
    result = elementwise(x, order=order)
    assert result.strides == np.exp(np.zeros_like(x), order=order).strides
    assert_same_bits(result, elementwise(np.ascontiguousarray(x)))


@pytest.mark.parametrize("order", ["C", "F"])
def test_order_of_new_rows(row, order):
    if row.takes_ufunc_keywords:
        result = row(row.sample(12).reshape(3, 4), order=order)
        assert result.strides == np.empty_like(result, order=order).strides


class Tagged(np.ndarray):
    pass


def test_subclass_is_kept(subject):
    x = np.stack([subject.sample(17)] * 2).view(Tagged)
    result = subject(x)
    assert type(result) is Tagged
    assert_same_bits(result.view(np.ndarray), np.stack([subject.expected(17)] * 2))


def test_subok_false_gives_a_plain_array(with_ufunc_keywords):
    x = np.stack([with_ufunc_keywords.sample(17)] * 2).view(Tagged)
    assert type(with_ufunc_keywords(x, subok=False)) is np.ndarray


# ---- operands that are no ordinary arrays


def test_numpy_scalar(public):
    """As np.exp does, a scalar of the dtype for a scalar of the dtype."""
    result = public(public.dtype.type(0.75))
    assert type(result) is public.dtype.type
    assert_same_bits(result, np.ravel(public(np.array([0.75], public.dtype)))[0])


def test_array_without_dimensions(public):
    x = np.array(0.75, public.dtype)
    expected = np.ravel(public(x.reshape(1)))[0]
    result = public(x)
    assert type(result) is type(np.exp(x))
    assert_same_bits(result, expected)
    out = filled((), public.dtype)
    assert public(x, out=out) is out
    assert_same_bits(out, expected)


@pytest.mark.parametrize("number", [2.5, -2.5, 0, 3, -3, True])
def test_python_number(public, number):
    """Computed as the array that NumPy makes of it."""
    result = public(number)
    expected = np.ravel(public(np.array([number])))
    assert result.dtype == expected.dtype
    assert result == expected[0]


def test_list_and_nested_list(subject):
    x = [[-1.0, 0.5, 2.0], [0.0, -0.25, 7.0]]
    assert_same_bits(subject(x), subject(np.array(x)))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4)])
def test_empty(subject, shape):
    result = subject(np.empty(shape, subject.dtype))
    assert result.shape == subject.result_shape(shape)
    assert result.dtype == subject.dtype


def test_masked_array_stays_masked(elementwise):
    x = np.ma.masked_array(elementwise.sample(33), mask=np.arange(33) % 3 == 0)
    result = elementwise(x)
    assert type(result) is np.ma.MaskedArray
    np.testing.assert_array_equal(np.ma.getmaskarray(result), x.mask)
    assert_same_bits(result.data[~x.mask], elementwise.expected(33)[~x.mask])


def test_memory_mapped_file(subject, tmp_path):
    path = tmp_path / "numbers"
    mapped = np.memmap(path, subject.dtype, "w+", shape=513)
    mapped[...] = subject.sample(513)
    assert_same_bits(subject(mapped), subject.expected(513))


def test_memory_mapped_file_in_place(same_shape, tmp_path):
    path = tmp_path / "numbers"
    mapped = np.memmap(path, same_shape.dtype, "w+", shape=513)
    mapped[...] = same_shape.sample(513)
    same_shape(mapped, out=mapped)
    mapped.flush()
    assert_same_bits(np.fromfile(path, same_shape.dtype), same_shape.expected(513))


# ---- memory layouts


@pytest.mark.parametrize("output", LAYOUTS)
def test_layouts_of_input_and_output(subject, output):
    for (name, layout), length in itertools.product(LAYOUTS.items(), LENGTHS):
        _, x = layout.holding(subject.sample(length))
        expected = np.ravel(subject.expected(length))
        memory, out = LAYOUTS[output].empty(expected.size, subject.dtype)
        subject.into(x, out)
        assert_wrote_only(LAYOUTS[output], memory, out, expected, f"input {name}, length {length}")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_in_place(same_shape, layout):
    for length in LENGTHS:
        memory, x = LAYOUTS[layout].holding(same_shape.sample(length))
        same_shape(x, out=x)
        assert_wrote_only(LAYOUTS[layout], memory, x, same_shape.expected(length))


@pytest.mark.parametrize("output", LAYOUTS)
def test_one_number_broadcast_over_the_output(elementwise, output):
    """The input's stride is 0."""
    for length in LENGTHS:
        x = np.broadcast_to(elementwise.dtype.type(-1.75), length)
        memory, out = LAYOUTS[output].empty(length, elementwise.dtype)
        elementwise(x, out=out)
        expected = np.full(
            length, Subject(elementwise.declaration, elementwise.dtype, "cpu")(x[:1])[:1] if length else 0
        )
        assert_wrote_only(LAYOUTS[output], memory, out, expected.astype(elementwise.dtype))


def test_row_of_one_repeated_number(row):
    """The stride within the row is 0."""
    for length in LENGTHS:
        x = np.broadcast_to(row.dtype.type(-1.75), length)
        assert_same_bits(row(x), row(x.copy()))


MATRICES = {
    "C": lambda x: np.ascontiguousarray(x),
    "F": lambda x: np.asfortranarray(x),
    "transposed": lambda x: np.ascontiguousarray(x.T).T,
    "columns-of-a-wider-one": lambda x: np.repeat(np.repeat(x, 2, axis=0), 3, axis=1)[::2, 1::3],
    "both-reversed": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
    "F-reversed-rows": lambda x: np.asfortranarray(x[::-1])[::-1],
    "diagonal-of-four-dimensions": lambda x: np.einsum("ijij->ij", spread_over_a_diagonal(x)),
}


def spread_over_a_diagonal(x):
    whole = filled(x.shape + x.shape, x.dtype)
    np.einsum("ijij->ij", whole)[...] = x
    return whole


@pytest.mark.parametrize("output", MATRICES)
def test_matrices(same_shape, output):
    for shape, (name, lay_out) in itertools.product([(3, 5), (17, 4), (1, 33), (33, 1)], MATRICES.items()):
        x = same_shape.sample(shape[0] * shape[1]).reshape(shape)
        expected = same_shape(np.ascontiguousarray(x))
        out = MATRICES[output](filled(shape, same_shape.dtype))
        same_shape(lay_out(x), out=out)
        assert_same_bits(out, expected, name)
        # Nothing in the gaps between the elements has changed.
        out[...] = FILL
        assert np.all((out if out.base is None else out.base) == FILL), name


@pytest.mark.parametrize("layout", ["contiguous", "column", "reversed", "unaligned", "swapped"])
def test_matrices_with_one_result_for_each_row(reducing, layout):
    for shape, (name, lay_out) in itertools.product([(3, 5), (17, 4), (1, 33), (33, 1)], MATRICES.items()):
        x = reducing.sample(shape[0] * shape[1]).reshape(shape)
        memory, out = LAYOUTS[layout].empty(shape[0], reducing.dtype)
        reducing(lay_out(x), out=out)
        assert_wrote_only(LAYOUTS[layout], memory, out, np.array([reducing(line) for line in x.copy()]), name)


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)], ids=str)
def test_three_dimensions_in_any_order(subject, axes):
    x = subject.sample(7 * 5 * 33).reshape(7, 5, 33).transpose(axes)
    expected = subject(np.ascontiguousarray(x))
    assert_same_bits(subject(x), expected)
    assert_same_bits(subject(x[::-1, :, ::2]), subject(np.ascontiguousarray(x[::-1, :, ::2])))


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("layout", ["C", "F"])
def test_rows_along_any_axis_into_strided_memory(row, axis, layout):
    x = np.asarray(row.sample(6 * 7 * 40).reshape(6, 7, 40), order=layout)
    *outer, height, width = row.result_shape(x.shape, axis)
    memory = filled((*outer, 2 * height, 3 * width), row.dtype)
    out = memory[..., ::2, 1::3]
    row(x, axis=axis, out=out)
    assert_same_bits(out, row.along(x, axis))
    out[...] = FILL
    assert np.all(memory == FILL)


def test_broadcasting_of_x_against_a_parameter(with_parameter):
    subject = with_parameter
    x = subject.sample(12).reshape(3, 4, 1)
    values = np.array([-0.5, 0.25, 1.0, 2.0, 0.0], subject.dtype)
    result = subject.function(x, values)
    assert result.shape == (3, 4, 5)
    expected = [subject.function(x[..., 0], value) for value in values]
    assert_same_bits(result, np.stack(expected, axis=-1))


@pytest.mark.parametrize("output", ["contiguous", "step3"])
@pytest.mark.parametrize("parameter", LAYOUTS)
@pytest.mark.parametrize("input", ["contiguous", "step2", "reversed", "swapped"])
def test_layouts_of_a_parameter(one_thread_with_parameter, input, parameter, output):
    subject = one_thread_with_parameter
    for length in LENGTHS:
        x = subject.sample(length)
        values = np.random.default_rng(length).uniform(-1, 1, length).astype(subject.dtype)
        expected = np.array([subject.function(*pair) for pair in zip(x, values, strict=True)], subject.dtype)
        memory, out = LAYOUTS[output].empty(length, subject.dtype)
        subject.function(LAYOUTS[input].holding(x)[1], LAYOUTS[parameter].holding(values)[1], out=out)
        assert_wrote_only(LAYOUTS[output], memory, out, expected)


@pytest.mark.skipif(sys.platform != "linux", reason="needs mprotect")
def test_nothing_is_read_or_written_outside_the_array():
    """Input and output each end, and begin, at a page that nobody may touch; to touch it ends the process."""
    script = """
        import ctypes
        import itertools
        import mmap

        import numpy as np

        import numba_act
        from numba_act.engine.registry import activations

        PAGE = mmap.PAGESIZE
        protect = ctypes.CDLL(None, use_errno=True).mprotect
        protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        kept = []


        def page_between_guards():
            whole = mmap.mmap(-1, 3 * PAGE)
            kept.append(whole)
            start = ctypes.addressof(ctypes.c_char.from_buffer(whole))
            assert protect(start, PAGE, 0) == 0
            assert protect(start + 2 * PAGE, PAGE, 0) == 0
            return np.frombuffer(whole, np.uint8)[PAGE : 2 * PAGE]


        def strided(page, dtype, length, step, at_end):
            elements = page.view(dtype)
            span = (length - 1) * abs(step) + 1
            elements = elements[elements.size - span :] if at_end else elements[:span]
            return elements[::step]


        source, target = page_between_guards(), page_between_guards()
        for declaration in activations().values():
            function = getattr(numba_act.cpu, declaration.name)
            for dtype in declaration.loop_dtypes:
                for step in (1, 2, 3, -1, -2, -3):
                    for length in range(1, 70):
                        for at_end in (False, True):
                            x = strided(source, dtype, length, step, at_end)
                            x[...] = 1
                            if declaration.reduces:
                                function(x, out=strided(target, dtype, 1, 1, at_end).reshape(()))
                                continue
                            function(x, out=strided(target, dtype, length, 1, at_end))
                            function(x, out=strided(target, dtype, length, step, at_end))
                if not declaration.layout:
                    continue
                # Many rows: they are taken several at a time, also where they are columns.
                for shape in itertools.product((2, 3, 4, 5, 15, 16, 17, 31), (1, 2, 3, 4, 7, 8, 15, 16)):
                    for axis, at_end in itertools.product((0, 1), (False, True)):
                        x = strided(source, dtype, shape[0] * shape[1], 1, at_end).reshape(shape)
                        x[...] = 1
                        wanted = np.delete(shape, axis) if declaration.reduces else shape
                        out = strided(target, dtype, int(np.prod(wanted)), 1, at_end).reshape(wanted)
                        function(x, axis=axis, out=out)
        print("alive", flush=True)
        __import__("os")._exit(0)
    """
    assert output_of(script, home=Path.home()) == "alive\n"


# ---- overlapping memory


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
def test_overlapping_memory_is_as_if_copied(same_shape, shift):
    from_where, to_where = SHIFTS[shift]
    for length in (4, 8, 18, 34, 100, 514, 1026, 4000):
        memory = same_shape.sample(length).copy()
        expected = memory.copy()
        expected[to_where] = same_shape(memory[from_where].copy())
        same_shape(memory[from_where], out=memory[to_where])
        assert_same_bits(memory, expected)


@pytest.mark.parametrize("shift", SHIFTS)
def test_large_overlapping_memory_is_as_if_copied(same_shape, shift):
    from_where, to_where = SHIFTS[shift]
    memory = same_shape.sample(LARGE).copy()
    expected = memory.copy()
    expected[to_where] = same_shape(memory[from_where].copy())
    same_shape(memory[from_where], out=memory[to_where])
    assert_same_bits(memory, expected)


def test_input_spread_over_its_own_output(same_shape):
    """Every second place of the output holds an input that is still needed."""
    for length in (8, 100, 1026):
        memory = same_shape.sample(length).copy()
        expected = memory.copy()
        expected[::2] = same_shape(memory[: length // 2].copy())
        same_shape(memory[: length // 2], out=memory[::2])
        assert_same_bits(memory, expected)


def test_rows_overlapping_as_columns(row):
    """The output is the transposed input, in the same memory; of a reducing function one of its columns, or rows."""
    memory = row.sample(40 * 40).reshape(40, 40).copy()
    for out in (memory[:, 7], memory[7], memory[7, ::-1]) if row.reduces else (memory.T,):
        expected = row(memory.copy())
        row(memory, out=out)
        assert_same_bits(out, expected)


@pytest.mark.parametrize("shift", SHIFTS)
def test_output_overlapping_a_parameter_is_as_if_copied(with_parameter, shift):
    subject = with_parameter
    from_where, to_where = SHIFTS[shift]
    for length in (4, 34, 514, 1026):
        memory = np.random.default_rng(length).uniform(-1, 1, length).astype(subject.dtype)
        x = subject.sample(memory[from_where].size)
        expected = memory.copy()
        expected[to_where] = subject.function(x, memory[from_where].copy())
        subject.function(x, memory[from_where], out=memory[to_where])
        assert_same_bits(memory, expected)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_two_slices_of_one_array(data):
    """Whatever the two views share, the result is that of a copy and the memory beside it is untouched."""
    table = [subject for subject in subjects() if not subject.reduces]
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


# ---- methods of a ufunc


def evaluate(ufunc, values):
    """Return all partial results of a binary function, one Python call after the other."""
    partial = [values[0]]
    for value in values[1:]:
        partial.append(ufunc(partial[-1], value))
    return np.array(partial)


def mild_numbers(dtype, *shape):
    """Return numbers close to -1 and 1, so that products of many stay in range."""
    generator = np.random.default_rng(5)
    return (generator.choice([-1, 1], shape) * generator.uniform(0.8, 1.25, shape)).astype(dtype)


def test_reduce(with_parameter):
    for length in LENGTHS[1:]:
        values = mild_numbers(with_parameter.dtype, length)
        assert_same_bits(with_parameter.ufunc.reduce(values), evaluate(with_parameter.ufunc, values)[-1])


@pytest.mark.parametrize("axis", [0, 1])
def test_reduce_along_an_axis(with_parameter, axis):
    values = mild_numbers(with_parameter.dtype, 9, 70)
    expected = [evaluate(with_parameter.ufunc, line)[-1] for line in np.moveaxis(values, axis, -1)]
    assert_same_bits(with_parameter.ufunc.reduce(values, axis=axis), np.array(expected))
    assert_same_bits(with_parameter.ufunc.reduce(np.asfortranarray(values), axis=axis), np.array(expected))


def test_reduce_of_a_large_array(with_parameter):
    """Large enough to be divided among threads, if that were possible."""
    values = mild_numbers(with_parameter.dtype, 2, 150_000)
    assert_same_bits(with_parameter.ufunc.reduce(values, axis=0), with_parameter.ufunc(values[0], values[1]))
    line = values[0]
    assert_same_bits(with_parameter.ufunc.reduce(line), with_parameter.ufunc.accumulate(line)[-1])


def test_accumulate(with_parameter):
    for length in LENGTHS[1:]:
        values = mild_numbers(with_parameter.dtype, length)
        assert_same_bits(with_parameter.ufunc.accumulate(values), evaluate(with_parameter.ufunc, values))


def test_accumulate_in_place_and_strided(with_parameter):
    values = mild_numbers(with_parameter.dtype, 200)
    expected = evaluate(with_parameter.ufunc, values[::-2])
    assert_same_bits(with_parameter.ufunc.accumulate(values[::-2]), expected)
    own = values[::-2].copy()
    with_parameter.ufunc.accumulate(own, out=own)
    assert_same_bits(own, expected)


@pytest.mark.parametrize("axis", [0, 1])
def test_accumulate_along_an_axis(with_parameter, axis):
    values = mild_numbers(with_parameter.dtype, 9, 70)
    expected = np.stack([evaluate(with_parameter.ufunc, line) for line in np.moveaxis(values, axis, -1)])
    assert_same_bits(with_parameter.ufunc.accumulate(values, axis=axis), np.moveaxis(expected, -1, axis))


def test_reduceat(with_parameter):
    values = mild_numbers(with_parameter.dtype, 100)
    starts = [0, 3, 4, 50, 20, 99]
    ends = [*starts[1:], 100]
    expected = [
        evaluate(with_parameter.ufunc, values[a : max(b, a + 1)])[-1] for a, b in zip(starts, ends, strict=True)
    ]
    assert_same_bits(with_parameter.ufunc.reduceat(values, starts), np.array(expected))


def test_outer(with_parameter):
    x, values = mild_numbers(with_parameter.dtype, 17), mild_numbers(with_parameter.dtype, 5)
    expected = np.array([[with_parameter.ufunc(a, b) for b in values] for a in x])
    assert_same_bits(with_parameter.ufunc.outer(x, values), expected)


def test_at_with_repeated_indices(elementwise):
    """Each occurrence of an index applies the function once more."""
    indices = [0, 3, 3, 5, 3, 16]
    parameters = [elementwise.dtype.type(default) for default in elementwise.defaults]
    found = elementwise.sample(17).copy()
    elementwise.ufunc.at(found, indices, *parameters)
    expected = elementwise.sample(17).copy()
    for index in indices:
        expected[index] = elementwise.ufunc(expected[index], *parameters)
    assert_same_bits(found, expected)


def test_at_with_an_array_of_parameters(with_parameter):
    indices = np.array([0, 3, 3, 5, 3, 16])
    values = mild_numbers(with_parameter.dtype, indices.size)
    found = mild_numbers(with_parameter.dtype, 17)
    expected = found.copy()
    with_parameter.ufunc.at(found, indices, values)
    for index, value in zip(indices, values, strict=True):
        expected[index] = with_parameter.ufunc(expected[index], value)
    assert_same_bits(found, expected)


# ---- protocols


class Overriding:
    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        """Return what would have been called."""
        return ufunc, method, inputs, keywords


class Refusing:
    __array_ufunc__ = None


def test_array_ufunc_overrides(subject):
    operand = Overriding()
    ufunc, method, inputs, keywords = subject(operand)
    assert ufunc is subject.ufunc
    assert method == "__call__"
    assert inputs == (operand, *subject.defaults)
    assert keywords.pop("axis", -1) == -1
    assert not {name for name, value in keywords.items() if value is not None}


def test_array_ufunc_of_out_overrides(subject):
    out = Overriding()
    ufunc, _, _, keywords = subject(subject.sample(3), out=out)
    assert ufunc is subject.ufunc
    assert keywords["out"] == (out,)


def test_array_ufunc_none_refuses(subject):
    with pytest.raises(TypeError, match="does not support ufuncs"):
        subject(Refusing())


def test_pickle_in_one_process(subject):
    assert pickle.loads(pickle.dumps(subject.function)) is subject.function


def test_ufunc_is_pickled_by_a_name_that_leads_back_to_it(subject):
    found = pickle.loads(pickle.dumps(subject.ufunc))
    assert isinstance(found, np.ufunc)
    assert_same_bits(found(subject.sample(17), *subject.defaults), subject.expected(17))


def test_copies_are_the_same_object(subject):
    assert copy.copy(subject.function) is subject.function
    assert copy.deepcopy(subject.function) is subject.function


def test_pickle_into_another_process(tmp_path):
    """All functions of all namespaces in one new process, which has imported nothing yet."""
    x = np.array([[-2.0, -0.0, 0.5, 3.0]])
    table = subjects()
    (tmp_path / "functions").write_bytes(
        pickle.dumps([(subject.function, subject.required, x.astype(subject.dtype)) for subject in table])
    )
    script = f"""
        import pickle
        import sys

        with open({str(tmp_path / "functions")!r}, "rb") as file:
            functions = pickle.load(file)
        results = [function(x, *required) for function, required, x in functions]
        with open({str(tmp_path / "results")!r}, "wb") as file:
            pickle.dump(results, file)
    """
    output_of(script, home=Path.home())  # where everything is compiled already
    results = pickle.loads((tmp_path / "results").read_bytes())
    for subject, result in zip(table, results, strict=True):
        assert_same_bits(result, subject(x.astype(subject.dtype)))


# ---- promotion


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16"]
)
def test_other_dtypes_promote_as_for_exp(subject, dtype):
    """Among the loops there are: the first integer one, or float32 where np.exp gives only float16.

    A parameter that is passed to a ufunc as a Python number takes part, as in any ufunc of NumPy's with two inputs.
    """
    declared = subject.declaration.loop_dtypes
    integers = [candidate for candidate in declared if candidate.kind in "iu" and np.can_cast(dtype, candidate)]
    smallest = min((candidate for candidate in declared if candidate.kind == "f"), key=lambda dtype: dtype.itemsize)
    x = np.array([0, 1, 1, 0], dtype)
    as_numpy = np.logaddexp(x, 0.5) if subject.required else np.exp(x)
    wanted = integers[0] if integers else np.promote_types(as_numpy.dtype, smallest)
    result = subject(x)
    assert_same_bits(result, subject(x.astype(wanted)))


def test_python_parameter_is_weak(with_parameter):
    for value in (0.25, 1, True):
        result = with_parameter.function(with_parameter.sample(17), value)
        assert_same_bits(result, with_parameter.function(with_parameter.sample(17), with_parameter.dtype.type(value)))


def test_float64_parameter_is_strong(with_parameter):
    result = with_parameter.function(with_parameter.sample(17), np.float64(0.25))
    assert_same_bits(result, with_parameter.function(with_parameter.sample(17).astype(np.float64), np.float64(0.25)))


def test_default_parameters_are_those_declared(elementwise):
    parameters = [elementwise.dtype.type(default) for default in elementwise.defaults]
    assert_same_bits(elementwise(elementwise.sample(513)), elementwise.ufunc(elementwise.sample(513), *parameters))


# ---- the same bits from every path; the layouts above compare with single elements too


@pytest.mark.parametrize("length", [numbers(np.float64).size, LARGE])
def test_bits_of_a_long_contiguous_array(elementwise, length):
    """More elements than a block, ending in a remainder; compared with one at a time."""
    x = elementwise.sample(length)
    known = elementwise.sample(numbers(elementwise.dtype).size)
    table = dict(zip(known.view(f"u{known.itemsize}").tolist(), elementwise.expected(known.size), strict=True))
    expected = np.array([table[bits] for bits in x.view(f"u{x.itemsize}").tolist()], elementwise.dtype)
    assert_same_bits(elementwise(x), expected)


def test_bits_with_an_array_parameter(with_parameter):
    for length in LENGTHS:
        parameters = np.full(length, with_parameter.defaults[0], with_parameter.dtype)
        assert_same_bits(
            with_parameter.function(with_parameter.sample(length), parameters), with_parameter.expected(length)
        )


def test_bits_of_large_rows(row):
    """Enough rows for threads, and one row too long for any block."""
    x = row.sample(LARGE).reshape(300, 1000)
    expected = np.stack([row(line) for line in x])
    assert_same_bits(row(x), expected)
    assert_same_bits(row(np.asfortranarray(x)), expected)
    assert_same_bits(row(np.ascontiguousarray(x.T), axis=0), expected.T)


def test_bits_are_equal_in_all_namespaces(subject):
    """At a size at which the automatic ufuncs divide their work."""
    one_thread = Subject(subject.declaration, subject.dtype, "cpu")
    x = subject.sample(LARGE)
    if subject.is_row:
        x = x.reshape(100, 3000)
    expected = one_thread(x)
    assert_same_bits(subject(x), expected)
    out = filled((*expected.shape[:-1], 2 * expected.shape[-1]), x.dtype)[..., ::-2]
    subject(x, out=out)
    assert_same_bits(out, expected)


# ---- floating-point flags


def silent():
    return np.errstate(over="raise", divide="raise", invalid="raise")


def windows(values, length):
    """Return the values as pieces of one length, each value in at least one of them."""
    return np.resize(values, (-(-values.size // length), length)) if length else []


@pytest.mark.parametrize("layout", ["contiguous", "step2", "step3", "reversed", "swapped"])
def test_no_warning_from_any_number(elementwise, layout):
    """Nothing but underflow is reported, at any length, whichever lane a value meets."""
    pool = np.random.default_rng(3).permutation(
        np.concatenate([specials(elementwise.dtype), numbers(elementwise.dtype)[::40]])
    )
    for length in range(1, 65):
        _, x = LAYOUTS[layout].empty(length, elementwise.dtype)
        _, out = LAYOUTS[layout].empty(length, elementwise.dtype)
        with silent():
            for values in windows(pool, length):
                x[...] = values
                elementwise(x)
                elementwise(x, out=out)
                elementwise(x, out=x)


def test_no_warning_from_numbers_in_order(elementwise):
    """Equal specials side by side fill a whole vector register."""
    with silent():
        for value in specials(elementwise.dtype):
            for length in (1, 4, 16, 33, 64):
                elementwise(np.full(length, value))


def test_no_warning_with_parameters_of_any_size(with_parameter):
    parameters = [0.0, -0.0, 0.5, 1.0, -1.0, np.nan]
    x = specials(with_parameter.dtype)
    x = x[x != -np.inf]  # times 0
    for value in parameters:
        with silent():
            with_parameter.function(x, with_parameter.dtype.type(value))
            with_parameter.function(x, np.full(x.size, value, with_parameter.dtype))
            with_parameter.function(x[::2], np.full(x.size, value, with_parameter.dtype)[::2])


@pytest.mark.parametrize("axis", [0, -1])
def test_no_warning_from_any_row(row, axis):
    pool = np.random.default_rng(4).permutation(np.concatenate([specials(row.dtype), numbers(row.dtype)[::40]]))
    with silent():
        for length in range(1, 65):
            x = windows(pool, length)
            row(np.ascontiguousarray(x if axis == -1 else x.T), axis=axis)
            row(np.asfortranarray(x if axis == -1 else x.T), axis=axis)


def test_no_warning_from_rows_of_equal_numbers(row):
    with silent():
        for value in specials(row.dtype):
            for length in range(1, 65):
                row(np.full(length, value))


def test_no_warning_from_finite_rows_with_one_special(row):
    with silent():
        for value in specials(row.dtype):
            for length in (1, 2, 7, 16, 33, 64):
                x = row.sample(length).copy()
                x[length // 2] = value
                row(x)
                row(np.repeat(x, 2)[::2])


def test_warning_flags_can_be_seen_at_all():
    """The tests above rest on NumPy reading the flags after the loop."""
    with silent(), pytest.raises(FloatingPointError):
        np.multiply(np.full(64, np.inf), 0)


# ---- mistakes


def assert_refused(subject, error, match, x, out, **keywords):
    """Fail unless a call raises and ``out`` is as before."""
    before = out.copy()
    with pytest.raises(error, match=match):
        subject(x, out=out, **keywords)
    assert out.tobytes() == before.tobytes()


@pytest.mark.parametrize(
    "x",
    [
        np.ones(3, complex),
        np.ones(3, "complex64"),
        np.array([1.0, 2.0, 3.0], object),
        np.array(["1", "2", "3"]),
        np.array(["2024-01-01"] * 3, "datetime64[D]"),
        np.array([1, 2, 3], "timedelta64[s]"),
        np.zeros(3, [("field", float)]),
    ],
    ids=["complex128", "complex64", "object", "string", "datetime", "timedelta", "structured"],
)
def test_dtype_that_is_no_real_number_is_refused(subject, x):
    assert_refused(subject, TypeError, "not supported for the input types|casting rule|no loop", x, subject.room(3))


@pytest.mark.parametrize("x", [None, object(), "1.0", 1j, {}])
def test_object_that_is_no_number_is_refused(subject, x):
    with pytest.raises(TypeError):
        subject([x, x])


def test_number_beyond_64_bits_is_refused(subject):
    """NumPy makes it an object array."""
    with pytest.raises(TypeError):
        subject([2**100, 1])


def test_read_only_output_is_refused(subject):
    out = subject.room(17)
    out.flags.writeable = False
    assert_refused(subject, ValueError, "read-only", subject.sample(17), out)


@pytest.mark.parametrize("shape", [16, 18, 1, 0, (17, 1)], ids=str)
def test_output_of_another_shape_is_refused(subject, shape):
    if subject.reduces and subject.namespace == "ufuncs":
        pytest.skip("NumPy's gufuncs, as its ufuncs, fill a larger out by broadcasting")
    wanted = "broadcast|mismatch|non-broadcastable|dimension|has the shape"
    assert_refused(subject, ValueError, wanted, subject.sample(17), filled(shape, subject.dtype))


@pytest.mark.parametrize("dtype", ["int64", "bool"])
def test_output_that_cannot_hold_the_result_is_refused(subject, dtype):
    x = np.array([-1.5, 0.25, 3.0], subject.dtype)
    assert_refused(subject, TypeError, "cast", x, np.ones(subject.result_shape(3), dtype))


def test_output_that_is_no_array_is_refused(subject):
    with pytest.raises(TypeError, match="return arrays must be of ArrayType"):
        subject(subject.sample(3), out=[0.0, 0.0, 0.0])


@pytest.mark.parametrize("axis", [1, 2, -2, 100])
def test_bad_axis_is_refused(row, axis):
    assert_refused(row, np.exceptions.AxisError, "axis", row.sample(17), row.room(17), axis=axis)


@pytest.mark.parametrize("axis", [1, -2, 3])
def test_bad_axis_of_a_number_is_refused(row, axis):
    """A number counts as a row of one, which has the axes 0 and -1."""
    with pytest.raises((np.exceptions.AxisError, ValueError)) as raised:
        row(row.dtype.type(1), axis=axis)
    assert isinstance(raised.value, np.exceptions.AxisError) or row.namespace == "ufuncs"


def test_axis_that_is_no_integer_is_refused(row):
    assert_refused(row, TypeError, None, row.sample(17), row.room(17), axis="last")
    assert_refused(row, TypeError, None, row.sample(17), row.room(17), axis=1.5)


def test_axis_of_an_element_wise_function_is_refused(elementwise):
    assert_refused(elementwise, TypeError, "axis", elementwise.sample(3), filled(3, elementwise.dtype), axis=0)


@pytest.mark.parametrize("keyword", ["slope", "outt", "inplace", "dtyp"])
def test_unexpected_keyword_is_refused(subject, keyword):
    assert_refused(subject, TypeError, keyword, subject.sample(3), subject.room(3), **{keyword: 1})


def test_too_many_arguments_are_refused(subject):
    with pytest.raises(TypeError):
        subject.function(*[subject.sample(3)] * 6)


def test_missing_argument_is_refused(subject):
    with pytest.raises(TypeError):
        subject.function()


def test_out_given_twice_is_refused(subject):
    first, second = subject.room(3), subject.room(3)
    between = (-1,) if subject.is_row and subject.namespace != "ufuncs" else subject.defaults
    with pytest.raises(TypeError):
        subject.function(subject.sample(3), *between, first, out=second)
    assert np.all(first == FILL)
    assert np.all(second == FILL)


def test_parameter_given_twice_is_refused(with_parameter):
    name = next(iter(with_parameter.declaration.parameters))
    with pytest.raises(TypeError):
        with_parameter.function(with_parameter.sample(3), 0.5, **{name: 0.5})


def test_mask_that_is_not_boolean_is_refused(elementwise):
    assert_refused(
        elementwise, TypeError, "cast", elementwise.sample(3), filled(3, elementwise.dtype), where=np.ones(3)
    )


def test_operands_that_do_not_broadcast_are_refused(with_parameter):
    with pytest.raises(ValueError, match="broadcast"):
        with_parameter.function(with_parameter.sample(3), np.ones(4, with_parameter.dtype))


def test_unknown_dtype_is_refused(subject):
    assert_refused(subject, TypeError, None, subject.sample(3), subject.room(3), dtype="complex128")
