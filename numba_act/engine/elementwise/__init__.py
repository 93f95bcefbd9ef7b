"""NumPy's inner loops around element-wise kernels, for native dtypes and for halves."""
