"""The GPU namespace: what it says without a GPU, and its results, in numba's simulator and where there is a GPU on that.

Expected values are those of ``numba_act.cpu``, in another process. The simulator has no operation that multiplies and adds with one
rounding, as `multiply_add` may, so results may differ by one unit in the last place; those of rows, which add up in another
order, by two, as their declarations allow.
"""

import functools
import itertools
import subprocess
import sys
import textwrap

import ml_dtypes
import numpy as np
import pytest
from gpu_process import GpuProcess, OnHost
from processes import output_of
from samples import numbers, specials

import numba_act as na
from numba_act.engine.gpu.formats import format_of
from numba_act.engine.gpu.row_plan import plan
from numba_act.engine.gpu.rows import streamed_launcher
from numba_act.engine.registry import activations

DECLARATIONS = activations()
ROWS = {name: declaration for name, declaration in DECLARATIONS.items() if declaration.layout}
ELEMENTS = {name: declaration for name, declaration in DECLARATIONS.items() if not declaration.layout}
PARAMETRISED = [name for name, declaration in ELEMENTS.items() if declaration.parameters]
INTEGERS = [(name, dtype) for name, found in ELEMENTS.items() for dtype in found.dtypes if dtype.kind in "iu"]
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
DTYPES = {name: np.dtype(name) for name in ("float16", "float32", "float64")} | {"bfloat16": BFLOAT16}
VECTOR = 16

every_dtype = pytest.mark.parametrize("dtype", DTYPES.values(), ids=DTYPES)
every_element = pytest.mark.parametrize("name", ELEMENTS)
every_row = pytest.mark.parametrize("name", ROWS)


@functools.cache
def gpu_is_here():
    code = "from numba import cuda; raise SystemExit(not cuda.is_available())"
    return subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0


@pytest.fixture(scope="module", params=["simulator", pytest.param("gpu", marks=pytest.mark.gpu)])
def process(request, tmp_path_factory):
    if request.param == "gpu" and not gpu_is_here():
        pytest.skip("no NVIDIA GPU")
    process = GpuProcess(tmp_path_factory.mktemp("gpu"), simulated=request.param == "simulator")
    yield process
    process.close()


@pytest.fixture
def gpu(process):
    process.clear()
    return process


def steps_apart(found, expected):
    """Return how many numbers of the dtype lie between two arrays' elements; none between NaN and NaN, many at another sign."""
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    kind = f"i{found.dtype.itemsize}"
    one, other = (np.ascontiguousarray(each).view(kind) for each in (found, expected))
    apart = np.abs(one.astype(object) - other.astype(object))
    return np.where(np.isnan(found) & np.isnan(expected), 0, apart).astype(float)


def assert_near(found, expected, most=1):
    """Fail unless results are at most so many units in the last place from others, with the same signs."""
    found, expected = np.asarray(found), np.asarray(expected)
    apart = steps_apart(found, expected)
    worst = np.unravel_index(np.argmax(apart), apart.shape) if apart.size else ()
    assert apart.max(initial=0) <= most, (
        f"{found[worst]!r} not {expected[worst]!r} at {worst}; {np.sum(apart > most)} in all"
    )


def assert_wrote_only(gpu, before, out):
    """Fail if any byte of the arena but those of ``out`` is another than before."""
    after, written = gpu.arena.copy(), out.copy()
    gpu.arena[:] = before
    out[...] = written
    np.testing.assert_array_equal(gpu.arena, after)


def on_cpu(name, x, *parameters, **keywords):
    with np.errstate(all="ignore"):
        return np.asarray(getattr(na.cpu, name)(x, *parameters, **keywords))


def some_numbers(dtype, count):
    return np.resize(np.random.default_rng(7).permutation(numbers(dtype)), count)


# ---- without a GPU


def test_names_the_missing_driver():
    pytest.importorskip("numba_cuda")
    if gpu_is_here():
        pytest.skip("there is a GPU")
    for name, declaration in DECLARATIONS.items():
        with pytest.raises(RuntimeError, match=r"^numba_act\.cuda needs an NVIDIA GPU and its driver: .*$") as caught:
            getattr(na.cuda, name)(np.ones((3, 3), declaration.dtypes[-1]))
        assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("missing", ["numba.cuda", "numba_cuda"])
def test_names_the_missing_package(missing, tmp_path):
    script = f"""
        import sys
        import warnings
        warnings.simplefilter("ignore")
        sys.modules[{missing!r}] = None
        import numba_act as na
        try:
            na.cuda.relu(1.0)
        except ImportError as error:
            print(error)
    """
    assert output_of(script, tmp_path).splitlines() == [
        "numba_act.cuda needs the package numba-cuda: pip install 'numba-act[cuda]'"
    ]


# ---- values


@every_element
@every_dtype
def test_values(name, dtype, gpu):
    x = np.concatenate([specials(dtype), numbers(dtype)[::31]])
    assert_near(gpu.call(name, gpu.place(x)), on_cpu(name, x))


@pytest.mark.parametrize(("name", "dtype"), INTEGERS, ids=str)
def test_integers(name, dtype, gpu):
    limits = np.iinfo(dtype)
    x = np.random.default_rng(1).integers(limits.min, limits.max, 70, dtype, endpoint=True)
    x[:6] = limits.min, limits.min + 1, 0, 1, limits.max - 1, limits.max
    np.testing.assert_array_equal(gpu.call(name, gpu.place(x)), on_cpu(name, x), strict=True)


@every_element
def test_arrays_of_numba(name, gpu):
    x = some_numbers(np.float32, 45).reshape(5, 9)
    assert_near(gpu.call(name, x), on_cpu(name, x))


@every_dtype
def test_an_array_of_numba_for_the_results(dtype, gpu):
    x, out = some_numbers(dtype, 21), np.zeros(21, dtype)
    assert gpu.call("relu", x, out) is out
    assert_near(out, on_cpu("relu", x), 0)


