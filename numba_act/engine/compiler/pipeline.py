"""From a loop, a function of Python, to LLVM's optimised intermediate code."""

from numba_act.engine.compiler.interleave import interleaved
from numba_act.engine.compiler.lookup import with_tables, with_vector_functions
from numba_act.engine.compiler.pointers import c_function


def compile_loops(loops):
    """Compile loops with numba, and yield their symbols and LLVM intermediate code."""
    for loop in loops:
        compiled = c_function(loop)
        yield compiled.native_name, with_tables(interleaved(with_vector_functions(compiled.inspect_llvm())))
