"""What is computed: one scalar or row kernel per activation, and the elementary functions under them.

A kernel is a plain Python function of NumPy scalars. It is declared with ``@vectorize`` or ``@guvectorize``, written
once for float32 and float64 (``real = type(x); real(0.5)`` keeps float32 arithmetic in float32), free of branches, and
raises no floating-point flag for any input whose result is defined: comparisons go through the bits, because an
ordered comparison with NaN raises *invalid*.
"""
