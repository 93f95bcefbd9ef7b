"""Fixtures that are filled from the registry: ``subject``, ``elementwise`` and ``row`` are every activation."""

import os
from pathlib import Path

import pytest

# Set before OpenMP is loaded. Its threads otherwise wait for each other in busy loops, and where other processes want the
# cores as well, each of the many calls of the parallel functions takes as long as the scheduler's time slices: a suite of
# minutes takes hours. `test_threads.py` undoes it for its own processes.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

for helper in Path(__file__).parent.glob("*.py"):
    if helper != Path(__file__):
        pytest.register_assert_rewrite(helper.stem)

from subjects import subjects

from numba_act.engine.registry import activations

CHOICES = {
    "subject": lambda subject: True,
    "elementwise": lambda subject: not subject.is_row,
    "row": lambda subject: subject.is_row,
    "reducing": lambda subject: subject.reduces,
    # Whatever can be computed in place.
    "same_shape": lambda subject: not subject.reduces,
    # Everything that takes casting=, order= and subok=.
    "with_ufunc_keywords": lambda subject: subject.takes_ufunc_keywords,
    "with_parameter": lambda subject: not subject.is_row and subject.declaration.inputs == 2,
    # Whatever has defaults for everything but x, and takes numbers as well as arrays.
    "public": lambda subject: subject.namespace != "ufuncs",
    # Every activation and dtype once.
    "one_thread": lambda subject: subject.namespace == "cpu",
    "one_thread_elementwise": lambda subject: subject.namespace == "cpu" and not subject.is_row,
    "one_thread_with_parameter": lambda subject: (
        subject.namespace == "cpu" and not subject.is_row and subject.declaration.inputs == 2
    ),
    "one_thread_row": lambda subject: subject.namespace == "cpu" and subject.is_row,
}


def pytest_generate_tests(metafunc):
    for fixture, chosen in CHOICES.items():
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, [*filter(chosen, subjects())], ids=str)
    declarations = activations()
    if "declaration" in metafunc.fixturenames:
        metafunc.parametrize("declaration", [*declarations.values()], ids=[*declarations])
    if "parametrised" in metafunc.fixturenames:
        chosen = [found for found in declarations.values() if found.parameters and not found.layout]
        metafunc.parametrize("parametrised", chosen, ids=[found.name for found in chosen])
