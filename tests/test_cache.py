"""The cache of compiled loops: it saves time, is never stale, and never runs what somebody else could have written.

Every test runs a copy of the package with an activation of its own, which compiles in a second, in new processes.
"""

import os
import shutil
import stat
from pathlib import Path

import pytest
from processes import finish, output_of, start

import numba_act
from numba_act.engine import cache

# probe(1) is the product of five primes, each of which reaches the machine code by another way. Integers, because their
# loops take half as long to compile.
KERNEL = """\
import numpy as np

from numba_act.engine.declare import vectorize
from numba_act.kernels.elementary import probe_constants
from numba_act.kernels.elementary.probe_constants import IMPORTED
from numba_act.kernels.elementary.probe_functions import chosen, indirect

GLOBAL = np.int64(2)


@vectorize(["int64(int64)"])
def probe(x):
    'Return a product of primes.'
    return x * GLOBAL * IMPORTED * probe_constants.ATTRIBUTE * chosen(x) * indirect(x)
"""
CONSTANTS = """\
IMPORTED = 3
ATTRIBUTE = 5
"""
FUNCTIONS = """\
from numba_act.kernels.primitives import by_dtype

COEFFICIENTS = (0, 11)


def chosen_float(x):
    return 17


def chosen_integer(x):
    return 7


chosen = by_dtype(float32=chosen_float, float64=chosen_float, integer=chosen_integer)


def indirect(x):
    return last(x)


def last(x, offset=0):
    return COEFFICIENTS[0] * x + COEFFICIENTS[1] + offset
"""
RESULT = 2 * 3 * 5 * 7 * 11

SHOW = """
    import sys

    import numba_act

    print(numba_act.cpu.probe(1), "numba" in sys.modules)
"""


class Package:
    """A copy of the package, and the home and cache folder of its user."""

    def __init__(self, place):
        self.place = place
        self.home = place / "home"
        self.home.mkdir()
        self.cache = place / "cache"
        self.root = place / "copy"
        self.source = self.root / "numba_act"
        shutil.copytree(Path(numba_act.__file__).parent, self.source, ignore=shutil.ignore_patterns("__pycache__"))
        kernels = self.source / "kernels"
        (kernels / "probe.py").write_text(KERNEL, encoding="utf-8")
        (kernels / "elementary" / "probe_constants.py").write_text(CONSTANTS, encoding="utf-8")
        (kernels / "elementary" / "probe_functions.py").write_text(FUNCTIONS, encoding="utf-8")

    def variables(self, variables):
        chosen = {"NUMBA_ACT_CACHE_DIR": self.cache, "PYTHONPATH": self.root} | variables
        return {name: value for name, value in chosen.items() if value is not None}

    def start(self, script=SHOW, **variables):
        return start(script, self.home, **self.variables(variables))

    def show(self, **variables):
        """Return (the result of the probe, whether it had to be compiled) in a new process."""
        result, compiled = output_of(SHOW, self.home, **self.variables(variables)).split()
        return float(result), compiled == "True"

    def edit(self, file, old, new):
        """Replace a part of a source file and give it back its time stamps."""
        path = self.source / file
        status = path.stat()
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has changed: the test needs another place to edit"
        path.write_text(text.replace(old, new), encoding="utf-8")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.fixture
def package(tmp_path):
    return Package(tmp_path)


@pytest.fixture(scope="module")
def warm_cache(tmp_path_factory):
    """Return the cache folder of a user who has called the probe once."""
    package = Package(tmp_path_factory.mktemp("warm"))
    assert package.show() == (RESULT, True)
    return package.cache


@pytest.fixture
def warm(package, warm_cache):
    """Return a package whose cache is filled."""
    shutil.copytree(warm_cache, package.cache)
    return package


@pytest.fixture(scope="module")
def alien_cache(warm_cache, tmp_path_factory):
    """Return a folder of valid cache files with the right names that compute something else."""
    package = Package(tmp_path_factory.mktemp("alien"))
    package.edit("kernels/probe.py", "np.int64(2)", "np.int64(-2)")
    assert package.show() == (-RESULT, True)
    planted = tmp_path_factory.mktemp("planted")
    (right,) = [path for path in warm_cache.iterdir() if path.name.startswith("probe")]
    (other,) = [path for path in package.cache.iterdir() if path.name.startswith("probe")]
    assert right.name != other.name
    shutil.copytree(package.cache, planted, dirs_exist_ok=True)
    (planted / other.name).rename(planted / right.name)
    planted.chmod(0o700)
    return planted


