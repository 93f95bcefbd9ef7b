"""The compiled loops of one activation: from the cache, or from numba and into the cache."""

import json
import threading

from numba_act.engine import cache
from numba_act.engine.fingerprint import fingerprint

# numba's compiler and LLVM's engine serve one thread at a time.
lock = threading.RLock()


def loop_addresses(declaration):
    """Return the addresses of a declaration's inner loops, one for each of its dtypes."""
    decides = (declaration, declaration.dtypes, declaration.layout)
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
    import llvmlite.binding as llvm

    from numba_act.engine import machine_code

    key = f"{name}-{fingerprint(*decides, machine_code.processor())}"
    with lock:
        stored = cache.read(key)
        if stored is None:
            stored = _pack([(symbol, *machine_code.object_code(text)) for symbol, text in compile_functions()])
            cache.write(key, stored)
        found = []
        for symbol, code, needed in _unpack(stored):
            missing = [name for name in needed if llvm.address_of_symbol(name) is None]
            if missing:
                raise OSError(f"{name} needs {', '.join(missing)}, which this process does not have")
            found.append(machine_code.load(code, symbol))
        return found


def _loops(declaration):
    """Compile the loops with numba."""
    import numba

    from numba_act.engine.elementwise_loop import elementwise_loop
    from numba_act.engine.link import link
    from numba_act.engine.pointers import LOOP_SIGNATURE
    from numba_act.engine.primitives_cpu import cpu_primitives, jit
    from numba_act.engine.row_loop import row_loop

    for dtype in declaration.dtypes:
        kernel = link(declaration, dtype, cpu_primitives(dtype), jit)
        if declaration.layout is None:
            loop = elementwise_loop(kernel, dtype, declaration.inputs)
        else:
            loop = row_loop(kernel, dtype)
        compiled = numba.cfunc(LOOP_SIGNATURE, error_model="numpy")(loop)
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
