"""The `np.ufunc` under every activation: parameters are inputs like any other, and broadcast.

>>> import numpy as np
>>> import numba_act as na
>>> na.ufuncs.leaky_relu(np.array([-1.0, -1.0]), [0.1, 0.2])
array([-0.1, -0.2])
"""

import numba_act as _package
from numba_act.engine.public import namespace as _namespace

__getattr__, __dir__ = _namespace.publish_ufuncs(__name__, lambda name: getattr(_package, name))
