"""When threads are started, and on which layer."""

import pytest
from threading_layers import each_layer, needs, run_on


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
