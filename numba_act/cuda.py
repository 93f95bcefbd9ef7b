"""The activations on a GPU."""
