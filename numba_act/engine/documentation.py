"""The docstring of a public function: what its kernel says, and what all activations have in common."""

import inspect


def docstring(declaration):
    """Return the text shown by ``help()``."""
    return inspect.getdoc(declaration.kernel)
