"""The functions that activations are made of. No activation by themselves, they are not declared."""
