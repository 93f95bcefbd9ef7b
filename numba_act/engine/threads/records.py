"""The records of ``thread_pool.py`` as compiled code sees them."""

from numba_act.engine.compiler.records import record_type
from numba_act.engine.threads import thread_pool

LOOP_DATA = record_type(thread_pool.LoopData)
THREAD_POOL = record_type(thread_pool.ThreadPool)
WORKER = record_type(thread_pool.Worker)
JOB = record_type(thread_pool.Job)
SCRATCH = record_type(thread_pool.Scratch)
