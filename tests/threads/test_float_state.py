"""Threads whose floating-point state another library has changed: results and flags are the usual ones."""

import os
import platform
import textwrap

import pytest
from threading_layers import each_layer, run_on

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64" or os.name != "posix", reason="the machine code is for x86-64 and its calls"
)

# What code that is compiled with -ffast-math sets, rounding upwards, and what is usual.
STATES = """
import ctypes
import mmap

FLUSHING, UPWARDS, USUAL, FLAGS = 0x9FC0, 0x5F80, 0x1F80, 0x3F

memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
# mov %edi, -8(%rsp); ldmxcsr -8(%rsp); ret, and stmxcsr -8(%rsp); mov -8(%rsp), %eax; ret.
memory.write(bytes.fromhex("89 7c 24 f8  0f ae 54 24 f8  c3").ljust(16))
memory.write(bytes.fromhex("0f ae 5c 24 f8  8b 44 24 f8  c3"))
start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
set_state = ctypes.CFUNCTYPE(None, ctypes.c_uint32)(start)
get_state = ctypes.CFUNCTYPE(ctypes.c_uint32)(start + 16)

# Results that are subnormal, or that come of such.
numbers = np.concatenate([np.full(1 << 20, -88, "f4"), np.full(1 << 20, 2.5e-38, "f4")])
ELEMENTWISE = "sigmoid", "mish", "elu"


def results(module):
    found = {name: getattr(module, name)(numbers).tobytes() for name in ELEMENTWISE}
    found["one"] = module.sigmoid(numbers[:1]).tobytes()
    found["strided"] = module.sigmoid(numbers[::3]).tobytes()
    found["half"] = module.sigmoid(np.full(100_000, -14, "f2")).tobytes()
    rows = numbers.reshape(-1, 1 << 10)
    found["rows"] = module.softmax(np.where(np.arange(1 << 10) % 2, rows, 0)).tobytes()
    found["columns"] = module.softmax(np.where(np.arange(1 << 10) % 2, rows, 0), axis=0).tobytes()
    found["long"] = module.softmax(np.where(np.arange(numbers.size) % 2, numbers, 0)).tobytes()
    return found


def in_state(state, call):
    before = get_state()
    set_state(state)
    try:
        return call()
    finally:
        assert get_state() & ~FLAGS == state
        set_state(before)
"""


def run(layer, script, **options):
    return run_on(layer, STATES + textwrap.dedent(script), **options)


@each_layer
def test_results(layer):
    """Also those of threads that are started in that state."""
    script = """
        for state in (FLUSHING, UPWARDS):
            for module in (na.parallel, na.cpu, na):
                found = in_state(state, lambda: results(module))
                usual = results(module)
                assert found == usual, [name for name in usual if found[name] != usual[name]]
                assert np.frombuffer(usual["sigmoid"], "f4")[0] == np.float32(6.054601e-39)
    """
    run(layer, script)


def test_flags():
    """What a loop raises stays raised, because NumPy asks for it when the loop has returned."""
    script = """
        def raised(x):
            try:
                with np.errstate(under="raise"):
                    na.sigmoid(x)
            except FloatingPointError:
                return True
            return False


        for x in (numbers[:1], numbers[:100], numbers[:1].astype("f8") * 8.4, numbers[:300:3].astype("f8") * 8.4):
            usual = raised(x)
            for state in (FLUSHING, UPWARDS):
                assert in_state(state, lambda: raised(x)) == usual
        assert usual
    """
    run("workqueue", script, checked=False)


def test_building():
    """What Python, NumPy and LLVM compute while a function is built, they compute in the usual state."""
    script = """
        import hashlib


        def compute():
            return [hashlib.sha256(na.cpu.gelu(x.astype(dtype))).hexdigest() for dtype in ("f2", "f4", "f8")]


        print(in_state({state}, compute))
    """
    usual = run("workqueue", script.format(state="USUAL"), checked=False)
    assert run("workqueue", script.format(state="UPWARDS"), checked=False, NUMBA_ACT_CACHE_DIR="") == usual
