"""Dividing work changes no bit and leaves no flag."""

from pathlib import Path

import pytest
from subjects import representatives
from threading_layers import each_layer, is_absent, run_on


@each_layer
def test_starting_threads_leaves_no_floating_point_flag(layer):
    script = """
        bits("sigmoid")
        with np.errstate(all="raise", under="ignore"):
            na.parallel.sigmoid(x)
        check(na.parallel.sigmoid)
    """
    run_on(layer, script)


@each_layer
def test_number_of_threads_changes_no_bit(layer):
    script = """
        from bits import assert_same_bits
        from samples import numbers
        from subjects import representatives

        SIZE = 10_007


        # Each returns (x, parameter, out).
        def contiguous(x):
            return x, x[::-1].copy(), None


        def strided(x):
            return np.repeat(x, 3)[::3], x[0], np.empty(2 * SIZE, x.dtype)[::2]


        def reversed_into_order(x):
            return x[::-1], x[:1], np.empty_like(x)


        def in_order_into_reversed(x):
            return x, x[7], np.empty_like(x)[::-1]


        def in_place(x):
            copy = x.copy()
            return copy, x[5], copy


        def in_place_strided(x):
            copy = np.repeat(x, 2)[::2]
            return copy, x, copy


        # NumPy gives every element the place of the next; it lets through what is safe element by element.
        def overlapping(x):
            copy = np.resize(x, SIZE + 1)
            return copy[1:], x, copy[:-1]


        def parameter_in_place(x):
            copy = x[::-1].copy()
            return x, copy, copy


        def transposed(x):
            return np.repeat(x, 3).reshape(SIZE, 3).T, np.resize(x, (3, 1)), None


        def rows_into_columns(x):
            return np.resize(x, (3, SIZE)), x, np.empty((SIZE, 3), x.dtype).T


        np.seterr(all="ignore")  # some parameters are infinite
        layouts = [contiguous, strided, reversed_into_order, in_order_into_reversed, in_place, in_place_strided]
        layouts += [overlapping, parameter_in_place, transposed, rows_into_columns]


        def values(dtype):
            return np.resize(numbers(dtype) if dtype.kind != "i" and dtype.kind != "u" else np.arange(-300, 300), SIZE)


        checked = 0
        for declaration in representatives():
            if declaration.layout:
                continue
            one, many = (getattr(module, declaration.name) for module in (na.cpu, na.parallel))
            for dtype in declaration.loop_dtypes:
                x = values(dtype).astype(dtype)
                for layout in layouts:

                    def results(function):
                        x_laid_out, parameter, out = layout(x)
                        operands = [x_laid_out, parameter][: declaration.inputs]
                        return function(*operands, out=out)

                    wanted = np.array(results(one))
                    for count in (1, 2, 3, 4, 5, 6, 7):
                        with na.num_threads(count):
                            found = results(many)
                        assert_same_bits(np.array(found), wanted, (declaration.name, dtype, layout.__name__, count))
                        checked += 1
        print(checked)
    """
    variables = {"NUMBA_NUM_THREADS": 7, "PYTHONPATH": Path(__file__).parents[1]}
    (checked,) = run_on(layer, script, **variables)
    assert int(checked) > 3 * 7 * 10 * sum(found.layout is None for found in representatives())


# Rows of (1, 300_000) are divided within the row, those of (3, 200_000) too, for they are too long for one thread each;
# the others are divided one from another. Their levels differ, so that blocks have to be rescaled to the peak of their
# row.
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_number_of_threads_changes_no_bit_of_rows(dtype):
    layer = "omp" if dtype == "float64" and not is_absent("omp") else "workqueue"
    names = [found.name for found in representatives() if found.layout]
    script = f"""
        import ml_dtypes

        dtype = {dtype!r}


        def bits(array):
            return np.where(np.isnan(array), np.nan, array).astype(dtype).tobytes()


        def check(name, rows, calls):
            parallel, one = getattr(na.parallel, name), getattr(na.cpu, name)
            wanted = [bits(one(x, **keywords)) for x, keywords in calls]
            for count in (1, 2, 3, 7):
                na.set_num_threads(count)
                for (x, keywords), result in zip(calls, wanted):
                    assert bits(parallel(x, **keywords)) == result, (name, count, x.strides, keywords)
                if np.shape(one(rows)) == rows.shape:
                    in_place = rows.copy()
                    parallel(in_place, out=in_place)
                    assert bits(in_place) == wanted[0], (name, count, "in place")


        for shape in ((1, 300_000), (3, 200_000), (250, 1000), (100_000, 1)):
            generator = np.random.default_rng(1)
            levels = np.repeat(generator.choice([-300.0, -20.0, 0.0, 3.0], 1000), 1000)
            rows = (np.resize(levels, shape) + generator.normal(0, 2, shape)).astype(dtype)
            mask = generator.random(shape) < 0.8
            special = rows.copy()
            special[0, 0], special[-1, -1] = np.inf, np.nan
            calls = [(x, dict(axis=axis)) for x in (rows, special, rows.T) for axis in (-1, 0)]
            calls += [(rows, dict(axis=axis, where=mask, scale=0.3)) for axis in (-1, 0)]
            for name in {names!r}:
                check(name, rows, calls)
    """
    run_on(layer, script, NUMBA_NUM_THREADS=7)


def test_kernels_in_jitted_code():
    script = """
        import numba

        from numba_act.kernels.rectified import leaky_relu
        from numba_act.kernels.sigmoidal import sigmoid


        @numba.njit
        def kernel(x, slope, out):
            for i in range(len(x)):
                out[i] = leaky_relu(sigmoid(x[i]) - x.dtype.type(0.5), slope)


        for dtype in (np.float32, np.float64):
            y = x[:100].astype(dtype)
            out = np.empty_like(y)
            kernel(y, dtype(0.5), out)
            assert np.array_equal(out, na.leaky_relu(na.sigmoid(y) - dtype(0.5), dtype(0.5)))
    """
    run_on("workqueue", script, checked=False)
