"""Loops that compute several vectors at a time, operation by operation.

An activation is one long chain of dependent operations, and a processor that takes the loop's vectors one after the other
looks at too few chains at once to keep its units busy. LLVM can lay four vectors side by side, the first operation of
each, then the second of each, which saves 10 to 15 % (Zen 5; two vectors half of that, eight do not fit the registers).
By itself it does so only for loops of a few operations, and numba cannot pass on the request. So a loop asks by calling
a marker, an unknown function that keeps numba's own passes from vectorising or unrolling it; here the calls are taken
out of numba's result, the request is attached to their loops, and LLVM's passes run once more.
"""

import re

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from numba_act.engine.machine_code import optimised

VECTORS = 4
_MARKER = "numba_act.interleave"


@intrinsic
def interleave(typing_context):
    """Ask for the loop this is called in to compute several vectors at a time."""

    def generate(context, builder, signature, arguments):
        # numba loads its own copy of every function, which is never called; any address will do.
        llvm.add_symbol(_MARKER, llvm.address_of_symbol("malloc"))
        function = builder.module.globals.get(_MARKER)
        if function is None:
            function = ir.Function(builder.module, ir.FunctionType(ir.VoidType(), []), _MARKER)
            function.attributes.add("nounwind")
        builder.call(function, [])
        return context.get_dummy_value()

    return types.void(), generate


def interleaved(intermediate):
    """Return LLVM intermediate code with the loops that asked for it vectorised and interleaved."""
    if _MARKER not in intermediate:
        return intermediate
    lines = []
    block, asked = "", False
    for line in intermediate.splitlines():
        label = re.match(r'"?([-\w.$]+)"?:', line)
        if label:
            block, asked = label[1], False
        if _MARKER in line:
            asked = True
        elif asked and re.match(rf'\s+br i1 .*label %"?{re.escape(block)}"?(,|$)', line):
            lines.append(re.sub(r", !llvm\.loop !\d+", "", line) + ", !llvm.loop !999999")
        else:
            lines.append(line)
    lines.append("!999999 = distinct !{!999999, !999998}")
    lines.append(f'!999998 = !{{!"llvm.loop.interleave.count", i32 {VECTORS}}}')
    return optimised("\n".join(lines))
