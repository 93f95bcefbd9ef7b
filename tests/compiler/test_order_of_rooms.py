"""Imports go one way: each room of the package imports from the rooms under it, and from no other."""

import ast
from pathlib import Path

import pytest

import numba_act

ROOT = Path(numba_act.__file__).parent
CPU = ["engine.loops", "engine.threads", "engine.elementwise", "engine.rows"]

# From the ground up: the rooms that each may not import from although they are listed before it, and those listed
# after it.
ROOMS = {
    "language": [],
    "kernels": [],
    "engine.compiler": ["kernels"],
    "engine.loops": [],
    "engine.threads": ["kernels"],
    "engine.elementwise": [],
    "engine.rows": ["engine.elementwise"],
    "engine.gpu": CPU,
    "engine.libraries": CPU,
    "engine.public": [],
    "": [],  # what users import
}
FILES = sorted(ROOT.rglob("*.py"))


def room_of(module):
    """Return the room that a module of the package stands in, by its name without the package's."""
    return next(room for room in ROOMS if module == room or module.startswith(f"{room}.") or not room)


def imported(tree):
    """Yield the modules of this package that a file imports anywhere, by their names without the package's."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.partition(".")[2] for name in names if name.partition(".")[0] == "numba_act")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_come_from_rooms_below(path):
    own = room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    rooms = list(ROOMS)
    below = set(rooms[: rooms.index(own) + 1]) - set(ROOMS[own])
    for module in imported(ast.parse(path.read_text())):
        assert room_of(module) in below, f"{own or 'the package'} imports {module}"


def test_every_room_is_in_the_list():
    """So that a new folder has a place, and none is gone."""
    folders = {path.parent for path in FILES} - {ROOT, ROOT / "engine"}
    assert {room_of(".".join(folder.relative_to(ROOT).parts)) for folder in folders} == set(ROOMS) - {""}
