"""NumPy's inner loop of every row function, the stages it calls, and the tables that tell it which."""
