"""Interrupts, and calls while the process ends."""

import sys

import pytest
from processes import finish_quietly
from threading_layers import each_layer, run_on, start_on


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
    for process in [start_on(layer, script) for _ in range(2)]:
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
