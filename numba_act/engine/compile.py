"""The compiled loops of one activation: from the cache, or from numba and into the cache."""

import ctypes
import functools
import importlib
import json
import logging  # noqa: F401, before the hooks below: see there
import os
import threading

from numba_act.engine import cache
from numba_act.engine.fingerprint import fingerprint
from numba_act.engine.registry import digest_of_kernels

# How numba names variables that hold addresses valid in one process only, such as those of ctypes functions.
ADDRESSES_OF_THIS_PROCESS = "numba.dynamic.globals"

# numba's compiler and LLVM's engine serve one thread at a time.
lock = threading.RLock()
# A child must not inherit it held by a thread that it does not have. Hooks run in the opposite order of their registration: if
# numba's compiler were the first to import logging, a fork would take logging's lock and then wait for this one, whose
# holder waits for logging's.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)

# Makes a loop's address a function of Python, which releases the interpreter's lock.
loop_function = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)


def loop_addresses(declaration):
    """Return the addresses of an element-wise declaration's inner loops, one for each of its dtypes."""
    decides = (declaration, declaration.dtypes, digest_of_kernels())
    return addresses(declaration.name, decides, lambda: _loops(declaration))


def addresses(name, decides, compile_functions):
    """Return the addresses of compiled functions.

    Parameters
    ----------
    name : str
        Of the whole, for its file in the cache.
    decides : tuple
        A kernel or a name, and whatever else decides what the functions do, beside the engine itself.
    compile_functions : callable
        Returns their symbols and LLVM intermediate code, as pairs. Called only if the cache has none.
    """
    from numba_act.engine import machine_code

    digest = fingerprint(*decides, machine_code.processor())
    key = f"{name}-{digest}"
    with lock:
        stored = cache.read(key)
        parts = None if stored is None else _unpack(stored)
        if parts is None or not all(machine_code.resolvable(needed) for _, _, needed in parts):
            # Code that needs numba's own run-time library finds it once numba has compiled something.
            parts, portable = [], True
            for number, (symbol, text) in enumerate(compile_functions()):
                unique = f"numba_act.{name}.{number}.{digest}"
                parts.append((unique, *machine_code.object_code(text, symbol, unique)))
                portable = portable and ADDRESSES_OF_THIS_PROCESS not in text
            if portable:
                cache.write(key, _pack(parts))
        return [machine_code.load(code, unique) for unique, code, _ in parts]


@functools.cache
def half_loop_address(name, overflowing):
    """Return the address of the one loop for float16 or bfloat16; ``overflowing`` as in `Declaration`."""

    def compiled():
        from numba_act.engine.half_loop import half_loop

        yield from compile_loops([half_loop(name, overflowing)])

    return addresses(f"half_loop_{name}", (name, overflowing, digest_of_kernels()), compiled)[0]


@functools.cache
def compiled(module, *names):
    """Return the addresses of loops of a module of this folder that serve every function."""

    def loops():
        found = vars(importlib.import_module(f"numba_act.engine.{module}"))
        yield from compile_loops(found[name] for name in names)

    return addresses(module, names, loops)


def _loops(declaration):
    """Compile the loops of an element-wise declaration."""
    from numba_act.engine.elementwise_loop import elementwise_loop
    from numba_act.engine.link import link
    from numba_act.engine.lookup import loop_primitives
    from numba_act.engine.primitives_cpu import jit

    kernels = ((link(declaration, dtype, loop_primitives(), jit), dtype) for dtype in declaration.dtypes)
    return compile_loops(elementwise_loop(kernel, dtype, declaration.inputs) for kernel, dtype in kernels)


def compile_loops(loops):
    """Compile loops, functions of Python, with numba, and yield their symbols and LLVM intermediate code."""
    from numba_act.engine.interleave import interleaved
    from numba_act.engine.lookup import with_tables, with_vector_functions
    from numba_act.engine.pointers import c_function

    for loop in loops:
        compiled = c_function(loop)
        yield compiled.native_name, with_tables(interleaved(with_vector_functions(compiled.inspect_llvm())))


def _pack(parts):
    """Lay out (name, object file, needed names) triples as one file: a line of JSON, then the object files."""
    header = [(name, len(code), needed) for name, code, needed in parts]
    return json.dumps(header).encode() + b"\n" + b"".join(code for _, code, _ in parts)


def _unpack(stored):
    header, _, body = stored.partition(b"\n")
    parts = []
    for name, length, needed in json.loads(header):
        parts.append((name, body[:length], needed))
        body = body[length:]
    return parts
