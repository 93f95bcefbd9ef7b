"""The machine code for CPUs other than this one: vectorised, and the same bits wherever there is a fused multiply-add."""

import json
import platform
from pathlib import Path

import numpy as np
import pytest
from processes import output_of

from numba_act.engine.machine_code import processor
from numba_act.engine.registry import activations

pytestmark = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="of x86-64 only")

ELEMENTWISE = [name for name, found in activations().items() if found.layout is None]

ASSEMBLY = """
    import json
    import re

    import llvmlite.binding as llvm

    from numba_act.engine import machine_code
    from numba_act.engine.compile import _loops
    from numba_act.engine.registry import activations

    machine, _ = machine_code._engine()
    found = {{}}
    for name in {names}:
        declaration = activations()[name]
        for dtype, (_, text) in zip(declaration.dtypes, _loops(declaration)):
            if dtype.kind == "f":
                lines = machine.emit_assembly(llvm.parse_assembly(text)).splitlines()
                packed = [line for line in lines if "%{register}" in line and not line.split()[0].startswith("vmov")]
                called = re.findall(r"movabsq\\s+\\$([A-Za-z]\\w*)", "\\n".join(lines))
                found[f"{{name}} {{dtype}}"] = [len(packed), sorted(set(called) - {{"memcpy", "memset"}})]
    print(json.dumps(found))
"""


@pytest.mark.parametrize(("cpu", "register"), [("haswell", "ymm"), ("skylake-avx512", "zmm")])
def test_loops_are_vectorised_and_call_nothing(cpu, register, tmp_path):
    environment = {"NUMBA_CPU_NAME": cpu, "NUMBA_CPU_FEATURES": "", "NUMBA_ACT_CACHE_DIR": ""}
    if register == "zmm":  # LLVM prefers half of it, for the sake of the clock rate of the first processors that had it
        environment["NUMBA_CPU_FEATURES"] = "-prefer-256-bit"
    found = json.loads(output_of(ASSEMBLY.format(names=ELEMENTWISE, register=register), home=tmp_path, **environment))
    assert len(found) == 2 * len(ELEMENTWISE)
    for packed, calls in found.values():
        assert packed >= 8
        assert calls == []


def results():
    """Return every function's results as lists of numbers, by name and dtype."""
    found = {}
    for name, declaration in activations().items():
        for dtype in ("float16", "float32", "float64") if declaration.layout is None else ():
            x = (np.random.default_rng(0).standard_normal(3001) * 8).astype(dtype)
            parameters = [x.dtype.type(value) for value in declaration.parameters.values()]
            found[f"{name} {dtype}"] = declaration.ufunc("cpu")(x, *parameters).astype(float).tolist()
    return found


def results_on(cpu, tmp_path):
    """Return the same from a process that compiles for a CPU of this name."""
    script = "import json, test_instruction_sets\nprint(json.dumps(test_instruction_sets.results()))"
    environment = {"NUMBA_CPU_NAME": cpu, "NUMBA_CPU_FEATURES": "", "NUMBA_ACT_CACHE_DIR": ""}
    return json.loads(output_of(script, home=tmp_path, PYTHONPATH=str(Path(__file__).parent), **environment))


@pytest.mark.skipif("+fma" not in processor()[1].split(","), reason="this CPU cannot run it")
def test_same_bits_with_shorter_registers(tmp_path):
    there = results_on("haswell", tmp_path)
    for name, values in results().items():
        np.testing.assert_array_equal(there[name], values, err_msg=name)


def test_without_fused_multiply_add_results_differ_by_one_unit_at_most(tmp_path):
    """`fma` is then computed by the C library and `multiply_add` in two roundings."""
    there = results_on("generic", tmp_path)
    for name, values in results().items():
        unit = np.spacing(np.abs(values).astype(name.split()[1])).astype(float)
        assert np.all(np.abs(np.subtract(there[name], values)) <= unit), name
