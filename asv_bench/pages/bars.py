"""The speed to reach: what each tracked benchmark is held to.

A bar without parameters holds for every combination of them; one with parameters comes before it.
"""

BARS = {
    ("overhead.OneNumber.track_ratio", "relu"): 1.15,
    ("overhead.OneNumber.track_ratio", "sigmoid"): 1.15,
    ("overhead.OneNumber.track_ratio", "tanh"): 1.15,
    ("overhead.OneNumber.track_ratio", "leaky_relu"): 2.2,
    ("ratio.AgainstNumPy.track_ratio", "sigmoid", "float32", "100_000"): 0.40,
    ("layouts.AgainstCopy.track_ratio", "relu"): 1.15,
    ("layouts.AgainstCopy.track_ratio", "leaky_relu"): 1.15,
    ("layouts.AgainstCopy.track_ratio", "sigmoid"): 1.15,
    ("layouts.InPlace.track_ratio",): 1.15,
    ("layouts.Strided.track_ratio",): 3,
    ("layouts.ScalarParameter.track_ratio",): 1.2,
    ("rows.AgainstNumPy.track_ratio", "softmax", "1024x1024", "-1"): 0.6,
    ("rows.Masked.track_ratio", "softmax", "causal", "8x12x512x512"): 0.2,
    ("memory.Rows.track_out",): 0.05,
    ("memory.Rows.track_in_place",): 0.05,
    ("parallel.Divided.track_ratio", "sigmoid", "2", "1_000_000"): 0.65,
    ("startup.Import.track_ratio",): 1.3,
    ("startup.FirstCall.track_warm",): 1.0,
    ("startup.FirstCall.track_warm_further",): 0.02,
}

# The geometric mean of `ratio` over all functions and sizes in float32 and float64.
MEAN = 0.25


def bar(benchmark, parameters):
    """Return what a measurement is held to, or None."""
    return BARS.get((benchmark, *parameters), BARS.get((benchmark,)))
