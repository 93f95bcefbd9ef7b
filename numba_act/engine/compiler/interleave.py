"""Loops that compute several vectors at a time, operation by operation.

An activation is one long chain of dependent operations, and a processor that takes the loop's vectors one after the
other looks at too few chains at once to keep its units busy. LLVM can lay four vectors side by side, the first
operation of each, then the second of each, which saves 10 to 15 % (Zen 5; two vectors half of that, eight do not fit
the registers). By itself it does so only for loops of a few operations, and numba cannot pass on the request. So a loop
asks by calling a marker, an unknown function that keeps numba's own passes from vectorising or unrolling it; here the
calls are taken out of numba's result, the request is attached to their loops, and LLVM's passes run once more.

Loops that ask for one vector get whole registers all the same: numba's own passes use half of each on CPUs with
AVX-512.
"""

import re

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from numba_act.engine.compiler.machine_code import optimised

VECTORS = 4
_MARKER = "numba_act.loop."
_COUNT = "numba_act.count."
_LAST_METADATA = 1_000_000
_LABEL = re.compile(r'"?([-\w.$]+)"?:')
_ACCESS = re.compile(r"\s+(%\S+ = load|store) ")


def _unknown_function(builder, name, result):
    """Declare a function that numba's passes know nothing of."""
    # numba loads its own copy of every function, which is never called; any address will do.
    llvm.add_symbol(name, llvm.address_of_symbol("malloc"))
    function = builder.module.globals.get(name)
    if function is None:
        function = ir.Function(builder.module, ir.FunctionType(result, []), name)
        function.attributes.add("nounwind")
    return function


def _mark(builder, request, vectors=0):
    builder.call(_unknown_function(builder, f"{_MARKER}{request}.{vectors}", ir.VoidType()), [])


@intrinsic(prefer_literal=True)
def interleave(typing_context, vectors):
    """Ask for the loop this is called in to compute several vectors at a time."""

    def generate(context, builder, signature, arguments):
        _mark(builder, "interleave", vectors.literal_value)
        return context.get_dummy_value()

    return types.void(vectors), generate


# LLVM calls it parallel accesses. It still loads all that an iteration reads before it stores what that writes, so an
# output may be an input.
@intrinsic(prefer_literal=True)
def independent_elements(typing_context, vectors):
    """Ask for the same, and say that no iteration reads or writes what another one writes."""

    def generate(context, builder, signature, arguments):
        _mark(builder, "independent", vectors.literal_value)
        return context.get_dummy_value()

    return types.void(vectors), generate


@intrinsic
def one_by_one(typing_context):
    """Ask for the loop this is called in to stay as it is: vectors would be gathered, at twice the code and no gain."""

    def generate(context, builder, signature, arguments):
        _mark(builder, "scalar")
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic(prefer_literal=True)
def opaque_count(typing_context, count):
    """Return a count that numba's passes do not know: they unroll short loops before they vectorise them."""

    def generate(context, builder, signature, arguments):
        result = context.get_value_type(types.intp)
        return builder.call(_unknown_function(builder, f"{_COUNT}{count.literal_value}", result), [])

    return types.intp(count), generate


def interleaved(intermediate):
    """Return LLVM intermediate code with the loops that asked for it vectorised and interleaved."""
    if _MARKER not in intermediate:
        return intermediate
    text = re.sub(rf"(?:tail )?call i64 @{re.escape(_COUNT)}(\d+)\(\).*", r"add i64 \1, 0", intermediate)
    requests = _Requests()
    lines, function = [], None
    for line in text.splitlines():
        if line.startswith("define "):
            function = []
        if function is None:
            lines += [] if _MARKER in line else [line]
        else:
            function.append(line)
        if line == "}":
            lines += requests.granted(function)
            function = None
    # LLVM packs the sixteen columns of a tile well. Of a kernel's statements it packs two float32 numbers into half of
    # a register and computes on whatever the other half holds, which raises flags that no argument deserves.
    packs_statements = f"{_MARKER}independent" not in intermediate
    return optimised("\n".join([*lines, *requests.metadata]), packs_statements)


class _Requests:
    """What loops ask for, as LLVM's metadata."""

    def __init__(self):
        self.metadata, self.number = [], _LAST_METADATA
        self.not_unrolled = self.node('!{!"llvm.loop.unroll.disable"}')

    def node(self, content):
        """Add a node of metadata and return its number, which is none of numba's."""
        self.number -= 1
        self.metadata.append(f"!{self.number} = {content}")
        return self.number

    def granted(self, function):
        """Return the lines of a function without the calls that ask, and with the requests attached to their loops."""
        blocks = _blocks(function)
        for header, block in blocks.items():
            asked = [found for line in block if (found := re.search(rf"{re.escape(_MARKER)}(\w+)\.(\d+)", line))]
            block[:] = [line for line in block if _MARKER not in line]
            body, latches = _natural_loop(blocks, header) if asked else ((), ())
            if latches:
                self.attach(*asked[0].groups(), [blocks[name] for name in body], [blocks[name] for name in latches])
        return [line for block in blocks.values() for line in block]

    def attach(self, kind, vectors, body, latches):
        """Attach a request to the memory accesses of a loop and to the branches that repeat it."""
        wishes = [self.not_unrolled]
        # Of a loop with branches, which become selects of both sides, four vectors do not fit the registers.
        vectors = min(int(vectors), 2) if len(body) > 1 else vectors
        if kind == "scalar":
            wishes.append(self.node('!{!"llvm.loop.vectorize.enable", i1 false}'))
        else:
            wishes.append(self.node(f'!{{!"llvm.loop.interleave.count", i32 {vectors}}}'))
        if kind == "independent":
            group = self.node("distinct !{}")
            wishes.append(self.node(f'!{{!"llvm.loop.parallel_accesses", !{group}}}'))
            for block in body:
                block[:] = [f"{line}, !llvm.access.group !{group}" if _ACCESS.match(line) else line for line in block]
        # A loop's node is its own, or LLVM takes it for the same loop.
        loop = self.node(f"distinct !{{!{self.number - 1}, {', '.join(f'!{wish}' for wish in wishes)}}}")
        for block in latches:
            *_, last = [position for position, line in enumerate(block) if re.match(r"\s+br ", line)]
            block[last] = re.sub(r", !llvm\.loop !\d+", "", block[last]) + f", !llvm.loop !{loop}"


def _blocks(function):
    """Return a function's lines by the label of their block; what stands before the first label has its own."""
    blocks, label = {"": []}, ""
    for line in function:
        found = _LABEL.match(line)
        if found:
            label = found[1]
        blocks.setdefault(label, []).append(line)
    return blocks


def _natural_loop(blocks, header):
    """Return the blocks of the loop that begins with one, and those among them that repeat it."""
    following = {name: set(re.findall(r'label %"?([-\w.$]+)"?', "\n".join(block))) for name, block in blocks.items()}
    names = list(blocks)
    following[""] |= {names[1]} if len(names) > 1 and not following[""] else set()
    # A loop repeats from where one cannot come but through its header.
    outside = _reached("", following, header)
    latches = [name for name in names if header in following[name] and name not in outside]
    before = {name: {other for other in names if name in following[other]} for name in names}
    body = {header, *latches}
    for latch in latches:
        body |= _reached(latch, before, header)
    return body, latches


def _reached(start, following, barrier):
    """Return what is reached from a block without passing another one."""
    found, left = set(), [start]
    while left:
        name = left.pop()
        if name != barrier and name not in found:
            found.add(name)
            left += following[name]
    return found
