"""How other libraries spell the functions: the one place besides the kernels and the reference that names them."""

import functools
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from numba_act import reference

PACKAGES = {"NumPy": "numpy", "SciPy": "scipy", "PyTorch": "torch", "JAX": "jax"}


def _spellings():
    """Return ``{library: {name: what makes the function from the library's namespace}}``."""
    return {
        "SciPy": {
            "sigmoid": lambda special: special.expit,
            "silu": lambda special: lambda x: x * special.expit(x),
            "log_sigmoid": lambda special: special.log_expit,
            "softplus": lambda special: special.softplus,
            "gelu": lambda special: lambda x: x * special.ndtr(x),
        },
        "PyTorch": {
            "relu": lambda torch: torch.relu,
            "leaky_relu": lambda torch: torch.nn.functional.leaky_relu,
            "elu": lambda torch: torch.nn.functional.elu,
            "selu": lambda torch: torch.selu,
            "sigmoid": lambda torch: torch.sigmoid,
            "silu": lambda torch: torch.nn.functional.silu,
            "tanh": lambda torch: torch.tanh,
            "log_sigmoid": lambda torch: torch.nn.functional.logsigmoid,
            "softplus": lambda torch: torch.nn.functional.softplus,
            "gelu": lambda torch: torch.nn.functional.gelu,
            "gelu_tanh": lambda torch: lambda x: torch.nn.functional.gelu(x, approximate="tanh"),
            "mish": lambda torch: torch.nn.functional.mish,
        },
        "JAX": {
            "relu": lambda jax: jax.nn.relu,
            "leaky_relu": lambda jax: jax.nn.leaky_relu,
            "elu": lambda jax: jax.nn.elu,
            "selu": lambda jax: jax.nn.selu,
            "sigmoid": lambda jax: jax.nn.sigmoid,
            "silu": lambda jax: jax.nn.silu,
            "tanh": lambda jax: jax.numpy.tanh,
            "log_sigmoid": lambda jax: jax.nn.log_sigmoid,
            "softplus": lambda jax: jax.nn.softplus,
            "gelu": lambda jax: lambda x: jax.nn.gelu(x, approximate=False),
            "gelu_tanh": lambda jax: lambda x: jax.nn.gelu(x, approximate=True),
            "mish": lambda jax: jax.nn.mish,
        },
    }


def installed():
    """Return ``{library: version}``."""
    found = {}
    for library, package in PACKAGES.items():
        try:
            found[library] = version(package)
        except PackageNotFoundError:
            continue
    return found


@functools.cache
def functions(name, dtype, parameters):
    """Return ``{library: function of one array}`` for the libraries that are installed and have the function.

    Those that cannot compute in the dtype are left out.
    """
    from_numpy_formula = getattr(reference, name)
    scalars = [np.dtype(dtype).type(value) for value in parameters]
    found = {"NumPy": lambda x: from_numpy_formula(x, *scalars)}
    for library, spellings in _spellings().items():
        if library in installed() and name in spellings and (library != "SciPy" or dtype in ("float32", "float64")):
            found[library] = _ADAPTERS[library](spellings[name], parameters)
    return found


def _scipy(spelling, parameters):
    from scipy import special

    function = spelling(special)
    return lambda x: function(x, *parameters)


def _torch(spelling, parameters):
    import torch

    torch.set_num_threads(1)
    function = spelling(torch)

    def call(x):
        # Neither side knows the other's bfloat16.
        if x.dtype.name == "bfloat16":
            result = function(torch.from_numpy(x.view(np.int16)).view(torch.bfloat16), *parameters)
            return result.view(torch.int16).numpy().view(x.dtype)
        return function(torch.from_numpy(x), *parameters).numpy()

    return call


def _jax(spelling, parameters):
    import jax

    jax.config.update("jax_enable_x64", True)
    function = spelling(jax)
    compiled = jax.jit(lambda x: function(x, *parameters))
    return lambda x: np.asarray(compiled(x))


_ADAPTERS = {"SciPy": _scipy, "PyTorch": _torch, "JAX": _jax}
