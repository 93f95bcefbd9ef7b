"""The libraries that are compared: how a spelling becomes a call that can be timed.

What they read from the environment is set before they are imported: see ``threads.py``.
"""

import contextlib
from dataclasses import dataclass

import numpy as np

import numba_act
from compare.spellings import JAX, NUMEXPR, NUMEXPR_NUMBERS, NUMPY, NUMPY_FORMULAS, ONNX, PYTORCH, SCIPY, spellings
from compare.threads import ONE
from numba_act import reference


@dataclass
class Call:
    """An expression to time, the names in it, and the output array that it was given."""

    expression: str
    names: dict
    output: np.ndarray

    def check(self):
        """Evaluate it once; return the result and whether it lies in the output array."""
        result = np.asarray(eval(self.expression, self.names))
        return result, np.shares_memory(result, self.output)


class Library:
    """One library. Making an instance imports it and tells it how many threads it may use."""

    name: str
    distributions: tuple[str, ...]  # whose versions to report
    table: dict

    def __init__(self, threads=1):
        pass

    def spellings(self, case):
        """Return the ways to write the function of a case, which may be none."""
        return spellings(self.table, case.title)

    def call(self, spelling, case, x, y):
        """Return the `Call` of a spelling with an input and an output array."""
        raise NotImplementedError


class NumbaAct(Library):
    """What all others are compared with."""

    name = "numba_act"
    distributions = ("numba-act", "numba")

    def spellings(self, case):
        axis, causal = ", axis" if case.axis is not None else "", ", causal=True" if case.causal else ""
        module = "cpu" if case.threads == ONE else "numba_act"
        return [f"{module}.{case.function}(x{axis}, out=y{causal})"]

    def call(self, spelling, case, x, y):
        module = numba_act.cpu if case.threads == ONE else numba_act
        names = {"function": getattr(module, case.function), "x": x, "y": y}
        return Call(f"function{spelling[spelling.index('(') :]}", names | case.names(), y)


class NumPy(Library):
    """The formula of ``numba_act.reference``, and what NumPy has as one function."""

    name = "NumPy"
    distributions = ("numpy",)

    table = NUMPY

    def spellings(self, case):
        formulas = [] if case.causal else [NUMPY_FORMULAS[case.axis is not None]]
        return formulas + super().spellings(case)

    def call(self, spelling, case, x, y):
        names = {"np": np, "formula": getattr(reference, case.function), "x": x, "y": y}
        return Call(spelling, names | case.names(), y)


class SciPy(Library):
    """What ``scipy.special`` has: ufuncs, and Python functions of rows."""

    name = "SciPy"
    distributions = ("scipy",)
    table = SCIPY

    def __init__(self, threads=1):
        from scipy import special

        self.special = special

    def call(self, spelling, case, x, y):
        return Call(spelling, {"np": np, "special": self.special, "x": x, "y": y} | case.names(), y)


class NumExpr(Library):
    """Formulas in numexpr, compiled beforehand."""

    name = "numexpr"
    distributions = ("numexpr",)
    table = NUMEXPR

    def __init__(self, threads=1):
        import numexpr

        self.numexpr = numexpr
        numexpr.set_num_threads(threads)

    def call(self, spelling, case, x, y):
        variables = compile(spelling, spelling, "eval").co_names
        names = {name: x.dtype.type(number) for name, number in NUMEXPR_NUMBERS.items() if name in variables}
        names["x"] = x
        real = self.numexpr.necompiler.getType(x)
        formula = self.numexpr.NumExpr(spelling, signature=[(name, real) for name in names])
        # float16 is computed in float32.
        expression = f"formula({', '.join(names)}, out=y, ex_uses_vml=False, casting='same_kind')"
        return Call(expression, names | {"formula": formula, "y": y}, y)


