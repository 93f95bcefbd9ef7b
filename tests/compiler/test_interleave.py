"""The loops that ask to be interleaved are, and compute what they would have computed."""

import re

import numba
import pytest
from intermediate_code import intermediate_code
from numba import types

from numba_act.engine.compiler.interleave import VECTORS, interleave, interleaved, opaque_count
from numba_act.language.declaration import vectorize


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_loop_computes_several_vectors(dtype):
    """A kernel long enough for LLVM not to interleave it unasked; its one division counts the vectors of a loop."""

    @vectorize([f"{dtype}({dtype})"])
    def probe(x):
        one = type(x)(1)
        for _ in range(20):
            x = x * x + one
        return one / x

    (text,) = intermediate_code(probe)
    assert "numba_act.loop" not in text
    blocks = re.split(r"^\S+:.*\n", text, flags=re.MULTILINE)
    divisions = [len(re.findall(r"fdiv <\d+ x \w+>", block)) for block in blocks]
    assert divisions.count(VECTORS) == 1


def test_loop_that_does_not_ask_is_left_alone():
    text = "define void @f() {\nentry:\n  ret void\n}\n"
    assert interleaved(text) is text


def test_asking_where_the_loop_has_several_blocks_changes_nothing_but_the_marker():
    """A branch that cannot become a select: nothing to interleave, and the marker must still go."""

    @numba.cfunc(types.void(types.CPointer(types.float64), types.intp), error_model="numpy", _nrt=False)
    def loop(x, count):
        for i in range(count):
            interleave(VECTORS)
            if x[i] > 1:
                x[i] = x[i - 1]

    assert "numba_act.loop" in loop.inspect_llvm()
    assert "numba_act.loop" not in interleaved(loop.inspect_llvm())


def test_short_loop_is_vectorised_rather_than_unrolled():
    """A loop of few trips is unrolled by numba before it looks for vectors, unless it cannot know how few."""

    @numba.cfunc(types.void(types.CPointer(types.float32), types.intp), error_model="numpy", _nrt=False)
    def loop(x, count):
        for start in range(0, count, 16):
            for i in range(opaque_count(16)):
                interleave(1)
                x[start + i] = x[start + i] * x[start + i] + types.float32(1)

    text = interleaved(loop.inspect_llvm())
    assert "numba_act." not in text
    body = max(re.split(r"^\S+:.*\n", text, flags=re.MULTILINE), key=lambda block: block.count("fmul"))
    assert re.search(r"fmul <\d+ x float>", body)
    assert not re.search(r"fmul float", text)
