"""Threads with stacks as small as `threading.stack_size` allows, in which NumPy's own functions work."""

import textwrap

import numpy as np
import pytest
from threading_layers import each_layer, forks, run_on

# In KiB. Calls of older NumPys take some more, before any loop of ours, and so do those of an older numba's drivers.
ELEMENTWISE, ROWS = 32 if np.lib.NumpyVersion(np.__version__) >= "2.4.0" else 48, 64

# Whatever a function works in besides the stack of the thread that calls it: strides, masks, several axes, halves.
CALLS = """
import ml_dtypes

from numba_act.engine.public.registry import activations

ROWS = [name for name, declaration in activations().items() if declaration.is_row]
DTYPES = "float16", ml_dtypes.bfloat16, "float32", "float64"


def call_elementwise(module, name):
    function = getattr(module, name)
    for dtype in DTYPES:
        for numbers in (x[:1], x[:50], x):
            numbers = numbers.astype(dtype)
            function(numbers)
            function(numbers[::2])
            function(numbers, out=numbers)


def call_rows(module, name):
    function = getattr(module, name)
    for dtype in DTYPES:
        for shape in ((1, 1), (60, 5), (300, 1000), (2, 150_000)):
            rows = np.resize(x, shape).astype(dtype)
            results = function(rows)
            function(rows[:, ::2])
            for axis in (0, (0, 1)):
                function(rows, axis=axis)
                function(rows, axis=axis, where=rows > 0, scale=0.3)
            if results.shape == shape:
                function(rows, causal=True)
            rows[0, 0] = np.nan
            function(rows)


def in_small_thread(size, call, *arguments):
    before = threading.stack_size(size * 1024)
    try:
        (thread,) = in_threads(1, functools.partial(call, *arguments))
    finally:
        threading.stack_size(before)
    wait_for([thread])
"""


def run(layer, script, **options):
    return run_on(layer, CALLS + textwrap.dedent(script), **options)


@each_layer
def test_warm_calls(layer):
    script = f"""
        for module in (na.cpu, na.parallel, na):
            for name in activations():
                if name in ROWS:
                    in_small_thread({ROWS}, call_rows, module, name)
                else:
                    in_small_thread({ELEMENTWISE}, call_elementwise, module, name)
    """
    run(layer, script)


@pytest.mark.parametrize("name", ["tanh", "no_such_name"])
def test_cold_calls(name):
    script = f"""
        def call():
            if hasattr(na, {name!r}):
                call_elementwise(na, {name!r})
            print(sorted(set(dir(na)) & {{{name!r}}}))


        in_small_thread({ELEMENTWISE}, call)
        assert threading.stack_size() == 0
    """
    printed = run("workqueue", script, checked=name == "tanh", NUMBA_ACT_CACHE_DIR="")
    assert printed == (["['tanh']"] if name == "tanh" else ["[]"])


@forks
def test_children_of_small_threads():
    """Python takes the thread that forks for the child's main thread."""
    script = """
        def call():
            wait_for_child(in_child(lambda: [call_rows(na, name) for name in ROWS]))


        in_small_thread(64, call)
        check(na.parallel.sigmoid)
    """
    run("workqueue", script)


def test_builds_at_the_same_time():
    """Several threads, the main one among them, ask for the same functions and for others at the same time."""
    script = """
        barrier = threading.Barrier(8)


        def call(name):
            barrier.wait()
            getattr(na, name)(x[:100])


        names = ["softmax", "gelu"] * 4
        threads = []
        threading.stack_size(64 * 1024)
        for name in names:
            threads += in_threads(1, functools.partial(call, name))
        na.relu(x)
        wait_for(threads)
        assert threading.stack_size() == 64 * 1024
        check(na.parallel.sigmoid)
    """
    run("workqueue", script)
