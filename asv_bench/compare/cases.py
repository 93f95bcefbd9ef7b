"""What is measured: each function by dtype and size, or by shape and axis, on one thread or on all."""

import math
from dataclasses import dataclass, replace

import numpy as np
from benchmarks.inputs import copied

from compare.threads import ONE
from numba_act.engine.public.registry import activations

DTYPES = ("float32", "float64", "float16")
SIZES = (1_000, 100_000, 10_000_000)

# Of every row function, in float32 only: what makes rows fast or slow is their shape, and the peers differ by it.
SHAPES = (
    ((1024, 1024), -1),
    ((64, 50257), -1),
    ((65536, 16), -1),
    ((1024, 1024), 0),
    ((1, 10_000_000), -1),
)

# The largest that a quick run takes: a formula of NumPy can take a second for ten million numbers.
QUICK = 1 << 20


@dataclass(frozen=True)
class Case:
    """One function, dtype and shape; of rows also the axis, and whether row i sees only its first i + 1 numbers."""

    function: str
    dtype: str
    shape: tuple[int, ...]
    axis: int | None = None
    causal: bool = False
    threads: str = ONE

    @property
    def size(self):
        """How many numbers there are."""
        return math.prod(self.shape)

    @property
    def title(self):
        """What is computed, as the tables of spellings, the bars and the report call it."""
        return f"{self.function} causal" if self.causal else self.function

    @property
    def extent(self):
        """What it is computed on, as the bars and the report call it."""
        return f"{self.size:_}" if self.axis is None else f"{'x'.join(map(str, self.shape))} axis {self.axis}"

    def arrays(self):
        """Return normally distributed numbers times 3, and an output array."""
        x = 3 * np.random.default_rng(0).standard_normal(self.shape, dtype=np.float32)
        shape = np.delete(self.shape, self.axis) if activations()[self.function].reduces else self.shape
        return copied(x.astype(self.dtype)), copied(np.zeros(shape, self.dtype))

    def names(self):
        """Return what a spelling may refer to besides x and y."""
        return {"axis": self.axis} | ({"visible": np.tri(*self.shape[-2:], dtype=bool)} if self.causal else {})


def cases(threads=ONE):
    """Return all cases of one thread or of all."""
    rows = [name for name, declaration in activations().items() if declaration.is_row]
    element_wise = [name for name in activations() if name not in rows]
    found = [
        *(Case(name, dtype, (size,)) for name in element_wise for dtype in DTYPES for size in SIZES),
        *(Case(name, "float32", shape, axis) for name in rows for shape, axis in SHAPES),
        Case("softmax", "float32", (10,), axis=-1),
        Case("softmax", "float32", (8, 12, 512, 512), axis=-1, causal=True),
    ]
    return [replace(case, threads=threads) for case in found]
