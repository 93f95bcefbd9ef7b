"""What is done already: one line of JSON for each finished job, so that a run which was stopped goes on."""

import hashlib
import json
from pathlib import Path

import numpy as np
import peers
from jobs import elementwise
from measure import IDENTITIES

from numba_act import reference
from numba_act.engine.compiler.fingerprint import fingerprint
from numba_act.engine.compiler.link import call_graph
from numba_act.engine.public.configuration import cpu_model

_LOOP = "numba_act.engine.elementwise.loop"
_MEASURING = ("distance", "inputs", "measure", "peers", "truth")  # the files that change what a job finds


class Journal:
    """The results in a file, each under its job's key and a digest of all code that the result depends on."""

    def __init__(self, path):
        self._path = path
        self._results = {}
        self._digests = {}
        if path.exists():
            for line in path.read_text().splitlines():
                try:
                    digest, key, result = json.loads(line)
                except ValueError:
                    continue  # the run was killed while it wrote
                self._results[digest, key] = result

    def find(self, job):
        """Return the result of a job, or None."""
        return self._results.get((self._digest(job), job.key))

    def add(self, job, result):
        """Keep the result of a job."""
        self._results[self._digest(job), job.key] = result
        with self._path.open("a") as file:
            file.write(json.dumps([self._digest(job), job.key, result]) + "\n")

    def _digest(self, job):
        about = job.function, job.with_peers
        if about not in self._digests:
            names = [job.function]
            if job.function in IDENTITIES and IDENTITIES[job.function][0] in elementwise():
                names.append(IDENTITIES[job.function][0])
            others = [cpu_model(), *(_text_digest(name) for name in _MEASURING)]
            if job.with_peers:
                others.append(sorted(peers.installed().items()))
            kernels = [
                call_graph(elementwise()[name], dtype, tables=True)
                for name in names
                for dtype in elementwise()[name].dtypes
            ]
            formula = call_graph(getattr(reference, job.function), np.float64)
            self._digests[about] = fingerprint([formula, *kernels], [_LOOP], *others)
        return self._digests[about]


def _text_digest(name):
    return hashlib.sha256((Path(__file__).parent / f"{name}.py").read_bytes()).hexdigest()
