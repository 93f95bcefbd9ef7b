"""Python scripts in processes of their own, with nothing in their environment that the test does not say."""

import os
import signal
import subprocess
import sys
import textwrap

CLEARED = ("NUMBA_", "OMP_", "XDG_", "PYTHON")


def environment(home, **variables):
    """Return a clean environment whose home folder is ``home``, without the variables that are None.

    No bytecode is written: two versions of a file that are equally long and have equal time stamps would share it.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(CLEARED)}
    settings = {"HOME": home, "PYTHONDONTWRITEBYTECODE": 1} | variables
    return kept | {name: str(value) for name, value in settings.items() if value is not None}


def start(script, home, *, text=True, apart=False, **variables):
    """Start a script, with its output and errors in pipes; ``apart`` from this process's group, if it starts others."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        env=environment(home, **variables),
        cwd="/" if os.name == "posix" else None,  # not where the package's source may lie
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=text,
        start_new_session=apart,
    )


def finish(process, timeout=120):
    """Return what a process that has to succeed printed."""
    output, errors = process.communicate(timeout=timeout)
    assert process.returncode == 0, f"the script failed ({process.returncode}):\n{errors}"
    return output


def finish_quietly(process, timeout=120):
    """Return what a process printed, started ``apart``, that has to succeed without a word on stderr.

    It is ended if it takes too long, and so are the processes that it has started, which would hold the pipes open.
    """
    try:
        output, errors = process.communicate(timeout=timeout)
    except BaseException as failure:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        output, errors = process.communicate()
        if not isinstance(failure, subprocess.TimeoutExpired):
            raise
        errors += f"ended after {timeout} seconds"
    assert (process.returncode, errors) == (0, ""), f"the script failed ({process.returncode}):\n{output}{errors}"
    return output


def output_of(script, home, **variables):
    """Run a script and return what it printed."""
    return finish(start(script, home, **variables))
