"""Tensors of PyTorch on the CPU: computed where they lie, results are tensors, without a warning."""

import numpy as np
import pytest
from row_calls import functions

import numba_act as na

torch = pytest.importorskip("torch")

VALUES = np.random.default_rng(0).normal(0, 3, (4, 3)).astype(np.float32)
kinds = pytest.mark.parametrize("kind", [torch.float32, torch.float64, torch.float16, torch.bfloat16], ids=str)


def to_numpy(tensor):
    return tensor.to(torch.float64).numpy()


@functions
@kinds
def test_row_functions(name, kind):
    x = torch.from_numpy(VALUES).to(kind)
    for keywords in ({}, {"scale": 0.5}, {"where": x > 0}, {"axis": 0}, {"axis": None}):
        found = getattr(na, name)(x, **keywords)
        assert isinstance(found, torch.Tensor)
        assert found.dtype == kind
        plain = {key: np.asarray(value) if key == "where" else value for key, value in keywords.items()}
        exact = getattr(na, name)(to_numpy(x), **plain)
        np.testing.assert_allclose(to_numpy(found), exact, rtol=2 * torch.finfo(kind).eps)


@kinds
def test_results_go_to_tensors(kind):
    x = torch.from_numpy(VALUES).to(kind)
    for compute in (na.softmax, na.leaky_relu, na.elu):
        out = torch.zeros_like(x)
        assert compute(x, out=out) is out
        assert torch.equal(out, compute(x))
        strided = torch.zeros(3, 4, dtype=kind).T
        compute(x, out=(strided,))
        assert torch.equal(strided, out)
    assert na.leaky_relu(x, 0.25).dtype == kind
    assert torch.equal(na.leaky_relu(x, torch.tensor(0.25, dtype=kind)), na.leaky_relu(x, 0.25))


def test_memory_is_shared():
    x = torch.from_numpy(VALUES.copy())
    na.softmax(x, out=x)
    np.testing.assert_array_equal(x, na.softmax(VALUES))


def test_tensors_that_are_no_plain_arrays_are_refused():
    with pytest.raises(RuntimeError, match="requires grad"):
        na.softmax(torch.ones(3, requires_grad=True))
