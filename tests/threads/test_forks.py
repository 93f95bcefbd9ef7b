"""Forked processes: children start threads of their own."""

from threading_layers import each_layer, forks, run_on


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
