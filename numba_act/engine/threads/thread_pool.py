"""What compiled code is told: each loop of each ufunc what it works for, and all of them which threads there are."""

import ctypes

from numba_act.engine.compiler.memory import CACHE_LINE, ENTRY, Entry, integers, new_record, new_records

# The most operands of a ufunc that there is room for.
MOST_OPERANDS = 16

# Bytes that a loop may have to work in besides its stack (``scratch.py``), and how many threads keep theirs.
SCRATCH_SIZE, SCRATCHES = 1 << 18, 128


class LoopData(ctypes.Structure):
    """What a loop is passed as its last argument, once for each loop of each ufunc.

    Attributes
    ----------
    loop : int
        The address of the loop that does all the work on one thread.
    part : int
        The same for some of the elements, of which none waits for another.
    kernel_loop : int
        Element-wise: the address of the function's own loop, whose elements lie side by side.
    blocks : int
        Element-wise: the address of the loop that brings other elements before it, of native dtypes.
    operands, inputs, arrays : int
        How many operands there are; of these the first are read, and of those the last, behind the arrays, are
        parameters.
    dimensions : int
        How many sizes the loop is passed.
    block : int
        Element-wise: how many elements are brought before the function's own loop at a time.
    cost, cost_of_arrays : int
        Picoseconds that an element takes on one thread, where parameters are numbers, and where one is an array.
    always : int
        Whether to divide the work whatever its size.
    grain : int
        Parts of the outermost dimension are multiples of this.
    longest : int
        Of two dimensions: an inner one that is longer is divided by the loop itself, and the outer one is not.
    pool : int
        The address of the `ThreadPool`.
    sizes : array of int
        Element-wise: the bytes of an element of each operand.
    """

    _fields_ = [
        *integers("loop", "part", "kernel_loop", "blocks", "operands", "inputs", "arrays", "dimensions", "block"),
        *integers("cost", "cost_of_arrays", "always", "grain", "longest", "pool"),
        ("sizes", Entry * MOST_OPERANDS),
    ]


# Fields that threads write to at the same time have a cache line each.
_ALONE = CACHE_LINE // ENTRY


class ThreadPool(ctypes.Structure):
    """The threads of this process, of which there is one record.

    Attributes
    ----------
    driver : int
        The loop that divides work among the threads; 0 until they have been started.
    owner : int
        The process that they belong to.
    starter : int
        A function of Python that starts them; 0 if it has been tried.
    interrupted, interrupt : int
        Whether Ctrl-C came in the meantime, and the function that has Python act on it.
    break_even : int
        Picoseconds of work from which on the automatic ufuncs divide it.
    cpus : int
        How many threads may work at once.
    own_number, own_number_key : int
        The function, and its argument, that returns how many threads the calling one may use, or 0 if it has not asked.
    find_number : int
        A function of Python that finds that out.
    numba_number, set_numba_number : int
        Of numba's layers: numba's own functions for that.
    parallel_for, run_share : int
        Of numba's layers: what runs a function on several threads, and that function.
    workers, count : int
        Of the package's own threads: the address of their records, and how many there are.
    acquire, release : int
        The functions of a lock.
    done : int
        The lock on which a caller waits for the workers.
    spins, yields : int
        How many turns a waiting thread spins, and how many it then yields, before it sleeps.
    yield_ : int
        The function that yields.
    job : int
        The address of what the workers work on.
    scratches : int
        The address of the `Scratch` records.
    lacks_memory, add_pending_call, truth_of, memory_error : int
        Where there is no memory: whether Python has been told, functions of its own, and an object whose truth raises a
        `MemoryError`.
    callers, tickets, busy, waiting : int
        How many threads are calling; how many more workers may join, and how many are at work; whether a caller has the
        workers; whether it sleeps until they are done.
    """

    _fields_ = [
        *integers("driver", "owner", "starter", "interrupted", "interrupt", "break_even", "cpus"),
        *integers("own_number", "own_number_key", "find_number", "numba_number", "set_numba_number", "parallel_for"),
        *integers("run_share", "workers", "count", "acquire", "release", "done", "spins", "yields", "yield_", "job"),
        *integers("scratches", "lacks_memory", "add_pending_call", "truth_of", "memory_error"),
    ]
    for _name in ("callers", "tickets", "busy", "waiting"):
        _fields_ += [(f"_before_{_name}", Entry * _ALONE), (_name, Entry)]
    _fields_ += [("_behind", Entry * _ALONE)]


class Worker(ctypes.Structure):
    """One of the package's own threads: whether it sleeps, and the lock that it sleeps on. It has a cache line."""

    _fields_ = [*integers("asleep", "lock"), ("_behind", Entry * (_ALONE - 2))]


class Job(ctypes.Structure):
    """What is being worked on: a loop's arguments, how much makes a part, and the first element of the next part.

    The last changes all the time, and is in another cache line.
    """

    _fields_ = [*integers("args", "dims", "steps", "data", "part"), ("_apart", Entry * _ALONE), *integers("following")]


class Scratch(ctypes.Structure):
    """Memory that loops work in, one at a time, and whether one does; 0 until it is needed. It has a cache line."""

    _fields_ = [*integers("busy", "memory"), ("_behind", Entry * (_ALONE - 2))]


pool = new_record(ThreadPool, scratches=ctypes.addressof(new_records(Scratch, SCRATCHES)))
