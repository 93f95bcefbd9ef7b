"""Calls from numba's parallel loops and from callbacks of NumPy."""

from threading_layers import each_layer, run_on


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
