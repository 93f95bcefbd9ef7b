"""Calls from many Python threads, and how many threads a call may use."""

from threading_layers import each_layer, run_on


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
