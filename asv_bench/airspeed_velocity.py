"""How our scripts call airspeed velocity and git."""

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
KINDS = ("results_dir", "html_dir", "env_dir")

# A server that has imported NumPy and the benchmarks forks a process for each combination of parameters, which takes a
# quarter of the time. asv does not do so by default because of libraries that start threads when they are imported;
# ours starts none.
LAUNCH = ["--launch-method=forkserver"] if hasattr(os, "fork") else []


class Asv:
    """The command ``asv`` with the shipped configuration, but for the folder that it keeps its files in.

    Parameters
    ----------
    folder : Path
    selection : str, optional
        Regular expression of the benchmarks to run.
    variables : dict, optional
        What the benchmarks find in the environment.
    environments : Path, optional
        Folder of the environments that commits are built into, if another one.
    """

    def __init__(self, folder, selection=None, variables=None, environments=None):
        self.folder = folder
        self.selected = ["--bench", selection] if selection else []
        self.environment = os.environ | (variables or {})
        text = (HERE / "asv.conf.json").read_text()
        settings = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
        settings |= {"repo": str(HERE.parent), "benchmark_dir": str(HERE / "benchmarks")}
        settings |= {name: str(folder / name.removesuffix("_dir")) for name in KINDS}
        if environments:
            settings["env_dir"] = str(environments)
        folder.mkdir(parents=True, exist_ok=True)
        self.configuration = folder / "asv.conf.json"
        self.configuration.write_text(json.dumps(settings, indent=2))
        # It asks questions the first time otherwise. An update of the kernel would begin another history.
        for options in (["--yes"], ["--os", platform.system()]):
            self("machine", *options, stdout=subprocess.DEVNULL)

    def __call__(self, *command, **keywords):
        """Run a command of asv and return its exit status."""
        command = [sys.executable, "-m", "asv", *command, "--config", str(self.configuration)]
        return subprocess.run(command, env=self.environment, check=False, **keywords).returncode

    def dry_run(self):
        """Run each benchmark once in the environment that we are in and record nothing."""
        return self("run", "--python=same", "--quick", "--dry-run", "--show-stderr", *LAUNCH, *self.selected)

    def run_here(self, commit):
        """Run the benchmarks in the environment that we are in and record them as a commit's."""
        return self("run", "--python=same", f"--set-commit-hash={commit}", "--show-stderr", *LAUNCH, *self.selected)

    def run_commit(self, commit):
        """Run the benchmarks on a commit, which is built and installed into an environment of its own."""
        return self("run", f"{commit}^!", "--show-stderr", *LAUNCH, *self.selected)


def git(*command):
    """Return what a git command prints."""
    done = subprocess.run(["git", *command], cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"Results are recorded by commit, which needs a git checkout.\n{done.stderr.strip()}")
    return done.stdout.strip()
