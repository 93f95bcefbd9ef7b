"""The speed to reach.

Against a copy it is our bandwidth over that of the copy, at least; against anything else our time over its time, at
most. A bar without a function holds for every function of a section and dtype; one with a function comes before it.
"""

COPY, CONTIGUOUS, BARE = "copy", "contiguous", "bare launch"
PYTORCH, COMPILED, CUPY = "PyTorch", "torch.compile", "CuPy"

ELEMENTWISE, LAST_AXIS, OTHER_ROWS = "element-wise", "rows", "other rows"
CALLS, LAYOUTS, HOST = "calls", "layouts", "host"

BARS = {
    (COPY, ELEMENTWISE, "float32"): 0.92,
    (COPY, ELEMENTWISE, "float32", "gelu"): 0.85,
    (COPY, ELEMENTWISE, "float32", "mish"): 0.85,
    (COPY, ELEMENTWISE, "float16"): 0.85,
    (COPY, ELEMENTWISE, "bfloat16"): 0.85,
    (PYTORCH, ELEMENTWISE, "float32"): 1.0,
    (PYTORCH, ELEMENTWISE, "float16"): 1.0,
    (PYTORCH, ELEMENTWISE, "bfloat16"): 1.0,
    (PYTORCH, ELEMENTWISE, "float64"): 1.0,
    (COPY, LAST_AXIS, "float32"): 0.85,
    (PYTORCH, LAST_AXIS, "float32"): 1.0,
    (COMPILED, LAST_AXIS, "float32"): 1.0,
    (BARE, CALLS, "float32"): 1.5,
    (CUPY, CALLS, "float32"): 1.2,
    (CONTIGUOUS, LAYOUTS, "float32"): 4.0,
}


def bar(case, rival):
    """Return what a figure is held to, or None."""
    return BARS.get((rival, case.section, case.dtype, case.function), BARS.get((rival, case.section, case.dtype)))
