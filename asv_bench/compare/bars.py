"""The speed to reach on one thread: our time over the rival's.

A bar without a function holds for every function; one with a function comes before it.
"""

from compare.threads import ONE

# The fastest peer; and rivals that are measured without any peer beside them.
BEST, COPY, LAST_AXIS = "best", "np.copyto", "our axis -1"
ALONE = (COPY, LAST_AXIS)

BARS = {
    (BEST, "float32", "100_000"): 0.8,
    (BEST, "float32", "100_000", "relu"): 1.05,
    (BEST, "float32", "100_000", "leaky_relu"): 1.05,
    (BEST, "float64", "100_000"): 1.0,
    ("PyTorch", "float16", "100_000"): 0.8,
    (COPY, "float32", "10_000_000", "relu"): 1.2,
    (COPY, "float32", "10_000_000", "leaky_relu"): 1.2,
    (COPY, "float32", "10_000_000", "sigmoid"): 1.2,
    (COPY, "float32", "10_000_000", "tanh"): 1.2,
    (COPY, "float32", "10_000_000", "silu"): 1.2,
    (BEST, "float32", "1024x1024 axis -1", "softmax"): 0.85,
    (BEST, "float32", "64x50257 axis -1", "softmax"): 0.85,
    (BEST, "float32", "65536x16 axis -1", "softmax"): 0.7,
    (BEST, "float32", "1024x1024 axis 0", "softmax"): 0.7,
    (BEST, "float32", "1024x1024 axis -1", "log_softmax"): 0.9,
    (BEST, "float32", "64x50257 axis -1", "log_softmax"): 0.9,
    (BEST, "float32", "65536x16 axis -1", "log_softmax"): 0.9,
    (BEST, "float32", "1024x1024 axis 0", "log_softmax"): 0.9,
    ("SciPy", "float32", "10 axis -1", "softmax"): 0.2,
    ("NumPy", "float32", "8x12x512x512 axis -1", "softmax causal"): 0.2,
    (LAST_AXIS, "float32", "1024x1024 axis 0", "softmax"): 1.3,
}

# The geometric mean of all ratios to the plain NumPy formulas.
MEAN_BAR = 0.25


def bar(rival, case):
    """Return what a ratio is held to, or None."""
    if case.threads != ONE:
        return None
    return BARS.get((rival, case.dtype, case.extent, case.title), BARS.get((rival, case.dtype, case.extent)))
