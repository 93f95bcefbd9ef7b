"""The loop around an element-wise kernel, compiled for each kernel and dtype: nothing but what computes.

It has the signature of NumPy's inner loops, ``loop(args, dims, steps, data)``, and is called by ``blocks.py`` with
elements that can be computed in any order. Three paths compute the same bits:

constant parameters   inputs and outputs side by side in memory, parameters loaded once
varying parameters    everything side by side in memory
one by one            any strides, and single elements

The first two are declared free of dependences between elements: LLVM would test at run time whether arrays overlap, and
compute in place by its scalar code, ten times slower.
"""

import numba

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.interleave import VECTORS, independent_elements, one_by_one
from numba_act.engine.compiler.operands import elements_at, pointers_to, store_results


def elementwise_loop(kernel, operands, inputs, outputs):
    """Return the loop, a Python function for numba's cfunc, around a kernel compiled for one dtype.

    Parameters
    ----------
    kernel : function
        Compiled by numba.
    operands : sequence of dtype
        Of the inputs, then the parameters, then the outputs.
    inputs, outputs : int
        How many of them.
    """
    elements = [numba.from_dtype(dtype) for dtype in operands]
    sizes = tuple(dtype.itemsize for dtype in operands)
    read = len(operands) - outputs
    of_inputs, of_parameters = pointers_to(0, elements[:inputs]), pointers_to(inputs, elements[inputs:read])
    of_all, of_outputs = pointers_to(0, elements[:read]), pointers_to(read, elements[read:])

    @jit
    def side_by_side(steps, first, end):
        same = True
        for operand in range(first, end):
            same &= steps[operand] == sizes[operand]
        return same

    @jit
    def constant(steps):
        zero = True
        for operand in range(inputs, read):
            zero &= steps[operand] == 0
        return zero

    def loop(args, dims, steps, data):
        count = dims[0]
        if count > 1 and side_by_side(steps, 0, inputs) and side_by_side(steps, read, read + outputs):
            results = of_outputs(args, steps, 0)
            if constant(steps):
                numbers, parameters = of_inputs(args, steps, 0), elements_at(of_parameters(args, steps, 0), 0)
                for i in range(count):
                    independent_elements(VECTORS)
                    store_results(results, i, kernel(*(elements_at(numbers, i) + parameters)))
                return
            if side_by_side(steps, inputs, read):
                numbers = of_all(args, steps, 0)
                for i in range(count):
                    independent_elements(VECTORS)
                    store_results(results, i, kernel(*elements_at(numbers, i)))
                return
        for i in range(count):
            one_by_one()
            store_results(of_outputs(args, steps, i), 0, kernel(*elements_at(of_all(args, steps, i), 0)))

    return loop
