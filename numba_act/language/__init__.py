"""What a kernel is written in: its declaration, the machine operations it may use, the dtypes, and its documentation."""
