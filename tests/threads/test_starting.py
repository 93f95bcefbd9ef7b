"""The first calls, which start the threads, and what happens where they cannot be started."""

import inspect
import os
import textwrap

import pytest
from package_copy import Package, probed
from processes import finish_quietly
from threading_layers import each_layer, forks, run_on, start_on


def test_first_calls_of_many_threads_and_two_processes_compile_into_one_empty_cache(tmp_path):
    script = """
        numbers = np.arange(300_000)


        def work():
            assert np.array_equal(na.parallel.probe(numbers), probed(numbers))


        wait_for(in_threads(8, work))
    """
    package = Package(tmp_path)
    script = f"{inspect.getsource(probed)}\n{textwrap.dedent(script)}"
    for process in [start_on("workqueue", script, package.home, **package.variables({})) for _ in range(2)]:
        assert finish_quietly(process) == ""


@forks
@each_layer
def test_first_calls_of_many_threads_start_the_threads_once(layer):
    script = """
        bits("sigmoid")
        na.parallel.sigmoid
        layers.prepare()
        sys.setswitchinterval(1e-5)
        start = layers.start


        def race():
            starts = []
            layers.start = lambda: (starts.append(1), start())
            wait_for(in_threads(8, lambda: [check(na.parallel.sigmoid) for _ in range(10)]))
            assert len(starts) == 1, len(starts)


        for _ in range(10):
            wait_for_child(in_child(race))
        race()
    """
    run_on(layer, script)


@each_layer
@pytest.mark.parametrize("failing", ["prepare", "start"])
def test_a_failing_start_is_reported_once_and_work_goes_on_alone(layer, failing):
    script = f"""
        def fail():
            raise RuntimeError("no threads today")


        layers.{failing} = fail
        sys.stderr = sys.stdout
        for _ in range(3):
            check(na.parallel.sigmoid)
    """
    assert run_on(layer, script, checked=False).count("today") == 1


# What Python says where the system refuses a thread; first to all of ours, then also to the one that starts them.
@each_layer
@pytest.mark.parametrize("refused", ["_thread.start_new_thread", "threading._start_new_thread"])
def test_no_more_threads_allowed(layer, refused):
    script = f"""
        import _thread


        def refuse(*arguments, **keywords):
            raise RuntimeError("can't start new thread")


        {refused} = refuse
        sys.stderr = sys.stdout
        for _ in range(3):
            check(na.parallel.sigmoid)
            check(na.softmax)
        assert pool.count == 0
    """
    reports = run_on(layer, script, checked=False).count("RuntimeError:")
    assert reports == (refused == "threading._start_new_thread")


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes are not bound to CPUs")
def test_starting_takes_no_longer_where_others_want_the_processor():
    script = """
        import subprocess

        bits("sigmoid")
        na.parallel.sigmoid
        layers.prepare()
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
        try:
            time.sleep(0.2)
            start = time.monotonic()
            check(na.parallel.sigmoid)
            print(time.monotonic() - start)
        finally:
            for other in others:
                other.kill()
                other.wait()
    """
    (seconds,) = run_on("workqueue", script)
    assert float(seconds) < 3


@each_layer
def test_small_stacks_are_not_for_workers(layer):
    """What users choose for their own threads, which may do little, is too small for some loops."""
    script = """
        threading.stack_size(32 * 1024)
        mask = np.random.default_rng(1).random((300, 1000)) < 0.8
        for dtype in ("float16", "float32"):
            rows = x.astype(dtype).reshape(300, 1000)
            wanted = na.cpu.softmax(rows, axis=0, where=mask, scale=0.3).tobytes()
            for _ in range(20):
                assert na.parallel.softmax(rows, axis=0, where=mask, scale=0.3).tobytes() == wanted
        assert threading.stack_size() == 32 * 1024
    """
    run_on(layer, script)
