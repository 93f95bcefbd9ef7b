"""`show_config`: what the package found on this machine and does with it.

Imports stand inside the functions, because importing the package brings this module with it.
"""

import sys

from numba_act.engine.threads import count as thread_count


def show_config(mode="stdout"):
    """Print threads, CPU, cache folder, GPU and versions: what a bug report needs.

    Parameters
    ----------
    mode : {"stdout", "dicts"}
        Whether to print, or to return the same as nested dictionaries, as in `numpy.show_config`.

    Returns
    -------
    dict or None

    Raises
    ------
    ValueError
        If the mode is another.

    Examples
    --------
    >>> import numba_act as na
    >>> list(na.show_config(mode="dicts"))
    ['Threads', 'CPU', 'Cache', 'CUDA', 'Versions']
    """
    if mode not in ("stdout", "dicts"):
        raise ValueError(f"mode must be 'stdout' or 'dicts', not {mode!r}")
    found = {"Threads": _threads(), "CPU": _cpu(), "Cache": _cache(), "CUDA": _cuda(), "Versions": _versions()}
    if mode == "dicts":
        return found
    for part, entries in found.items():
        print(f"{part}:")
        for name, value in entries.items():
            print(f"  {name}: {value}")
    return None


def _threads():
    from numba_act.engine.threads import layers

    return {
        "layer": layers.started or layers.wanted_layer(),
        "started": layers.started is not None,
        "at most, in this thread": thread_count.get_num_threads(),
        "at most": thread_count.most_threads(),
    }


def _cpu():
    import platform

    from numba_act.engine.compiler import machine_code

    name, features = machine_code.processor()
    had = [feature[1:] for feature in features.split(",") if feature.startswith("+")]
    return {
        "model": cpu_model(),
        "machine": platform.machine(),
        "compiled for": name,
        "features": " ".join(sorted(had)),
    }


def cpu_model():
    """Return the name under which the CPU is sold, as far as the system tells."""
    import platform
    from pathlib import Path

    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _cache():
    from numba_act.engine.compiler import cache

    return {"folder": cache.folder() or "none", "usable": cache.usable()}


def _cuda():
    import importlib.util

    if importlib.util.find_spec("numba_cuda") is None:
        return {"available": False, "reason": "numba-cuda is not installed: pip install 'numba-act[cuda]'"}
    from numba import cuda

    if not cuda.is_available():
        return {"available": False, "reason": "numba-cuda finds no driver or no GPU"}
    return {"available": True, "devices": ", ".join(str(device.name) for device in cuda.gpus)}


def _versions():
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"Python": sys.version.split()[0], "platform": platform.platform()}
    for package in ("numba-act", "numpy", "numba", "llvmlite", "ml-dtypes", "tbb", "numba-cuda"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
