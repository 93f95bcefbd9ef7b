"""Fixtures that are filled from the registry: ``subject``, ``elementwise`` and ``row`` are every activation."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Set before OpenMP is loaded. Its threads otherwise wait for each other in busy loops, and where other processes want
# the cores as well, each of the many calls of the parallel functions takes as long as the scheduler's time slices: a
# suite of minutes takes hours. `threading_layers.py` says it again to its own processes.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

for helper in Path(__file__).parent.glob("*.py"):
    if helper != Path(__file__):
        pytest.register_assert_rewrite(helper.stem)

from subjects import MODULES, representatives, subjects

from numba_act.engine.public.registry import activations

CHOICES = {
    "subject": lambda subject: True,
    "elementwise": lambda subject: not subject.is_row,
    "row": lambda subject: subject.is_row,
    "reducing": lambda subject: subject.reduces,
    # Whatever can be computed in place.
    "same_shape": lambda subject: not subject.reduces,
    # Everything that takes casting=, order= and subok=.
    "with_ufunc_keywords": lambda subject: subject.takes_ufunc_keywords,
    "with_parameter": lambda subject: not subject.is_row and bool(subject.declaration.parameters),
    # Whatever has defaults for everything but x, and takes numbers as well as arrays.
    "public": lambda subject: subject.namespace != "ufuncs",
}


def tables():
    """Return what fixtures choose from. Their names are made of a choice: ``row``, ``row_loop`` and ``every_row``."""
    return {
        # What Python and NumPy do before a loop is called: by namespace, and for halves, which other dtypes widen.
        "{}": subjects(representatives(), MODULES, ("float16", "float32")),
        # What a loop does before and after the kernel: how it finds elements, in all dtypes, and how work is divided.
        "{}_loop": subjects(representatives(), ("cpu", "parallel")),
        # What a kernel computes.
        "every_{}": subjects(activations().values(), ("cpu",)),
    }


# pytest's workers would all compile the same functions at the same time, as soon as they collect the doctests.
def pytest_sessionstart(session):
    """Before there are workers, compile every function once: two processes begin at the two ends of the registry."""
    option = session.config.option
    if getattr(option, "numprocesses", None) and not hasattr(session.config, "workerinput"):
        names = [*activations()]
        script = "import sys, numba_act; [getattr(numba_act.cpu, name) for name in sys.argv[1:]]"
        ends = [subprocess.Popen([sys.executable, "-c", script, *order]) for order in (names, names[::-1])]
        for process in ends:
            process.wait()


def pytest_generate_tests(metafunc):
    for naming, table in tables().items():
        for choice, chosen in CHOICES.items():
            name = naming.format(choice)
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, [*filter(chosen, table)], ids=str)
    declarations = activations()
    if "declaration" in metafunc.fixturenames:
        metafunc.parametrize("declaration", [*declarations.values()], ids=[*declarations])
    if "parametrised" in metafunc.fixturenames:
        chosen = [found for found in declarations.values() if found.parameters and not found.is_row]
        metafunc.parametrize("parametrised", chosen, ids=[found.name for found in chosen])
