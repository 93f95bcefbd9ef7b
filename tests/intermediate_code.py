"""The intermediate code of an element-wise kernel's own loops."""

from numba_act.engine.compiler.pipeline import compile_loops
from numba_act.engine.elementwise.table import kernel_graphs, kernel_loops


def intermediate_code(declaration):
    """Return LLVM's optimised code of the loops, one for each dtype."""
    return [text for _, text in compile_loops(kernel_loops(declaration, kernel_graphs(declaration)))]
