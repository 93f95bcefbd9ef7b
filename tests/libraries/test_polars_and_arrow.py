"""Objects of polars and arrays of pyarrow: null has no influence, and stays null."""

import numpy as np
import pytest
from row_calls import functions, reduces

import numba_act as na

VALUES = [1.0, None, 3.0, -0.5]
FRAME = {"a": [1.0, 2.0], "b": [None, 0.5], "c": [3, 4]}


def expected(name, values=VALUES, **keywords):
    """Return the results of what is there, in a list that has None where nothing is."""
    found = np.atleast_1d(getattr(na, name)([value for value in values if value is not None], **keywords)).tolist()
    return found[0] if reduces(name) else [None if value is None else found.pop(0) for value in values]


@functions
def test_series(name):
    polars = pytest.importorskip("polars")
    x = polars.Series("v", VALUES)
    for keywords in ({}, {"scale": 2.0}, {"axis": 0}, {"axis": None}):
        found = getattr(na, name)(x, **keywords)
        if reduces(name):
            assert found == expected(name, **keywords)
        else:
            assert found.name == "v"
            assert found.to_list() == expected(name, **keywords)
    hidden = getattr(na, name)(x, where=x < 2)
    assert (hidden if reduces(name) else hidden[0]) == getattr(na, name)([1.0, -0.5])[() if reduces(name) else 0]
    with pytest.raises(ValueError, match="where is missing"):
        getattr(na, name)(polars.Series([1.0, 2.0]), where=polars.Series([True, None]))


@functions
def test_frames(name):
    polars = pytest.importorskip("polars")
    x = polars.DataFrame(FRAME)
    found = getattr(na, name)(x)
    rows = [expected(name, row) for row in zip(*FRAME.values(), strict=True)]
    assert (found.to_list() if reduces(name) else [list(row) for row in found.rows()]) == rows
    down = getattr(na, name)(x, axis=0)
    columns = [expected(name, column) for column in FRAME.values()]
    assert (down.to_list() if reduces(name) else [column.to_list() for column in down]) == columns


@functions
def test_expressions(name):
    polars = pytest.importorskip("polars")
    found = polars.DataFrame({"v": VALUES}).select(getattr(na, name)(polars.col("v"), scale=0.5)).to_series().to_list()
    assert found == ([expected(name, scale=0.5)] if reduces(name) else expected(name, scale=0.5))
    with pytest.raises(TypeError, match="collect"):
        getattr(na, name)(polars.LazyFrame(FRAME))


@functions
def test_arrow(name):
    pyarrow = pytest.importorskip("pyarrow")
    for x in (pyarrow.array(VALUES), pyarrow.chunked_array([VALUES[:1], VALUES[1:]])):
        found = getattr(na, name)(x)
        assert (found if reduces(name) else found.to_pylist()) == expected(name)
        assert reduces(name) or isinstance(found, type(x))
        mask = pyarrow.array([True, None, True, False])
        found = getattr(na, name)(x, where=mask)
        assert (found if reduces(name) else found.to_pylist()[2]) == np.atleast_1d(getattr(na, name)([1.0, 3.0]))[-1]
    nothing = getattr(na, name)(pyarrow.array([None, None], pyarrow.float32()))
    assert nothing is None if reduces(name) else nothing.to_pylist() == [None, None]
    with pytest.raises(TypeError, match="out"):
        getattr(na, name)(pyarrow.array(VALUES), out=np.zeros(4))
