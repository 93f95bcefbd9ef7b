"""A small history that asv publishes like that of the real suite, without a benchmark being run."""

import json
import subprocess
import sys

COMMITS = 12
FIRST_DATE = 1_700_000_000
DAY = 86_400
MACHINE = {"arch": "x86_64", "cpu": "a processor", "machine": "vm", "num_cpu": "2", "os": "Linux", "ram": "1"}
PYTHON = "3.11"

# What became slower with the seventh commit is a regression.
STEADY, SLOWER = [0.5] * COMMITS, [0.5] * 6 + [1.5] * 6
SIZES, FUNCTIONS = ["1000", "1000000"], ["'relu'", "'gelu'"]
BENCHMARKS = {
    "layouts.Copy.track_ratio": {"size": SIZES},
    "overhead.Call.track_ratio": {},
    "ratio.AgainstNumPy.track_ratio": {"function": FUNCTIONS, "dtype": ["'float32'"], "size": SIZES},
}
FIGURES = {
    "layouts.Copy.track_ratio": [STEADY, STEADY],
    "overhead.Call.track_ratio": [SLOWER],
    "ratio.AgainstNumPy.track_ratio": [STEADY, STEADY, SLOWER, STEADY],
}
REGRESSED = ["overhead.Call.track_ratio", "ratio.AgainstNumPy.track_ratio"]


def publish(folder):
    """Write a repository, results for each of its commits and their pages; return the folder of the pages."""
    repository = folder / "repository"
    commits = commit_repeatedly(repository)
    results = folder / "results"
    write(results / "benchmarks.json", {name: described(name) for name in BENCHMARKS} | {"version": 2})
    write(results / "vm" / "machine.json", MACHINE | {"version": 1})
    for index, commit in enumerate(commits):
        write(results / "vm" / f"{commit[:8]}-python{PYTHON}.json", result(commit, index))
    configuration = {
        "version": 1,
        "project": "numba_act",
        "project_url": "#",
        "repo": str(repository),
        "branches": ["main"],
        "results_dir": str(results),
        "html_dir": str(folder / "html"),
        "env_dir": str(folder / "env"),
        "benchmark_dir": str(folder / "benchmarks"),
    }
    path = write(folder / "asv.conf.json", configuration)
    subprocess.run([sys.executable, "-m", "asv", "publish", "--no-pull", "--config", path], check=True)
    return folder / "html"


def commit_repeatedly(repository):
    """Make a repository and return the names of its commits, oldest first."""

    def git(*command, given=None):
        done = subprocess.run(
            ["git", "-C", repository, *command], input=given, check=True, capture_output=True, text=True
        )
        return done.stdout.split()

    repository.mkdir()
    git("init", "--quiet", "--initial-branch=main")
    stream = [
        f"commit refs/heads/main\ncommitter Somebody <somebody@example.org> {date(index)} +0000\ndata 1\n{index % 10}\n"
        for index in range(COMMITS)
    ]
    git("fast-import", "--quiet", given="".join(stream))
    return git("rev-list", "--reverse", "main")


def date(index):
    """Return when a commit was made, in seconds."""
    return FIRST_DATE + index * DAY


def described(name):
    """Return what asv's benchmarks.json says of a benchmark."""
    parameters = BENCHMARKS[name]
    return {
        "code": "",
        "name": name,
        "param_names": [*parameters],
        "params": [*parameters.values()],
        "type": "track",
        "unit": "ours / NumPy",
        "version": "1",
    }


def result(commit, index):
    """Return what asv's file of results says of a commit."""
    return {
        "commit_hash": commit,
        "env_name": f"python{PYTHON}",
        "date": date(index) * 1000,
        "params": MACHINE | {"python": PYTHON},
        "python": PYTHON,
        "requirements": {},
        "env_vars": {},
        "result_columns": ["result", "params", "version", "started_at"],
        "results": {
            name: [[figure[index] for figure in figures], [*BENCHMARKS[name].values()], "1", date(index) * 1000]
            for name, figures in FIGURES.items()
        },
        "durations": {},
        "version": 2,
    }


def write(path, content):
    """Write a JSON file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path
