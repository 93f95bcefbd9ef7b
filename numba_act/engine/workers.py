"""The package's own threads, which wait for work in compiled code.

A caller never waits for a thread that has not begun a part: what sleeping threads do not take, it does itself. So calling
them costs the time to wake them and nothing else, which no fork-and-join of OpenMP or TBB can promise. And because nobody
else uses them, nothing that a user's own numba code does at the same time can get in their way.

Who waits looks again and again for a moment, since calls often follow one another and being woken takes long, on virtual
machines up to a millisecond; then again and again lets others have the processor; then sleeps. One word says how
many more of them may join (tickets) and, times `INSIDE`, how many are at work. The others are woken in a tree, each
waking two.
"""

from numba.types import intp

from numba_act.engine.atomic import call_with_integers, exchange, fetch_add, pause, read_shared, replaced, shared
from numba_act.engine.pointers import (
    SIZE_TABLE,
    address,
    call_loop,
    from_address,
    stack_buffer,
    typed_pointer,
)
from numba_act.engine.pool import (
    ACQUIRE,
    ASLEEP,
    BUSY,
    CALLERS,
    COUNT,
    CPUS,
    DONE,
    JOB,
    LOCK,
    LOOP,
    POOL,
    RELEASE,
    SPINS,
    TICKETS,
    WAITING,
    WORKER_ENTRIES,
    WORKERS,
    YIELD,
    YIELDS,
)
from numba_act.engine.primitives_cpu import jit
from numba_act.engine.share import JOB_ENTRIES, division, prepare, threads_for_caller, work_on

INSIDE = 1 << 32


@jit
def worker(pool, number):
    """Return the entries of a worker."""
    return shared(from_address(pool[WORKERS], SIZE_TABLE), number * WORKER_ENTRIES)


@jit
def wake(pool, first):
    """Wake a worker and the next, while there are tickets for them."""
    for number in range(first, min(first + 2, pool[COUNT])):
        if read_shared(shared(pool, TICKETS)) % INSIDE == 0:
            return
        entries = worker(pool, number)
        if read_shared(shared(entries, ASLEEP)) and exchange(shared(entries, ASLEEP), 0):
            call_with_integers(pool[RELEASE], entries[LOCK], 0)


@jit
def sleep(pool, entries):
    """Sleep until woken, unless there is work now."""
    exchange(shared(entries, ASLEEP), 1)
    if read_shared(shared(pool, TICKETS)) % INSIDE and exchange(shared(entries, ASLEEP), 0):
        return
    call_with_integers(pool[ACQUIRE], entries[LOCK], 1)


@jit
def linger(pool, turn):
    """Wait a moment, the longer the more often one has, and return whether it is not yet time to sleep."""
    if turn < pool[SPINS]:
        pause()
    elif turn < pool[SPINS] + pool[YIELDS]:
        call_with_integers(pool[YIELD], 0, 0)
    else:
        return False
    return True


@jit
def join(pool, number):
    """Wait for work, take a ticket and wake others."""
    entries, tickets = worker(pool, number), shared(pool, TICKETS)
    turn = 0
    while True:
        seen = read_shared(tickets)
        if seen % INSIDE:
            if replaced(tickets, seen, seen - 1 + INSIDE):
                wake(pool, 2 * number + 2)
                return
        elif read_shared(shared(pool, CALLERS)) < pool[CPUS] and linger(pool, turn):
            turn += 1
        else:
            sleep(pool, entries)
            turn = 0


def worker_loop(args, dims, steps, data):
    """Work for ever. dims: the worker's number; data: the pool."""
    pool = typed_pointer(data, intp)
    while True:
        join(pool, dims[0])
        work_on(from_address(pool[JOB], SIZE_TABLE))
        if fetch_add(shared(pool, TICKETS), -INSIDE) == INSIDE and exchange(shared(pool, WAITING), 0):
            call_with_integers(pool[RELEASE], pool[DONE], 0)


@jit
def wait_for_workers(pool):
    """Let no more of them join, and wait for those at work."""
    tickets, waiting = shared(pool, TICKETS), shared(pool, WAITING)
    seen = read_shared(tickets)
    while not replaced(tickets, seen, seen // INSIDE * INSIDE):
        seen = read_shared(tickets)
    turn = 0
    while linger(pool, turn):
        if read_shared(tickets) == 0:
            return
        turn += 1
    while True:
        exchange(waiting, 1)
        if read_shared(tickets) == 0 and exchange(waiting, 0):
            return
        call_with_integers(pool[ACQUIRE], pool[DONE], 1)
        if read_shared(tickets) == 0:
            return


def workers_driver(args, dims, steps, data):
    """Call a loop in parts, on this thread and on those workers that come in time."""
    policy = typed_pointer(data, intp)
    pool = from_address(policy[POOL], SIZE_TABLE)
    part, threads = division(policy, dims, threads_for_caller(pool))
    if threads < 2 or exchange(shared(pool, BUSY), 1):
        call_loop(policy[LOOP], args, dims, steps, data)
        return
    job = stack_buffer(intp, JOB_ENTRIES)
    prepare(job, args, dims, steps, policy, part)
    pool[JOB] = address(job)
    exchange(shared(pool, TICKETS), threads - 1)
    wake(pool, 0)
    work_on(job)
    wait_for_workers(pool)
    exchange(shared(pool, BUSY), 0)


def linger_loop(args, dims, steps, data):
    """Wait ``dims[0]`` turns, to see how long they take."""
    for turn in range(dims[0]):
        linger(typed_pointer(data, intp), turn)
