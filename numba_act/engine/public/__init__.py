"""What users get: the registry of activations, their ufuncs, functions with defaults over them, and the namespaces."""
