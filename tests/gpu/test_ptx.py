"""The kernels for GPUs as PTX and machine code: what the compiler and the assembler say of them, on any machine."""

import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from gpu_results import FIRST_ROW
from subjects import representatives

import numba_act as na
from numba_act.engine.gpu.memory.operands import gpu_dtypes
from numba_act.engine.gpu.ptx import layouts
from numba_act.engine.gpu.rows.plan import bound, plan
from numba_act.engine.gpu.target import toolkit
from numba_act.engine.gpu.target.formats import format_of
from numba_act.engine.gpu.target.launch import ptx
from numba_act.engine.public.registry import activations

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None, reason="numba-cuda is not installed, which is not to be had here"
)

# The oldest that the compiler knows, before there were instructions for bfloat16, and that of a H100 or H200.
OLD, NEW = (7, 5), (9, 0)


def forms(declaration):
    """Return (dtype, layout, compute capability) of the kernels to look at: few of rows, for each takes seconds.

    Of the first function of its kind all dtypes, where bfloat16 stands for float16; of others those that may not be
    computed in float64. The usual layout, which comes first, holds most in registers.
    """
    usual, *others = layouts(declaration)
    dtypes = [dtype for dtype in gpu_dtypes(declaration) if dtype != "float16"]
    if not declaration.is_row:
        found = [(dtype, usual, NEW) for dtype in ("float32", "bfloat16")]
        if declaration in representatives():
            found = [(dtype, usual, NEW) for dtype in dtypes]
            found += [(dtype, layout, NEW) for dtype in ("bfloat16", "float64") for layout in others]
            found += [(dtype, usual, OLD) for dtype in ("bfloat16", "float32")]
        return found
    if declaration.name == FIRST_ROW:
        found = [("float32", layout, NEW) for layout in (usual, *others)]
        return [
            *found,
            ("float64", usual, NEW),
            ("bfloat16", usual, NEW),
            ("bfloat16", usual, OLD),
            ("float32", usual, OLD),
        ]
    wide = "float32", "float64"
    return [(wide[number % 2], layout, NEW) for number, layout in enumerate((usual, *others))]


KERNELS = [(name, *form) for name, declaration in activations().items() for form in forms(declaration)]


def assembler():
    """Return the path of ``ptxas``, that of the package rather than an older one, or None."""
    for folder in map(pathlib.Path, sys.path):
        found = folder / "nvidia/cu13/bin/ptxas"
        if found.exists():
            return str(found)
    return shutil.which("ptxas")


@pytest.mark.parametrize(("name", "dtype", "layout", "cc"), KERNELS, ids=lambda each: str(each))
def test_kernels_stay_in_registers_and_in_their_precision(name, dtype, layout, cc):
    text = na.cuda.compile_ptx(name, dtype, cc, layout=layout)
    assert f".target sm_{cc[0]}{cc[1]}" in text
    assert ".local" not in text
    if dtype != "float64":
        assert ".f64" not in text
    if layout in ("contiguous", "block", "warp"):
        assert re.search(r"ld\.global\.v[24]\.", text)
        if not activations()[name].reduces:
            assert re.search(r"st\.global\.v[24]\.", text)
    # As it is linked at run time, which takes more registers.
    log = []
    toolkit.assembled(text, cc, log)
    assert not re.search(r"[1-9]\d* bytes (spill|stack)", log[0]), log[0]
    assert "Used" in log[0]
    if assembler() is None:
        pytest.skip("no ptxas is installed")
    command = [assembler(), "-v", f"-arch=sm_{cc[0]}{cc[1]}", "-o", "/dev/null", "-"]
    run = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if "Unsupported .version" in run.stderr:
        pytest.skip("ptxas is older than the compiler")
    assert run.returncode == 0, run.stderr
    assert "0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads" in run.stderr


@pytest.mark.parametrize("length", [16, 2048])
@pytest.mark.parametrize("vectors", [False, True])
def test_rows_of_any_length_stay_in_registers(length, vectors):
    format = format_of("float32")
    chosen = plan(format, length, 1, vectors=vectors, masked=False, columns=False, largest_block=1024)
    text = ptx(chosen.write, activations()["log_softmax"], "float32", (9, 0), chosen.form, bound(chosen, 1024))
    log = []
    toolkit.assembled(text, (9, 0), log)
    assert not re.search(r"[1-9]\d* bytes (spill|stack)", log[0]), log[0]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_memory_is_accessed_sixteen_bytes_at_a_time(dtype):
    text = na.cuda.compile_ptx("relu", dtype)
    vector = {"float64": "v2.f64", "float32": "v4.f32"}.get(dtype, "v4.u32")
    assert f"ld.global.{vector}" in text
    assert f"st.global.{vector}" in text


def test_halves_are_rounded_two_at_a_time_where_there_is_an_instruction():
    assert "cvt.rn.bf16x2.f32" in na.cuda.compile_ptx("relu", "bfloat16", (9, 0))
    assert "cvt.rn.bf16" not in na.cuda.compile_ptx("relu", "bfloat16", (7, 5))


@pytest.mark.parametrize(
    ("arguments", "keywords", "error", "message"),
    [
        (("rleu", "float32"), {}, ValueError, "no activation 'rleu'"),
        (("gelu", "int32"), {}, TypeError, "gelu is computed in float16, bfloat16, float32, float64, not in int32"),
        (("gelu", "float32"), {"layout": "block"}, ValueError, "layouts contiguous, strided, transposed, not 'block'"),
    ],
)
def test_says_what_it_cannot_compile(arguments, keywords, error, message):
    with pytest.raises(error, match=message):
        na.cuda.compile_ptx(*arguments, **keywords)
