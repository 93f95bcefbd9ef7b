"""Damaged cache files, and folders that cannot be used: everything works without them."""

import os

import pytest
from package_copy import RESULT

from numba_act.engine.compiler import cache


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
