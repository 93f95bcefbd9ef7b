"""How each library spells each activation: one line per function, or several of which the fastest counts.

``x`` is the input and ``y`` the output array that is given. A spelling without ``y`` makes a new array, for want of a
way to say where the result should go. Functions of rows have an ``axis``; where row i sees only its first i + 1
numbers, ``visible`` is true for these.
"""

GELU_SLOPE, GELU_CUBIC = 1.5957691216057308, 0.044715
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805

# Python expressions. ``formula`` is that of numba_act.reference, of numbers or of rows: all that NumPy has for a
# function not listed here.
NUMPY_FORMULAS = ("formula(x)", "formula(x, axis)")
NUMPY = {
    "relu": "np.maximum(x, 0, out=y)",
    "tanh": "np.tanh(x, out=y)",
    "softmax causal": "formula(np.where(visible, x, -np.inf), axis)",
}

# Python expressions, with a function of scipy.special in each: SciPy has nothing to offer for the others.
SCIPY = {
    "sigmoid": "special.expit(x, out=y)",
    "silu": "np.multiply(special.expit(x, out=y), x, out=y)",
    "log_sigmoid": "special.log_expit(x, out=y)",
    "softplus": "np.negative(special.log_expit(np.negative(x, out=y), out=y), out=y)",
    "gelu": [
        "np.multiply(special.ndtr(x, out=y), x, out=y)",
        "np.multiply(special.erfc(np.multiply(x, -(0.5**0.5), out=y), out=y), x / 2, out=y)",
    ],
    "gelu_tanh": f"np.multiply(special.expit({GELU_SLOPE} * (x + {GELU_CUBIC} * x * x * x), out=y), x, out=y)",
    "mish": "np.multiply(np.tanh(-special.log_expit(-x), out=y), x, out=y)",
    "softmax": "special.softmax(x, axis=axis)",
    "log_softmax": "special.log_softmax(x, axis=axis)",
    "logsumexp": "special.logsumexp(x, axis=axis)",
}

# numexpr's own language, in which a number with a point would turn everything into float64: hence the names.
NUMEXPR = {
    "relu": "where(x > 0, x, 0)",
    "leaky_relu": "where(x > 0, x, slope * x)",
    "elu": "where(x > 0, x, expm1(x))",
    "selu": "where(x > 0, scale * x, scale_alpha * expm1(x))",
    "sigmoid": "1 / (1 + exp(-x))",
    "silu": "x / (1 + exp(-x))",
    "log_sigmoid": "where(x < 0, x, 0) - log1p(exp(-abs(x)))",
    "softplus": "where(x > 0, x, 0) + log1p(exp(-abs(x)))",
    "gelu_tanh": "x / (1 + exp(x * (linear + cubic * x * x)))",
    "mish": "x * tanh(where(x > 0, x, 0) + log1p(exp(-abs(x))))",
    "tanh": "tanh(x)",
}
NUMEXPR_NUMBERS = {
    "slope": 0.01,
    "scale": SELU_SCALE,
    "scale_alpha": SELU_SCALE * SELU_ALPHA,
    "linear": -GELU_SLOPE,
    "cubic": -GELU_SLOPE * GELU_CUBIC,
}

# Python expressions; ``nn`` is torch._C._nn, which torch.nn.functional calls and which takes out=. ``hidden`` is not
# ``visible``.
PYTORCH = {
    "relu": ["torch.clamp_min(x, 0, out=y)", "torch.relu(x)"],
    "leaky_relu": "nn.leaky_relu(x, 0.01, out=y)",
    "elu": "nn.elu(x, out=y)",
    "selu": [f"nn.elu(x, {SELU_ALPHA}, {SELU_SCALE}, out=y)", "torch.selu(x)"],
    "sigmoid": "torch.sigmoid(x, out=y)",
    "silu": "nn.silu(x, out=y)",
    "log_sigmoid": "nn.log_sigmoid(x, out=y)",
    "softplus": "nn.softplus(x, out=y)",
    "gelu": "nn.gelu(x, out=y)",
    "gelu_tanh": "nn.gelu(x, approximate='tanh', out=y)",
    "mish": "nn.mish(x, out=y)",
    "tanh": "torch.tanh(x, out=y)",
    "softmax": "torch.softmax(x, axis, out=y)",
    "log_softmax": "torch.log_softmax(x, axis, out=y)",
    "logsumexp": "torch.logsumexp(x, axis, out=y)",
    "softmax causal": [
        "torch.softmax(x.masked_fill(hidden, -torch.inf), axis, out=y)",
        "torch.softmax(y.copy_(x).masked_fill_(hidden, -torch.inf), axis, out=y)",
    ],
}

# Bodies of functions of x. Each is compiled twice: to make a new array, and to replace an array that is donated.
JAX = {
    "relu": "nn.relu(x)",
    "leaky_relu": "nn.leaky_relu(x)",
    "elu": "nn.elu(x)",
    "selu": "nn.selu(x)",
    "sigmoid": "nn.sigmoid(x)",
    "silu": "nn.silu(x)",
    "log_sigmoid": "nn.log_sigmoid(x)",
    "softplus": "nn.softplus(x)",
    "gelu": "nn.gelu(x, approximate=False)",
    "gelu_tanh": "nn.gelu(x, approximate=True)",
    "mish": "nn.mish(x)",
    "tanh": "nn.tanh(x)",
    "softmax": "nn.softmax(x, axis)",
    "log_softmax": "nn.log_softmax(x, axis)",
    "logsumexp": "nn.logsumexp(x, axis)",
    "softmax causal": "nn.softmax(x, axis, where=visible)",
}

# Nodes in ONNX's text format, but for ``{axis}``.
ONNX = {
    "relu": "y = Relu (x)",
    "leaky_relu": "y = LeakyRelu <alpha = 0.01> (x)",
    "elu": "y = Elu (x)",
    "selu": "y = Selu (x)",
    "sigmoid": "y = Sigmoid (x)",
    "silu": ["y = Swish (x)", "s = Sigmoid (x) y = Mul (x, s)", "y = com.microsoft.QuickGelu <alpha = 1.0> (x)"],
    "log_sigmoid": ["s = Sigmoid (x) y = Log (s)", "n = Neg (x) s = Softplus (n) y = Neg (s)"],
    "softplus": "y = Softplus (x)",
    "gelu": ["y = Gelu (x)", "y = com.microsoft.Gelu (x)"],
    "gelu_tanh": ['y = Gelu <approximate = "tanh"> (x)', "y = com.microsoft.FastGelu (x)"],
    "mish": ["y = Mish (x)", "s = Softplus (x) t = Tanh (s) y = Mul (x, t)"],
    "tanh": "y = Tanh (x)",
    "softmax": "y = Softmax <axis = {axis}> (x)",
    "log_softmax": "y = LogSoftmax <axis = {axis}> (x)",
    "logsumexp": "a = Constant <value_ints = [{axis}]> () y = ReduceLogSumExp <keepdims = 0> (x, a)",
}


def spellings(table, function):
    """Return the list of a table's spellings of a function, which may be empty."""
    found = table.get(function, [])
    return [found] if isinstance(found, str) else found