def test_blocks_take_turns(gpu):
    """More tiles than blocks, which are several, and a remainder."""
    gpu.device = (3, 8)
    x = some_numbers(np.float32, 4 * 8 * 2 * 7 + 4 * 11 + 3)
    for given in gpu.place(x), gpu.place(np.repeat(x, 2))[::2]:
        assert_near(gpu.call("relu", given), on_cpu("relu", given), 0)


# ---- contiguous arrays


def element_size_shifts(dtype):
    return range(VECTOR // dtype.itemsize)


@every_dtype
def test_any_length_equally_far_from_vectors(dtype, gpu):
    for shift, length in itertools.product(element_size_shifts(dtype), range(71)):
        gpu.clear()
        x = gpu.place(some_numbers(dtype, length), shift)
        out = gpu.room(length, dtype, shift=shift)
        before = gpu.arena.copy()
        gpu.call("relu", x, out)
        assert [launch.launcher for launch in gpu.launches] == ["contiguous_launcher"] * (length > 0)
        assert_near(out, on_cpu("relu", x), 0)
        assert_wrote_only(gpu, before, out)


@every_dtype
@pytest.mark.parametrize("length", [1, 9, 70])
def test_differently_far_from_vectors(dtype, length, gpu):
    for shift, out_shift in itertools.permutations(element_size_shifts(dtype), 2):
        gpu.clear()
        x = gpu.place(some_numbers(dtype, length), shift)
        out = gpu.room(length, dtype, shift=out_shift)
        before = gpu.arena.copy()
        gpu.call("relu", x, out)
        assert_near(out, on_cpu("relu", x), 0)
        assert_wrote_only(gpu, before, out)


@every_dtype
@pytest.mark.parametrize("shift", [0, 1])
def test_in_place(dtype, shift, gpu):
    x = gpu.place(some_numbers(dtype, 53), shift)
    expected, before = on_cpu("leaky_relu", x), gpu.arena.copy()
    assert gpu.call("leaky_relu", x, out=x) is x
    assert_near(x, expected)
    assert_wrote_only(gpu, before, x)


# ---- any strides

# Each takes numbers from an array of the shape (3, 4, 5, 6).
VIEWS = {
    "contiguous": lambda base: base,
    "number": lambda base: base[1, 1, 1, 1],
    "one element": lambda base: base[1:2, 1:2, 1:2, 1:2],
    "step": lambda base: base[0, 0, :, ::2],
    "rows with gaps": lambda base: base[:, :, :, :5],
    "reversed": lambda base: base[::-1, ::-1, ::-1, ::-1],
    "one axis reversed": lambda base: base[0, :, ::-1, :],
    "transposed": lambda base: base[0, 0].T,
    "Fortran's order": lambda base: base.T,
    "axes in any order": lambda base: base.transpose(2, 0, 3, 1),
    "nothing merges": lambda base: base[:2, ::3, ::-2, 1:5:2].reshape(2, 2, 3, 1, 2),
    "five axes": lambda base: np.lib.stride_tricks.as_strided(
        base, (2, 2, 2, 2, 2), [base.itemsize * step for step in (181, 90, 40, 15, 6)]
    ),
}


def viewed(view, base):
    """Return a view of an array, and an array of no axes where that is a number."""
    return np.asarray(view(base)) if view is not VIEWS["number"] else base[1, 1, 1, 1:2].reshape(())


def view_of(gpu, view, dtype):
    values = some_numbers(dtype, 360).reshape(3, 4, 5, 6)
    return viewed(VIEWS[view], gpu.place(values))


@pytest.mark.parametrize("view", VIEWS)
@every_dtype
def test_views(view, dtype, gpu):
    x = view_of(gpu, view, dtype)
    result = gpu.call("leaky_relu", x)
    assert_near(result, on_cpu("leaky_relu", x))


@pytest.mark.parametrize("view", VIEWS)
def test_results_keep_the_order(view, gpu):
    x = view_of(gpu, view, np.float32)
    found = gpu.call("relu", x)
    assert found.strides == np.empty_like(x).strides


@pytest.mark.parametrize("view", VIEWS)
@every_dtype
def test_views_for_the_results(view, dtype, gpu):
    out = view_of(gpu, view, dtype)
    x = gpu.place(some_numbers(dtype, out.size)[::-1].reshape(out.shape))
    before = gpu.arena.copy()
    gpu.call("leaky_relu", x, out=out)
    assert_near(out, on_cpu("leaky_relu", x))
    assert_wrote_only(gpu, before, out)


@pytest.mark.parametrize("view", VIEWS)
def test_views_in_place(view, gpu):
    x = view_of(gpu, view, np.float32)
    expected, before = on_cpu("leaky_relu", x), gpu.arena.copy()
    gpu.call("leaky_relu", x, out=x)
    assert_near(x, expected)
    assert_wrote_only(gpu, before, x)


@pytest.mark.parametrize("shape", [(4, 6), (3, 4, 6), (4, 2, 6)])
def test_repeated_elements(shape, gpu):
    row = gpu.place(some_numbers(np.float32, 6))
    for x in (np.broadcast_to(row, shape), np.broadcast_to(row[::-1], shape), np.broadcast_to(row[:1], shape)):
        assert_near(gpu.call("relu", x), on_cpu("relu", x), 0)


TRANSPOSED = {
    (40, 50): (1, 0),
    (17, 70): (1, 0),
    (16, 16): (1, 0),
    (3, 33, 64): (0, 2, 1),
    (33, 3, 64): (2, 1, 0),
    (64, 2, 2, 33): (3, 1, 2, 0),
}


@pytest.mark.parametrize("shape", TRANSPOSED, ids=str)
@every_dtype
def test_results_across_the_memory_of_x(shape, dtype, gpu):
    x = gpu.place(some_numbers(dtype, int(np.prod(shape))).reshape(shape)).transpose(TRANSPOSED[shape])
    out = gpu.room(x.shape, dtype)
    before = gpu.arena.copy()
    gpu.call("leaky_relu", x, 0.25, out=out)
    assert [launch.launcher for launch in gpu.launches] == ["transposed_launcher"]
    assert_near(out, on_cpu("leaky_relu", x, dtype.type(0.25)))
    assert_wrote_only(gpu, before, out)


def test_nothing_to_do(gpu):
    for shape in (0,), (0, 3), (3, 0, 2):
        result = gpu.call("relu", gpu.room(shape, np.float32))
        assert (result.shape, gpu.launches) == (shape, [])


# ---- parameters


@pytest.mark.parametrize("name", PARAMETRISED)
@every_dtype
@pytest.mark.parametrize("value", [0.25, 3, np.float64(0.1)], ids=repr)
def test_numbers_as_parameters(name, dtype, value, gpu):
    x = gpu.place(np.concatenate([specials(dtype), some_numbers(dtype, 5)]))
    assert_near(gpu.call(name, x, value), on_cpu(name, x, dtype.type(value)))


@pytest.mark.parametrize("name", PARAMETRISED)
@every_dtype
@pytest.mark.parametrize(
    ("shape", "parameter_shape"),
    [
        ((3, 5), (3, 5)),
        ((3, 5), (5,)),
        ((3, 5), (3, 1)),
        ((5,), (3, 1)),
        ((3, 1), (2, 1, 5)),
        ((3, 5), (1,)),
        ((), (3,)),
    ],
)
def test_arrays_as_parameters(name, dtype, shape, parameter_shape, gpu):
    x = gpu.place(np.resize(specials(dtype)[30:50], shape))
    values = gpu.place(np.linspace(0.1, 2, int(np.prod(parameter_shape))).astype(dtype).reshape(parameter_shape))
    assert_near(gpu.call(name, x, values), on_cpu(name, x, values))


def test_views_as_parameters(gpu):
    x = gpu.place(some_numbers(np.float32, 24).reshape(4, 6))
    slopes = gpu.place(np.linspace(0.1, 2, 40).astype(np.float32).reshape(5, 8))
    for view in slopes[1:, 2:], slopes[-2::-1, ::-1][:, :6], slopes.T[::2, :1], slopes[0, :6]:
        assert_near(gpu.call("leaky_relu", x, view), on_cpu("leaky_relu", x, view))


def test_array_of_no_axes_as_parameter(gpu):
    x = gpu.place(some_numbers(np.float32, 24).reshape(4, 6))
    slope = gpu.place(np.full((), 0.25, np.float32))
    assert_near(gpu.call("leaky_relu", x, slope), on_cpu("leaky_relu", x, slope))


def test_parameter_overwritten_by_the_results(gpu):
    x = gpu.place(some_numbers(np.float32, 24))
    slopes = gpu.place(np.linspace(0.1, 2, 24).astype(np.float32))
    expected = on_cpu("leaky_relu", x, slopes)
    gpu.call("leaky_relu", x, slopes, out=slopes)
    assert_near(slopes, expected)


# ---- from the host


@every_dtype
def test_arrays_of_numpy(dtype, gpu):
    x = some_numbers(dtype, 60).reshape(5, 12)
    for given in x, x.T, x[:, ::5]:
        found = gpu.call("relu", OnHost(given))
        assert_near(found, on_cpu("relu", given), 0)


def test_array_of_numpy_for_the_results(gpu):
    x, out = some_numbers(np.float32, 60), np.zeros(60, np.float32)
    assert gpu.call("relu", OnHost(x), OnHost(out)) is out
    assert_near(out, on_cpu("relu", x), 0)


def test_arrays_of_numpy_as_parameters(gpu):
    x, slopes = some_numbers(np.float32, 60).reshape(5, 12), np.linspace(0, 1, 5, dtype=np.float32)[:, None]
    assert_near(gpu.call("leaky_relu", OnHost(x), OnHost(slopes)), on_cpu("leaky_relu", x, slopes))


@every_row
def test_rows_of_numpy(name, gpu):
    x = normal_rows((3, 4, 5), np.float32)
    for keywords in {}, {"axis": 0}, {"axis": (0, 2)}, {"axis": None}, {"scale": 0.5}:
        assert_near(gpu.call(name, OnHost(x), **keywords), on_cpu(name, x, **keywords), bound(name, x.dtype))


# ---- errors


def test_out_must_suit(gpu):
    x = gpu.place(some_numbers(np.float32, 12).reshape(3, 4))
    read_only = gpu.room((3, 4), np.float32)
    read_only.flags.writeable = False
    for out in gpu.room((4, 3), np.float32), gpu.room(12, np.float32), gpu.room((3, 4), np.float64), read_only:
        with pytest.raises(ValueError, match=r"^out must be a writable float32 array of shape \(3, 4\)$"):
            gpu.call("relu", x, out)


def test_out_is_not_broadcast(gpu):
    x, slopes = (gpu.place(some_numbers(np.float32, 12).reshape(shape)) for shape in ((4, 3), (2, 2, 3))[:1] * 2)
    with pytest.raises(ValueError, match=r"^out must be a writable float32 array of shape \(4, 3\)$"):
        gpu.call("leaky_relu", x, slopes, gpu.room((1, 3), np.float32))


@pytest.mark.parametrize("name", ["relu", "softmax"])
def test_overlapping_out(name, gpu):
    memory = gpu.place(some_numbers(np.float32, 20))
    square = memory[:16].reshape(4, 4)
    for x, out in (memory[:-1], memory[1:]), (memory[:10], memory[9::-1]), (square, square.T):
        with pytest.raises(ValueError, match=r"^out overlaps an input without being the same: .*$"):
            gpu.call(name, x, out=out)


def test_out_overlapping_a_parameter(gpu):
    x, memory = gpu.place(some_numbers(np.float32, 12)), gpu.room(13, np.float32)
    with pytest.raises(ValueError, match=r"^out overlaps an input without being the same: .*$"):
        gpu.call("leaky_relu", x, memory[1:], out=memory[:-1])


def test_dtypes_without_a_kernel(gpu):
    for dtype in np.int32, np.bool, np.complex64, np.dtype(">f4"):
        with pytest.raises(
            TypeError, match=r"^numba_act\.cuda\.tanh takes .*, not int32$|no arrays of dtype|not bool$"
        ):
            gpu.call("tanh", gpu.room(3, dtype))


def test_parameters_of_another_dtype(gpu):
    with pytest.raises(TypeError, match=r"^negative_slope must have the dtype of x, float32, not float64$"):
        gpu.call("leaky_relu", gpu.room(3, np.float32), gpu.room(3, np.float64))


def test_parameters_on_the_host(gpu):
    with pytest.raises(TypeError, match=r"^negative_slope of .* must be a number or an array on the GPU, as x is$"):
        gpu.call("leaky_relu", gpu.room(3, np.float32), OnHost(np.ones(3, np.float32)))


def test_out_on_the_host(gpu):
    with pytest.raises(TypeError, match=r"^out of numba_act\.cuda\.relu must be an array on the GPU, as x is$"):
        gpu.call("relu", gpu.room(3, np.float32), OnHost(np.ones(3, np.float32)))


def test_shapes_that_do_not_broadcast(gpu):
    with pytest.raises(ValueError, match="shape mismatch"):
        gpu.call("leaky_relu", gpu.room(3, np.float32), gpu.room(4, np.float32))


@pytest.mark.parametrize("role", ["x", "negative_slope", "out"])
def test_elements_that_are_not_aligned(role, gpu):
    arrays = {each: gpu.room(3, np.float32) for each in ("x", "negative_slope", "out")}
    arrays[role] = np.ndarray(3, np.float32, gpu.room(16, np.uint8), offset=1)
    with pytest.raises(ValueError, match=r"aligned in memory$"):
        gpu.call("leaky_relu", **arrays)


# ---- rows


def bound(name, dtype):
    """Return how many units in the last place two results may be from each other that are both rounded as declared."""
    return 1 if dtype.itemsize == 2 else DECLARATIONS[name].max_ulp[dtype.name]


def normal_rows(shape, dtype, spread=3):
    return np.random.default_rng(3).normal(0, spread, shape).astype(dtype)


def hard_rows(dtype, length):
    """Return rows of length 3 and more with everything of which something is promised; the shape is (16, length)."""
    information = ml_dtypes.finfo(dtype)
    x = normal_rows((16, length), dtype)
    x[1] = -np.inf
    x[2, -1] = np.nan
    x[3, 0] = -dtype.type(np.nan)
    x[4, [0, -1]] = np.inf, -np.inf
    x[5, 1:] = np.inf
    x[6, ::2] = information.max
    x[7] = information.min
    x[8, 1:] = -np.inf
    x[9, [0, 1]] = np.nan, np.inf
    x[10] = 0
    x[11] = information.smallest_subnormal
    x[12] = x[12, 0]
    x[13, 1] = 60000
    x[14, :2] = information.max, information.min
    x[15] = -1000
    return x


# Lengths of rows that warps hold, in pieces: vectors or single elements.
OF_WARPS = (1, 2, 3, 8, 33)
CASES = [
    *[
        ("held_launcher", "warp", how, "float32", pieces)
        for how in ("vectors", "alone", "masked")
        for pieces in OF_WARPS
    ],
    *[
        ("held_launcher", "warp", how, dtype, 3)
        for how in ("vectors", "alone", "masked")
        for dtype in DTYPES
        if dtype != "float32"
    ],
    *[
        ("held_launcher", "block", how, dtype, None)
        for how in ("vectors", "alone", "masked")
        for dtype in ("float32", "float64")
    ],
    *[
        ("streamed_launcher", "block", how, dtype, None)
        for how in ("vectors", "alone", "masked")
        for dtype in ("float32", "float64")
    ],
    *[(launcher, "block", "vectors", "float16", None) for launcher in ("held_launcher", "streamed_launcher")],
    *[("streamed_launcher", "columns", how, dtype, 9) for how in ("columns", "masked columns") for dtype in DTYPES],
]


def planned(dtype, how, length, threads):
    """Return the plan for rows on a simulated device, whose blocks have so many threads at most."""
    layout = {"vectors": how == "vectors", "masked": "masked" in how, "columns": "columns" in how}
    return plan(format_of(dtype), length, 1, **layout, largest_block=threads)


def reached(dtype, how, suits):
    """Return the smallest device on which a plan suits, and the shortest rows that it is made for there."""
    lanes = format_of(dtype).lanes if how == "vectors" else 1
    for threads, length in itertools.product((64, 128, 256), range(lanes, 5000, lanes)):
        if suits(planned(dtype, how, length, threads)):
            return threads, length
    raise AssertionError(f"no rows of {dtype} that lie as {how} have such a plan")


def rows_that_lie(gpu, how, values):
    """Return an array with rows of these values, and along which axis they lie."""
    if "columns" in how:
        return gpu.place(np.ascontiguousarray(values.T)), 0
    return gpu.place(values, shift=how != "vectors"), -1


def check_launch(gpu, launcher, arrangement, how):
    """Fail if rows were computed by another kernel than a test is for; a GPU has larger blocks."""
    (launch,) = gpu.launches
    layout = launch.variant[0]
    if gpu.simulated:
        found = launch.launcher, layout.arrangement, layout.lanes > 1, layout.masked
        assert found == (launcher, arrangement, how == "vectors", "masked" in how)


def mask_for(x):
    """Return booleans that hide a third, of one row everything, and of another nothing."""
    seen = np.random.default_rng(5).random(x.shape) < 0.7
    seen[0], seen[-1] = True, len(x) == 1
    return seen


@every_row
@pytest.mark.parametrize(("launcher", "arrangement", "how", "dtype", "pieces"), CASES)
def test_rows(name, launcher, arrangement, how, dtype, pieces, gpu):
    def suits(chosen):
        return (chosen.write.__name__, chosen.layout.arrangement) == (launcher, arrangement)

    if pieces is None:
        threads, length = reached(dtype, how, suits)
        gpu.device = (1, threads)
    else:
        length = pieces * (format_of(dtype).lanes if how == "vectors" else 1)
    count = {"warp": max(1, min(20, 64 // length)), "columns": 35, "block": 1}[arrangement]
    values = normal_rows((count, length), DTYPES[dtype])
    x, axis = rows_that_lie(gpu, how, values)
    keywords = {"where": rows_that_lie(gpu, how, mask_for(values))[0]} if "masked" in how else {}
    expected = on_cpu(name, x, axis, **keywords)
    out = gpu.room(expected.shape, x.dtype) if DECLARATIONS[name].reduces else rows_that_lie(gpu, how, values)[0]
    before = gpu.arena.copy()
    gpu.call(name, x, axis, out, **keywords)
    check_launch(gpu, launcher, arrangement, how)
    assert_near(out, expected, bound(name, x.dtype))
    assert_wrote_only(gpu, before, out)


@every_row
@pytest.mark.parametrize("shifts", [(0, 1), (1, 0), (1, 1)], ids=str)
def test_rows_that_do_not_begin_with_a_vector(name, shifts, gpu):
    values = some_numbers(np.float32, 48).reshape(3, 16)
    expected = on_cpu(name, values)
    x, out = gpu.place(values, shifts[0]), gpu.room(expected.shape, np.float32, shift=shifts[1])
    gpu.call(name, x, out=out)
    assert_near(out, expected, 2)


@every_row
@every_dtype
def test_hard_rows(name, dtype, gpu):
    for length in 3, 8, 20:
        x = gpu.place(hard_rows(dtype, length))
        # Computed in float32, as halves are.
        with np.errstate(over="ignore"):
            expected = on_cpu(name, x.astype(np.float32) if dtype.itemsize == 2 else x).astype(dtype)
        assert_near(gpu.call(name, x), expected, bound(name, dtype))


@every_row
@pytest.mark.parametrize("dtype", [DTYPES["float32"], DTYPES["float64"]], ids=str)
def test_hard_columns(name, dtype, gpu):
    x, axis = rows_that_lie(gpu, "columns", hard_rows(dtype, 9))
    assert_near(gpu.call(name, x, axis), on_cpu(name, x, axis), bound(name, dtype))
    check_launch(gpu, "streamed_launcher", "columns", "columns")


# Of float64 the shorter rows are streamed, which is what the simulator takes long for.
@every_row
@pytest.mark.parametrize(("launcher", "dtype"), [("held_launcher", "float32"), ("streamed_launcher", "float64")])
def test_hard_rows_of_blocks(name, launcher, dtype, gpu):
    def suits(chosen):
        return (chosen.write.__name__, chosen.layout.arrangement) == (launcher, "block")

    threads, length = reached(dtype, "alone", suits)
    gpu.device = (1, threads)
    x = gpu.place(hard_rows(DTYPES[dtype], length), shift=1)
    found = gpu.call(name, x)
    check_launch(gpu, launcher, "block", "alone")
    assert_near(found, on_cpu(name, x), bound(name, x.dtype))


@every_row
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_long_rows_whose_peak_comes_late(name, dtype, gpu):
    """Every thread meets nothing, then what is hardly more than nothing, and one of them at last the peak."""
    threads, length = reached(dtype, "alone", lambda chosen: chosen.write is streamed_launcher and chosen.team)
    gpu.device = (1, threads)
    x = gpu.room((3, length), dtype, shift=1)
    x[0, : length // 2], x[0, length // 2 :] = -np.inf, np.finfo(dtype).min
    x[1], x[1, -1] = np.finfo(dtype).min, 2.5
    x[2] = np.linspace(-1e30, 0, length)
    assert_near(gpu.call(name, x), on_cpu(name, x), bound(name, x.dtype))


@every_row
def test_three_warps_for_a_row(name, gpu):
    threads, length = reached("float32", "alone", lambda chosen: chosen.team == 96)
    gpu.device = (1, threads)
    x = gpu.place(normal_rows((1, length), np.float32), shift=1)
    assert_near(gpu.call(name, x), on_cpu(name, x), bound(name, x.dtype))
    if gpu.simulated:
        assert gpu.launches[0].threads == 96


@every_row
def test_blocks_of_rows_take_turns(name, gpu):
    gpu.device = (2, 32)
    for shape in (23, 5), (5, 530), (4, 33):
        x = gpu.place(normal_rows(shape, np.float32), shift=1)
        x = x.T if shape == (4, 33) else x
        axis = 0 if shape == (4, 33) else -1
        assert_near(gpu.call(name, x, axis), on_cpu(name, x, axis), bound(name, x.dtype))


# ---- axes

AXES = [0, 1, 2, -1, -3, (0,), (0, 1), (2, 1), (0, 2), (-1, 0), (0, 1, 2), None]


@every_row
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_axes(name, axis, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    assert_near(gpu.call(name, x, axis), on_cpu(name, x, axis), bound(name, x.dtype))


@every_row
@pytest.mark.parametrize("axis", [0, 1, (0, 1), (1, 2), (0, 2), None], ids=str)
def test_axes_of_views(name, axis, gpu):
    base = gpu.place(normal_rows((3, 4, 6), np.float32))
    for x in base[:, ::2, ::-1], base.transpose(2, 0, 1), base[:2, :, :4]:
        before = gpu.arena.copy()
        assert_near(gpu.call(name, x, axis), on_cpu(name, x, axis), bound(name, x.dtype))
        np.testing.assert_array_equal(gpu.arena, before)


@every_row
@pytest.mark.parametrize("axis", [-1, 0, (0, 2), (1, 2), None], ids=str)
def test_axes_of_results_that_are_views(name, axis, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    expected = on_cpu(name, x, axis)
    out = gpu.room((*expected.shape, 2), np.float32)[..., 1]
    before = gpu.arena.copy()
    assert gpu.call(name, x, axis, out) is out
    assert_near(out, expected, bound(name, x.dtype))
    assert_wrote_only(gpu, before, out)


@pytest.mark.parametrize("name", [name for name, found in ROWS.items() if found.reduces])
@pytest.mark.parametrize("axis", [0, -1, (0, 2), (0, 1), None], ids=str)
def test_axes_that_are_kept(name, axis, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    expected = on_cpu(name, x, axis, keepdims=True)
    out = gpu.room(expected.shape[::-1], np.float32).T
    assert_near(gpu.call(name, x, axis, keepdims=True), expected, bound(name, x.dtype))
    assert_near(gpu.call(name, x, axis, out, keepdims=True), expected, bound(name, x.dtype))


@pytest.mark.parametrize("name", [name for name, found in ROWS.items() if not found.reduces])
@pytest.mark.parametrize("axis", [-1, 0, (0, 2), None], ids=str)
@pytest.mark.parametrize("dtype", [DTYPES["float16"], DTYPES["float64"]], ids=str)
def test_rows_in_place(name, axis, dtype, gpu):
    x = gpu.place(normal_rows((5, 2, 9), dtype))[:, :, ::2]
    expected, before = on_cpu(name, x, axis), gpu.arena.copy()
    assert gpu.call(name, x, axis, out=x) is x
    assert_near(x, expected, bound(name, dtype))
    assert_wrote_only(gpu, before, x)


@every_row
@pytest.mark.parametrize("dtype", [DTYPES["float32"], BFLOAT16], ids=str)
def test_numbers_as_rows(name, dtype, gpu):
    x = gpu.place(np.full((), 1.5, dtype))
    for keywords in {}, {"axis": None}, {"scale": 2.0}, {"where": gpu.place(np.full((), False))}:
        assert_near(gpu.call(name, x, **keywords), on_cpu(name, x, **keywords), 0)


@every_row
def test_array_of_no_axes_as_scale_of_a_number(name, gpu):
    x, scale = gpu.place(np.full((), 1.5, np.float32)), gpu.place(np.full((), 2, np.float32))
    assert_near(gpu.call(name, x, scale=scale), on_cpu(name, x, scale=scale), 0)


@every_row
@pytest.mark.parametrize(
    ("shape", "axis"), [((3, 0), -1), ((0, 3), -1), ((0, 3), 0), ((2, 0, 3), (0, 1)), ((0,), None)], ids=str
)
def test_rows_of_nothing(name, shape, axis, gpu):
    x = gpu.room(shape, np.float32)
    assert_near(gpu.call(name, x, axis), on_cpu(name, x, axis), 0)


@every_row
def test_rows_of_numba(name, gpu):
    x = normal_rows((3, 7), np.float64)
    assert_near(gpu.call(name, x), on_cpu(name, x), bound(name, x.dtype))


@every_row
def test_rows_of_repeated_elements(name, gpu):
    row = gpu.place(normal_rows((5,), np.float32))
    for x in np.broadcast_to(row, (4, 5)), np.broadcast_to(row[:, None], (5, 4)):
        assert_near(gpu.call(name, x), on_cpu(name, x), bound(name, x.dtype))


def test_results_of_rows_keep_the_order(gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32)).transpose(2, 0, 1)
    assert gpu.call("softmax", x).strides == np.empty_like(x).strides


# ---- masks, scales, causal limits


@every_row
@pytest.mark.parametrize("axis", [-1, 0, (0, 2), (1, 2), None], ids=str)
@pytest.mark.parametrize("shape", [(3, 2, 4), (4,), (3, 1, 1), ()], ids=str)
def test_masks(name, axis, shape, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    seen = gpu.place(np.random.default_rng(2).random(shape) < 0.6)
    found = gpu.call(name, x, axis, where=seen)
    assert_near(found, on_cpu(name, x, axis, where=seen), bound(name, x.dtype))


@every_row
@every_dtype
def test_nothing_is_read_of_what_is_masked(name, dtype, gpu):
    x = normal_rows((4, 6), dtype)
    seen = np.random.default_rng(4).random(x.shape) < 0.6
    seen[1] = False
    x[~seen] = np.nan
    x[2, ~seen[2]] = np.inf
    x, seen = gpu.place(x), gpu.place(seen)
    assert_near(gpu.call(name, x, where=seen), on_cpu(name, x, where=seen), bound(name, dtype))


@every_row
def test_hard_rows_with_a_mask(name, gpu):
    for length in 3, 20:
        x = gpu.place(hard_rows(DTYPES["float32"], length))
        seen = gpu.place(mask_for(x))
        assert_near(gpu.call(name, x, where=seen), on_cpu(name, x, where=seen), bound(name, x.dtype))


@every_row
@every_dtype
@pytest.mark.parametrize("scale", [0.25, -2, 0.0])
def test_numbers_as_scale(name, dtype, scale, gpu):
    x = gpu.place(normal_rows((4, 6), dtype))
    expected = on_cpu(name, x, scale=DTYPES["float32"].type(scale) if dtype.itemsize == 2 else scale)
    assert_near(gpu.call(name, x, scale=scale), expected, bound(name, dtype))


@every_row
@pytest.mark.parametrize(
    ("axis", "shape"), [(-1, (3, 2)), (-1, (2,)), (0, (2, 4)), (1, (3, 1)), ((0, 2), (2,)), (None, ())], ids=str
)
def test_arrays_as_scale(name, axis, shape, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    scale = gpu.place(np.linspace(0.5, 2, int(np.prod(shape)), dtype=np.float32).reshape(shape))
    assert_near(gpu.call(name, x, axis, scale=scale), on_cpu(name, x, axis, scale=scale), bound(name, x.dtype))


@every_row
def test_float32_scales_of_halves(name, gpu):
    x, scale = gpu.place(normal_rows((3, 4), np.float16)), gpu.place(np.array([0.1, 1, 3], np.float32))
    assert_near(gpu.call(name, x, scale=scale), on_cpu(name, x, scale=scale), bound(name, x.dtype))


CAUSAL = [name for name, found in ROWS.items() if not found.reduces]


@pytest.mark.parametrize("name", CAUSAL)
@pytest.mark.parametrize(
    "shape", [(1, 1), (5, 5), (3, 7), (7, 3), (2, 3, 4, 4), (2, 3, 5), (0, 3), (1, 9), (9, 1)], ids=str
)
def test_causal(name, shape, gpu):
    x = gpu.place(normal_rows(shape, np.float32))
    assert_near(gpu.call(name, x, causal=True), on_cpu(name, x, causal=True), bound(name, x.dtype))


@every_row
@every_dtype
@pytest.mark.parametrize("length", [16, 48, 520])
def test_scaled_and_causal_rows_in_vectors(name, dtype, length, gpu):
    x = gpu.place(np.random.default_rng(3).standard_normal((2, 3, length)).astype(dtype))
    x[1, 1, length // 2] = np.nan
    keywords = {"scale": 0.5} if ROWS[name].reduces else {"scale": 0.5, "causal": True}
    expected = on_cpu(name, x, **keywords)
    assert_near(gpu.call(name, x, **keywords), expected, 2)
    (launch,) = gpu.launches
    layout, _ = launch.variant
    assert (layout.masked, layout.lanes) == (True, VECTOR // dtype.itemsize)


@pytest.mark.parametrize("name", CAUSAL)
def test_causal_along_memory_in_any_order(name, gpu):
    base = gpu.place(normal_rows((2, 3, 4), np.float32))
    for x in base.transpose(1, 2, 0), base.transpose(2, 1, 0), base[:, ::-1, ::2], np.broadcast_to(base[0], (2, 3, 4)):
        assert_near(gpu.call(name, x, causal=True), on_cpu(name, x, causal=True), bound(name, x.dtype))


@pytest.mark.parametrize("name", CAUSAL)
def test_causal_with_mask_and_scale(name, gpu):
    x = gpu.place(normal_rows((2, 5, 6), np.float32))
    keywords = {
        "causal": True,
        "where": gpu.place(mask_for(x[0].copy())),
        "scale": gpu.place(np.array([[0.5], [2]], np.float32)),
    }
    assert_near(gpu.call(name, x, **keywords), on_cpu(name, x, **keywords), bound(name, x.dtype))


@every_row
def test_mask_and_scale_along_axes_that_do_not_merge(name, gpu):
    x = gpu.place(normal_rows((3, 2, 4), np.float32))
    keywords = {"where": gpu.place(mask_for(x.copy())), "scale": gpu.place(np.array([0.5, 2], np.float32))}
    before = gpu.arena.copy()
    assert_near(gpu.call(name, x, (0, 2), **keywords), on_cpu(name, x, (0, 2), **keywords), bound(name, x.dtype))
    np.testing.assert_array_equal(gpu.arena, before)


# ---- errors of row functions


@pytest.mark.parametrize("axis", [2, -3, (0, 5)])
def test_axes_that_are_not_there(axis, gpu):
    with pytest.raises(np.exceptions.AxisError):
        gpu.call("softmax", gpu.room((2, 3), np.float32), axis)


def test_axes_given_twice(gpu):
    with pytest.raises(ValueError, match=r"^repeated axis$"):
        gpu.call("softmax", gpu.room((2, 3), np.float32), (0, -2))


@pytest.mark.parametrize(("shape", "axis"), [((3,), -1), ((2, 3), 0), ((2, 3), None)])
def test_causal_without_two_axes(shape, axis, gpu):
    with pytest.raises(ValueError, match=r"^causal is for the last of two axes or more$"):
        gpu.call("softmax", gpu.room(shape, np.float32), axis, causal=True)


def test_masks_must_be_boolean(gpu):
    with pytest.raises(TypeError, match=r"^where must be an array of booleans on the GPU, as x is$"):
        gpu.call("softmax", gpu.room((2, 3), np.float32), where=gpu.room((2, 3), np.uint8))


def test_masks_must_broadcast(gpu):
    with pytest.raises(ValueError, match=r"^where has the shape \(2,\), which cannot be broadcast to \(2, 3\)$"):
        gpu.call("softmax", gpu.room((2, 3), np.float32), where=gpu.room(2, np.bool))


def test_scales_must_broadcast(gpu):
    with pytest.raises(ValueError, match=r"^scale has the shape \(3,\), which cannot be broadcast to \(2,\)$"):
        gpu.call("softmax", gpu.room((2, 3), np.float32), scale=gpu.room(3, np.float32))


def test_scales_must_be_of_what_is_computed_in(gpu):
    with pytest.raises(TypeError, match=r"^an array of scales must be of float32, in which float16 is computed$"):
        gpu.call("softmax", gpu.room((2, 3), np.float16), scale=gpu.room(2, np.float16))


def test_out_of_rows_must_suit(gpu):
    x = gpu.room((2, 3), np.float32)
    for name, shape, out in ("softmax", (2, 3), (3, 2)), ("logsumexp", (2,), (2, 1)):
        with pytest.raises(
            ValueError, match=rf"^out must be a writable float32 array of shape \({', ?'.join(map(str, shape))},?\)$"
        ):
            gpu.call(name, x, out=gpu.room(out, np.float32))


# ---- what only a GPU can do


@pytest.fixture(scope="module")
def hardware(tmp_path_factory):
    if not gpu_is_here():
        pytest.skip("no NVIDIA GPU")
    process = GpuProcess(tmp_path_factory.mktemp("gpu"), simulated=False)
    yield process
    process.close()


def output_on_gpu(script, folder):
    if not gpu_is_here():
        pytest.skip("no NVIDIA GPU")
    return output_of('import warnings\nwarnings.simplefilter("ignore")\n' + textwrap.dedent(script), folder)


def units_off(found, exact):
    """Return the distances of float32 results from what float64 says of them, in the former's last place."""
    last_place = np.spacing(np.abs(exact).astype(np.float32)).astype(np.float64)
    return np.abs(found.astype(np.float64) - exact) / last_place


@pytest.mark.gpu
@every_element
@every_dtype
def test_every_length_on_a_gpu(name, dtype, hardware):
    x = some_numbers(dtype, 1025)
    expected = on_cpu(name, x)
    found = [hardware.call(name, x[:length]) for length in range(1026)]
    assert_near(np.concatenate(found), np.concatenate([expected[:length] for length in range(1026)]))


@pytest.mark.gpu
@every_element
def test_elements_are_within_the_bound_on_a_gpu(name, hardware):
    x = np.random.default_rng(0).normal(0, 3, 2**18).astype(np.float32)
    parameters = [np.float64(np.float32(value)) for value in DECLARATIONS[name].parameters.values()]
    off = units_off(hardware.call(name, x), on_cpu(name, x.astype(np.float64), *parameters))
    assert off.max() <= DECLARATIONS[name].max_ulp["float32"] + 1e-6


LONG = (1000, 1024, 1025, 4096, 4097, 8192, 16385, 32768, 32769, 65536, 131_072, 200_000)


@pytest.mark.gpu
@every_row
@every_dtype
@pytest.mark.parametrize("length", LONG)
def test_long_rows_on_a_gpu(name, dtype, length, hardware):
    x = normal_rows((3, length), dtype)
    assert_near(hardware.call(name, x), on_cpu(name, x), bound(name, dtype))


@pytest.mark.gpu
@every_row
@pytest.mark.parametrize("length", LONG)
def test_long_rows_with_a_mask_on_a_gpu(name, length, hardware):
    x = normal_rows((3, length), np.float32)
    seen = mask_for(x)
    assert_near(hardware.call(name, x, where=seen), on_cpu(name, x, where=seen), bound(name, x.dtype))


@pytest.mark.gpu
@every_row
@pytest.mark.parametrize("length", LONG)
def test_long_columns_on_a_gpu(name, length, hardware):
    x = normal_rows((length, 33), np.float32)
    assert_near(hardware.call(name, x, 0), on_cpu(name, x, 0), bound(name, x.dtype))


@pytest.mark.gpu
@every_row
def test_every_length_of_rows_on_a_gpu(name, hardware):
    for length in range(1, 1026):
        x = normal_rows((3, length), np.float32)
        assert_near(hardware.call(name, x), on_cpu(name, x), bound(name, x.dtype))


@pytest.mark.gpu
@every_row
@pytest.mark.parametrize("length", LONG)
def test_rows_are_within_the_bound_on_a_gpu(name, length, hardware):
    x = normal_rows((2, length), np.float32)
    off = units_off(hardware.call(name, x), on_cpu(name, x.astype(np.float64)))
    assert off.max() <= DECLARATIONS[name].max_ulp["float32"] + 1e-6


@pytest.mark.gpu
@pytest.mark.parametrize("name", CAUSAL)
@pytest.mark.parametrize("shape", [(1025, 1025), (2, 3, 300, 4097), (2, 4097, 300)], ids=str)
def test_causal_on_a_gpu(name, shape, hardware):
    x = normal_rows(shape, np.float32)
    assert_near(hardware.call(name, x, causal=True), on_cpu(name, x, causal=True), bound(name, x.dtype))


@pytest.mark.gpu
def test_many_elements_on_a_gpu(tmp_path):
    """More than 2**31 elements, in place, contiguous and not."""
    script = """
        import numpy as np
        from numba import cuda
        import numba_act as na

        count, piece = 2**31 + 5, np.linspace(-1, 1, 2**24, dtype=np.float16)
        x = cuda.device_array(count, np.float16)
        # numba takes each element of a view that is not contiguous for a piece of memory of its own.
        class Backwards:
            __cuda_array_interface__ = x.__cuda_array_interface__ | {
                "data": (x.__cuda_array_interface__["data"][0] + 2 * (count - 1), False),
                "strides": (-2,),
            }

        for view in x, Backwards():
            for first in range(0, count, piece.size):
                part = x[first : first + piece.size]
                part.copy_to_device(piece[: part.size])
            na.cuda.relu(view, out=view)
            for first in (0, 2**30, 2**31 - 2**24, 2**31 - 2**23, count - 2**20):
                found = x[first : first + 2**20].copy_to_host()
                places = np.arange(first, first + found.size) % piece.size
                np.testing.assert_array_equal(found, np.maximum(piece[places], np.float16(0)))
        print("equal")
    """
    assert output_on_gpu(script, tmp_path) == "equal\n"


@pytest.mark.gpu
def test_streams_on_a_gpu(tmp_path):
    """In a stream of its own, a call follows what was queued there before, and precedes what is queued after it."""
    script = """
        import numpy as np
        from numba import cuda
        import numba_act as na

        x = cuda.pinned_array(2**24, np.float32)
        x[:] = np.linspace(-1, 1, x.size)
        results = [cuda.pinned_array(x.size, np.float32) for _ in range(4)]
        streams = [cuda.stream() for _ in results]
        arrays = [cuda.device_array(x.size, np.float32) for _ in results]
        for stream, array, result in zip(streams, arrays, results, strict=True):
            array.copy_to_device(x, stream=stream)
            na.cuda.relu(array, out=array, stream=stream)
            array.copy_to_host(result, stream=stream)
        for stream, result in zip(streams, results, strict=True):
            stream.synchronize()
            np.testing.assert_array_equal(result, np.maximum(x, 0))
        print("equal")
    """
    assert output_on_gpu(script, tmp_path) == "equal\n"


@pytest.mark.gpu
def test_kernels_are_compiled_once_on_a_gpu(tmp_path):
    script = """
        import numpy as np
        from numba import cuda
        import numba_act as na
        from numba_act.engine.gpu import toolkit

        compiled, real = [], toolkit.ptx_of
        toolkit.ptx_of = lambda *arguments: compiled.append(arguments) or real(*arguments)
        for length in (1, 1000, 10**6):
            x = cuda.to_device(np.ones((2, length), np.float32))
            na.cuda.relu(x)
            na.cuda.relu(x, out=x)
            print(len(compiled))
        for count in (1, 100, 10**4):
            na.cuda.softmax(cuda.to_device(np.ones((count, 64), np.float32)))
            print(len(compiled))
    """
    assert output_on_gpu(script, tmp_path).split() == ["1", "1", "1", "2", "2", "2"]
