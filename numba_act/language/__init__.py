"""What a kernel is written in: its declaration, machine operations, dtypes, documentation."""
