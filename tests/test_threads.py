"""Dividing work among threads: when it happens, how many there are, and that results depend on none of it."""

import os
from pathlib import Path

import pytest
from threading_layers import each_layer, is_absent, needs, run_on

from numba_act.engine.cpus import available
from numba_act.engine.registry import activations

# ---- when threads are started, and which


@each_layer
def test_small_arrays_start_no_threads_and_large_ones_do(layer):
    script = """
        na.sigmoid(x[:1000])
        na.parallel.sigmoid
        assert layers.started is None
        assert threading.active_count() == 1
        numbas = sys.modules.get("numba.np.ufunc.parallel")  # loaded where something had to be compiled
        assert numbas is None or not numbas._is_initialized
        big = np.resize(x, 5_000_000)
        assert na.sigmoid(big).tobytes() == na.cpu.sigmoid(big).tobytes()
    """
    run_on(layer, script)


@each_layer
def test_the_packages_own_variable_overrides_numbas(layer):
    script = """
        check(na.parallel.sigmoid)
        assert na.show_config("dicts")["Threads"]["layer"] == LAYER
    """
    other = "workqueue" if layer == "omp" else "omp"
    run_on(layer, script, NUMBA_ACT_THREADING_LAYER=layer, NUMBA_THREADING_LAYER=other)


@each_layer
def test_numbas_configuration_counts_and_is_left_alone(layer):
    script = """
        import numba

        numba.config.THREADING_LAYER = {"workers": "workqueue"}.get(LAYER, LAYER)
        before = numba.config.THREADING_LAYER
        check(na.parallel.sigmoid)
        assert numba.config.THREADING_LAYER == before
    """
    run_on(layer, script, NUMBA_THREADING_LAYER="default")


@needs("tbb")
@pytest.mark.parametrize("asked", ["tbb", "default"])
def test_tbb_is_found_where_pip_puts_it(asked, monkeypatch):
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    script = """
        assert "LD_LIBRARY_PATH" not in os.environ
        check(na.parallel.sigmoid)
    """
    run_on("tbb", script, NUMBA_THREADING_LAYER=asked)


@pytest.mark.parametrize("asked", ["default", "tbb"])
def test_without_tbb_there_are_workers(asked):
    script = """
        import ctypes
        import importlib.metadata

        load = ctypes.CDLL


        def without_tbb(name, *arguments, **keywords):
            if "tbb" in str(name):
                raise OSError(name)
            return load(name, *arguments, **keywords)


        ctypes.CDLL = without_tbb
        check(na.parallel.sigmoid)
    """
    run_on("workqueue", script, NUMBA_THREADING_LAYER=asked)


# ---- how many


@each_layer
def test_one_thread(layer):
    script = """
        assert na.get_num_threads() == na.most_threads() == 1
        check(na.parallel.sigmoid)
        check(na.parallel.softmax)
        big = np.resize(x, 5_000_000)
        assert na.sigmoid(big).tobytes() == na.cpu.sigmoid(big).tobytes()
        assert pool[COUNT] == 0
        assert threading.active_count() == 1
        assert probe()() == {threading.get_ident()}
    """
    run_on(layer, script, checked=False, NUMBA_NUM_THREADS=1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes are not bound to CPUs")
@each_layer
def test_bound_to_one_cpu(layer):
    script = """
        assert na.get_num_threads() == 1
        check(na.parallel.sigmoid)
        assert pool[COUNT] == 0
        assert probe()() == {threading.get_ident()}
    """
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})  # the script inherits it
        run_on(layer, script, checked=False, NUMBA_NUM_THREADS=None)
    finally:
        os.sched_setaffinity(0, before)


V2 = "sys/fs/cgroup"
V1 = "sys/fs/cgroup/cpu,cpuacct"
GROUPS = "proc/self/cgroup"

