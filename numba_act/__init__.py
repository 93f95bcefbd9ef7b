"""Activation functions as NumPy ufuncs, faster and more accurate than their NumPy formulas.

>>> import numpy as np
>>> import numba_act as na
>>> na.relu(np.array([-1.0, 0.5, 2.0]))
array([0. , 0.5, 2. ])

Importing the package imports NumPy only. An activation is compiled when it is first asked for, and found compiled on
disk the next time. Large arrays are divided among threads; `numba_act.cpu` never does so, `numba_act.parallel` always,
and `numba_act.cuda` computes arrays that lie on a GPU. `numba_act.ufuncs` holds the ufunc under every function.
"""

from numba_act import cpu as cpu
from numba_act import cuda as cuda
from numba_act import parallel as parallel
from numba_act import reference as reference
from numba_act import ufuncs as ufuncs
from numba_act.engine.public import namespace as _namespace
from numba_act.engine.public.configuration import show_config as show_config
from numba_act.engine.threads.count import get_num_threads as get_num_threads
from numba_act.engine.threads.count import most_threads as most_threads
from numba_act.engine.threads.count import num_threads as num_threads
from numba_act.engine.threads.count import set_num_threads as set_num_threads

__version__ = "0.1.0"
__getattr__, __dir__ = _namespace.publish(__name__, "automatic")
