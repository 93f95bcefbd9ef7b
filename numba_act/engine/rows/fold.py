"""The stages of a row function that folds the elements of a row, of one input or of several, into a few numbers.

As in ``sum.py``, elements at the same place within groups of `LANES` are folded first, then those results, in an order
that is the same for a row and for the columns of a tile. So the bits of a result depend on its row alone.
"""

import numba

from numba_act.engine.compiler.cpu_primitives import cpu_primitives, jit
from numba_act.engine.compiler.interleave import VECTORS, independent_elements, opaque_count
from numba_act.engine.compiler.link import link
from numba_act.engine.compiler.operands import elements_at, pointers_to, store_results
from numba_act.engine.compiler.pointers import advance, clear_flags, stack_buffer, typed_pointer, untyped_pointer
from numba_act.engine.rows.loop_data import FIELDS, LANES, MOST_NUMBERS
from numba_act.engine.rows.state import ALL_FLAGS, FIRST


class FoldStages:
    """What writes the stages of one declaration for one dtype.

    Parameters
    ----------
    declaration : Declaration
        Whose reduction is a `Fold`.
    dtype : dtype
        That is computed in.
    """

    def __init__(self, declaration, dtype):
        fold = declaration.reduction
        if len(fold.start) > MOST_NUMBERS:
            raise ValueError(
                f"{declaration.name} keeps {len(fold.start)} numbers, and there is room for {MOST_NUMBERS}"
            )
        self.dtype, self.reduces = dtype, declaration.reduces
        self.inputs, self.numbers, self.results = len(declaration.inputs), len(fold.start), fold.summaries(declaration)
        self.element = numba.from_dtype(dtype)
        self.start = tuple(dtype.type(number) for number in fold.start)
        primitives = cpu_primitives()
        functions = fold.step, fold.merge, fold.summary, declaration.kernel
        self.step, self.merge, self.summary, self.kernel = (
            link(function, dtype, primitives, jit) for function in functions
        )

    def columns(self, count):
        """Return a function that returns pointers to so many columns of numbers, some bytes apart, as a tuple."""
        pointers = pointers_to(0, [self.element] * count)
        voidptr, intp, room = numba.types.voidptr, numba.types.intp, count

        @jit
        def columns(first, apart):
            table, no_steps = stack_buffer(voidptr, room), stack_buffer(intp, room)
            for number in range(room):
                table[number], no_steps[number] = advance(untyped_pointer(first), number * apart), 0
            return pointers(table, no_steps, 0)

        return columns

    def operands(self, first, count):
        """Return a function that returns pointers to the elements of some operands, which stand side by side."""
        pointers = pointers_to(first, [self.element] * count)
        intp, room = numba.types.intp, first + count

        @jit
        def operands(args):
            no_steps = stack_buffer(intp, room)
            for operand in range(room):
                no_steps[operand] = 0
            return pointers(args, no_steps, 0)

        return operands

    def fold_stage(self, width):
        """Return the stage that folds a block.

        args: the first elements of all inputs, which stand side by side, in lines of ``width``; behind them room for
        the lanes. dims: length, rows.
        What stands in columns without a row is not looked at: it might raise a flag.
        """
        element, size, start = self.element, self.dtype.itemsize, self.start
        step, merge = self.step, self.merge
        of_inputs, in_columns = self.operands(0, self.inputs), self.columns(self.numbers)
        cells = LANES * width
        inputs, cells_size = self.inputs, cells * size

        @jit
        def begin(numbers):
            for cell in range(opaque_count(cells)):
                independent_elements(VECTORS)
                store_results(numbers, cell, start)

        @jit
        def step_line(numbers, elements, first, position, count):
            for cell in range(count):
                independent_elements(VECTORS)
                before, taken = elements_at(numbers, first + cell), elements_at(elements, position + cell)
                store_results(numbers, first + cell, step(*(before + taken)))

        @jit
        def merge_lanes(numbers):
            half = LANES // 2
            while half:
                for cell in range(half * width):
                    independent_elements(VECTORS)
                    others = elements_at(numbers, half * width + cell)
                    store_results(numbers, cell, merge(*(elements_at(numbers, cell) + others)))
                half //= 2

        def stage(args, dims, steps, data):
            numbers, elements = in_columns(typed_pointer(args[inputs], element), cells_size), of_inputs(args)
            begin(numbers)
            if dims[1] == width:
                for first in range(0, dims[0], LANES):
                    step_line(numbers, elements, 0, first * width, min(LANES, dims[0] - first) * width)
            else:
                for i in range(dims[0]):
                    step_line(numbers, elements, i % LANES * width, i * width, dims[1])
            merge_lanes(numbers)
            state = in_columns(typed_pointer(data, element), width * size)
            for column in range(dims[1]):
                store_results(state, column, elements_at(numbers, column))

        return stage

    def finish_stage(self, width):
        """Return the stage that merges the states of all blocks, at ``data``, and summarises them; dims: blocks, rows.

        An infinite or NaN state has raised flags on the way that its result does not deserve. The summary goes to the
        states of all blocks. A prefix of a row would be merged here too, of the blocks before each one, and folded on
        by the stage of elements.
        """
        element, size = self.element, self.dtype.itemsize
        merge, summary, zero = self.merge, self.summary, self.dtype.type(0)
        of_state, of_summary = self.columns(self.numbers), self.columns(self.results)
        state_size, first_field = FIELDS * width * size, FIRST * width * size

        def stage(args, dims, steps, data):
            whole = of_state(typed_pointer(data, element), width * size)
            for block in range(1, dims[0]):
                part = of_state(typed_pointer(advance(data, block * state_size), element), width * size)
                for column in range(dims[1]):
                    store_results(whole, column, merge(*(elements_at(whole, column) + elements_at(part, column))))
            finite = True
            for column in range(dims[1]):
                for number in elements_at(whole, column):
                    finite &= number - number == zero
            if not finite:
                clear_flags(ALL_FLAGS)
            for block in range(dims[0]):
                place = advance(data, block * state_size + first_field)
                results = of_summary(typed_pointer(place, element), width * size)
                for column in range(dims[1]):
                    store_results(results, column, summary(*elements_at(whole, column)))

        return stage

    def result_stage(self, width):
        """Return the last stage: a result for each element, into the operand behind the inputs, or one for each row.

        dims: length, rows.
        """
        element, size, kernel, inputs = self.element, self.dtype.itemsize, self.kernel, self.inputs
        of_summary = self.columns(self.results)
        of_inputs, of_output = self.operands(0, inputs), self.operands(inputs, 1)
        first_field = FIRST * width * size

        @jit
        def summary_of(data):
            return of_summary(typed_pointer(advance(data, first_field), element), width * size)

        def of_rows(args, dims, steps, data):
            results, summary = typed_pointer(args[1], element), summary_of(data)
            for column in range(dims[1]):
                results[column] = kernel(*elements_at(summary, column))

        def of_row(args, dims, steps, data):
            elements, results = of_inputs(args), of_output(args)
            summary = elements_at(summary_of(data), 0)
            for i in range(dims[0]):
                independent_elements(VECTORS)
                store_results(results, i, kernel(*(elements_at(elements, i) + summary)))

        def of_tile(args, dims, steps, data):
            elements, results = of_inputs(args), of_output(args)
            summary = summary_of(data)
            for i in range(dims[0]):
                for column in range(dims[1]):
                    independent_elements(1)
                    place = i * width + column
                    given = elements_at(elements, place) + elements_at(summary, column)
                    store_results(results, place, kernel(*given))

        if self.reduces:
            return of_rows
        return of_row if width == 1 else of_tile
