"""Series, DataFrames and indexes of pandas: labels are kept, what is missing has no influence."""

import numpy as np
import pytest
from row_calls import functions

import numba_act as na

pd = pytest.importorskip("pandas")

VALUES = np.random.default_rng(0).normal(0, 3, (4, 3))
FRAME = pd.DataFrame(VALUES, index=list("wxyz"), columns=["a", "dtype", "ndim"])
SERIES = pd.Series([1, None, 3], dtype="Int64", index=list("abc"), name="s")
NULLABLE = ["Int64", "Float32", "Float64", "double[pyarrow]", "int32[pyarrow]"]


def compute(name, x, **keywords):
    return getattr(na, name)(x, **keywords)


@functions
@pytest.mark.parametrize("axis", [-1, 0, 1, None, (0, 1), "index", "columns"], ids=str)
@pytest.mark.parametrize("keywords", [{}, {"scale": 0.5}, {"where": VALUES > -1}], ids=["plain", "scale", "where"])
def test_labels_are_kept(name, axis, keywords):
    found = compute(name, FRAME, axis=axis, **keywords)
    number = {"index": 0, "columns": 1}.get(axis, axis)
    expected = compute(name, VALUES, axis=number, **keywords)
    np.testing.assert_array_equal(np.asarray(found), expected)
    if np.shape(expected) == FRAME.shape:
        assert found.index.equals(FRAME.index)
        assert found.columns.equals(FRAME.columns)
    elif np.ndim(expected):
        assert found.index.equals(FRAME.columns if number == 0 else FRAME.index)


@functions
@pytest.mark.parametrize("dtype", NULLABLE)
def test_missing_values_have_no_influence(name, dtype):
    if "pyarrow" in dtype:
        pytest.importorskip("pyarrow")
    x = SERIES.astype(dtype)
    found = compute(name, x)
    expected = compute(name, np.array([1, 3], x.dtype.numpy_dtype))
    if np.ndim(expected):
        assert found.isna().tolist() == [False, True, False]
        assert found.index.equals(x.index)
        assert found.name == "s"
        kind = {"float32": "Float32", "float64": "Float64"}[expected.dtype.name]
        assert str(found.dtype) == ("double[pyarrow]" if "pyarrow" in dtype else kind)
        found = found.dropna().to_numpy(expected.dtype)
    np.testing.assert_array_equal(found, expected)


def test_missing_values_of_a_frame():
    frame = pd.DataFrame({"a": SERIES, "b": [0.5, 1.5, 2.5], "c": [1, 2, 3]}, index=list("abc"))
    found = na.softmax(frame)
    np.testing.assert_array_equal(found.loc["a"], na.softmax([1, 0.5, 1]))
    np.testing.assert_array_equal(found.loc["b", ["b", "c"]].astype(float), na.softmax([1.5, 2]))
    assert found.isna().sum().to_dict() == {"a": 1, "b": 0, "c": 0}
    assert found.dtypes.astype(str).to_dict() == {"a": "Float64", "b": "float64", "c": "float64"}
    assert na.logsumexp(frame, axis=0).isna().sum() == 0
    assert na.logsumexp(pd.DataFrame({"a": SERIES}), axis=1).isna().tolist() == [False, True, False]


def test_nan_of_a_float_column_is_a_number_that_spreads():
    assert na.softmax(pd.Series([1.0, np.nan])).isna().all()


def test_masks_and_scales_are_brought_into_order():
    mask = FRAME > -1
    expected = na.softmax(FRAME, where=mask.to_numpy())
    pd.testing.assert_frame_equal(na.softmax(FRAME, where=mask.iloc[::-1, ::-1]), expected)
    scale = pd.Series([0.5, 1, 2, 4], index=FRAME.index)
    expected = na.softmax(VALUES, scale=scale.to_numpy())
    np.testing.assert_array_equal(na.softmax(FRAME, scale=scale[::-1]), expected)
    with pytest.raises(ValueError, match="has not got all the labels"):
        na.softmax(FRAME, where=mask.iloc[1:])


def test_a_mask_made_of_what_is_missing():
    found = na.softmax(SERIES, where=SERIES > 1)
    assert found.fillna(-1).tolist() == [0, -1, 1]
    with pytest.raises(ValueError, match="missing"):
        na.softmax(pd.Series([1.0, 2.0]), where=pd.Series([True, None], dtype="boolean"))


def test_results_can_be_stored():
    frame = FRAME.set_axis(list("abc"), axis=1)  # pandas itself fails if one is called dtype
    out = pd.DataFrame(np.zeros(VALUES.shape), frame.index, frame.columns)
    assert na.softmax(frame, out=out) is out
    pd.testing.assert_frame_equal(out, na.softmax(frame))
    array = np.zeros(VALUES.shape)
    assert na.softmax(FRAME, out=array) is array
    np.testing.assert_array_equal(array, na.softmax(VALUES))
    with pytest.raises(ValueError, match="shape"):
        na.softmax(FRAME, out=np.zeros((5, 4, 3)))


def test_index():
    found = na.softmax(pd.Index([1.0, 2.0], name="n"))
    assert isinstance(found, pd.Index)
    assert found.name == "n"
    assert na.logsumexp(pd.Index([1.0, 2.0])) == na.logsumexp([1.0, 2.0])


def test_functions_with_parameters_do_not_take_columns_for_attributes():
    found = na.leaky_relu(pd.DataFrame({"dtype": [1.0, -2.0], "ndim": [0.0, -1.0]}))
    np.testing.assert_array_equal(found, [[1.0, 0.0], [-0.02, -0.01]])
    found = na.leaky_relu(pd.Series([1, -2], dtype="float32"))
    np.testing.assert_array_equal(found, na.leaky_relu(np.array([1, -2], np.float32)))
    assert found.dtype == np.float32
    assert na.elu(SERIES).isna().tolist() == [False, True, False]


@functions
def test_keepdims_and_others_are_refused_in_plain_words(name):
    with pytest.raises(TypeError):
        compute(name, pd.Series(["a", "b"]))
    with pytest.raises(np.exceptions.AxisError):
        compute(name, FRAME, axis=2)
    with pytest.raises(TypeError, match="axis"):
        compute(name, FRAME, axis="c")
    with pytest.raises(TypeError, match="keepdims"):
        na.logsumexp(FRAME, keepdims=True)
