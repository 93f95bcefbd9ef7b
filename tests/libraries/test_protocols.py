"""What NumPy asks of arrays that are none of its own, and of what merely becomes one."""

import subprocess
import sys

import numpy as np
import pytest
from row_calls import functions, reduces

import numba_act as na


class Duck:
    """An array that knows what to do with functions."""

    def __array_function__(self, function, types, arguments, keywords):
        return function, set(types), arguments, keywords


class SubDuck(Duck):
    def __array_function__(self, function, types, arguments, keywords):
        return "of the class that derives", *super().__array_function__(function, types, arguments, keywords)


class Helpless:
    def __array_function__(self, function, types, arguments, keywords):
        return NotImplemented


class Refusing:
    __array_ufunc__ = None


class Convertible:
    """What becomes an array; NumPy's newer signature, without a dtype."""

    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 3.0])


class OnlyCopy:
    def __array__(self, *, copy=None):
        return np.array([1.0, 3.0])


class Own(np.ndarray):
    """An array of a class of its own, which notes what it is asked and leaves it to NumPy."""

    asked = []  # noqa: RUF012

    def __array_function__(self, function, types, arguments, keywords):
        self.asked.append(function)
        return super().__array_function__(function, types, arguments, keywords)


@functions
def test_functions_are_overridden(name):
    function = getattr(na, name)
    duck, x = Duck(), np.ones(3)
    assert function(duck) == (function, {Duck}, (duck,), {"axis": -1})
    assert function(duck, axis=0, scale=2.0) == (function, {Duck}, (duck,), {"axis": 0, "scale": 2.0})
    for keywords in ({"where": duck}, {"scale": duck}, {"out": duck}):
        found, types, (given,), _ = function(x, **keywords)
        assert found is function
        assert types == {Duck}
        assert given is x
    assert function(duck, scale=SubDuck())[0] == "of the class that derives"


@functions
def test_what_nobody_implements_is_refused(name):
    function = getattr(na, name)
    with pytest.raises(TypeError, match="no implementation found for 'numba_act"):
        function(Helpless())
    with pytest.raises(TypeError, match="no implementation found"):
        function(Helpless(), scale=2.0)
    for keywords in ({}, {"scale": 2.0}, {"axis": None}):
        with pytest.raises(TypeError, match="does not support ufuncs"):
            function(Refusing(), **keywords)
    for keywords in ({"scale": Refusing()}, {"where": Refusing()}, {"out": Refusing()}):
        with pytest.raises(TypeError, match="does not support ufuncs"):
            function(np.ones(3), **keywords)


@functions
def test_what_becomes_an_array(name):
    function = getattr(na, name)
    for x in (Convertible(), OnlyCopy(), [1, 3], (1.0, 3.0), memoryview(np.array([1.0, 3.0]))):
        np.testing.assert_array_equal(function(x), function(np.array([1.0, 3.0])))
        np.testing.assert_array_equal(function(x, scale=0.5), function(np.array([1.0, 3.0]), scale=0.5))
    np.testing.assert_array_equal(na.leaky_relu(OnlyCopy()), [1.0, 3.0])
    np.testing.assert_array_equal(na.gelu(OnlyCopy()), na.gelu([1.0, 3.0]))


@functions
def test_classes_of_arrays(name):
    function = getattr(na, name)
    found = function(np.array([1.0, 3.0]).view(Own))
    assert function in Own.asked
    assert reduces(name) or isinstance(found, Own)
    np.testing.assert_array_equal(np.asarray(found), function(np.array([1.0, 3.0])))
    matrix = np.array([[1.0, 3.0]]).view(np.recarray)
    assert reduces(name) or isinstance(getattr(na, name)(matrix, scale=1.0), np.recarray)


def test_longdouble_is_refused_by_all():
    """None is computed in it, and float64 results in its guise would mislead."""
    if np.dtype(np.longdouble) == np.float64:
        pytest.skip("longdouble is float64 here")
    x = np.ones(3, np.longdouble)
    for function in (na.gelu, na.relu, na.leaky_relu, na.softmax, na.logsumexp):
        with pytest.raises(TypeError):
            function(x)
    np.testing.assert_array_equal(na.gelu(x, dtype=np.float64, casting="same_kind"), na.gelu(np.ones(3)))


def test_no_library_is_imported():
    """Even where its arrays would be taken."""
    script = (
        "import sys, numpy as np, numba_act as na\n"
        "na.softmax(np.ones(3), scale=2.0, where=np.ones(3, bool)); na.leaky_relu([1.0]); na.softmax(np.ma.ones(3))\n"
        "print({'pandas', 'xarray', 'dask', 'torch', 'polars', 'pyarrow', 'sparse', 'scipy'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


@functions
def test_gpu_arrays_go_to_the_function_for_gpus(name, monkeypatch):
    class OnGpu:
        @property
        def __cuda_array_interface__(self):
            return {"shape": (3,)}

    called = []

    def record(*arguments, **keywords):
        called.append((arguments, keywords))
        return "on the GPU"

    monkeypatch.setattr("numba_act.engine.libraries.gpu_arrays.on_gpu", lambda declaration: record)
    x = OnGpu()
    assert getattr(na, name)(x, axis=0, scale=2.0) == "on the GPU"
    assert na.leaky_relu(x, 0.5) == "on the GPU"
    assert called == [((x,), {"axis": 0, "scale": 2.0}), ((x, 0.5), {"out": None})]
