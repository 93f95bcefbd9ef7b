"""The GPU, the driver and the versions: what figures mean nothing without."""

import os
import platform
import shutil
import subprocess
import time

from layers.markdown import versions

from numba_act.engine.public.configuration import cpu_model

PACKAGES = ("numba-act", "numba", "numba-cuda", "cuda-bindings", "numpy", "torch", "triton")
CUPY = ("cupy", "cupy-cuda13x", "cupy-cuda12x")
QUERY = "name,driver_version,memory.total,clocks.mem,clocks.max.mem,clocks.sm,power.limit"


def conditions(absent, quick):
    """Return the lines that say where and with what is measured.

    Parameters
    ----------
    absent : dict
        The peers that there are not, and why.
    quick : bool
        Whether the figures mean nothing.
    """
    return [
        *_card(),
        f"{time.strftime('%Y-%m-%d')}; {cpu_model()}, {os.cpu_count()} CPUs; {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, {versions(PACKAGES + CUPY)}",
        *(f"{name}: {reason}" for name, reason in absent.items()),
        *["**`--quick`: figures mean nothing**"] * quick,
    ]


def _card():
    from numba import cuda

    device = cuda.get_current_device()
    name = device.name.decode() if isinstance(device.name, bytes) else device.name
    capability = ".".join(map(str, device.compute_capability))
    toolkit = ".".join(map(str, cuda.runtime.get_version()))
    parts = [
        f"{name}, compute capability {capability}, {device.MULTIPROCESSOR_COUNT} multiprocessors",
        f"{device.L2_CACHE_SIZE / 2**20:.0f} MiB of second-level cache",
        f"CUDA toolkit {toolkit}",
    ]
    return ["; ".join(parts), _driver()]


def _driver():
    """Return what the driver's own tool says of the card, before the work begins."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "driver and clocks: not known without nvidia-smi"
    command = [tool, f"--query-gpu={QUERY}", "--format=csv,noheader", "--id=0"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return f"driver and clocks: nvidia-smi fails: {error}"
    values = dict(zip(QUERY.split(","), done.stdout.splitlines()[0].split(", "), strict=False))
    return "; ".join(f"{key} {value}" for key, value in values.items())
