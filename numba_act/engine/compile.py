"""The compiled loops of one activation: from the cache, or from numba and into the cache."""

import json
import threading

from numba_act.engine import cache
from numba_act.engine.fingerprint import fingerprint

# numba's compiler and LLVM's engine serve one thread at a time.
lock = threading.RLock()


def loop_addresses(declaration):
    """Return the addresses of a declaration's inner loops, one for each of its dtypes."""
    with lock:
        return addresses(
            declaration.name,
            [dtype.name for dtype in declaration.dtypes],
            fingerprint_of=(declaration, declaration.dtypes, declaration.layout),
            functions=lambda: _loops(declaration),
        )


def addresses(name, parts, fingerprint_of, functions):
    """Return the addresses of compiled functions.

    Parameters
    ----------
    name : str
        Of the whole, for its file in the cache.
    parts : list of str
        A name for each function.
    fingerprint_of : tuple
        All that decides what the functions do, beside the engine itself.
    functions : callable
        Returns their LLVM intermediate code as ``(symbol, text)`` pairs. Called only if the cache has none.
    """
    import llvmlite.binding as llvm

    from numba_act.engine import machine_code

    key = f"{name}-{fingerprint(*fingerprint_of, machine_code.processor())}"
    stored = cache.read(key)
    if stored is None:
        stored = _pack([(symbol, *machine_code.object_code(text)) for symbol, text in functions()])
        cache.write(key, stored)
    found = []
    for symbol, code, needed in _unpack(stored):
        missing = [name for name in needed if llvm.address_of_symbol(name) is None]
        if missing:
            raise OSError(f"{name} needs {', '.join(missing)}, which this process does not have")
        found += machine_code.load(code, [symbol])
    return found


def _loops(declaration):
    """Compile the loops with numba."""
    import numba

    from numba_act.engine import elementwise_loop
    from numba_act.engine.link import link
    from numba_act.engine.primitives_cpu import cpu_primitives, jit

    for dtype in declaration.dtypes:
        kernel = link(declaration, dtype, cpu_primitives(), jit)
        loop = elementwise_loop.elementwise_loop(kernel, dtype, declaration.inputs)
        compiled = numba.cfunc(elementwise_loop.SIGNATURE, error_model="numpy")(loop)
        yield compiled.native_name, compiled.inspect_llvm()


def _pack(parts):
    """Lay out (symbol, object file, needed names) triples as one file: a line of JSON, then the object files."""
    header = [(symbol, len(code), needed) for symbol, code, needed in parts]
    return json.dumps(header).encode() + b"\n" + b"".join(code for _, code, _ in parts)


def _unpack(stored):
    header, _, body = stored.partition(b"\n")
    for symbol, length, needed in json.loads(header):
        yield symbol, body[:length], needed
        body = body[length:]
