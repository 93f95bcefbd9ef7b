"""The cache never runs what somebody else could have written."""

import os
import shutil
import stat

import pytest
from package_copy import RESULT, SHOW, contents, other_user
from processes import finish

from numba_act.engine.compiler import cache


def test_planted_file_in_a_good_folder_is_loaded(package, alien_cache):
    """Without this, the tests below would show nothing."""
    shutil.copytree(alien_cache, package.cache)
    assert package.show() == (-RESULT, False)


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
