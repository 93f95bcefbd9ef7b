"""The cache of compiled loops saves time, for every processor and from several processes at once."""

import os
import signal

import pytest
from package_copy import RESULT, SHOW, contents
from processes import finish

from numba_act.engine.compiler import cache


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


def test_two_processes_at_once(package):
    processes = [package.start() for _ in range(2)]
    assert [float(finish(process).split()[0]) for process in processes] == [RESULT] * 2
    assert package.show() == (RESULT, False)
    assert all("-" in path.name for path in package.cache.iterdir()), "a file was left over"


STOPPED_BEFORE_IT_STORES = (
    """
    import os
    import signal

    replace = os.replace
    os.replace = lambda *paths: (os.kill(os.getpid(), signal.SIGSTOP), replace(*paths))
"""
    + SHOW
)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be stopped")
@pytest.mark.parametrize("fate", ["SIGCONT", "SIGKILL"])
def test_nobody_waits_for_a_process_that_was_stopped(warm, fate):
    warm.edit("kernels/probe.py", "x * GLOBAL", "x * 13 * GLOBAL")
    stopped = warm.start(STOPPED_BEFORE_IT_STORES)
    try:
        os.waitid(os.P_PID, stopped.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        assert stopped.poll() is None
        assert warm.show() == (13 * RESULT, True)
        assert warm.show() == (13 * RESULT, False)
    finally:
        stopped.send_signal(getattr(signal, fate))
        stopped.communicate(timeout=60)
    assert stopped.returncode == (0 if fate == "SIGCONT" else -signal.SIGKILL)
    assert warm.show() == (13 * RESULT, False)


def test_other_processor_has_its_own_entry(warm):
    before = contents(warm.cache)
    assert warm.show(NUMBA_CPU_NAME="generic") == (RESULT, True)
    assert warm.show(NUMBA_CPU_NAME="generic") == (RESULT, False)
    assert warm.show() == (RESULT, False)
    after = contents(warm.cache)
    assert len(after) > len(before)
    assert {name: after[name] for name in before} == before
