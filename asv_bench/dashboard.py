"""Run the benchmarks on this checkout, publish them as HTML and summarise them.

    python asv_bench/dashboard.py                     everything: a quarter of an hour
    python asv_bench/dashboard.py --quick             part of the headline suite, coarsely: two minutes
    python asv_bench/dashboard.py --bench overhead    the benchmarks that match a regular expression
    python asv_bench/dashboard.py --serve             and open the dashboard in a browser
    python asv_bench/dashboard.py --write             and keep what the README shows of the figures
    python asv_bench/dashboard.py --smoke             does every benchmark run? nothing is recorded or published

Needs an environment with the dependency group `bench`, and git. `README.md` beside it says how to read the result.
"""

import argparse
import functools
import http.server
import os
import platform
import sys
import time
import webbrowser
from importlib.metadata import version
from pathlib import Path

from airspeed_velocity import Asv, git
from tqdm import tqdm

from numba_act import show_config

HERE = Path(__file__).resolve().parent
WHOLE, QUICK = HERE / ".asv", HERE / ".asv" / "quick"

# What --quick runs: other figures are too coarse in so short a time, or take too long.
PART, BLOCKS = r"^ratio.*'float(32|64)', (1000|10000|100000)\)", "21"


def main():
    """Run what the command line asks for and return the exit status: that of asv, which is 2 if a benchmark failed."""
    options = arguments()
    start = time.time()
    folder = QUICK if options.quick else WHOLE
    compile_everything()
    asv = Asv(folder, selection(options), variables(options))
    if options.smoke:
        return asv.dry_run()
    commit, changed = git("rev-parse", "HEAD"), bool(git("status", "--porcelain"))
    if changed:
        print(f"Warning: uncommitted changes will be recorded as {commit[:8]}.", flush=True)
    status = asv.run_here(commit)
    from pages import kept, publish, results, summary

    new = [run for run in results.runs(folder / "results", since=start) if run.commit == commit]
    if not new:
        return status or 1
    status = asv("publish", "--no-pull") or status
    run, pages = new[-1], folder / "html"
    lines = conditions(commit, changed, options, time.time() - start)
    text = publish.publish(folder, run, lines, WHOLE / "third_party")
    front = pages / "overview.html"
    print(f"\n{summary.shortened(text)}\n\nall figures  {folder / 'summary.md'}\ndashboard    {front}", flush=True)
    if options.write:
        kept.keep(run, lines, pages)
    if options.serve:
        serve(front)
    return status


def arguments():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Run the benchmarks and publish them.")
    parser.add_argument("--bench", metavar="REGEX", help="only benchmarks whose name matches")
    parser.add_argument("--quick", action="store_true", help="part of the headline suite, coarsely")
    parser.add_argument("--smoke", action="store_true", help="run everything once and record nothing")
    parser.add_argument("--write", action="store_true", help="keep what the README shows of the figures")
    parser.add_argument("--serve", action="store_true", help="open the dashboard in a browser afterwards")
    return parser.parse_args()


def selection(options):
    """Return the regular expression of the benchmarks to run, or None for all."""
    if options.bench or options.quick:
        return options.bench or PART
    from benchmarks import on_device

    # Skipping each combination of parameters in a process of its own takes longer than any other suite.
    return r"^(?!cuda\.)" if on_device.missing() and not options.smoke else None


def variables(options):
    """Return what the benchmarks read from the environment."""
    found = {"NUMBA_ACT_BENCH_SMOKE": "1"} if options.smoke else {}
    return found | ({"NUMBA_ACT_BENCH_BLOCKS": BLOCKS} if options.quick else {})


def compile_everything():
    """Compile what is not compiled yet, as the suites themselves would, but with a bar to watch."""
    from benchmarks import compiled, inputs

    with tqdm(total=len(inputs.FUNCTIONS), desc="compiling", unit="function") as bar:
        for count in compiled.compiling():
            bar.update(count)


def conditions(commit, changed, options, seconds):
    """Return the lines that say what was measured, where and how long."""
    from benchmarks import on_device

    machine = show_config(mode="dicts")
    versions = ", ".join(f"{name} {version(name)}" for name in ("numba-act", "numba", "llvmlite", "numpy", "asv"))
    changes = " with uncommitted changes" if changed else ""
    quick = "; `--quick`: coarse, and only part of it" if options.quick else ""
    return [
        f"{time.strftime('%Y-%m-%d')}, commit {commit[:8]}{changes}; ran {seconds:.0f} s{quick}",
        f"{machine['CPU']['model']}, {os.cpu_count()} CPUs, compiled for {machine['CPU']['compiled for']}",
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, {versions}",
        f"GPU: {'not measured' if on_device.missing() else 'measured, suite `cuda`'}",
        "a ratio is measured in one process, in turns, and is the median of its blocks; below 1 the first is faster",
        "one thread (`numba_act.cpu`), except in `parallel`",
        "ours writes to a given output, except in `layouts.FreshOutput`; a formula of several steps could not",
    ]


def serve(page):
    """Show a page in a browser until interrupted."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=page.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/{page.name}"
        print(f"{address}    Ctrl+C ends it.", flush=True)
        webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    sys.exit(main())
