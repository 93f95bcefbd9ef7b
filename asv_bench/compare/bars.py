"""The speed to reach: our time over the rival's.

A bar without a function holds for every function; one with a function comes before it.
"""

BEST, COPY = "best", "np.copyto"

BARS = {
    (BEST, "float32", 100_000): 0.8,
    (BEST, "float32", 100_000, "relu"): 1.05,
    (BEST, "float32", 100_000, "leaky_relu"): 1.05,
    (BEST, "float64", 100_000): 1.0,
    ("PyTorch", "float16", 100_000): 0.8,
    (COPY, "float32", 10_000_000, "relu"): 1.2,
    (COPY, "float32", 10_000_000, "leaky_relu"): 1.2,
    (COPY, "float32", 10_000_000, "sigmoid"): 1.2,
    (COPY, "float32", 10_000_000, "tanh"): 1.2,
    (COPY, "float32", 10_000_000, "silu"): 1.2,
}

# The geometric mean of all ratios to the plain NumPy formulas.
MEAN_BAR = 0.25


def bar(rival, case):
    """Return what a ratio is held to, or None."""
    return BARS.get((rival, case.dtype, case.size, case.function), BARS.get((rival, case.dtype, case.size)))
