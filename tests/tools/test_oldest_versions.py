"""The oldest versions that are tested are those that the package claims to work with."""

import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def lower_bound(specifiers):
    [bound] = [one.version for one in specifiers if one.operator == ">="]
    return bound


def test_dependencies():
    claimed = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    tested = PROJECT["dependency-groups"]["oldest"]
    assert tested == [f"{one.name}=={lower_bound(one.specifier)}.*" for one in claimed]


@pytest.mark.skipif(Path(sys.prefix).name != ".venv-oldest", reason="of the environment of `make test-oldest`")
def test_that_is_what_is_installed():
    for one in map(Requirement, PROJECT["project"]["dependencies"]):
        assert version(one.name) in SpecifierSet(f"=={lower_bound(one.specifier)}.*"), one.name


def test_python():
    tested = re.findall(r'python: "([\d.]+)"', (ROOT / ".github/workflows/tests.yml").read_text())
    assert min(tested, key=lambda text: [*map(int, text.split("."))]) == lower_bound(
        SpecifierSet(PROJECT["project"]["requires-python"])
    )
