"""Docstrings, the README's table, and the promise that an activation is listed in two places only."""

import doctest
import importlib.util
from pathlib import Path

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


def test_readme_table_follows_the_registry():
    specification = importlib.util.spec_from_file_location("readme_table", ROOT / "tools" / "readme_table.py")
    readme_table = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(readme_table)
    text = readme_table.README.read_text()
    assert readme_table.with_table(text) == text, "run python tools/readme_table.py"