class PyTorch(Library):
    """PyTorch without autograd, on the memory of the NumPy arrays."""

    name = "PyTorch"
    distributions = ("torch",)
    table = PYTORCH

    def __init__(self, threads=1):
        import torch

        self.torch = torch
        torch.set_num_threads(threads)
        contextlib.ExitStack().enter_context(torch.inference_mode())  # for the rest of the process

    def call(self, spelling, case, x, y):
        names = {"torch": self.torch, "nn": self.torch._C._nn} | case.names()
        names["x"], names["y"] = self.torch.from_numpy(x), self.torch.from_numpy(y)
        if case.causal:
            names["hidden"] = ~self.torch.from_numpy(names["visible"])
        return Call(spelling, names, y)


class Jax(Library):
    """``jax.nn`` under ``jax.jit``."""

    name = "JAX"
    distributions = ("jax", "jaxlib")
    table = JAX

    def __init__(self, threads=1):
        import jax

        self.jax = jax
        # The calling thread computes; handing the work to another one takes longer.
        jax.config.update("jax_cpu_enable_async_dispatch", False)

    def spellings(self, case):
        bodies = super().spellings(case)
        return [f"jit(lambda {arguments}: {body})" for body in bodies for arguments in ("x", "x, y")]

    def call(self, spelling, case, x, y):
        body = eval(spelling, {"jit": lambda body: body, "nn": self.jax.nn} | case.names())
        names = {"x": self.jax.numpy.asarray(x)}
        if body.__code__.co_argcount == 1:
            return Call("call(x).block_until_ready()", names | {"call": self.jax.jit(body)}, y)
        names["call"] = self.jax.jit(body, donate_argnums=1, keep_unused=True)
        return Donation(names | {"kept": [self.jax.numpy.zeros_like(y)]})


class Donation(Call):
    """A call of JAX that is given the memory of its last result for the next one."""

    def __init__(self, names):
        super().__init__("kept.append(call(x, kept.pop()).block_until_ready())", names, None)

    def check(self):
        """Evaluate it once; return a copy of the result, as memory that NumPy has seen is not donated any more."""
        address = self.names["kept"][0].unsafe_buffer_pointer()
        eval(self.expression, self.names)
        (result,) = self.names["kept"]
        return np.asarray(result.copy()), result.unsafe_buffer_pointer() == address


class OnnxRuntime(Library):
    """Models of one or a few nodes in ONNX Runtime, bound to the NumPy arrays."""

    name = "ONNX Runtime"
    distributions = ("onnxruntime", "onnx")
    table = ONNX

    def __init__(self, threads=1):
        import onnxruntime
        from onnx.parser import parse_model

        self.parse = parse_model
        self.session = onnxruntime.InferenceSession
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads, self.options.inter_op_num_threads = threads, 1
        self.options.log_severity_level = 4  # no messages: what it cannot do is raised as well

    def call(self, spelling, case, x, y):
        real = {"float32": "float", "float64": "double", "float16": "float16"}[x.dtype.name]
        of_x, of_y = (f"{real}[{', '.join(map(str, array.shape))}]" for array in (x, y))
        nodes = spelling.format(**case.names())
        header = '<ir_version: 10, opset_import: ["": 24, "com.microsoft": 1]>'
        model = self.parse(f"{header} activation ({of_x} x) => ({of_y} y) {{ {nodes} }}")
        session = self.session(model.SerializeToString(), self.options, providers=["CPUExecutionProvider"])
        binding = session.io_binding()
        binding.bind_input("x", "cpu", 0, x.dtype, x.shape, x.ctypes.data)
        binding.bind_output("y", "cpu", 0, y.dtype, y.shape, y.ctypes.data)
        # It returns None.
        return Call("run(binding) or y", {"run": session.run_with_iobinding, "binding": binding, "x": x, "y": y}, y)


PEERS = (NumPy, SciPy, NumExpr, PyTorch, Jax, OnnxRuntime)


def installed(threads, names=None):
    """Return the peers that can be imported, and ``{name: reason}`` of those that cannot.

    Parameters
    ----------
    threads : int
    names : collection of str, optional
        The only ones to look for.
    """
    found, absent = [], {}
    for peer in PEERS:
        if names and peer.name not in names:
            continue
        try:
            found.append(peer(threads))
        except Exception as error:  # noqa: BLE001 - a broken installation raises anything
            absent[peer.name] = str(error)
    return found, absent
