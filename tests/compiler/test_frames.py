"""Frames of compiled functions are small: a user's thread may have a small stack, and loops do not probe it."""

import json
import platform
import re
from pathlib import Path

import pytest
from processes import output_of

from numba_act.engine.public.registry import activations

pytestmark = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="of x86-64 only")

# Bytes of the largest frame, of loops of numbers and loops of rows.
MOST, MOST_OF_ROWS = 8 << 10, 16 << 10

# Every function, in every namespace, with a mask where it takes one.
SCRIPT = """
    import importlib
    import json
    import re

    import numpy as np

    from numba_act.engine.compiler import machine_code
    from numba_act.engine.public.registry import activations
    from numba_act.engine.threads import layers

    frames, load = {}, machine_code.load


    def recorded(code, name):
        sizes = [int.from_bytes(size, "little") for size in re.findall(b"\\x48\\x81\\xec(....)", code, re.DOTALL)]
        frames[name] = max([size for size in sizes if size < 1 << 30], default=0)
        return load(code, name)


    machine_code.load = recorded
    for module in ("numba_act", "numba_act.cpu"):
        for name, declaration in activations().items():
            function = getattr(importlib.import_module(module), name)
            if declaration.is_row and declaration.reduction.masks:
                function(np.ones(3), where=np.ones(3, bool))
    layers.prepare()
    print(json.dumps(frames))
"""


@pytest.fixture(scope="module")
def frames():
    """Return the bytes that the prologue of each function takes of the stack, ``sub rsp, imm32``, by its name."""
    return json.loads(output_of(SCRIPT.replace("\\", "\\\\"), Path.home()))


def test_frames_are_small(frames):
    of_rows = "|".join(name for name, found in activations().items() if found.is_row)
    too_large = {
        name: size
        for name, size in frames.items()
        if size > (MOST_OF_ROWS if re.match(rf"numba_act\.(row_|({of_rows})_)", name) else MOST)
    }
    assert not too_large


def test_frames_are_found(frames):
    assert max(frames.values()) > 1 << 10
