"""Bounded, S-shaped activations."""

from numba_act.engine.declare import vectorize
from numba_act.kernels import elementary
