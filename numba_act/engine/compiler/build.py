"""The addresses of compiled loops: from the cache, or from numba and into the cache."""

import ctypes
import itertools
import json
import logging  # noqa: F401, before the hooks below: see there
import os
import re
import threading

from numba_act.engine.compiler import cache
from numba_act.engine.compiler.fingerprint import fingerprint

# How numba names variables that hold addresses valid in one process only, such as those of ctypes functions.
ADDRESSES_OF_THIS_PROCESS = "numba.dynamic.globals"

# What is compiled for this process alone has a number for its digest.
_unstored = itertools.count()

# numba's compiler and LLVM's engine serve one thread at a time.
lock = threading.RLock()
# A child must not inherit it held by a thread that it does not have. Hooks run in the opposite order of their
# registration: if numba's compiler were the first to import logging, a fork would take logging's lock and then wait for
# this one, whose holder waits for logging's.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)

# Makes a loop's address a function of Python, which releases the interpreter's lock.
loop_function = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 4)


def loop_addresses(name, loops, *, graphs=(), modules, options=()):
    """Return the addresses of compiled loops.

    Parameters
    ----------
    name : str
        Of the whole, for its file in the cache.
    loops : callable
        Returns the loops, functions of Python. Called only if the cache has none of that key.
    graphs : sequence of dict
        The call graphs of the kernels in them.
    modules : sequence of str
        The modules of the engine that write them.
    options : tuple
        Whatever else decides what they do.
    """
    from numba_act.engine.compiler import machine_code

    digest = fingerprint(graphs, [*modules, "numba_act.engine.compiler.pipeline"], options, machine_code.processor())
    name = re.sub(r"\W", "_", name)  # as a file and as a symbol: that of a lambda would be neither
    key = digest and f"{name}-{digest}"
    with lock:
        stored = key and cache.read(key)
        parts = None if stored is None else _unpack(stored)
        if parts is None or not all(machine_code.resolvable(needed) for _, _, needed in parts):
            from numba_act.engine.compiler.pipeline import compile_loops

            # Code that needs numba's own run-time library finds it once numba has compiled something.
            parts, portable = [], True
            for number, (symbol, text) in enumerate(compile_loops(loops())):
                unique = f"numba_act.{name}.{number}.{digest or next(_unstored)}"
                parts.append((unique, *machine_code.object_code(text, symbol, unique)))
                portable = portable and ADDRESSES_OF_THIS_PROCESS not in text
            if key and portable:
                cache.write(key, _pack(parts))
        return [machine_code.load(code, unique) for unique, code, _ in parts]


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
