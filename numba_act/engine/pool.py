"""The tables by which compiled code finds the loop it works for and the threads it may use.

Tables of integers, one entry each. They outlive the interpreter: threads may still compute while it shuts down.
"""

import ctypes

ENTRY = 8  # bytes of an integer in all tables
CACHE_LINE = 64

# What a loop is passed as its data, once for each loop of each ufunc.
(
    LOOP,  # the address of the loop that works on one thread
    INPUTS,  # operands but one
    DIMENSIONS,  # sizes that the loop is passed
    ITEM_SIZE,  # bytes of an element
    COST,  # picoseconds an element takes
    ALWAYS,  # whether to divide whatever the size
    POOL,  # the address of the pool
    WIDE_LOOP,  # the address of the float32 loop, which loops for half precision call
    COMMON,  # where the entries of row loops begin
) = range(9)

# The pool, of which a process has one.
(
    DRIVER,  # the loop that divides work among this layer's threads, 0 until they have been started
    OWNER,  # the process they belong to
    STARTER,  # a function of Python that starts them, 0 if it has been tried
    INTERRUPTED, INTERRUPT,  # whether Ctrl-C came in the meantime, and the function that has Python act on it
    BREAK_EVEN,  # picoseconds of work from which on the automatic ufuncs divide it
    CPUS,  # how many threads may work at once
    OWN_NUMBER, OWN_NUMBER_KEY,  # the function, and its argument, that returns how many this thread has chosen
    NUMBA_NUMBER, SET_NUMBA_NUMBER,  # of numba's layers: numba's own functions for that
    PARALLEL_FOR, RUN_SHARE,  # what runs a function on several threads, and that function
    WORKERS, COUNT,  # of the package's own threads: their table, and their number
    ACQUIRE, RELEASE,  # functions of a lock
    DONE,  # the lock on which a caller waits for them
    SPINS,  # how often one that waits looks before it lets other processes have the processor
    YIELDS,  # how often it does that before it sleeps
    YIELD,  # the function for it
    JOB,  # what they work on
) = range(22)  # fmt: skip

# Entries that threads write to at the same time, each in a cache line of its own.
CALLERS, TICKETS, BUSY, WAITING = 24, 32, 40, 48
ENTRIES = 56

# The table of workers, each of which has a cache line: whether one sleeps, and the lock it sleeps on.
ASLEEP, LOCK = range(2)
WORKER_ENTRIES = CACHE_LINE // ENTRY

Entry = ctypes.c_ssize_t


def immortal(thing):
    """Return an object that Python will never free."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
    return thing


def function_address(function):
    """Return the address of a function of ctypes, which Python will never free."""
    return ctypes.cast(immortal(function), ctypes.c_void_p).value


def new_table(entries):
    """Return a table of integers, aligned to a cache line."""
    memory = immortal(ctypes.create_string_buffer(len(entries) * ENTRY + CACHE_LINE))
    address = -(-ctypes.addressof(memory) // CACHE_LINE) * CACHE_LINE
    table = (Entry * len(entries)).from_address(address)
    table[:] = entries
    return table


pool = new_table([0] * ENTRIES)
