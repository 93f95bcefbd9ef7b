"""Rows of other dtypes: integers, wider and narrower numbers, complex ones, bfloat16."""

import itertools

import numpy as np
import pytest
from bits import assert_same_bits
from row_calls import BFLOAT16, DTYPES, WIDE, compute, functions, normal_rows, rounded

import numba_act

INTEGERS = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]


@functions
@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize(
    "keywords",
    [{}, {"where": [True, False, True, True]}, {"scale": 1}, {"scale": -3.0}, {"scale": 100}, {"axis": None}],
    ids=str,
)
def test_integers_promote_as_for_exp_and_never_wrap(name, dtype, keywords):
    information = None if dtype == "bool" else np.iinfo(dtype)
    values = [0, 1, 1, 0] if information is None else [information.min, information.max, 0, 7]
    x = np.array(values, dtype)
    wanted = np.exp(np.zeros(1, dtype)).dtype
    with np.errstate(over="ignore"):  # 65535 lies beyond float16 for those that NumPy makes of 16 bits
        promoted = x.astype(wanted)
    computed = compute(name, x, **keywords)
    assert computed.dtype == wanted
    assert_same_bits(computed, compute(name, promoted, **keywords))


@functions
def test_dtype_is_that_of_the_computation(name):
    for given_dtype, dtype in itertools.product([*DTYPES.values(), np.dtype("int8")], WIDE.values()):
        x = np.array([1, 3, -2], given_dtype)
        for keywords in ({}, {"where": [True, False, True]}, {"scale": 0.1}, {"axis": (0,)}):
            if given_dtype.itemsize > dtype.itemsize:
                continue
            assert_same_bits(compute(name, x, dtype=dtype, **keywords), compute(name, x.astype(dtype), **keywords))


@functions
@pytest.mark.parametrize("keywords", [{}, {"where": True}, {"scale": 2.0}, {"axis": None}, {"axis": (0,)}], ids=str)
def test_complex_numbers_are_refused(name, keywords):
    for x in (np.ones(3, complex), np.ones(3, np.complex64), [1j, 2.0], 1j):
        with pytest.raises(TypeError):
            compute(name, x, **keywords)


@functions
def test_complex_scale_is_refused(name):
    with pytest.raises(TypeError):
        compute(name, np.ones(3), scale=1j)


@functions
@pytest.mark.parametrize("namespace", ["automatic", "cpu", "parallel"])
def test_bfloat16_stays(name, namespace):
    function = getattr(numba_act if namespace == "automatic" else getattr(numba_act, namespace), name)
    x = normal_rows(1, (5, 20), BFLOAT16)
    for keywords in ({}, {"where": True}, {"scale": 0.5}, {"axis": (0, 1)}, {"axis": 0}):
        computed = np.asarray(function(x, **keywords))
        in_single = np.asarray(function(x.astype(np.float32), **keywords))
        assert_same_bits(computed, rounded(in_single, BFLOAT16))
