"""Tables of 32 numbers in loops: with AVX-512, one instruction looks up those of a whole vector in two registers.

Of loads from a table LLVM's vectoriser makes gathers, with which tanh takes 3.7 times as long. But of calls of an
unknown function it makes one call of another that does the same for a vector, if an attribute names such a function. So
a lookup is a call while loops are vectorised; only then are both functions written, and inlined.
"""

import hashlib
import re

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from numba_act.engine.compiler.cpu_primitives import cpu_primitives
from numba_act.engine.compiler.machine_code import inlined, looks_up_tables
from numba_act.language.primitives import Table

# A register's. What is left of a loop may be computed in shorter vectors, of which each is widened for a lookup.
LANES, LENGTHS = 16, (4, 8, 16)
_PREFIX = "numba_act.table."
_PERMUTE = "@llvm.x86.avx512.vpermi2var.ps.512"
_DECLARATION = rf"@llvm\.compiler\.used|declare .*@{re.escape(_PREFIX)}"
_FIRST_ATTRIBUTES = 900_000  # numba's have numbers from 0

# The tables in the code that this process compiles, by their functions' names.
_tables = {}


def loop_primitives():
    """Return the CPU's primitives for code that goes through `with_vector_functions` and `with_tables`."""
    return cpu_primitives() | ({Table: _lookup} if looks_up_tables() else {})


def _lookup(table):
    """Return the function of a table, unknown as yet."""
    values = [float(value) for value in table.values]
    name = _PREFIX + hashlib.sha256(repr(values).encode()).hexdigest()[:16]
    _tables[name] = values

    @intrinsic
    def lookup(typing_context, index):
        def generate(context, builder, signature, arguments):
            # numba loads its own copy of every function, which is never called; any address will do.
            llvm.add_symbol(name, llvm.address_of_symbol("malloc"))
            function = builder.module.globals.get(name)
            if function is None:
                function = ir.Function(builder.module, ir.FunctionType(ir.FloatType(), [ir.IntType(32)]), name)
                function.attributes.add("nounwind")
                function.attributes.add("readnone")
            return builder.call(function, arguments)

        return types.float32(types.int32), generate

    return lookup


def _names(intermediate):
    """Return the functions of tables that LLVM intermediate code calls."""
    return re.findall(rf"^declare float @({re.escape(_PREFIX)}\w+)\(", intermediate, flags=re.MULTILINE)


def with_vector_functions(intermediate):
    """Return LLVM intermediate code in which the functions of tables say what to call for a vector."""
    names = _names(intermediate)
    if not names:
        return intermediate
    lines = [line for line in intermediate.splitlines() if not re.match(_DECLARATION, line)]
    for number, name in enumerate(names, _FIRST_ATTRIBUTES):
        variants = ",".join(f"_ZGV_LLVM_N{lanes}v_{name}({name}.{lanes})" for lanes in LENGTHS)
        attribute = f'"vector-function-abi-variant"="{variants}"'
        lines.append(f"attributes #{number} = {{ nounwind willreturn memory(none) {attribute} }}")
        lines.append(f"declare float @{name}(i32) #{number}")
        lines += [f"declare {_vector(lanes, 'float')} @{name}.{lanes}({_vector(lanes, 'i32')})" for lanes in LENGTHS]
    # Nothing calls the functions for vectors yet.
    used = [f"ptr @{name}.{lanes}" for name in names for lanes in LENGTHS]
    kind = f"appending global [{len(used)} x ptr]"
    lines.append(f'@llvm.compiler.used = {kind} [{", ".join(used)}], section "llvm.metadata"')
    return "\n".join(lines)


def with_tables(intermediate):
    """Return LLVM intermediate code with the lookups in place of the calls."""
    names = _names(intermediate)
    if not names:
        return intermediate
    lines = [line for line in intermediate.splitlines() if not re.match(_DECLARATION, line)]
    numbers, indices = _vector(LANES, "float"), _vector(LANES, "i32")
    lines.append(f"declare {numbers} {_PERMUTE}({numbers}, {indices}, {numbers})")
    for name in names:
        lines.append(_for_one_number(name, _tables[name]))
        lines += [_for_a_vector(name, _tables[name], lanes) for lanes in LENGTHS]
    return inlined("\n".join(lines))


def _vector(lanes, element):
    """Return a type of vectors."""
    return f"<{lanes} x {element}>"


def _constants(values):
    """Return floats as LLVM writes them: by the bits of a double."""
    return ", ".join(f"float {ir.Constant(ir.FloatType(), value).get_reference()}" for value in values)


def _for_one_number(name, values):
    """Return the function of a table for one number."""
    return f"""
@{name}.values = internal constant [{len(values)} x float] [{_constants(values)}]

define internal float @{name}(i32 %index) alwaysinline {{
  %low = and i32 %index, {len(values) - 1}
  %position = zext i32 %low to i64
  %place = getelementptr float, ptr @{name}.values, i64 %position
  %value = load float, ptr %place
  ret float %value
}}"""


def _for_a_vector(name, values, lanes):
    """Return the function of a table for a vector, which may be shorter than a register."""
    numbers, indices = _vector(LANES, "float"), _vector(LANES, "i32")
    given, wanted = _vector(lanes, "i32"), _vector(lanes, "float")
    first = [f"i32 {lane}" for lane in range(lanes)]
    widened = first + ["i32 poison"] * (LANES - lanes)
    low, high = _constants(values[:LANES]), _constants(values[LANES:])
    return f"""
define internal {wanted} @{name}.{lanes}({given} %index) alwaysinline {{
  %wide = shufflevector {given} %index, {given} poison, {indices} <{", ".join(widened)}>
  %values = call {numbers} {_PERMUTE}({numbers} <{low}>, {indices} %wide, {numbers} <{high}>)
  %narrow = shufflevector {numbers} %values, {numbers} poison, {given} <{", ".join(first)}>
  ret {wanted} %narrow
}}"""
