"""The folder that holds compiled loops between processes.

A cached loop is machine code that the next process runs. So it is kept in a folder that only its user can write, never
in a shared temporary one, and a folder or file that somebody else owns or could have written is treated as absent.
Where no folder qualifies everything works, and compiles afresh in every process.

Files are written under another name and moved into place, so readers and concurrent writers never see half of one, and
carry a digest of their content, so a damaged one is compiled anew.
"""

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def folder():
    """Return the cache folder's path, or None where caching is off.

    ``NUMBA_ACT_CACHE_DIR`` names another folder; set to nothing, it turns the cache off.
    """
    chosen = os.environ.get("NUMBA_ACT_CACHE_DIR")
    if chosen is not None:
        return Path(chosen) if chosen else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "numba_act"


def _only_ours(status):
    """Return whether nobody but this user can have written in a folder or file."""
    if not hasattr(os, "geteuid"):  # Windows: the profile's own access list protects it
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & _WRITABLE_BY_OTHERS


def _irreplaceable(folder):
    """Return whether nobody but this user and root can have put another folder in this one's place."""
    if not hasattr(os, "geteuid"):
        return True
    for place in folder.parents:
        status = os.stat(place)
        if status.st_uid not in (os.geteuid(), 0):
            return False
        if status.st_mode & _WRITABLE_BY_OTHERS and not status.st_mode & stat.S_ISVTX:
            return False
    return True


def _usable_folder(create=False):
    path = folder()
    if path is None:
        return None
    try:
        if create:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = path.resolve(strict=True)
        return path if _only_ours(os.stat(path)) and _irreplaceable(path) else None
    except OSError:
        return None


def usable():
    """Return whether compiled loops are kept between processes; creates the folder, as the first of them would."""
    return _usable_folder(create=True) is not None


def read(key):
    """Return the bytes stored under a key, or None."""
    place = _usable_folder()
    if place is None:
        return None
    try:
        with open(place / key, "rb") as file:
            if not _only_ours(os.fstat(file.fileno())):
                return None
            content = file.read()
    except OSError:
        return None
    digest, body = content[:32], content[32:]
    return body if hashlib.sha256(body).digest() == digest else None


def write(key, body):
    """Store bytes under a key where that is possible."""
    place = _usable_folder(create=True)
    if place is None:
        return
    with contextlib.suppress(OSError):
        handle, temporary = tempfile.mkstemp(dir=place)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(body).digest() + body)
            os.replace(temporary, place / key)
        except BaseException:
            os.unlink(temporary)
            raise