# Files of control groups, and to how many of a hundred CPUs they limit a process.
QUOTAS = {
    "none": ({}, 100),
    "no files": ({GROUPS: "0::/\n"}, 100),
    "quota": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "150000 100000\n"}, 2),
    "whole": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "300000 100000\n"}, 3),
    "less than one": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "20000 100000\n"}, 1),
    "more than there are": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "90000000 100000\n"}, 100),
    "unlimited": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "max 100000\n"}, 100),
    "own group": ({GROUPS: "0::/a/b\n", f"{V2}/a/b/cpu.max": "400000 100000\n"}, 4),
    "parent": (
        {
            GROUPS: "0::/a/b\n",
            f"{V2}/a/b/cpu.max": "max 100000\n",
            f"{V2}/a/cpu.max": "250000 100000\n",
            f"{V2}/cpu.max": "max 100000\n",
        },
        3,
    ),
    "smallest": (
        {
            GROUPS: "0::/a/b\n",
            f"{V2}/a/b/cpu.max": "800000 100000\n",
            f"{V2}/a/cpu.max": "50000 10000\n",
            f"{V2}/cpu.max": "700000 100000\n",
        },
        5,
    ),
    "path of the host": ({GROUPS: "0::/docker/0123\n", f"{V2}/cpu.max": "200000 100000\n"}, 2),
    "path outside": ({GROUPS: "0::/../../other\n", f"{V2}/cpu.max": "200000 100000\n"}, 2),
    "other group": ({GROUPS: "0::/a\n", f"{V2}/b/cpu.max": "200000 100000\n"}, 100),
    "not to be read": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "\n"}, 100),
    "version 1": (
        {
            GROUPS: "3:cpuset:/x\n2:cpu,cpuacct:/a\n1:name=systemd:/a:b\n",
            f"{V1}/a/cpu.cfs_quota_us": "250000\n",
            f"{V1}/a/cpu.cfs_period_us": "100000\n",
        },
        3,
    ),
    "version 1, unlimited": (
        {
            GROUPS: "2:cpu,cpuacct:/\n",
            f"{V1}/cpu.cfs_quota_us": "-1\n",
            f"{V1}/cpu.cfs_period_us": "100000\n",
        },
        100,
    ),
    "version 1, named the other way round": (
        {
            GROUPS: "2:cpuacct,cpu:/\n",
            f"{V1}/cpu.cfs_quota_us": "200000\n",
            f"{V1}/cpu.cfs_period_us": "100000\n",
        },
        2,
    ),
    "version 1, of its own": (
        {
            GROUPS: "2:cpuacct:/\n1:cpu:/a\n",
            "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "600000\n",
            "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n",
        },
        6,
    ),
    "both versions": (
        {
            GROUPS: "2:cpu,cpuacct:/\n0::/\n",
            f"{V1}/cpu.cfs_quota_us": "200000\n",
            f"{V1}/cpu.cfs_period_us": "100000\n",
        },
        2,
    ),
}


@pytest.mark.parametrize("situation", QUOTAS)
def test_quota_of_a_container(situation, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(100), raising=False)
    files, expected = QUOTAS[situation]
    for path, content in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    assert available(tmp_path) == expected


# ---- results


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

        from numba_act.engine.registry import activations

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
        for declaration in activations().values():
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
    variables = {"NUMBA_NUM_THREADS": 7, "PYTHONPATH": Path(__file__).parent}
    (checked,) = run_on(layer, script, **variables)
    assert int(checked) > 3 * 7 * 10 * sum(found.layout is None for found in activations().values())


# Rows of (1, 300_000) are divided within the row, those of (3, 200_000) too, for they are too long for one thread each; the
# others are divided one from another. Their levels differ, so that blocks have to be rescaled to the peak of their row.
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("name", [found.name for found in activations().values() if found.layout])
def test_number_of_threads_changes_no_bit_of_rows(name, dtype):
    layer = "omp" if dtype == "float64" and not is_absent("omp") else "workqueue"
    script = f"""
        import ml_dtypes

        name, dtype = {name!r}, {dtype!r}
        parallel, one = getattr(na.parallel, name), getattr(na.cpu, name)


        def bits(array):
            return np.where(np.isnan(array), np.nan, array).astype(dtype).tobytes()


        for shape in ((1, 300_000), (3, 200_000), (250, 1000), (300_000, 1)):
            generator = np.random.default_rng(1)
            levels = np.repeat(generator.choice([-300.0, -20.0, 0.0, 3.0], 1000), 1000)
            rows = (np.resize(levels, shape) + generator.normal(0, 2, shape)).astype(dtype)
            mask = generator.random(shape) < 0.8
            special = rows.copy()
            special[0, 0], special[-1, -1] = np.inf, np.nan
            calls = [(x, dict(axis=axis)) for x in (rows, special, rows.T) for axis in (-1, 0)]
            calls += [(rows, dict(axis=axis, where=mask, scale=0.3)) for axis in (-1, 0)]
            wanted = [bits(one(x, **keywords)) for x, keywords in calls]
            for count in (1, 2, 3, 7):
                na.set_num_threads(count)
                for (x, keywords), result in zip(calls, wanted):
                    assert bits(parallel(x, **keywords)) == result, (count, x.strides, keywords)
                if np.shape(one(rows)) == shape:
                    in_place = rows.copy()
                    parallel(in_place, out=in_place)
                    assert bits(in_place) == wanted[0], (count, "in place")
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