@pytest.fixture
def clean_environment(monkeypatch):
    """Return a monkeypatch for an environment that says nothing about caches, for calls in this process."""
    for variable in ("NUMBA_ACT_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# ---- it saves time


def test_second_process_does_not_import_numba(warm):
    before = contents(warm.cache)
    assert warm.show() == (RESULT, False)
    assert contents(warm.cache) == before


@pytest.mark.parametrize(
    ("variable", "folder"),
    [("XDG_CACHE_HOME", "numba_act"), ("HOME", ".cache/numba_act"), ("NUMBA_ACT_CACHE_DIR", "")],
)
@pytest.mark.skipif(os.name != "posix" or os.uname().sysname == "Darwin", reason="the folders of Linux")
def test_where_the_cache_lies(clean_environment, tmp_path, variable, folder):
    clean_environment.setenv(variable, str(tmp_path / "chosen"))
    cache.write("key", b"content")
    assert contents(tmp_path / "chosen" / folder).keys() == {"key"}
    assert cache.read("key") == b"content"


def test_different_place_of_the_package_shares_the_cache(warm):
    """The key is what the code says, not where it lies."""
    moved = warm.place / "moved"
    warm.root.rename(moved)
    assert warm.show(PYTHONPATH=moved) == (RESULT, False)


# ---- it is never stale


EDITS = {  # file, old, new, the result
    "literal": ("kernels/probe.py", "x * GLOBAL", "x * 13 * GLOBAL", RESULT * 13),
    "global": ("kernels/probe.py", "int64(2)", "int64(4)", RESULT * 2),
    "imported-constant": ("kernels/elementary/probe_constants.py", "IMPORTED = 3", "IMPORTED = 6", RESULT * 2),
    "attribute-of-a-module": ("kernels/elementary/probe_constants.py", "ATTRIBUTE = 5", "ATTRIBUTE = 9", RESULT // 5 * 9),
    "function-chosen-by-dtype": ("kernels/elementary/probe_functions.py", "return 7", "return 14", RESULT * 2),
    "choice-by-dtype": (
        "kernels/elementary/probe_functions.py", "integer=chosen_integer", "integer=chosen_float", RESULT // 7 * 17
    ),
    "function-called-by-a-function": (
        "kernels/elementary/probe_functions.py", " + offset", " + 11 + offset", RESULT * 2
    ),
    "default-of-an-argument": ("kernels/elementary/probe_functions.py", "offset=0", "offset=11", RESULT * 2),
    "tuple-of-coefficients": ("kernels/elementary/probe_functions.py", "(0, 11)", "(11, 11)", RESULT * 2),
    "primitives": ("kernels/primitives.py", "self._integer = integer", "self._integer = float64", RESULT // 7 * 17),
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_edit_of_a_kernel_file_changes_the_result(warm, edit):
    """With the time stamps of the files as they were."""
    file, old, new, result = EDITS[edit]
    warm.edit(file, old, new)
    assert warm.show() == (result, True)
    warm.edit(file, new, old)
    assert warm.show() == (RESULT, False)


# The dtype, a global of the kernel, the same after an edit, and what the kernel returns.
HIDDEN = {
    "array": ("int64", "np.array([2, 1])", "np.array([4, 1])", "x * TABLE[0]"),
    "last-digit-of-an-array-in-a-tuple": (
        "float64", "(np.array([2.0]),)", "(np.array([2.0000000000000004]),)", "x * TABLE[0][0]"
    ),
    "middle-of-a-long-array": (
        "int64", "np.arange(4000)", "np.where(np.arange(4000) == 2, 7, np.arange(4000))", "x * TABLE[2]"
    ),
    "global-of-an-inner-function": ("int64", "2", "4", "(lambda y: y * TABLE)(x)"),
}  # fmt: skip


@pytest.mark.parametrize("way", HIDDEN)
def test_edit_of_a_constant_that_is_hard_to_find_changes_the_result(package, way):
    dtype, first, second, expression = HIDDEN[way]
    kernel = f"""\
import numpy as np

from numba_act.engine.declare import vectorize

TABLE = {first}


@vectorize(["{dtype}({dtype})"])
def probe(x):
    'Return a multiple.'
    return {expression}
"""
    (package.source / "kernels" / "probe.py").write_text(kernel, encoding="utf-8")
    before, _ = package.show()
    package.edit("kernels/probe.py", f"TABLE = {first}", f"TABLE = {second}")
    processes = [package.start(), package.start(NUMBA_ACT_CACHE_DIR="")]
    after, without_cache = (float(finish(process).split()[0]) for process in processes)
    assert after == without_cache
    assert after != before


def test_edit_of_an_attribute_of_a_module_in_a_package_changes_the_result(package):
    kernel = """\
import numba_act.kernels.elementary.probe_constants
from numba_act.engine.declare import vectorize
from numba_act.kernels import elementary


@vectorize(["int64(int64)"])
def probe(x):
    'Return a multiple.'
    return x * elementary.probe_constants.ATTRIBUTE
"""
    (package.source / "kernels" / "probe.py").write_text(kernel, encoding="utf-8")
    assert package.show() == (5, True)
    package.edit("kernels/elementary/probe_constants.py", "ATTRIBUTE = 5", "ATTRIBUTE = 9")
    assert package.show() == (9, True)


@pytest.mark.parametrize("file", ["elementwise_loop.py", "machine_code.py"])
def test_edit_of_an_engine_file_makes_the_cache_invalid(warm, file):
    with open(warm.source / "engine" / file, "a", encoding="utf-8") as source:
        source.write("\nEDITED = True\n")
    assert warm.show() == (RESULT, True)


EDIT_WHILE_RUNNING = """
    import pathlib

    import numba_act
    from numba_act.engine import {module}
    from numba_act.engine.registry import activations

    activations()
    path = pathlib.Path({path!r})
    text = path.read_text()
    assert {old!r} in text
    path.write_text(text.replace({old!r}, {new!r}))
    print(numba_act.cpu.probe(1))
"""


def test_session_that_imported_a_kernel_before_its_edit_stores_nothing_wrong(package):
    path = str(package.source / "kernels" / "probe.py")
    old, new = "int64(2)", "int64(4)"
    script = EDIT_WHILE_RUNNING.format(module="declare", path=path, old=old, new=new)
    assert float(finish(package.start(script))) == RESULT
    assert package.show()[0] == 2 * RESULT
    package.edit("kernels/probe.py", new, old)
    assert package.show()[0] == RESULT


def test_session_that_imported_the_engine_before_its_edit_stores_nothing_wrong(package):
    """What the old engine compiled must not be found under the new one's key."""
    path = str(package.source / "engine" / "elementwise_loop.py")
    old, new = "\nBLOCK_SIZE = ", "\nEDITED = True\nBLOCK_SIZE = "
    script = EDIT_WHILE_RUNNING.format(module="elementwise_loop", path=path, old=old, new=new)
    assert float(finish(package.start(script))) == RESULT
    assert package.show() == (RESULT, True)


# ---- damage, and folders that cannot be used


def truncate(content):
    return content[: len(content) // 2]


def flip_one_bit(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


DAMAGES = {
    "empty": lambda content: b"",
    "shorter-than-its-digest": lambda content: content[:10],
    "truncated": truncate,
    "flipped-bit": flip_one_bit,
    "longer": lambda content: content + b"\0",
    "alien": lambda content: b"not an object file" * 100,
}


def test_truncated_file_is_compiled_anew_and_replaced(warm):
    for path in warm.cache.iterdir():
        path.write_bytes(truncate(path.read_bytes()))
    assert warm.show() == (RESULT, True)
    assert warm.show() == (RESULT, False)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_is_absent_until_it_is_replaced(clean_environment, tmp_path, damage):
    clean_environment.setenv("NUMBA_ACT_CACHE_DIR", str(tmp_path))
    cache.write("key", b"content" * 100)
    path = tmp_path / "key"
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert cache.read("key") is None
    cache.write("key", b"content")
    assert cache.read("key") == b"content"


def test_folder_in_the_place_of_a_file_is_borne(clean_environment, tmp_path):
    clean_environment.setenv("NUMBA_ACT_CACHE_DIR", str(tmp_path))
    (tmp_path / "key").mkdir()
    cache.write("key", b"content")
    assert cache.read("key") is None
    assert [path.name for path in tmp_path.iterdir()] == ["key"], "a file was left over"


UNUSABLE = {
    "off": {"NUMBA_ACT_CACHE_DIR": ""},
    "home-is-a-file": {"HOME": "/dev/null"},
    "home-is-absent": {"HOME": "/proc/self/no such folder"},
    "folder-below-a-file": {"NUMBA_ACT_CACHE_DIR": "/dev/null/cache"},
    "folder-is-a-file": {"NUMBA_ACT_CACHE_DIR": "/dev/null"},
    "xdg-below-a-file": {"XDG_CACHE_HOME": "/dev/null"},
}


@pytest.mark.skipif(os.name != "posix", reason="needs /dev/null")
@pytest.mark.parametrize("situation", UNUSABLE)
def test_unusable_folder_is_borne(clean_environment, tmp_path, situation):
    clean_environment.setenv("HOME", str(tmp_path))
    for name, value in UNUSABLE[situation].items():
        clean_environment.setenv(name, value)
    cache.write("key", b"content")
    assert cache.read("key") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="needs /dev/null")
@pytest.mark.parametrize("situation", ["off", "home-is-a-file"])
def test_without_a_usable_folder_everything_works(package, situation):
    assert package.show(**{"NUMBA_ACT_CACHE_DIR": None} | UNUSABLE[situation]) == (RESULT, True)
    assert list(package.home.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root can write everywhere")
def test_read_only_folder_is_read(clean_environment, tmp_path):
    clean_environment.setenv("NUMBA_ACT_CACHE_DIR", str(tmp_path))
    cache.write("key", b"content")
    tmp_path.chmod(0o500)
    cache.write("other key", b"content")
    assert cache.read("other key") is None
    assert cache.read("key") == b"content"


# ---- who may have written it


def test_planted_file_in_a_good_folder_is_loaded(package, alien_cache):
    """Without this, the tests below would show nothing."""
    shutil.copytree(alien_cache, package.cache)
    assert package.show() == (-RESULT, False)


def other_user(path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 12345, -1)


UNSAFE_FOLDERS = {
    "world-writable": lambda cache: cache.chmod(0o777),
    "world-writable-and-sticky": lambda cache: cache.chmod(0o1777),
    "group-writable": lambda cache: cache.chmod(0o770),
    "owned-by-another-user": other_user,
    "below-a-world-writable-folder": lambda cache: cache.parent.chmod(0o777),
    "below-a-group-writable-folder": lambda cache: cache.parent.chmod(0o770),
    "below-another-user's-folder": lambda cache: other_user(cache.parent),
    "two-below-a-world-writable-folder": lambda cache: cache.parent.parent.chmod(0o777),
}


@pytest.fixture
def folder(clean_environment, tmp_path):
    """Return the cache folder, two below another one, with something in it that was written while it was safe."""
    path = tmp_path / "outer" / "inner" / "cache"
    clean_environment.setenv("NUMBA_ACT_CACHE_DIR", str(path))
    path.parent.mkdir(parents=True)
    cache.write("key", b"content")
    assert cache.read("key") == b"content"
    return path


@pytest.mark.skipif(os.name != "posix", reason="Windows protects the profile")
@pytest.mark.parametrize("situation", UNSAFE_FOLDERS)
def test_unsafe_folder_is_neither_read_nor_written(folder, situation):
    before = contents(folder)
    UNSAFE_FOLDERS[situation](folder)
    assert cache.read("key") is None
    cache.write("key", b"other content")
    cache.write("other key", b"content")
    assert contents(folder) == before


@pytest.mark.skipif(os.name != "posix", reason="needs symbolic links")
def test_symbolic_link_to_an_unsafe_folder_is_refused(folder, clean_environment, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    clean_environment.setenv("NUMBA_ACT_CACHE_DIR", str(tmp_path / "link"))
    assert cache.read("key") == b"content"
    folder.chmod(0o777)
    assert cache.read("key") is None
    cache.write("other key", b"content")
    assert contents(folder).keys() == {"key"}


@pytest.mark.skipif(os.name != "posix", reason="Windows protects the profile")
@pytest.mark.parametrize(
    "make_unsafe",
    [other_user, lambda path: path.chmod(0o666), lambda path: path.chmod(0o660)],
    ids=["owned-by-another-user", "world-writable", "group-writable"],
)
def test_unsafe_file_in_a_good_folder_is_not_read(folder, make_unsafe):
    make_unsafe(folder / "key")
    assert cache.read("key") is None


@pytest.mark.skipif(os.name != "posix", reason="Windows protects the profile")
@pytest.mark.parametrize("situation", ["world-writable", "owned-by-another-user"])
def test_planted_file_in_an_unsafe_folder_is_not_loaded(package, alien_cache, situation):
    shutil.copytree(alien_cache, package.cache)
    UNSAFE_FOLDERS[situation](package.cache)
    before = contents(package.cache)
    assert package.show() == (RESULT, True)
    assert contents(package.cache) == before


@pytest.mark.skipif(os.name != "posix", reason="needs modes")
def test_new_folder_and_files_are_its_users_own(package):
    """Whatever the umask."""
    script = SHOW.replace("import sys", "import os, sys; os.umask(0)", 1)
    result, _ = finish(package.start(script)).split()
    assert float(result) == RESULT
    for path in (package.cache, *package.cache.iterdir()):
        assert not path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    assert any(package.cache.iterdir())


# ---- concurrency, and other processors


def test_two_processes_at_once(package):
    processes = [package.start() for _ in range(2)]
    assert [float(finish(process).split()[0]) for process in processes] == [RESULT] * 2
    assert package.show() == (RESULT, False)
    assert all("probe" in path.name or "loop" in path.name for path in package.cache.iterdir()), "a file was left over"


def test_other_processor_has_its_own_entry(warm):
    before = contents(warm.cache)
    assert warm.show(NUMBA_CPU_NAME="generic") == (RESULT, True)
    assert warm.show(NUMBA_CPU_NAME="generic") == (RESULT, False)
    assert warm.show() == (RESULT, False)
    after = contents(warm.cache)
    assert len(after) > len(before)
    assert {name: after[name] for name in before} == before
