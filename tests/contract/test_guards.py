"""Nothing is read or written outside of the arrays."""

import sys
from pathlib import Path

import pytest
from processes import output_of


@pytest.mark.skipif(sys.platform != "linux", reason="needs mprotect")
def test_nothing_is_read_or_written_outside_the_array():
    """Input and output each end, and begin, at a page that nobody may touch; to touch it ends the process."""
    script = """
        import ctypes
        import itertools
        import mmap

        import numpy as np

        import numba_act
        from numba_act.engine.public.registry import activations

        PAGE = mmap.PAGESIZE
        protect = ctypes.CDLL(None, use_errno=True).mprotect
        protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        kept = []


        def page_between_guards():
            whole = mmap.mmap(-1, 3 * PAGE)
            kept.append(whole)
            start = ctypes.addressof(ctypes.c_char.from_buffer(whole))
            assert protect(start, PAGE, 0) == 0
            assert protect(start + 2 * PAGE, PAGE, 0) == 0
            return np.frombuffer(whole, np.uint8)[PAGE : 2 * PAGE]


        def strided(page, dtype, length, step, at_end):
            elements = page.view(dtype)
            span = (length - 1) * abs(step) + 1
            elements = elements[elements.size - span :] if at_end else elements[:span]
            return elements[::step]


        source, target = page_between_guards(), page_between_guards()
        for declaration in activations().values():
            function = getattr(numba_act.cpu, declaration.name)
            for dtype in declaration.loop_dtypes:
                for step in (1, 2, 3, -1, -2, -3):
                    for length in range(1, 70):
                        for at_end in (False, True):
                            x = strided(source, dtype, length, step, at_end)
                            x[...] = 1
                            if declaration.reduces:
                                function(x, out=strided(target, dtype, 1, 1, at_end).reshape(()))
                                continue
                            function(x, out=strided(target, dtype, length, 1, at_end))
                            function(x, out=strided(target, dtype, length, step, at_end))
                if not declaration.is_row:
                    continue
                # Many rows: they are taken several at a time, also where they are columns.
                for shape in itertools.product((2, 3, 4, 5, 15, 16, 17, 31), (1, 2, 3, 4, 7, 8, 15, 16)):
                    for axis, at_end in itertools.product((0, 1), (False, True)):
                        x = strided(source, dtype, shape[0] * shape[1], 1, at_end).reshape(shape)
                        x[...] = 1
                        wanted = np.delete(shape, axis) if declaration.reduces else shape
                        out = strided(target, dtype, int(np.prod(wanted)), 1, at_end).reshape(wanted)
                        function(x, axis=axis, out=out)
        print("alive", flush=True)
        __import__("os")._exit(0)
    """
    assert output_of(script, home=Path.home()) == "alive\n"
