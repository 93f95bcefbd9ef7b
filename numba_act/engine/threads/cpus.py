"""How many processors this process may use: those it is bound to, and its share of them in a container."""

import os
from pathlib import Path


def available(root="/"):
    """Return the number of CPUs by the process's affinity and its control groups' quotas, rounded up.

    Parameters
    ----------
    root : path
        Of the file system that has ``proc`` and ``sys``.
    """
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([bound, *_quotas(Path(root))]))


def _quotas(root):
    """Yield the CPUs that each of the process's control groups may use; both versions of them."""
    try:
        groups = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in groups:
        _, controllers, path = line.split(":", 2)
        names = controllers.split(",")
        if controllers and "cpu" not in names:
            continue
        # Version 1 mounts a controller by its own name or with others, in an order that need not be that of the line.
        for mounted in {controllers, ",".join(sorted(names)), "cpu"} if controllers else {""}:
            mount = root / "sys/fs/cgroup" / mounted
            group = mount / path.lstrip("/")
            # In a container the path may be that of the host; what the container sees is the mount point.
            for folder in [group, *group.parents]:
                quota = _quota(folder)
                if quota is not None:
                    yield quota
                if folder == mount:
                    break


def _quota(folder):
    """Return the CPUs of one control group, or None if it may use all."""
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota, period = ((folder / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        return -(-int(quota) // int(period)) if int(quota) > 0 else None
    except (OSError, ValueError):  # none, or "max"
        return None
