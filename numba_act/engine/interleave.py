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
_TRIPS = "numba_act.trips."
_LAST_METADATA = 999_999


def _unknown_function(builder, name, result):
    """Declare a function that numba's passes know nothing of."""
    # numba loads its own copy of every function, which is never called; any address will do.
    llvm.add_symbol(name, llvm.address_of_symbol("malloc"))
    function = builder.module.globals.get(name)
    if function is None:
        function = ir.Function(builder.module, ir.FunctionType(result, []), name)
        function.attributes.add("nounwind")
    return function


@intrinsic(prefer_literal=True)
def interleave(typing_context, vectors):
    """Ask for the loop this is called in to compute several vectors at a time."""

    def generate(context, builder, signature, arguments):
        builder.call(_unknown_function(builder, f"{_MARKER}{vectors.literal_value}", ir.VoidType()), [])
        return context.get_dummy_value()

    return types.void(vectors), generate


@intrinsic(prefer_literal=True)
def trips(typing_context, count):
    """Return a count as a number that numba's passes do not know: they unroll short loops before they vectorise them."""

    def generate(context, builder, signature, arguments):
        result = context.get_value_type(types.intp)
        return builder.call(_unknown_function(builder, f"{_TRIPS}{count.literal_value}", result), [])

    return types.intp(count), generate


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
            metadata.append(f"!{number} = distinct !{{!{number}, !{number - 500_000}, !{_LAST_METADATA + 1}}}")
            metadata.append(f'!{number - 500_000} = !{{!"llvm.loop.interleave.count", i32 {vectors}}}')
        else:
            lines.append(re.sub(rf"(?:tail )?call i64 @{re.escape(_TRIPS)}(\d+)\(\).*", r"add i64 \1, 0", line))
    metadata.append(f'!{_LAST_METADATA + 1} = !{{!"llvm.loop.unroll.disable"}}')
    return optimised("\n".join(lines + metadata))
