"""A copy of the package with an activation of its own, which compiles in a second, and the cache of its user."""

import os
import shutil
from pathlib import Path

import pytest
from processes import finish, output_of, start

import numba_act

# probe(1) is the product of five primes, each of which reaches the machine code by another way. Integers, because their
# loops take half as long to compile.
KERNEL = """\
import numpy as np

from numba_act.language.declaration import vectorize
from numba_act.kernels.elementary import probe_constants
from numba_act.kernels.elementary.probe_constants import IMPORTED
from numba_act.kernels.elementary.probe_functions import chosen, indirect

GLOBAL = np.int64(2)


@vectorize(["int64(int64)"])
def probe(x):
    'Return a product of primes.'
    return x * GLOBAL * IMPORTED * probe_constants.ATTRIBUTE * chosen(x) * indirect(x)
"""

CONSTANTS = """\
IMPORTED = 3
ATTRIBUTE = 5
"""

FUNCTIONS = """\
from numba_act.language.primitives import by_dtype

COEFFICIENTS = (0, 11)


def chosen_float(x):
    return 17


def chosen_integer(x):
    return 7


chosen = by_dtype(float32=chosen_float, float64=chosen_float, integer=chosen_integer)


def indirect(x):
    return last(x)


def last(x, offset=0):
    return COEFFICIENTS[0] * x + COEFFICIENTS[1] + offset
"""


def probed(x):
    """Return what the probe makes of an integer."""
    return x * 2 * 3 * 5 * 7 * 11


RESULT = probed(1)
SHOW = """
    import sys

    import numba_act

    print(numba_act.cpu.probe(1), "numba" in sys.modules)
"""


# What the kernel returns in Python, and under which key compiled code would be looked for. Nothing is compiled.
KEY = """
    import numpy as np

    import numba_act
    from numba_act.engine.compiler import cache
    from numba_act.engine.public.registry import activations


    class Asked(Exception):
        pass


    def asked(key):
        raise Asked(key)


    cache.read = asked
    probe = activations()["probe"]
    try:
        numba_act.cpu.probe
    except Asked as error:
        print(float(probe(probe.dtypes[0].type(1))), error)
"""


class Package:
    """A copy of the package, and the home and cache folder of its user."""

    def __init__(self, place):
        self.place = place
        self.home = place / "home"
        self.home.mkdir()
        self.cache = place / "cache"
        self.root = place / "copy"
        self.source = self.root / "numba_act"
        shutil.copytree(Path(numba_act.__file__).parent, self.source, ignore=shutil.ignore_patterns("__pycache__"))
        kernels = self.source / "kernels"
        (kernels / "probe.py").write_text(KERNEL, encoding="utf-8")
        (kernels / "elementary" / "probe_constants.py").write_text(CONSTANTS, encoding="utf-8")
        (kernels / "elementary" / "probe_functions.py").write_text(FUNCTIONS, encoding="utf-8")

    def variables(self, variables):
        chosen = {"NUMBA_ACT_CACHE_DIR": self.cache, "PYTHONPATH": self.root} | variables
        return {name: value for name, value in chosen.items() if value is not None}

    def start(self, script=SHOW, **variables):
        return start(script, self.home, **self.variables(variables))

    def show(self, **variables):
        """Return (the result of the probe, whether it had to be compiled) in a new process."""
        result, compiled = output_of(SHOW, self.home, **self.variables(variables)).split()
        return float(result), compiled == "True"

    def result_and_key(self):
        """Return what the probe returns in Python, and the key of its compiled code, in a new process."""
        result, key = finish(self.start(KEY)).split()
        assert key.startswith("probe-")
        return float(result), key

    def edit(self, file, old, new):
        """Replace a part of a source file and give it back its time stamps."""
        path = self.source / file
        status = path.stat()
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{file} has changed: the test needs another place to edit"
        path.write_text(text.replace(old, new), encoding="utf-8")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def other_user(path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 12345, -1)
