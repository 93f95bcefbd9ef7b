"""How CuPy spells each activation: the formulas of ``numba_act.reference`` in C++, for one fused kernel each.

``T`` is float or double. PyTorch's spellings are those of ``compare/spellings.py``.
"""

_SOFTPLUS = "(max(x, T(0)) + log1p(exp(-abs(x))))"

CUPY_KERNELS = {
    "relu": "x > 0 ? x : T(0)",
    "leaky_relu": "x > 0 ? x : T(0.01) * x",
    "elu": "x > 0 ? x : expm1(x)",
    "selu": "x > 0 ? T(1.0507009873554805) * x : T(1.0507009873554805 * 1.6732632423543772) * expm1(x)",
    "sigmoid": "1 / (1 + exp(-x))",
    "silu": "x / (1 + exp(-x))",
    "log_sigmoid": "min(x, T(0)) - log1p(exp(-abs(x)))",
    "softplus": _SOFTPLUS,
    "gelu": "x * erfc(x * T(-0.70710678118654752)) / 2",
    "gelu_tanh": "x / (1 + exp(T(-1.5957691216057308) * (x + T(0.044715) * x * x * x)))",
    "mish": f"x * tanh({_SOFTPLUS})",
    "tanh": "tanh(x)",
}

# Python expressions, where CuPy has the function itself.
CUPY_UFUNCS = {"relu": "cupy.maximum(x, 0, out=y)", "tanh": "cupy.tanh(x, out=y)"}
