"""What is measured, and how. Each suite says what it allocates, on how many threads it runs, and what its peer is.

asv runs each combination of parameters in a process of its own, so nothing here is compiled or allocated at import.
"""
