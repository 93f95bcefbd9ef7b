"""The defects of plain numba that this package's engine cures, one test for each row of the table in the design page.

These tests say nothing about numba_act and never import it. They pass while numba still has the defect. When one of
them fails with a new numba, read its docstring: it names the cure that may have become unnecessary.
"""

import math
import os
import re
import statistics
import subprocess
import sys
import textwrap
import time
import warnings

import numba
import numpy as np
import pytest

FLOAT32_LOOP = ["float32(float32)"]
UNSUPPORTED_TYPE = (NotImplementedError, TypeError, numba.core.errors.NumbaError)
CLEARED_VARIABLES = ("NUMBA_", "OMP_", "PYTHONWARNINGS", "PYTHONDEVMODE")


def relu(x):
    return x if x > 0 else np.float32(0)


@pytest.fixture(scope="module")
def plain_relu():
    return numba.vectorize(FLOAT32_LOOP)(relu)


def run_python(folder, script, *arguments, **variables):
    """Run a script in its own interpreter and folder; a file, because numba caches no function without one."""
    path = folder / "script.py"
    # Written once only: up to numba 0.67, a newer time stamp on the file is enough to make its cache invalid.
    if not path.exists():
        path.write_text(textwrap.dedent(script), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(CLEARED_VARIABLES)}
    # Two versions of a file written within one second and equally long would share their bytecode.
    environment |= {"PYTHONDONTWRITEBYTECODE": "1"} | variables
    return subprocess.run(
        [sys.executable, str(path), *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def output_of(folder, script, *arguments, **variables):
    """The standard output of a script that has to succeed."""
    completed = run_python(folder, script, *arguments, **variables)
    assert completed.returncode == 0, f"the script itself failed:\n{completed.stderr}"
    return completed.stdout


def compiled_sections(dump):
    """Split what NUMBA_DUMP_ASSEMBLY=1 prints into a dictionary from the name of a library to its instructions."""
    pieces = re.split(r"^-{5,}ASSEMBLY (.+?)-{5,}$", dump, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def failure_of(call, *kinds):
    """The exception of one of these kinds that `call` raises, or None."""
    try:
        call()
    except kinds as failure:
        return failure
    return None


def warnings_of(call):
    """The messages of the warnings that `call` gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return [str(warning.message) for warning in caught]


def median_times(*calls, repeats=41):
    """The median time of each call; they take turns, so that a busy machine slows all of them."""

    def time_of(call):
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    rounds = [[time_of(call) for call in calls] for _ in range(repeats)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def test_row_1_exponential_in_a_loop_is_a_scalar_call(tmp_path):
    """No vector maths: math.exp is one C library call per element. Justifies the polynomials of kernels/elementary."""
    script = """
        import math

        import numba
        import numpy as np


        @numba.vectorize(["float32(float32)"])
        def sigmoid(x):
            return np.float32(1) / (np.float32(1) + math.exp(-x))


        @numba.guvectorize(["(float32[:], float32[:])"], "(n)->(n)")
        def exponential_rows(row, out):
            for i in range(row.size):
                out[i] = math.exp(row[i])
    """
    sections = compiled_sections(output_of(tmp_path, script, NUMBA_DUMP_ASSEMBLY="1"))
    for decorator, section in (("vectorize", "ufunc_wrapper"), ("guvectorize", "exponential_rows")):
        # A vector version has another name: __svml_expf16, _ZGVeN16v_expf, ...
        assert re.search(r"(?<!\w)_?expf\b", sections[section]), (
            f"numba.{decorator} now compiles math.exp without a scalar call of expf: if it is vectorised (and as "
            "accurate), the polynomials in kernels/elementary can go"
        )


def test_row_2_openmp_layer_calls_the_kernel_once_per_element(tmp_path):
    """target='parallel' on OpenMP is slower than serial. Justifies the block driver over prange in engine/."""
    pytest.importorskip("numba.np.ufunc.omppool", exc_type=ImportError)
    script = """
        import statistics
        import time

        import numba
        import numpy as np


        def relu(x):
            return x if x > 0 else np.float32(0)


        serial = numba.vectorize(["float32(float32)"])(relu)
        parallel = numba.vectorize(["float32(float32)"], target="parallel")(relu)
        x = np.linspace(-1, 1, 1_000_000, dtype=np.float32)
        out = np.empty_like(x)


        def time_of(function):
            start = time.perf_counter()
            function(x, out=out)
            return time.perf_counter() - start


        rounds = [(time_of(serial), time_of(parallel)) for _ in range(21)]
        serial_time, parallel_time = map(statistics.median, zip(*rounds))
        assert numba.threading_layer() == "omp"
        print(parallel_time / serial_time)
    """
    # On one thread, the number of calls is all that differs: how busy the other cores are does not count.
    ratio = float(output_of(tmp_path, script, NUMBA_THREADING_LAYER="omp", NUMBA_NUM_THREADS="1"))
    assert ratio >= 5, (
        f"numba now splits a parallel ufunc into blocks on OpenMP too (one thread takes {ratio:.1f} times the serial "
        "time): the block driver over prange in engine/ can go"
    )


def test_row_3_strided_output_is_written_to_the_wrong_addresses(plain_relu):
    """A strided `out=` is filled as if contiguous. Justifies inner loops of our own, which test every stride."""
    x = np.arange(1, 17, dtype=np.float32)
    # The wrong addresses lie inside this buffer, so that the defect harms nothing else.
    buffer = np.zeros(4 * x.size, dtype=np.float32)
    plain_relu(x, out=buffer[: 2 * x.size : 2])
    assert np.array_equal(buffer[: x.size], x), (
        "numba now honours the stride of out=: this reason for the inner loops of our own in engine/ can go"
    )


def test_row_4_where_raises_and_outputs_are_read(plain_relu):
    """`where=` raises, and outputs are inputs too. Justifies ufuncs made through NumPy's C API."""
    x = np.linspace(-1, 1, 8, dtype=np.float32)
    failure = failure_of(lambda: plain_relu(x, out=np.zeros_like(x), where=x > 0), ValueError)
    assert failure is not None, (
        "numba now supports where=: this reason for building ufuncs through NumPy's C API in engine/ can go"
    )
    assert "ARRAYMASK" in str(failure)
    # Nothing that the call computes overflows: only what `out` held before does, when it is cast to float32.
    messages = warnings_of(lambda: plain_relu(x, out=np.full(x.size, 1e300)))
    assert any("overflow encountered in cast" in message for message in messages), (
        "numba now leaves the old contents of out= unread: this reason for NumPy's C API in engine/ can go"
    )


@pytest.mark.parametrize("situation", ["in place", "strided input", "scalar parameter"])
def test_row_5_loop_falls_back_to_scalar_code(situation):
    """The loop is vectorised for distinct contiguous arrays only. Justifies the four loop paths in engine/."""

    @numba.vectorize(["float32(float32, float32)"])
    def approach(x, step):
        # Long enough for arithmetic, not memory, to decide; the values stay in [-1, 1] when called again in place.
        for _ in range(16):
            x = x * np.float32(0.5) + step
        return x

    x = np.linspace(-1, 1, 20_000, dtype=np.float32)
    steps = np.full_like(x, 0.25)
    out = np.empty_like(x)
    own, spread = x.copy(), np.repeat(x, 2)[::2]
    slow_calls = {
        "in place": lambda: approach(own, steps, out=own),
        "strided input": lambda: approach(spread, steps, out=out),
        "scalar parameter": lambda: approach(x, np.float32(0.25), out=out),
    }
    fast, slow = median_times(lambda: approach(x, steps, out=out), slow_calls[situation])
    assert slow >= 2 * fast, (
        f"numba now vectorises this situation: {situation} ({slow / fast:.1f} times the contiguous time): the loop "
        "path for it in engine/ can go"
    )


def test_row_6_dufunc_is_no_ufunc_and_costs_more_to_call(plain_relu):
    """A DUFunc is a Python object around a ufunc. Justifies ufuncs made through NumPy's C API."""
    assert not isinstance(plain_relu, np.ufunc), (
        "numba.vectorize now makes an np.ufunc: this reason for building ufuncs through NumPy's C API in engine/ can go"
    )
    x = np.ones(8, dtype=np.float32)
    out = np.empty_like(x)

    def call_often(function):
        for _ in range(500):
            function(x, out=out)

    numpy_time, numba_time = median_times(lambda: call_often(np.negative), lambda: call_often(plain_relu))
    assert numba_time >= 2 * numpy_time, (
        f"a call of a numba ufunc now costs {numba_time / numpy_time:.1f} times one of NumPy's: this reason for "
        "NumPy's C API in engine/ can go"
    )


def test_row_7_compiled_loop_is_not_cached(tmp_path):
    """cache=True keeps the kernel, not the loop around it. Justifies the cache of compiled loops in engine/."""
    script = """
        import numba


        @numba.vectorize(["float32(float32)"], cache=True)
        def double(x):
            return x + x
    """
    variables = {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "NUMBA_DUMP_ASSEMBLY": "1"}
    cold, warm = (compiled_sections(output_of(tmp_path, script, **variables)) for _ in range(2))
    # What comes out of the cache is printed without instructions.
    assert "double" in cold["double"], "numba prints no instructions: this test no longer sees what is compiled"
    assert "double" not in warm["double"], "numba did not cache the kernel: this test no longer shows anything"
    assert "double" in warm.get("ufunc_wrapper", ""), (
        "numba now caches the compiled loop of a ufunc: the loop cache in engine/ can go (if row 12 is cured too)"
    )


def test_row_8_workqueue_layer_aborts_on_concurrent_calls(tmp_path):
    """Two Python threads that call abort the process. Justifies the guard around the thread pool in engine/."""
    script = """
        import os
        import threading

        import numba
        import numpy as np

        if os.name == "posix":
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # leave no core file behind


        @numba.vectorize(["float32(float32)"], target="parallel")
        def double(x):
            return x + x


        def call_often():
            x = np.ones(100_000, dtype=np.float32)
            out = np.empty_like(x)
            for _ in range(1000):
                double(x, out=out)


        threads = [threading.Thread(target=call_often) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    """
    completed = run_python(tmp_path, script, NUMBA_THREADING_LAYER="workqueue", NUMBA_NUM_THREADS="2")
    assert completed.returncode != 0, (
        "numba's workqueue layer now bears concurrent calls: the guard in engine/ that lets one Python thread at a "
        "time use the pool can go"
    )
    assert "Concurrent access has been detected" in completed.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_row_8_openmp_layer_kills_a_forked_child(tmp_path):
    """GNU OpenMP ends a forked child that calls. Justifies the serial path inside a forked child in engine/."""
    omppool = pytest.importorskip("numba.np.ufunc.omppool", exc_type=ImportError)
    if omppool.openmp_vendor != "GNU":
        pytest.skip(f"only GNU OpenMP is known to do this; here it is {omppool.openmp_vendor}")
    script = """
        import os
        import signal

        import numba
        import numpy as np


        @numba.vectorize(["float32(float32)"], target="parallel")
        def double(x):
            return x + x


        x = np.ones(1000, dtype=np.float32)
        double(x)
        child = os.fork()
        if child == 0:
            signal.alarm(60)  # a child that hangs must not outlive the test
            double(x)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print("survived" if status == 0 else signal.Signals(-status).name)
    """
    fate = output_of(tmp_path, script, NUMBA_THREADING_LAYER="omp", NUMBA_NUM_THREADS="2").strip()
    assert fate == "SIGTERM", (
        f"a forked child that calls a parallel ufunc on OpenMP now ends otherwise ({fate}): if it survives, the "
        "serial path for forked children in engine/ can go"
    )


def test_row_9_no_half_precision_loop(plain_relu):
    """No float16 or bfloat16 loop; float32 comes back. Justifies loops of our own that convert halves in a buffer."""
    halves = np.linspace(-1, 1, 8, dtype=np.float16)
    assert plain_relu(halves).dtype == np.float32, "numba now keeps float16: the half loops in engine/ can go"
    failure = failure_of(lambda: numba.vectorize(["float16(float16)"])(relu)(halves), *UNSUPPORTED_TYPE)
    assert failure is not None, "numba now compiles float16 loops for the CPU: the half loops in engine/ can go"


def test_row_9_no_bfloat16_loop(plain_relu):
    """bfloat16 arrays have no numba type. Justifies loops registered for user dtypes through NumPy's C API."""
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    halves = np.linspace(-1, 1, 8).astype(bfloat16)
    assert plain_relu(halves).dtype == np.float32, "numba now keeps bfloat16: its loops in engine/ can go"
    failure = failure_of(lambda: numba.vectorize(relu)(halves), *UNSUPPORTED_TYPE)
    assert failure is not None, "numba now compiles bfloat16 loops: the bfloat16 loops in engine/ can go"


def test_row_10_comparison_with_nan_raises_the_invalid_flag(plain_relu):
    """The comparison x > 0 with a NaN warns where np.maximum is silent. Justifies loops that leave no false flag."""
    x = np.full(64, math.nan, dtype=np.float32)
    with np.errstate(invalid="raise"):
        np.maximum(x, np.float32(0))
        failure = failure_of(lambda: plain_relu(x), FloatingPointError)
    assert failure is not None, (
        "numba now compares with NaN silently: what engine/ and kernels/ do about the invalid flag can go"
    )


def test_row_11_cuda_target_needs_a_driver_or_makes_no_ufunc(tmp_path):
    """target='cuda' fails where it is declared, without a driver. Justifies engine/'s own launchers, made on use."""
    script = """
        import numba
        import numpy as np

        try:
            double = numba.vectorize(["float32(float32)"], target="cuda")(lambda x: x + x)
        except Exception as failure:
            print(type(failure).__name__)
        else:
            print("ufunc" if isinstance(double, np.ufunc) else "no ufunc")
    """
    outcome = output_of(tmp_path, script).strip()
    if outcome not in ("CudaSupportError", "no ufunc", "ufunc"):
        pytest.skip(f"this numba has no working CUDA target: {outcome}")
    assert outcome != "ufunc", "numba's CUDA target now makes an np.ufunc: the CUDA launchers in engine/ can go"


def test_row_12_cache_ignores_other_files(tmp_path):
    """A constant changed in another file leaves the cached code stale. Justifies the source digest in engine/'s key."""
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "kernels.py").write_text(
        textwrap.dedent("""
            import numba

            from package.constants import FACTOR


            @numba.vectorize(["float64(float64)"], cache=True)
            def scale(x):
                return x * FACTOR
        """),
        encoding="utf-8",
    )
    script = """
        from package.constants import FACTOR
        from package.kernels import scale

        print(FACTOR, scale(1.0))
    """
    outputs = []
    for factor in ("2.0", "3.0"):
        (package / "constants.py").write_text(f"FACTOR = {factor}\n", encoding="utf-8")
        outputs.append(output_of(tmp_path, script, NUMBA_CACHE_DIR=str(tmp_path / "cache")).split())
    assert outputs[0] == ["2.0", "2.0"]
    assert outputs[1] == ["3.0", "2.0"], (
        "numba's cache now notices a change in another file: the digest of every source file in engine/'s cache key "
        "can go"
    )


def test_row_12_cache_ignores_compile_options(tmp_path):
    """A function cached with fastmath is served without it too. Justifies the options in engine/'s cache key."""
    script = """
        import math
        import sys

        import numba


        def is_number(x):
            return 0.0 if x != x else 1.0


        fast = sys.argv[1] == "fast"
        cached = numba.vectorize(["float64(float64)"], cache=True, fastmath=fast)(is_number)
        fresh = numba.vectorize(["float64(float64)"], fastmath=fast)(is_number)
        print(fresh(math.nan), cached(math.nan))
    """
    variables = {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    fast, strict = (output_of(tmp_path, script, mode, **variables).split() for mode in ("fast", "strict"))
    assert fast == ["1.0", "1.0"], "fastmath no longer removes NaN tests: this test no longer shows anything"
    assert strict == ["0.0", "1.0"], (
        "numba's cache key now holds the compile options: the options in engine/'s cache key can go"
    )
