"""The package's own threads, which wait for work in compiled code.

A caller never waits for a thread that has not begun a part: what sleeping threads do not take, it does itself. So
calling them costs the time to wake them and nothing else, which no fork-and-join of OpenMP or TBB can promise. And
because nobody else uses them, nothing that a user's own numba code does at the same time can get in their way.

A waiting thread spins, then yields, then sleeps. It spins because calls often follow one another and waking a thread
takes long, up to a millisecond on virtual machines. One word holds how many more of them may join (tickets) and, times
`INSIDE`, how many are at work. The first worker wakes two others, and so does each of those.
"""

from numba_act.engine.compiler.cpu_primitives import jit
from numba_act.engine.compiler.pointers import address, call_loop
from numba_act.engine.compiler.records import place_of, record_at, stack_record
from numba_act.engine.compiler.usual_floats import use_floats, use_usual_floats
from numba_act.engine.threads.atomic import call_with_integers, exchange, fetch_add, pause, read_shared, replaced
from numba_act.engine.threads.records import JOB, LOOP_DATA, THREAD_POOL, WORKER
from numba_act.engine.threads.share import division, prepare, threads_for_caller, work_on

INSIDE = 1 << 32
WORKER_SIZE = WORKER.size


@jit
def worker(pool, number):
    """Return the record of a worker."""
    return record_at(pool.workers + number * WORKER_SIZE, WORKER)


@jit
def wake(pool, first):
    """Wake a worker and the next, while there are tickets for them."""
    for number in range(first, min(first + 2, pool.count)):
        if read_shared(place_of(pool, "tickets")) % INSIDE == 0:
            return
        own = worker(pool, number)
        if read_shared(place_of(own, "asleep")) and exchange(place_of(own, "asleep"), 0):
            call_with_integers(pool.release, own.lock, 0)


@jit
def sleep(pool, own):
    """Sleep until woken, unless there is work now."""
    exchange(place_of(own, "asleep"), 1)
    if read_shared(place_of(pool, "tickets")) % INSIDE and exchange(place_of(own, "asleep"), 0):
        return
    call_with_integers(pool.acquire, own.lock, 1)


@jit
def linger(pool, turn):
    """Spin, or yield after some turns of that; return False when it is time to sleep."""
    if turn < pool.spins:
        pause()
    elif turn < pool.spins + pool.yields:
        call_with_integers(pool.yield_, 0, 0)
    else:
        return False
    return True


@jit
def join(pool, number):
    """Wait for work, take a ticket and wake others."""
    own, tickets = worker(pool, number), place_of(pool, "tickets")
    turn = 0
    while True:
        seen = read_shared(tickets)
        if seen % INSIDE:
            if replaced(tickets, seen, seen - 1 + INSIDE):
                wake(pool, 2 * number + 2)
                return
        elif read_shared(place_of(pool, "callers")) < pool.cpus and linger(pool, turn):
            turn += 1
        else:
            sleep(pool, own)
            turn = 0


def worker_loop(args, dims, steps, data):
    """Work for ever. dims: the worker's number; data: the pool."""
    pool = record_at(data, THREAD_POOL)
    use_usual_floats()
    while True:
        join(pool, dims[0])
        work_on(record_at(pool.job, JOB))
        if fetch_add(place_of(pool, "tickets"), -INSIDE) == INSIDE and exchange(place_of(pool, "waiting"), 0):
            call_with_integers(pool.release, pool.done, 0)


@jit
def wait_for_workers(pool):
    """Let no more of them join, and wait for those at work."""
    tickets, waiting = place_of(pool, "tickets"), place_of(pool, "waiting")
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
        call_with_integers(pool.acquire, pool.done, 1)
        if read_shared(tickets) == 0:
            return


def workers_driver(args, dims, steps, data):
    """Call a loop in parts, on this thread and on those workers that come in time."""
    loop_data = record_at(data, LOOP_DATA)
    pool = record_at(loop_data.pool, THREAD_POOL)
    part, threads = division(loop_data, dims, steps, threads_for_caller(pool))
    state = use_usual_floats()
    if threads < 2 or exchange(place_of(pool, "busy"), 1):
        call_loop(loop_data.part, args, dims, steps, data)
        use_floats(state)
        return
    job = stack_record(JOB)
    prepare(job, args, dims, steps, data, part)
    pool.job = address(job)
    exchange(place_of(pool, "tickets"), threads - 1)
    wake(pool, 0)
    work_on(job)
    wait_for_workers(pool)
    exchange(place_of(pool, "busy"), 0)
    use_floats(state)


def linger_loop(args, dims, steps, data):
    """Wait ``dims[0]`` turns, to see how long they take."""
    for turn in range(dims[0]):
        linger(record_at(data, THREAD_POOL), turn)
