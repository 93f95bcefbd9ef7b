"""Calls from many threads and forked processes, during interrupts and at exit: right results, and no word on stderr."""

import os
import sys

import pytest
from processes import finish_quietly
from threading_layers import each_layer, forks, run_on, start_on

# ---- Python threads


@each_layer
def test_calls_from_many_threads(layer):
    script = """
        functions = [na.parallel.sigmoid, na.gelu, na.softmax]


        def work():
            for number in range(200):
                check(functions[number % 3])


        wait_for(in_threads(8, work))
    """
    run_on(layer, script)


@each_layer
def test_calls_are_divided_among_as_many_threads_as_they_may(layer):
    script = """
        threads_of_call = probe()
        available = len(os.sched_getaffinity(0)) if LAYER == "tbb" else 4  # TBB has no more threads than there are CPUs
        for most in (4, 1, 3, 2, 4):
            with na.num_threads(most):
                used = [threads_of_call() for _ in range(10)]
            assert max(map(len, used)) == min(most, available), (most, used)
            assert all(threading.get_ident() in threads for threads in used)
    """
    run_on(layer, script)


@each_layer
def test_calls_leave_numbas_number_of_threads_alone(layer):
    script = """
        import numba

        check(na.parallel.sigmoid)
        for most in (3, 1, 2):
            with na.num_threads(most):
                check(na.parallel.sigmoid)
            assert numba.get_num_threads() == 4
        small = x[:300]
        assert na.parallel.sigmoid(small).tobytes() == na.cpu.sigmoid(small).tobytes()
        assert numba.get_num_threads() == 4
        wait_for(in_threads(4, lambda: [check(na.parallel.sigmoid) for _ in range(20)]))
        wait_for(in_threads(4, lambda: print(numba.get_num_threads())))
    """
    assert run_on(layer, script) == ["4"] * 4


@each_layer
def test_set_num_threads(layer):
    script = """
        for wrong, error in ((0, ValueError), (-1, ValueError), (5, ValueError), (1.5, TypeError), ("2", TypeError)):
            for use in (na.set_num_threads, lambda number: na.num_threads(number).__enter__()):
                try:
                    use(wrong)
                except error:
                    assert na.get_num_threads() == 4
                else:
                    raise AssertionError(wrong)

        na.set_num_threads(np.int8(3))
        assert na.get_num_threads() == 3
        in_other_threads = []
        wait_for(in_threads(2, lambda: in_other_threads.append(na.get_num_threads())))
        assert in_other_threads == [4, 4]

        with na.num_threads(1):
            check(na.parallel.sigmoid)
            with na.num_threads(2):
                check(na.parallel.sigmoid)
            assert na.get_num_threads() == 1
        assert na.get_num_threads() == 3
        try:
            with na.num_threads(2):
                raise KeyError
        except KeyError:
            assert na.get_num_threads() == 3
        assert na.most_threads() == 4
    """
    run_on(layer, script)


@each_layer
def test_executor_whose_threads_work_alone(layer):
    script = """
        threads_of_call = probe()
        from concurrent.futures import ThreadPoolExecutor


        def task(number):
            check((na.parallel.sigmoid, na.gelu)[number % 2])
            return na.get_num_threads()


        with ThreadPoolExecutor(4, initializer=na.set_num_threads, initargs=(1,)) as executor:
            assert list(executor.map(task, range(100))) == [1] * 100
        with ThreadPoolExecutor(1, initializer=na.set_num_threads, initargs=(1,)) as executor:
            assert len(executor.submit(threads_of_call).result()) == 1
        assert na.get_num_threads() == 4
        check(na.parallel.sigmoid)
    """
    run_on(layer, script)


@each_layer
def test_numbas_number_of_threads_counts_on_numbas_layers(layer):
    script = """
        threads_of_call = probe()
        from concurrent.futures import ThreadPoolExecutor

        import numba


        def task(number):
            check(na.parallel.sigmoid)
            return numba.get_num_threads()


        check(na.parallel.sigmoid)  # numba alone does not find the TBB that pip installs


        with ThreadPoolExecutor(4, initializer=numba.set_num_threads, initargs=(1,)) as executor:
            assert list(executor.map(task, range(50))) == [1] * 50
        with ThreadPoolExecutor(1, initializer=numba.set_num_threads, initargs=(1,)) as executor:
            used = [executor.submit(threads_of_call).result() for _ in range(10)]
        assert (max(map(len, used)) == 1) == (LAYER != "workers")
    """
    run_on(layer, script)


# ---- starting


