"""Dask's threaded scheduler keeps all CPUs busy by itself: a task of it uses its part of them.

`tests/libraries/test_distributed.py` has the same for the workers of a cluster.
"""

import pytest
from threading_layers import run_on

pytest.importorskip("dask.array")

# As on a machine with four CPUs.
ON_FOUR = """
    import dask
    from numba_act.engine.threads import cpus

    cpus.available = lambda: 4
    probe = probe()

    def in_dask(function, **options):
        with dask.config.set(scheduler="threads"):
            return dask.delayed(function)().compute(**options)
"""


def run(script, number=None):
    run_on("workqueue", ON_FOUR + script, checked=False, NUMBA_NUM_THREADS=number)


@pytest.mark.parametrize("tasks", [1, 2, 3, 8])
def test_cpus_are_divided_by_the_threads_of_the_pool(tasks):
    run(f"""
    for _ in range(2):  # found and remembered
        assert in_dask(na.get_num_threads, num_workers={tasks}) == max(1, 4 // {tasks})
    assert len(in_dask(probe, num_workers={tasks})) <= max(1, 4 // {tasks})
    assert na.get_num_threads() == na.most_threads() == 4
    """)


def test_compiled_code_asks_first():
    run("""
    assert len(in_dask(probe, num_workers=4)) == 1
    assert len(in_dask(probe, num_workers=1)) > 1
    assert len(probe()) > 1
    """)


def test_default_pool():
    run("""
    from dask.system import CPU_COUNT

    assert in_dask(na.get_num_threads) == max(1, 4 // CPU_COUNT)
    """)


def test_pool_of_the_user():
    run("""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as executor:
        with dask.config.set(pool=executor):
            assert in_dask(na.get_num_threads) == 1
    with ThreadPoolExecutor(4) as executor:  # which is not Dask's
        assert executor.submit(na.get_num_threads).result() == 4
    """)


def test_what_is_set_counts():
    run("""
    def task():
        na.set_num_threads(3)
        return na.get_num_threads(), len(probe()) > 1

    assert in_dask(task, num_workers=4) == (3, True)

    def task():
        with na.num_threads(2):
            inside = na.get_num_threads()
        return inside, na.get_num_threads()

    assert in_dask(task, num_workers=3) == (2, 1)
    """)


def test_variable_counts():
    run("    assert in_dask(na.get_num_threads, num_workers=4) == 4", number=4)
