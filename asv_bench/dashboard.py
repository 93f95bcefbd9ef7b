"""Run the benchmarks on this checkout, publish them as HTML and summarise them.

    python asv_bench/dashboard.py                     everything
    python asv_bench/dashboard.py --bench overhead    the benchmarks that match a regular expression
    python asv_bench/dashboard.py --quick             do they all run? figures mean nothing, and are kept apart
    python asv_bench/dashboard.py --serve             and open the dashboard in a browser

Needs an environment with numba_act and asv, and git. `README.md` beside it says how to read the result.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import summary

HERE = Path(__file__).resolve().parent
WHOLE, QUICK = HERE / ".asv", HERE / ".asv" / "quick"


def main():
    """Run what the command line asks for and return the exit status: that of asv, which is 2 if a benchmark failed."""
    options = arguments()
    commit, dirty = git("rev-parse", "HEAD"), bool(git("status", "--porcelain"))
    if dirty:
        print(f"Warning: uncommitted changes will be recorded as {commit[:8]}.", flush=True)
    folder = QUICK if options.quick else WHOLE
    configuration = configure(folder)
    environment = os.environ | ({"NUMBA_ACT_BENCH_QUICK": "1"} if options.quick else {})

    def asv(*command):
        command = [sys.executable, "-m", "asv", *command, "--config", configuration]
        return subprocess.run(command, env=environment, check=False).returncode

    start = time.time()
    subprocess.run([sys.executable, "-m", "asv", "machine", "--yes"], cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    compile_everything()
    selected = ["--bench", options.bench] if options.bench else []
    quick = ["--quick"] if options.quick else []
    status = asv("run", "--python=same", f"--set-commit-hash={commit}", "--show-stderr", *selected, *quick)
    figures = summary.figures(folder / "results", commit, since=start)
    if not figures:
        return status or 1
    status = asv("publish") or status

    text = summary.markdown(figures, conditions(commit, dirty, options, time.time() - start))
    (folder / "summary.md").write_text(text)
    print(f"\n{text}\nsummary    {folder / 'summary.md'}\ndashboard  {folder / 'html' / 'index.html'}", flush=True)
    if options.serve:
        asv("preview", "--browser")
    return status


def arguments():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Run the benchmarks and publish them.")
    parser.add_argument("--bench", metavar="REGEX", help="only benchmarks whose name matches")
    parser.add_argument("--quick", action="store_true", help="run everything once; the figures mean nothing")
    parser.add_argument("--serve", action="store_true", help="open the dashboard in a browser afterwards")
    return parser.parse_args()


def git(*command):
    """Return what a git command prints."""
    done = subprocess.run(["git", *command], cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"The dashboard records results by commit and needs a git checkout.\n{done.stderr.strip()}")
    return done.stdout.strip()


def configure(folder):
    """Return the path of a configuration for asv whose results and pages lie in a folder."""
    text = (HERE / "asv.conf.json").read_text()
    settings = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    settings |= {"repo": str(HERE.parent), "benchmark_dir": str(HERE / "benchmarks")}
    settings |= {name: str(folder / name.removesuffix("_dir")) for name in ("results_dir", "html_dir", "env_dir")}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "asv.conf.json"
    path.write_text(json.dumps(settings, indent=2))
    return path


def compile_everything():
    """Compile every function into the disk cache, so that no benchmark process has to."""
    print("Compiling what is not compiled yet.", flush=True)
    code = "import numba_act as na; [getattr(space, name)([1.0]) for space in (na, na.cpu) for name in na.__all__]"
    subprocess.run([sys.executable, "-c", code], check=True)


def conditions(commit, dirty, options, seconds):
    """Return the lines that say what was measured, where and how long."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy", "asv", "asv_runner"))
    changes = " with uncommitted changes" if dirty else ""
    quick = "; `--quick`: the figures mean nothing" if options.quick else ""
    return [
        f"commit {commit[:8]}{changes}; Python {platform.python_version()}, {versions}",
        f"{platform.machine()}, {os.cpu_count()} processors; ran {seconds:.0f} s{quick}",
        "a ratio is measured in one process, in turns, and is the median of its blocks; below 1 the first is faster",
        "one thread (`numba_act.cpu`), except `threads` and `rows.AgainstOneThread`",
        "new result arrays in `formula` and in what `rows` has against others, `out=` elsewhere",
    ]


if __name__ == "__main__":
    sys.exit(main())
