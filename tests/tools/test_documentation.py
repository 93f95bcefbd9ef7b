"""Docstrings, the README's table, and the promise that an activation is listed in two places only."""

import doctest
import importlib.util
import shutil
import subprocess
import sys
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


KERNEL = '''"""A new family."""

from numba_act.language.declaration import vectorize
from numba_act.kernels.rectified import relu


@vectorize(["float64(float64)"])
def squared_relu(x):
    r"""Squared rectified linear unit.

    .. math:: \\\\max(x, 0)^2
    """
    return relu(x) * relu(x)
'''


def test_a_new_kernel_is_everywhere(tmp_path):
    shutil.copytree(ROOT / "numba_act", tmp_path / "numba_act", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "numba_act" / "kernels" / "squared.py").write_text(KERNEL)
    code = """
import numba_act as na
for namespace in (na, na.cpu, na.parallel, na.cuda, na.ufuncs):
    assert "squared_relu" in dir(namespace)
print(na.squared_relu([-2.0, 3.0]), na.cpu.squared_relu([-2.0, 3.0]), na.parallel.squared_relu([-2.0, 3.0]))
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout == "[0. 9.] [0. 9.] [0. 9.]\n"
