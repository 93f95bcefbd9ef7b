"""What the tests are run on: activations in a dtype from a namespace.

What a function computes is tested of every registered activation. What the engine does with its kernel, such as to find
elements in memory, is the same for all kernels of a kind, and is tested of the first of each kind in the registry.
Nothing here names an activation: one that is registered is tested, and one of a new kind stands for its kind.
"""

import functools
import importlib
from dataclasses import dataclass

import numpy as np
from layouts import FILL
from samples import numbers

from numba_act.engine.public.registry import activations
from numba_act.language.declaration import Declaration

MODULES = {
    "automatic": "numba_act",
    "cpu": "numba_act.cpu",
    "parallel": "numba_act.parallel",
    "ufuncs": "numba_act.ufuncs",
}


@dataclass(frozen=True)
class Subject:
    """One activation in one dtype from one namespace. Calling it calls the activation with its default parameters."""

    declaration: Declaration
    dtype: np.dtype
    namespace: str

    def __str__(self):
        """Return the identity in a test's name, such as ``relu-float32-parallel``."""
        return f"{self.name}-{self.dtype}-{self.namespace}"

    def __call__(self, x, **keywords):
        """Call the public object; a ufunc that has parameters is passed their defaults."""
        return self.function(x, *self.required, **keywords)

    @property
    def name(self):
        return self.declaration.name

    @property
    def function(self):
        return getattr(importlib.import_module(MODULES[self.namespace]), self.name)

    @property
    def ufunc(self):
        return getattr(self.function, "ufunc", self.function)

    @property
    def defaults(self):
        """The parameters' default values."""
        return tuple(self.declaration.parameters.values())

    @property
    def required(self):
        """What has to be passed after x: a ufunc has no defaults."""
        return self.defaults if self.namespace == "ufuncs" else ()

    @property
    def is_row(self):
        return self.declaration.is_row

    @property
    def reduces(self):
        """Whether a row has one result, so that results lack the axis they were computed along."""
        return self.declaration.reduces

    def result_shape(self, shape, axis=-1):
        """Return the shape of the results for an x of a shape, or of a length."""
        shape = (shape,) if isinstance(shape, int) else shape
        return tuple(np.delete(shape, axis).tolist()) if self.reduces else shape

    def room(self, shape, dtype=None):
        """Return an array for the results for an x of a shape, or of a length, filled with `FILL`."""
        return np.full(self.result_shape(shape), FILL, dtype or self.dtype)

    def into(self, x, out):
        """Compute a 1-D array into a 1-D array of its length, or of length 1 if the function reduces."""
        self(x[None] if self.reduces else x, out=out)

    def along(self, x, axis):
        """Return the results along an axis, computed along the last one of a copy."""
        results = self(np.ascontiguousarray(np.moveaxis(x, axis, -1)))
        return results if self.reduces else np.moveaxis(results, -1, axis)

    @property
    def takes_ufunc_keywords(self):
        """Whether casting, order and subok are accepted: the public function over a row kernel has its own keywords."""
        return not self.is_row or self.namespace == "ufuncs"

    def call_positionally(self, x, out):
        """Call with ``out`` as the last positional argument."""
        between = (-1,) if self.is_row and self.namespace != "ufuncs" else self.defaults
        return self.function(x, *between, out)

    def sample(self, length):
        """Return a 1-D array: every special value and many others; for rows, values of which none decides alone."""
        return sample(self.is_row, self.dtype, length)

    def expected(self, length):
        """Return the results for ``sample(length)`` by the plainest path there is."""
        return plainest_results(self.declaration, self.dtype, length)


def kind(declaration):
    """Return what decides which loops there are and how they call a kernel: all but a declaration's name and bounds."""
    return (
        declaration.signature,
        type(declaration.reduction),
        declaration.is_row and declaration.reduction.weighs,
        len(declaration.inputs),
        len(declaration.parameters),
        declaration.outputs,
        declaration.dtypes,
        declaration.overflowing,
        declaration.identity,
    )


@functools.cache
def representatives():
    """Return the first declaration of each kind."""
    found = {}
    for declaration in activations().values():
        found.setdefault(kind(declaration), declaration)
    return tuple(found.values())


def subjects(declarations, namespaces, dtypes=("float16", "float32", "float64")):
    """Return all that there are of them. bfloat16, which NumPy knows little of, has tests of its own."""
    return [
        Subject(declaration, np.dtype(dtype), namespace)
        for declaration in declarations
        for dtype in dtypes
        for namespace in namespaces
        if np.dtype(dtype) in declaration.loop_dtypes
        # Without parameters and rows, the ufunc is the public object itself.
        if namespace != "ufuncs" or declaration.parameters or declaration.is_row
    ]


@functools.cache
def sample(is_row, dtype, length):
    generator = np.random.default_rng(length)
    if is_row:
        values = generator.normal(0, 3, length).astype(dtype)
    else:
        values = np.resize(generator.permutation(numbers(dtype)), length)
    values.flags.writeable = False
    return values


@functools.cache
def plainest_results(declaration, dtype, length):
    """Return results on one thread: of an element-wise function element by element, of a row from a contiguous one."""
    subject = Subject(declaration, dtype, "cpu")
    x = subject.sample(length)
    results = np.asarray(subject(x.copy())) if subject.is_row else np.array([subject(value) for value in x], dtype)
    results.flags.writeable = False
    return results
