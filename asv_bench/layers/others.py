"""How much other processes had the CPUs: threads that wait for a CPU that somebody else has look slow."""

import os
import time
from pathlib import Path

# From how many CPUs on the figures do not count.
TOO_MUCH = 0.1


class Watch:
    """The CPU time of other processes, from now on."""

    def __init__(self):
        self.start, self.before = time.time(), _others()

    def line(self):
        """Return what a report has to say about it; the processes that this one has started must have ended."""
        if self.before is None:
            return "what other processes did at the time is not known"
        cpus = max(0.0, (_others() - self.before) / (time.time() - self.start))
        text = f"other processes kept {cpus:.2f} CPUs busy"
        return f"**{text}: too many for figures of threads, measure again**" if cpus > TOO_MUCH else text


def _others():
    """Return the seconds that all CPUs have worked, also for another virtual machine, but for this process."""
    try:
        first = Path("/proc/stat").read_text().partition("\n")[0]
    except OSError:
        return None
    user, nice, system, _, _, interrupts, soft_interrupts, stolen = map(int, first.split()[1:9])
    ticks = user + nice + system + interrupts + soft_interrupts + stolen
    return ticks / os.sysconf("SC_CLK_TCK") - sum(os.times()[:4])
