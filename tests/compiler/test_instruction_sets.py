"""The machine code for CPUs other than this one: vectorised, and the same bits wherever there is a fused multiply-add.

One process for each CPU compiles functions once, for floating dtypes only, all of them at the same time.
"""

import json
import os
import platform
import re
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np
import pytest
from intermediate_code import intermediate_code
from processes import finish, start
from subjects import representatives

from numba_act.engine.compiler import machine_code, pipeline
from numba_act.engine.compiler.interleave import VECTORS
from numba_act.engine.public.registry import activations
from numba_act.engine.public.ufunc import build_ufunc
from numba_act.language.declaration import Declaration

X86 = ("x86_64", "AMD64")
pytestmark = pytest.mark.skipif(platform.machine() not in X86, reason="of x86-64 only")
ELEMENTWISE = [name for name, found in activations().items() if not found.is_row]
WITH_TABLES = ["tanh"]
HAS_FMA = "+fma" in machine_code.processor()[1].split(",")

FEW = [found.name for found in representatives() if not found.is_row]

# The CPU's name, features to add or take away, the register to look for in its machine code, whether to run it here,
# and which functions: what a kernel makes of vectors is seen on one CPU, the longest registers are for those that have
# tables.
CPUS = {
    "haswell": ("haswell", "", "ymm", HAS_FMA, ELEMENTWISE),
    # LLVM prefers half of its registers, for the sake of the clock rate of the first processors that had them.
    "skylake-avx512": (
        "skylake-avx512", "+avx512f,-prefer-256-bit", "zmm", False, list(dict.fromkeys([*FEW, *WITH_TABLES]))
    ),
    "generic": ("generic", "", None, True, FEW),
}  # fmt: skip


def of_floats(name):
    """Return a declaration without the loops of integers, which take as long to compile as those of floats."""
    declaration = activations()[name]
    floats = [dtype for dtype in declaration.dtypes if dtype.kind == "f"]
    return Declaration(declaration.kernel, floats, max_ulp=declaration.max_ulp, overflowing=declaration.overflowing)


def results(names=ELEMENTWISE, look=lambda name, declaration: None):
    """Return functions' results as lists of numbers, by name and dtype; ``look`` is called after each was compiled."""
    found = {}
    for name in names:
        declaration = of_floats(name)
        ufunc = build_ufunc(declaration, "cpu")  # once: in the other processes there is no cache
        look(name, declaration)
        for dtype in ("float16", "float32", "float64"):
            x = (np.random.default_rng(0).standard_normal(3001) * 8).astype(dtype)
            parameters = [x.dtype.type(value) for value in declaration.parameters.values()]
            found[f"{name} {dtype}"] = ufunc(x, *parameters).astype(float).tolist()
    return found


def results_without_tables():
    """Return what `results` does for a CPU that has this one's operations except for lookups."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("numba_act.engine.elementwise.table.looks_up_tables", lambda: False)
        patch.setenv("NUMBA_ACT_CACHE_DIR", "")
        without = results(WITH_TABLES)
    return results() | without


def instructions(text, register):
    """Return how many instructions use a register, look up and gather, and what is called, in compiled LLVM code."""
    lines = machine_code._engine()[0].emit_assembly(llvm.parse_assembly(text)).splitlines()
    packed = [line for line in lines if f"%{register}" in line and not line.split()[0].startswith("vmov")]
    addressed = re.findall(r"movabsq\s+\$([A-Za-z][\w.]*)", "\n".join(lines))
    called = [name for name in addressed if not name.endswith(".values")]  # those of a table
    lookups = sum(bool(re.match(r"\s+vperm[it]2ps", line)) for line in packed)
    gathers = sum("gather" in line.split()[0] for line in lines if line.strip())
    return len(packed), lookups, gathers, sorted(set(called) - {"memcpy", "memset"})


def report(register, run, names):
    """Print what this process, which compiles for another CPU, makes of every function."""
    found = {}
    compiled, compile_loops = [], pipeline.compile_loops

    def recorded(loops):
        for symbol, text in compile_loops(loops):
            compiled.append(text)
            yield symbol, text

    # A function's own loops are compiled before those that serve all functions.
    def look(name, declaration):
        for dtype, text in zip(declaration.dtypes, compiled, strict=False):
            found[f"{name} {dtype}"] = instructions(text, register)
        compiled.clear()

    pipeline.compile_loops = recorded
    if run:
        computed = results(names, look if register else lambda name, declaration: None)
    else:
        computed = None
        for name in names:
            compiled += intermediate_code(of_floats(name))
            look(name, of_floats(name))
    print(json.dumps({"instructions": found, "results": computed}))


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Return what the processes report, by CPU."""
    processes = {}
    try:
        for cpu, (name, features, register, run, names) in CPUS.items():
            environment = {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features, "NUMBA_ACT_CACHE_DIR": ""}
            script = f"import test_instruction_sets\ntest_instruction_sets.report({register!r}, {run}, {names!r})"
            home = tmp_path_factory.mktemp("home")
            # Of this module, which the script imports, and of those that it imports.
            paths = f"{Path(__file__).parent}{os.pathsep}{Path(__file__).parents[1]}"
            processes[cpu] = start(script, home=home, PYTHONPATH=paths, **environment)
        return {cpu: json.loads(finish(process, timeout=280)) for cpu, process in processes.items()}
    finally:
        for process in processes.values():
            process.kill()


@pytest.mark.parametrize("cpu", [cpu for cpu, (_, _, register, _, _) in CPUS.items() if register])
def test_loops_are_vectorised_and_call_nothing(cpu, reports):
    found = reports[cpu]["instructions"]
    assert len(found) == 2 * len(CPUS[cpu][-1])
    for name, (packed, _, _, calls) in found.items():
        assert packed >= VECTORS, name
        assert calls == [], name


def test_tables_are_looked_up_where_the_registers_are_long_enough(reports):
    """Five of them, in the loop of four vectors and its remainder; elsewhere there is nothing to look up."""
    _, lookups, gathers, _ = reports["skylake-avx512"]["instructions"]["tanh float32"]
    assert lookups >= 5 * (VECTORS + 1)
    assert gathers == 0
    for name, (_, lookups, gathers, _) in reports["haswell"]["instructions"].items():
        assert lookups == gathers == 0, name


def test_functions_said_to_have_tables_have_them(reports):
    found = {
        name.split()[0] for name, (_, lookups, _, _) in reports["skylake-avx512"]["instructions"].items() if lookups
    }
    assert found == set(WITH_TABLES)


@pytest.mark.skipif(not HAS_FMA, reason="this CPU cannot run it")
def test_same_bits_with_shorter_registers(reports):
    there = reports["haswell"]["results"]
    for name, values in results_without_tables().items():
        np.testing.assert_array_equal(there[name], values, err_msg=name)


def test_without_fused_multiply_add_results_differ_by_one_unit_at_most(reports):
    """`fma` is then computed by the C library and `multiply_add` in two roundings."""
    there = reports["generic"]["results"]
    found = results_without_tables()
    for name, values in there.items():
        unit = np.spacing(np.abs(found[name]).astype(name.split()[1])).astype(float)
        assert np.all(np.abs(np.subtract(values, found[name])) <= unit), name
