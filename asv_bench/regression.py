"""Has a commit become slower than another one? Both are built and measured in turn; status 1 if so.

    python asv_bench/regression.py                      HEAD against its parent: half an hour
    python asv_bench/regression.py --base v0.1.0        against any other commit
    python asv_bench/regression.py --bench "ratio.*'float32', 100000"

The suite `ratio` runs on the base and on HEAD, twice each and in turn. How far two runs of one commit differ is the
noise; what seems to have lost more than that is measured twice more before it counts. Prints a report, also in
`.asv/regression.md`.
"""

import argparse
import math
import re
import shutil
import statistics
import sys
from pathlib import Path

from airspeed_velocity import Asv, git

HERE = Path(__file__).resolve().parent
FOLDER = HERE / ".asv" / "regression"
REPORT = HERE / ".asv" / "regression.md"

# Of nineteen figures out of twenty the two runs differ by less; a loss has to be larger than that, and than this.
QUANTILE, LEAST = 0.95, 0.05


def main():
    """Measure what the command line asks for and return the exit status."""
    options = arguments()
    head, base = git("rev-parse", options.head), git("rev-parse", f"{options.base or options.head + '^'}^{{commit}}")
    shutil.rmtree(FOLDER, ignore_errors=True)
    measured = Measured(base, head)
    measured.run_twice(options.bench)
    noise = measured.noise()
    suspects = measured.changed(noise)
    if suspects:
        measured.run_twice("|".join(map(selecting, suspects)))
    lost = {case: change for case, change in measured.changed(noise).items() if case in suspects}
    text = markdown(measured, noise, suspects, lost)
    REPORT.write_text(text)
    print(f"\n{text}", end="")
    return 1 if lost else 0


def arguments():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Has a commit become slower than another one?")
    parser.add_argument("--base", metavar="REVISION", help="what to compare with; the parent if not given")
    parser.add_argument("--head", metavar="REVISION", default="HEAD", help="what to compare; HEAD if not given")
    parser.add_argument("--bench", metavar="REGEX", default=r"^ratio\.", help="benchmarks, all of `ratio` if not given")
    return parser.parse_args()


class Measured:
    """The figures of two commits, run by run."""

    def __init__(self, base, head):
        self.commits = {"base": base, "head": head}
        self.runs = {"base": [], "head": []}

    def run_twice(self, selection):
        """Run benchmarks on both commits in turn, twice."""
        from pages import results

        for _ in range(2):
            for which, commit in self.commits.items():
                folder = FOLDER / f"{which}{len(self.runs[which]) + 1}"
                status = Asv(folder, selection, environments=FOLDER / "env").run_commit(commit)
                if status:
                    sys.exit(f"asv failed on {commit[:8]} with status {status}.")
                (run,) = results.runs(folder / "results")
                self.runs[which].append({(one.benchmark, *one.parameters): one.value for one in run.figures})

    def noise(self):
        """Return by which factor less one the runs of one commit differ, but for one figure out of twenty."""
        pairs = [(first[case], second[case]) for first, second in self.runs.values() for case in first]
        distances = sorted(abs(math.log(second / first)) for first, second in pairs)
        return math.exp(distances[math.ceil(QUANTILE * len(distances)) - 1]) - 1

    def changed(self, noise):
        """Return ``{case: change}`` of what is slower in every run of the head than in any of the base."""
        found = {}
        for case in self.runs["base"][0]:
            base, head = ([run[case] for run in self.runs[which] if case in run] for which in ("base", "head"))
            change = statistics.median(head) / statistics.median(base) - 1 if head else 0
            if change > max(noise, LEAST) and min(head) > max(base):
                found[case] = change
        return found

    def geometric_mean(self):
        """Return the factor by which the ratios of the head differ from those of the base."""
        logarithms = [
            math.log(statistics.median(run[case] for run in self.runs["head"] if case in run))
            - math.log(statistics.median(run[case] for run in self.runs["base"] if case in run))
            for case in self.runs["base"][0]
        ]
        return math.exp(statistics.fmean(logarithms))


def selecting(case):
    """Return the regular expression that selects one case among asv's benchmarks."""
    benchmark, *parameters = case
    written = [re.sub(r"^\d[\d_]*$", lambda number: number[0].replace("_", ""), one) for one in parameters]
    return rf"^{re.escape(benchmark)}\({', '.join(one if one.isdigit() else repr(one) for one in written)}\)$"


def markdown(measured, noise, suspects, lost):
    """Return the report."""
    base, head = (commit[:8] for commit in measured.commits.values())
    cases = measured.runs["base"][0]
    lines = [
        f"# {head} against {base}: {f'{len(lost)} slower' if lost else 'not slower'}",
        "",
        f"* {len(cases)} figures, each measured twice on both commits in turn",
        f"* noise: {noise:.1%}, by which two runs of one commit differ at most in nineteen figures out of twenty",
        f"* slower: by more than that, and than {LEAST:.0%}, in the median, and in every run than in any of the base",
        f"* {len(suspects)} seemed slower and were measured twice more; {len(lost)} of them were",
        f"* all figures together: {measured.geometric_mean() - 1:+.1%}",
    ]
    if suspects:
        lines += ["", "| | base | head | change | |", "|---|---|---|---:|---|"]
    for case in sorted(suspects, key=suspects.get, reverse=True):
        values = [", ".join(f"{run[case]:.3g}" for run in runs if case in run) for runs in measured.runs.values()]
        verdict = "**slower**" if case in lost else "noise"
        lines.append(f"| {' '.join(case)} | {' | '.join(values)} | {lost.get(case, suspects[case]):+.0%} | {verdict} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
