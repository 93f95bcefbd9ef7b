"""How long an element takes decides what is divided; a parameter that is an array makes it take longer."""

import ctypes

import numpy as np
import pytest

from numba_act.engine.compiler.memory import immortal
from numba_act.engine.elementwise.table import elementwise_loops
from numba_act.engine.public.numpy_api import make_ufunc
from numba_act.engine.public.registry import activations
from numba_act.engine.threads.count import most_threads
from numba_act.engine.threads.start import dividing_loop, new_loop_data

LOOP = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)


def counting_loop(calls):
    """Return the address of a loop that computes nothing and counts how often it is called."""
    return ctypes.cast(immortal(LOOP(lambda args, dims, steps, data: calls.append(1))), ctypes.c_void_p).value


@pytest.mark.skipif(most_threads() < 2, reason="one CPU")
def test_parameter_that_is_an_array_has_a_cost_of_its_own():
    whole, parts = [], []
    data = new_loop_data(
        target="automatic",
        loop=counting_loop(whole),
        part=counting_loop(parts),
        operands=3,
        inputs=2,
        arrays=1,
        dimensions=1,
        grain=1024,
        cost=1,
        cost_of_arrays=10**9,
    )
    data.sizes[:3] = 8, 8, 8
    ufunc = make_ufunc("probe", [dividing_loop()], [data], [[np.dtype(np.float64)] * 3])
    x = np.zeros(10_000)
    ufunc(x, 1.0)
    assert (len(whole), len(parts)) == (1, 0)
    ufunc(x, x)
    assert len(whole) == 1
    assert len(parts) > 1


def test_both_costs_are_measured():
    for declaration in activations().values():
        if not declaration.is_row and declaration.parameters:
            _, data, _ = elementwise_loops(declaration, "automatic")
            assert all(each.cost > 0 and each.cost_of_arrays > 0 for each in data)
