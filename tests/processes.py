"""Python scripts in processes of their own, with nothing in their environment that the test does not say."""

import os
import subprocess
import sys
import textwrap

CLEARED = ("NUMBA_", "OMP_", "XDG_", "PYTHON")


def environment(home, **variables):
    """Return a clean environment whose home folder is ``home``.

    No bytecode is written: two versions of a file that are equally long and have equal time stamps would share it.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(CLEARED)}
    return kept | {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"} | {k: str(v) for k, v in variables.items()}


def start(script, home, *, text=True, **variables):
    """Start a script, with its output and errors in pipes."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(script)],
        env=environment(home, **variables),
        cwd="/" if os.name == "posix" else None,  # not where the package's source may lie
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=text,
    )


def finish(process, timeout=120):
    """Return what a process that has to succeed printed."""
    output, errors = process.communicate(timeout=timeout)
    assert process.returncode == 0, f"the script failed ({process.returncode}):\n{errors}"
    return output


def output_of(script, home, **variables):
    """Run a script and return what it printed."""
    return finish(start(script, home, **variables))
