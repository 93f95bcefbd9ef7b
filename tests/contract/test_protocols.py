"""What NumPy and Python ask of an object: `__array_ufunc__`, pickles, copies."""

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest
from bits import assert_same_bits
from processes import output_of
from subjects import MODULES, subjects

from numba_act.engine.public.registry import activations


class Overriding:
    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        """Return what would have been called."""
        return ufunc, method, inputs, keywords


class Refusing:
    __array_ufunc__ = None


def test_array_ufunc_overrides(subject):
    operand = Overriding()
    ufunc, method, inputs, keywords = subject(operand)
    assert ufunc is subject.ufunc
    assert method == "__call__"
    assert inputs == (operand, *subject.defaults)
    assert keywords.pop("axis", -1) == -1
    assert not {name for name, value in keywords.items() if value is not None}


def test_array_ufunc_of_out_overrides(subject):
    out = Overriding()
    ufunc, _, _, keywords = subject(subject.sample(3), out=out)
    assert ufunc is subject.ufunc
    assert keywords["out"] == (out,)


def test_array_ufunc_none_refuses(subject):
    with pytest.raises(TypeError, match="does not support ufuncs"):
        subject(Refusing())


def test_pickle_in_one_process(subject):
    assert pickle.loads(pickle.dumps(subject.function)) is subject.function


def test_ufunc_is_pickled_by_a_name_that_leads_back_to_it(subject):
    found = pickle.loads(pickle.dumps(subject.ufunc))
    assert isinstance(found, np.ufunc)
    assert_same_bits(found(subject.sample(17), *subject.defaults), subject.expected(17))


def test_copies_are_the_same_object(subject):
    assert copy.copy(subject.function) is subject.function
    assert copy.deepcopy(subject.function) is subject.function


def test_pickle_into_another_process(tmp_path):
    """All functions of all namespaces in one new process, which has imported nothing yet."""
    x = np.array([[-2.0, -0.0, 0.5, 3.0]])
    table = subjects(activations().values(), MODULES)
    (tmp_path / "functions").write_bytes(
        pickle.dumps([(subject.function, subject.required, x.astype(subject.dtype)) for subject in table])
    )
    script = f"""
        import pickle
        import sys

        with open({str(tmp_path / "functions")!r}, "rb") as file:
            functions = pickle.load(file)
        results = [function(x, *required) for function, required, x in functions]
        with open({str(tmp_path / "results")!r}, "wb") as file:
            pickle.dump(results, file)
    """
    output_of(script, home=Path.home())  # where everything is compiled already
    results = pickle.loads((tmp_path / "results").read_bytes())
    for subject, result in zip(table, results, strict=True):
        assert_same_bits(result, subject(x.astype(subject.dtype)))