@each_layer
def test_first_calls_of_many_threads_and_two_processes_compile_into_one_empty_cache(layer, tmp_path):
    script = """
        def work():
            result = na.parallel.leaky_relu(x)
            assert result.tobytes() == na.cpu.leaky_relu(x).tobytes()


        wait_for(in_threads(8, work))
    """
    for process in [start_on(layer, script, tmp_path) for _ in range(2)]:
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
        assert pool[COUNT] == 0
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


# ---- forks


@forks
@each_layer
def test_forked_children(layer):
    script = """
        check(na.parallel.sigmoid)


        def work():
            for _ in range(5):
                check(na.parallel.sigmoid)
            check_layer("workers")  # those of numba that can be started again in a child warn of it, or of worse


        for _ in range(3):
            wait_for_child(in_child(work))
            check(na.parallel.sigmoid)
        # Several at once, and one that forks again.
        children = [in_child(lambda: check(na.gelu)) for _ in range(3)]
        children.append(in_child(lambda: (check(na.softmax), wait_for_child(in_child(lambda: check(na.softmax))))))
        for child in children:
            wait_for_child(child)
        check(na.parallel.sigmoid)
    """
    run_on(layer, script)


@forks
@each_layer
def test_forked_while_other_threads_are_calling(layer):
    script = """
        check(na.parallel.sigmoid)
        finished = False


        def work():
            while not finished:
                check(na.parallel.sigmoid)


        busy = in_threads(3, work)
        for _ in range(10):
            wait_for_child(in_child(lambda: [check(na.parallel.sigmoid) for _ in range(3)]))
        finished = True
        wait_for(busy)
        check(na.parallel.sigmoid)
    """
    run_on(layer, script)


# numba says so where a process that has started TBB forks in another thread. Ours work in the child all the same.
def assert_nothing_said(layer, output):
    messages = "numba:attemptedtoforkfromanon-mainthread,thetbblibrarymaybeinaninvalidstateinthechildprocess."
    said = "".join(output).lower()
    assert (said.replace(messages, "") if layer == "tbb" else said) == ""


@forks
@each_layer
def test_forked_from_another_thread(layer):
    script = """
        os.dup2(1, 2)
        check(na.parallel.sigmoid)
        wait_for(in_threads(1, lambda: wait_for_child(in_child(lambda: check(na.parallel.sigmoid)))))
        check(na.parallel.sigmoid)
    """
    assert_nothing_said(layer, run_on(layer, script))


@forks
@each_layer
def test_forked_while_the_threads_are_starting(layer):
    script = """
        os.dup2(1, 2)
        bits("sigmoid")
        na.parallel.sigmoid
        first = in_threads(1, lambda: check(na.parallel.sigmoid))
        children = []
        for _ in range(4):
            time.sleep(0.01)
            children.append(in_child(lambda: check(na.parallel.sigmoid)))
        for child in children:
            wait_for_child(child)
        wait_for(first)
    """
    assert_nothing_said(layer, run_on(layer, script))


@forks
def test_forked_while_another_thread_compiles():
    """What numba imports to compile has locks that a fork takes as well."""
    script = """
        bits("sigmoid")
        na.parallel.sigmoid
        assert "numba" not in sys.modules
        os.environ["NUMBA_ACT_CACHE_DIR"] = ""
        compiling = in_threads(1, lambda: na.cpu.leaky_relu(x))
        for _ in range(5):
            time.sleep(0.1)
            wait_for_child(in_child(lambda: check(na.cpu.sigmoid)))
        wait_for(compiling)
        check(na.parallel.sigmoid)
    """
    run_on("workqueue", "bits('sigmoid')\ncheck(na.parallel.sigmoid)")  # compiles what it lacks
    run_on("workqueue", script)


@forks
@each_layer
def test_child_forked_before_the_threads_starts_its_own(layer):
    script = """
        na.sigmoid(x[:10])


        def work():
            wait_for(in_threads(4, lambda: [check(na.parallel.sigmoid) for _ in range(10)]))
            check_layer("workers")


        wait_for_child(in_child(work))
        check(na.parallel.sigmoid)
    """
    run_on(layer, script)


@each_layer
def test_multiprocessing(layer):
    script = """
        import multiprocessing

        check(na.parallel.sigmoid)
        methods = multiprocessing.get_all_start_methods()
        assert "spawn" in methods
        for method in methods:
            context = multiprocessing.get_context(method)
            with context.Pool(2, initializer=na.parallel.gelu, initargs=(x,)) as processes:
                for result in processes.map(na.parallel.sigmoid, [x] * 4, chunksize=1):
                    assert result.tobytes() == bits("sigmoid")
                threads = processes.apply(na.show_config, ("dicts",))["Threads"]
                assert threads["started"]
                assert method == "fork" or threads["layer"] == LAYER, (method, threads)
                processes.close()
                processes.join()
            check(na.parallel.sigmoid)
    """
    run_on(layer, script)


