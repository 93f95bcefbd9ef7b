"""Several Python threads that call at once."""

import statistics
import threading
import time

import numpy as np
from benchmarks.inputs import normals

import numba_act

CALLERS, SIZE = 4, 1_000_000
ROUNDS, SECONDS = 7, 0.25


def measure_callers(quick=False):
    """Return the calls per second of all callers together over those of a single one, the median of some rounds."""
    found = []
    for _ in range(2 if quick else ROUNDS):
        single, several = (_calls_per_second(callers, SECONDS / (20 if quick else 1)) for callers in (1, CALLERS))
        found.append(several / single)
    return statistics.median(found)


def _calls_per_second(callers, seconds):
    """Have some threads call the automatic gelu for a while, and return how many calls a second they got done."""
    x = normals("float32", SIZE)
    outputs = [np.zeros_like(x) for _ in range(callers)]
    calls, barrier = [0] * callers, threading.Barrier(callers + 1)
    ends = []

    def call(number):
        y, done = outputs[number], 0
        numba_act.gelu(x, out=y)
        barrier.wait()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            numba_act.gelu(x, out=y)
            done += 1
        calls[number] = done
        ends.append(time.perf_counter())

    threads = [threading.Thread(target=call, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    barrier.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return sum(calls) / (max(ends) - start)
