"""Sparse arrays: functions that give 0 for 0 keep sparsity, others say so or fill with what 0 gives."""

import numpy as np
import pytest
from row_calls import functions

import numba_act as na
from numba_act.engine.public.registry import activations

DENSE = np.array([[0, 1.5, 0], [2.0, 0, -3.0]])


@pytest.mark.parametrize("name", [name for name, found in activations().items() if not found.is_row])
def test_element_wise_functions_keep_sparsity(name):
    sparse = pytest.importorskip("sparse")
    x = sparse.COO.from_numpy(DENSE)
    found = getattr(na, name)(x)
    assert isinstance(found, sparse.COO)
    assert found.fill_value == getattr(na, name)(0.0)
    assert found.nnz <= x.nnz
    np.testing.assert_array_equal(found.todense(), getattr(na, name)(DENSE))


@functions
def test_row_functions_say_that_they_are_dense(name):
    sparse = pytest.importorskip("sparse")
    scipy_sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match="todense"):
        getattr(na, name)(sparse.COO.from_numpy(DENSE))
    for kind in (scipy_sparse.csr_array, scipy_sparse.coo_matrix):
        with pytest.raises(TypeError, match="toarray"):
            getattr(na, name)(kind(DENSE))


def test_arrays_of_scipy_are_refused():
    scipy_sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match="of a sparse array of SciPy"):
        na.leaky_relu(scipy_sparse.csr_array(DENSE))
    with pytest.raises(TypeError):
        na.relu(scipy_sparse.csr_array(DENSE))
