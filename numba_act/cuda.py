"""The activations on an NVIDIA GPU.

``numba_act.cuda.sigmoid(x, out=None, stream=None)`` takes arrays that lie on the GPU, of any library: CuPy arrays,
PyTorch tensors, numba's device arrays, and whatever has ``__cuda_array_interface__`` or ``__dlpack__``. The result is
of the same library. NumPy arrays are copied to the GPU and back. Importing this module needs no GPU; calling a function
without one raises an error that says what is missing.
"""

from numba_act.engine.public import namespace as _namespace

__getattr__, __dir__ = _namespace.publish_cuda(__name__)


def compile_ptx(name, dtype, cc=(9, 0), *, layout=None):
    """Return the PTX text of an activation's kernel, on any machine, with a GPU or without.

    Needs numba-cuda with its compiler, ``pip install 'numba-act[cuda]'``, but neither a device nor a driver.

    Parameters
    ----------
    name : str
        Of an activation.
    dtype : dtype or str
        What it is computed in; "bfloat16" by name where NumPy does not know it.
    cc : tuple of int, default (9, 0)
        The compute capability that the text is for.
    layout : str, optional
        Element-wise: "contiguous", the default, "strided" or "transposed". Rows: "block", the default, "warp",
        "streamed", "columns", "masked", or "scaled", which is also for causal rows.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If there is no such activation or layout.
    TypeError
        If the activation is not computed in the dtype on GPUs.
    ImportError
        If numba-cuda is not installed.

    Examples
    --------
    >>> import numba_act as na
    >>> print(na.cuda.compile_ptx("gelu", "float32", cc=(9, 0)))  # doctest: +SKIP
    .version ...
    """
    from numba_act.engine.gpu.ptx import ptx_text
    from numba_act.engine.public.registry import activations

    if name not in activations():
        raise ValueError(f"there is no activation {name!r}; there are {', '.join(activations())}")
    return ptx_text(activations()[name], dtype, cc, layout)
