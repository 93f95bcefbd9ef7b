"""The threads that numba starts, of OpenMP or TBB, which a user's own parallel numba code works on as well.

The function that numba's parallel loops are compiled to call runs one share on each of them.
"""

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numba.types import int32, intp

from numba_act.engine.compiler.pointers import call_loop, stack_buffer, untyped_pointer
from numba_act.engine.compiler.records import record_at, stack_record
from numba_act.engine.compiler.usual_floats import use_floats, use_usual_floats
from numba_act.engine.threads.atomic import call_with_integers
from numba_act.engine.threads.records import JOB, LOOP_DATA, THREAD_POOL
from numba_act.engine.threads.share import division, prepare, threads_for_caller, work_on


@intrinsic
def call_on_threads(typing_context, parallel_for, function, args, dims, steps, data, threads):
    """Call a loop's function on several threads, with one of ``dims[0]`` or more of them each."""

    def generate(context, builder, signature, arguments):
        function = builder.inttoptr(arguments[1], arguments[5].type)
        none = context.get_constant(types.intp, 0)
        passed = [function, *arguments[2:6], none, none, builder.trunc(arguments[6], ir.IntType(32))]
        prototype = ir.FunctionType(ir.VoidType(), [argument.type for argument in passed])
        builder.call(builder.inttoptr(arguments[0], prototype.as_pointer()), passed)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, args, dims, steps, data, types.intp), generate


def run_share(args, dims, steps, data):
    """Work on what ``data`` points to."""
    state = use_usual_floats()
    work_on(record_at(data, JOB))
    use_floats(state)


def numba_driver(args, dims, steps, data):
    """Call a loop in parts, on as many of numba's threads as this one may use."""
    loop_data = record_at(data, LOOP_DATA)
    pool = record_at(loop_data.pool, THREAD_POOL)
    number = intp(int32(call_with_integers(pool.numba_number, 0, 0)))
    part, threads = division(loop_data, dims, steps, min(threads_for_caller(pool), number))
    if threads < 2:
        state = use_usual_floats()
        call_loop(loop_data.part, args, dims, steps, data)
        use_floats(state)
        return
    job = stack_record(JOB)
    prepare(job, args, dims, steps, data, part)
    shares, no_steps = stack_buffer(intp, 1), stack_buffer(intp, 1)
    shares[0], no_steps[0] = threads, 0
    call_on_threads(
        pool.parallel_for,
        pool.run_share,
        args,
        shares,
        no_steps,
        untyped_pointer(job),
        threads,
    )
    call_with_integers(pool.set_numba_number, number, 0)  # which numba has changed for this thread
