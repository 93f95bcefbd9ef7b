"""Docstrings, the README's table, and the promise that an activation is listed in two places only."""

import doctest
import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

import numba_act as na
from numba_act.engine.public.registry import activations

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", list(activations()))
def test_docstring_has_every_section(name):
    text = getattr(na, name).__doc__
    for section in ("Parameters", "Returns", "Raises", "Notes", "References", "Examples"):
        assert f"\n{section}\n{'-' * len(section)}\n" in text, section
    assert ".. math::" in text
    assert "NaN" in text
    for parameter in activations()[name].parameters:
        assert f"\n{parameter} : " in text


@pytest.mark.parametrize("name", list(activations()))
def test_examples(name):
    test = doctest.DocTestParser().get_doctest(getattr(na, name).__doc__, {}, name, None, None)
    assert test.examples
    result = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(test)
    assert result.failed == 0


@pytest.mark.parametrize("name", list(activations()))
@pytest.mark.parametrize("namespace", [na, na.cpu, na.ufuncs, na.cuda], ids=lambda module: module.__name__)
def test_docstring_speaks_of_what_the_object_has(namespace, name):
    """A ufunc has no defaults, and one operand does not broadcast with others."""
    public, declaration = getattr(namespace, name), activations()[name]
    _, _, text = public.__doc__.partition("\nParameters\n")
    parameters, _, rest = text.partition("\nReturns\n")
    described = re.findall(r"^(\w[\w, ]*) : (.*)$", parameters, re.MULTILINE)
    assert [each for each, _ in described if each in declaration.parameters] == list(declaration.parameters)
    is_ufunc = isinstance(public, np.ufunc)
    defaults = {each for each, kind in described if "default" in kind and each in declaration.parameters}
    assert defaults == (set() if is_ufunc else set(declaration.parameters))
    returns, _, _ = rest.partition("\nRaises\n")
    assert ("broadcast" in returns) == bool(declaration.parameters)
    for absent in {"keepdims", "causal", "scale"} if is_ufunc else ():
        assert absent not in dict(described)


def test_readme_table_follows_the_registry():
    specification = importlib.util.spec_from_file_location("readme_table", ROOT / "tools" / "readme_table.py")
    readme_table = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(readme_table)
    text = readme_table.README.read_text()
    assert readme_table.with_table(text) == text, "run python tools/readme_table.py"
