"""Loops that compute several vectors at a time, operation by operation.

An activation is one long chain of dependent operations, and a processor that takes the loop's vectors one after the other
looks at too few chains at once to keep its units busy. LLVM can lay four vectors side by side, the first operation of
each, then the second of each, which saves 10 to 15 % (Zen 5; two vectors half of that, eight do not fit the registers).
By itself it does so only for loops of a few operations, and numba cannot pass on the request. So a loop asks by calling
a marker, an unknown function that keeps numba's own passes from vectorising or unrolling it; here the calls are taken
out of numba's result, the request is attached to their loops, and LLVM's passes run once more.

Loops that ask for one vector get whole registers all the same: numba's own passes use half of each on CPUs with AVX-512.
"""

import re

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from numba_act.engine.machine_code import optimised

VECTORS = 4
_MARKER = "numba_act.interleave."
_LAST_METADATA = 999_999


@intrinsic(prefer_literal=True)
def interleave(typing_context, vectors):
    """Ask for the loop this is called in to compute several vectors at a time."""

    def generate(context, builder, signature, arguments):
        name = f"{_MARKER}{vectors.literal_value}"
        # numba loads its own copy of every function, which is never called; any address will do.
        llvm.add_symbol(name, llvm.address_of_symbol("malloc"))
        function = builder.module.globals.get(name)
        if function is None:
            function = ir.Function(builder.module, ir.FunctionType(ir.VoidType(), []), name)
            function.attributes.add("nounwind")
        builder.call(function, [])
        return context.get_dummy_value()

    return types.void(vectors), generate


def interleaved(intermediate):
    """Return LLVM intermediate code with the loops that asked for it vectorised and interleaved."""
    if _MARKER not in intermediate:
        return intermediate
    lines, metadata = [], []
    block, vectors = "", None
    for line in intermediate.splitlines():
        label = re.match(r'"?([-\w.$]+)"?:', line)
        if label:
            block, vectors = label[1], None
        asked = re.search(rf"{re.escape(_MARKER)}(\d+)", line)
        if asked:
            vectors = int(asked[1])
        elif vectors and re.match(rf'\s+br i1 .*label %"?{re.escape(block)}"?(,|$)', line):
            # A loop's node is its own, or LLVM takes it for the same loop.
            number = _LAST_METADATA - len(metadata)
            lines.append(re.sub(r", !llvm\.loop !\d+", "", line) + f", !llvm.loop !{number}")
            metadata.append(f"!{number} = distinct !{{!{number}, !{number - 500_000}}}")
            metadata.append(f'!{number - 500_000} = !{{!"llvm.loop.interleave.count", i32 {vectors}}}')
        else:
            lines.append(line)
    return optimised("\n".join(lines + metadata))