# ---- calls within others


@each_layer
def test_calls_from_and_beside_a_parallel_loop_of_numbas(layer):
    script = """
        import numba

        part = x[:50_000]
        wanted = na.cpu.sigmoid(part)
        na.parallel.sigmoid(part)  # numba alone does not find the TBB that pip installs


        @numba.njit(parallel=True)
        def rows(part, results):
            for row in numba.prange(len(results)):
                with numba.objmode():
                    na.parallel.sigmoid(part, out=results[row])


        @numba.njit(parallel=True)
        def total(values):
            result = 0
            for i in numba.prange(len(values)):
                result += i % 7
            return result


        for _ in range(5):
            results = np.zeros((12, part.size), np.float32)
            rows(part, results)
            assert np.array_equal(results, np.broadcast_to(wanted, results.shape))
        assert numba.threading_layer() == (LAYER if LAYER != "workers" else "workqueue")

        # Beside it. Only this thread runs numba's own loop: two would stop a process on workqueue.
        finished = False


        def work():
            while not finished:
                check(na.parallel.sigmoid)


        busy = in_threads(4, work)
        right = sum(i % 7 for i in range(x.size))
        for _ in range(200):
            assert total(x) == right
        rows(part, results)
        finished = True
        wait_for(busy)
        assert np.array_equal(results, np.broadcast_to(wanted, results.shape))
    """
    run_on(layer, script)


@each_layer
def test_calls_from_callbacks_of_ufuncs(layer):
    script = """
        def called(number):
            check(na.parallel.gelu)
            return na.parallel.sigmoid(x[: int(number)]).size


        sizes = np.array([10, 1000, 300_000])
        assert np.frompyfunc(called, 1, 1)(sizes).tolist() == sizes.tolist()
        assert np.vectorize(called)(sizes).tolist() == sizes.tolist()


        # NumPy converts the objects while it calls our loop, buffer by buffer.
        class Number:
            def __float__(self):
                check(na.parallel.gelu)
                return 0.5


        numbers = np.array([Number() for _ in range(10)])
        results = na.parallel.sigmoid(numbers, dtype="f8", casting="unsafe")
        assert results.tolist() == [na.cpu.sigmoid(0.5)] * 10
    """
    run_on(layer, script)


# ---- interrupts and exit


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@each_layer
def test_interrupted_calls(layer):
    script = """
        signal.signal(signal.SIGINT, signal.default_int_handler)
        big = np.resize(x, 4_000_000).astype("f8")
        out = np.empty_like(big)
        wanted = na.cpu.mish(big)
        na.parallel.mish(big, out=out)
        for delay in (0.02, 0.035, 0.05, 0.07, 0.1):
            out[:] = 0
            calls = 0
            timer = threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT))
            try:
                timer.start()
                while timer.is_alive():
                    na.parallel.mish(big, out=out)
                time.sleep(3)
            except KeyboardInterrupt:
                pass
            else:
                raise AssertionError("no interrupt")
            assert np.array_equal(out, wanted)
            check(na.parallel.sigmoid)
    """
    run_on(layer, script)


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@each_layer
@pytest.mark.parametrize("step", ["prepare", "start"])
def test_interrupted_start(layer, step):
    script = """
        signal.signal(signal.SIGINT, signal.default_int_handler)
        bits("sigmoid")
        na.parallel.sigmoid
        STEP = layers.STEP


        def slow():
            time.sleep(0.5)
            STEP()


        layers.STEP = slow
        threading.Timer(0.25, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            na.parallel.sigmoid(x)
            time.sleep(3)
        except KeyboardInterrupt:
            print("interrupted")
        check(na.parallel.sigmoid)
    """
    assert run_on(layer, script.replace("STEP", step), checked=False) == ["interrupted"]


@each_layer
def test_exit_while_daemon_threads_are_calling(layer):
    script = """
        def work():
            while True:
                na.parallel.sigmoid(x)
                na.softmax(x)


        def start():
            for _ in range(2):
                threading.Thread(target=work, daemon=True).start()


        check(na.parallel.sigmoid)
        check_layer(LAYER)
        start()
        time.sleep(0.1)
    """
    for process in [start_on(layer, script) for _ in range(5)]:
        assert finish_quietly(process) == ""


@each_layer
def test_calls_at_exit(layer):
    script = """
        import atexit

        bits("sigmoid")


        @atexit.register
        def last():
            check(na.parallel.sigmoid)
            print("checked")
    """
    assert run_on(layer, script, checked=False) == ["checked"]
