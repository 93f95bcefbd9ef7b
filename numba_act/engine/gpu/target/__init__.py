"""What is compiled and run on: a GPU by way of numba-cuda, or numba's simulator."""
