"""Measure how accurate every function is in every dtype, and write ``ACCURACY.md`` and the README's table.

    python tools/accuracy                                     everything: half an hour of two processors
    python tools/accuracy --quick                           a sample, within two minutes; changes no file of the project
    python tools/accuracy --function silu --dtype float32     everything about some of them; likewise

A run that was stopped goes on where it was. The exit status is 1 if something promised is not kept.
"""

import argparse
import os
import signal
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import report
from findings import Finding
from jobs import QUICK, SMALLEST, WHOLE, elementwise, plan
from journal import Journal
from measure import measure
from tqdm import tqdm

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}


def main():
    """Do what the command line asks for and return the exit status."""
    options = _arguments()
    strides = QUICK if options.quick else SMALLEST if options.smallest else WHOLE
    options.folder.mkdir(parents=True, exist_ok=True)
    journal = Journal(options.folder / "journal.jsonl")
    jobs = plan(strides, options.function, options.dtype)
    try:
        _run(jobs, journal, options.processes)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 130
    findings = _findings(jobs, journal)
    text = report.full(findings, strides)
    if strides is WHOLE and not options.function and not options.dtype:
        (report.ROOT / "ACCURACY.md").write_text(text)
        readme = report.ROOT / "README.md"
        readme.write_text(report.with_table(readme.read_text(), findings))
    else:
        (options.folder / ("quick.md" if options.quick else "selection.md")).write_text(text)
        print(text)
    failures = [sentence for finding in findings for sentence in finding.failures]
    print(*failures, sep="\n", file=sys.stderr)
    return 1 if failures else 0


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a sample, within two minutes")
    size.add_argument("--smallest", action="store_true", help="a few inputs: does the programme work?")
    parser.add_argument("--function", action="append", choices=[*elementwise()], help="only this one, and others given")
    parser.add_argument("--dtype", action="append", help="only this one, and others given")
    parser.add_argument("--processes", type=int, default=_processors())
    parser.add_argument("--folder", type=Path, default=report.ROOT / ".accuracy", help="where finished work is kept")
    return parser.parse_args()


def _processors():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _run(jobs, journal, processes):
    """Do the jobs that are not done yet, each in one of several processes."""
    left = [job for job in jobs if journal.find(job) is None]
    os.environ.update(ONE_THREAD)
    # Smoothing 0: the time left follows from the mean speed, as jobs of all kinds come in an order by chance.
    with (
        tqdm(total=len(jobs), initial=len(jobs) - len(left), unit="job", smoothing=0) as progress,
        ProcessPoolExecutor(processes, get_context("spawn"), signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool,
    ):
        running = {pool.submit(measure, job): job for job in left}
        try:
            for finished in as_completed(running):
                journal.add(running[finished], finished.result())
                progress.update()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _findings(jobs, journal):
    """Return a `Finding` for each function, dtype and choice of parameters, in the registry's order."""
    results = {}
    for job in jobs:
        results.setdefault(job.subject, []).append((job, journal.find(job)))
    names, dtypes = [*elementwise()], ["float32", "float64", "float16", "bfloat16"]
    findings = [Finding(subject, found) for subject, found in results.items()]

    def place(finding):
        parameters = () if finding.is_default else finding.parameters
        return names.index(finding.function), parameters, dtypes.index(finding.dtype)

    return sorted(findings, key=place)


if __name__ == "__main__":
    sys.exit(main())
