"""Arrays seen with their rows along the last axis, and copied where several axes cannot be had as one."""

from numba_act.engine.gpu.elementwise.run import run_elementwise
from numba_act.engine.gpu.memory.arrays import SIZES, describe, empty
from numba_act.engine.gpu.memory.strides import merged
from numba_act.language.declaration import Declaration


def with_axes(array, shape, axes):
    """Return a description with axes that the array does not have, of the stride 0."""
    strides = iter(array.strides)
    return array._replace(
        shape=shape, strides=tuple([0 if axis in axes else next(strides) for axis in range(len(shape))])
    )


def as_rows(arrays, axes):
    """Return arrays of one shape with some axes as the last, one; None if their strides do not allow it."""
    shape = arrays[0].shape
    if axes == (len(shape) - 1,):
        return arrays
    batch = [axis for axis in range(len(shape)) if axis not in axes]
    inner = tuple([tuple([array.strides[axis] for axis in axes]) for array in arrays])
    lengths, steps = merged(tuple([shape[axis] for axis in axes]), inner)
    if len(lengths) > 1:
        return None
    seen = (*[shape[axis] for axis in batch], lengths[0])
    return [
        array._replace(shape=seen, strides=(*[array.strides[axis] for axis in batch], step[0]))
        for array, step in zip(arrays, steps, strict=True)
    ]


def _copied(x):
    """Return a number as it is."""
    return x


_COPY = Declaration(_copied, ("float32", "float64", "uint8"))


class Copies:
    """Copies of arrays, all queued in one stream, which are kept until everything that needs them is."""

    def __init__(self, device, stream):
        self.device, self.stream, self.kept = device, stream, []

    def dense(self, array, axes):
        """Return a copy of an array that has some axes last and no gaps."""
        order = (*[axis for axis in range(len(array.shape)) if axis not in axes], *axes)
        target = describe(self._new(array, order), "")._replace(dtype=array.dtype)
        back = sorted(range(len(order)), key=order.__getitem__)
        target = target._replace(shape=array.shape, strides=tuple([target.strides[axis] for axis in back]))
        self.copy(array, target)
        return target

    def _new(self, array, order):
        new = empty(array, tuple([array.shape[axis] for axis in order]), tuple(range(len(order))), array.dtype)
        self.kept.append(new)
        return new

    def copy(self, source, target):
        """Copy one array to another of its shape."""
        if 0 in source.shape:
            return
        if SIZES[source.dtype] == 1:
            source, target = source._replace(dtype="uint8"), target._replace(dtype="uint8")
        run_elementwise(_COPY, self.device, self.stream, [source], [target])
