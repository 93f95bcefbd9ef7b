"""The loops of one element-wise function: which there are, what they are told, and the dtypes they are for."""

import functools

from numba_act.engine.compiler.build import loop_addresses
from numba_act.engine.compiler.link import call_graph
from numba_act.engine.compiler.machine_code import looks_up_tables
from numba_act.engine.threads.cost import cost_of_numbers
from numba_act.engine.threads.start import dividing_loop, new_loop_data
from numba_act.engine.threads.thread_pool import MOST_OPERANDS
from numba_act.language.dtypes import computed_in

# Parts begin at multiples of this many elements, so that no two threads write to one cache line of an aligned array.
GRAIN = 1024

BLOCKS = "numba_act.engine.elementwise.blocks"


def elementwise_loops(declaration, target):
    """Return the loops of an element-wise function, their data and the dtypes of their operands.

    Parameters
    ----------
    declaration : Declaration
    target : {"cpu", "parallel", "automatic"}
    """
    count = len(declaration.inputs) + len(declaration.parameters) + declaration.outputs
    if count > MOST_OPERANDS:
        raise ValueError(f"{declaration.name} has {count} operands, and there is room for {MOST_OPERANDS}")
    own = dict(zip(declaration.dtypes, _kernel_loops(declaration), strict=True))
    checked, native, blocks, checked_half = _common_loops()
    loops, data, dtypes = [], [], []
    for dtype in declaration.loop_dtypes:
        operands = declaration.operands(dtype)
        loop_data = new_loop_data(
            target=target,
            loop=checked if dtype in own else checked_half,
            part=native if dtype in own else _half_loop(dtype.name, declaration.overflowing),
            blocks=blocks,
            kernel_loop=own[computed_in(dtype)],
            operands=count,
            inputs=count - declaration.outputs,
            arrays=len(declaration.inputs),
            dimensions=1,
            block=1024 if dtype not in own else 8192 // max(each.itemsize for each in operands),
            grain=GRAIN,
        )
        loop_data.sizes[:count] = [each.itemsize for each in operands]
        loops.append(loop_data.loop if target == "cpu" else dividing_loop())
        data.append(loop_data)
        dtypes.append(operands)
        if target != "cpu":
            loop_data.cost, loop_data.cost_of_arrays = _costs(declaration, dtype, loop_data)
    return loops, data, dtypes


_known_costs = {}


def _costs(declaration, dtype, loop_data):
    """Return the picoseconds of an element with numbers for parameters, and with arrays; measured once."""
    key = declaration, dtype
    if key not in _known_costs:
        operands, inputs = declaration.operands(dtype), len(declaration.inputs)
        arrays = {inputs, inputs + len(declaration.parameters)}
        costs = [cost_of_numbers(loop_data, operands, each, declaration.outputs) for each in sorted(arrays)]
        _known_costs[key] = costs[0], costs[-1]
    return _known_costs[key]


@functools.cache
def _common_loops():
    """Return the addresses of the loops that serve every function."""

    def loops():
        from numba_act.engine.elementwise import blocks

        return [blocks.checked_native_loop, blocks.native_loop, blocks.native_blocks_loop, blocks.checked_half_loop]

    return loop_addresses("elementwise", loops, modules=[BLOCKS])


@functools.cache
def _half_loop(name, overflowing):
    """Return the address of the one loop for float16 or bfloat16; ``overflowing`` as in `Declaration`."""

    def loops():
        from numba_act.engine.elementwise.blocks import half_loop

        return [half_loop(name, overflowing)]

    (address,) = loop_addresses(f"half_{name}", loops, modules=[BLOCKS], options=(name, overflowing))
    return address


@functools.cache
def _kernel_loops(declaration):
    """Return the addresses of a function's own loops, one for each dtype that it is compiled for."""
    graphs = kernel_graphs(declaration)
    operands = [[str(dtype) for dtype in declaration.operands(each)] for each in declaration.dtypes]
    return loop_addresses(
        declaration.name,
        lambda: kernel_loops(declaration, graphs),
        graphs=graphs,
        modules=["numba_act.engine.elementwise.loop"],
        options=(len(declaration.inputs), declaration.outputs, operands),
    )


def kernel_graphs(declaration):
    """Return the call graphs of a kernel for each dtype that it is compiled for."""
    return [call_graph(declaration, dtype, looks_up_tables()) for dtype in declaration.dtypes]


def kernel_loops(declaration, graphs):
    """Yield the loops around a kernel, functions of Python for numba's cfunc, one for each of its call graphs."""
    from numba_act.engine.compiler.cpu_primitives import jit
    from numba_act.engine.compiler.link import linked
    from numba_act.engine.compiler.lookup import loop_primitives
    from numba_act.engine.elementwise.loop import elementwise_loop

    for graph, dtype in zip(graphs, declaration.dtypes, strict=True):
        kernel = linked(graph, loop_primitives(), jit)
        yield elementwise_loop(kernel, declaration.operands(dtype), len(declaration.inputs), declaration.outputs)
