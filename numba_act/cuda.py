"""The activations on an NVIDIA GPU, for arrays that lie there already.

``numba_act.cuda.sigmoid(x, out=None, stream=None)`` takes any object with ``__cuda_array_interface__``, such as a CuPy
array, a PyTorch tensor or numba's own device array. Parameters follow ``x``, and are single numbers. Importing this
module needs no GPU; calling a function without one raises an error that names what is missing.
"""

from numba_act.engine import namespace as _namespace

__getattr__, __dir__ = _namespace.publish_cuda(__name__)
