"""Where there is no memory to work in: a MemoryError, and nothing is written to address 0."""

import sys
from pathlib import Path

import pytest
from processes import output_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no limit of memory that this system keeps to")


# The first calls find none to keep, the second ones none for columns that are more than what is kept.
@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("call", ["na.cpu.softmax(x, axis=0, out=out)", "na.cpu.relu(x[:, ::2], out=out[:, ::2])"])
def test_no_memory(call, first):
    script = f"""
        import resource
        from pathlib import Path

        import numpy as np

        import numba_act as na

        x, out = np.full((1000, 1000), 3.0), np.ones((1000, 1000))
        na.cpu.softmax, na.cpu.relu
        first = {first}
        if not first:
            {call}
            expected = out.copy()
        size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size + (1 << 20), hard))
        hoard = []
        try:
            while True:
                hoard.append(bytes(50_000))
        except MemoryError:
            pass
        try:
            {call}
        except MemoryError as error:
            found = str(error)
        else:
            found = "none"
        del hoard
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        {call}
        assert first or (out == expected).all()
        print(found)
    """
    expected = "a loop of numba_act found no memory to work in"
    if not first and "relu" in call:
        expected = "none"  # what the first call keeps is enough
    assert output_of(script, Path.home()).strip() == expected
