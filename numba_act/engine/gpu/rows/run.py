"""A row function of arrays on a GPU: the launcher that fits them, and its arguments."""

import functools
import math
from typing import NamedTuple

from numba_act.engine.gpu.memory.addresses import LIMIT, address_values
from numba_act.engine.gpu.memory.arrays import DeviceArray
from numba_act.engine.gpu.memory.strides import in_parts, merged
from numba_act.engine.gpu.rows.plan import Plan, bound, is_in_vectors, plan
from numba_act.engine.gpu.target.formats import VECTOR, format_of
from numba_act.engine.gpu.target.launch import launch


class Rows(NamedTuple):
    """What is computed of the rows of an array.

    Attributes
    ----------
    x : DeviceArray
        With its rows along the last axis.
    out : DeviceArray
        Of x's shape; where a row has one result, the stride along the row is 0.
    mask : DeviceArray or None
        Booleans, of x's shape.
    scales : DeviceArray or None
        Factors, of the shape of x, with the stride 0 along the row.
    factor : scalar
        The factor, if ``scales`` is None.
    causal : bool
        Whether a row's limit is its place along the last axis but one.
    """

    x: DeviceArray
    out: DeviceArray
    mask: DeviceArray | None
    scales: DeviceArray | None
    factor: object
    causal: bool

    @property
    def masked(self):
        """Whether there is anything but x."""
        return bool(self.mask is not None or self.scales is not None or self.causal or self.factor != 1)


class Prepared(NamedTuple):
    """All that a launch needs but for pointers and the factor.

    Attributes
    ----------
    plan : Plan
    variant : tuple
        Of the launcher.
    blocks : int
        How many would have work.
    integers : tuple
        What follows the pointers.
    """

    plan: Plan
    variant: tuple
    blocks: int
    integers: tuple[int, ...]


def run_rows(declaration, device, stream, rows):
    """Queue the computation of the rows of an array."""
    given = [rows.x, rows.out]
    if rows.masked:
        given += [rows.mask or _nothing(len(rows.x.shape)), rows.scales or _nothing(len(rows.x.shape))]
    pointers = [array.pointer for array in given]
    strides = tuple([array.strides for array in given])
    _queue(declaration, device, stream, rows, rows.x.shape, pointers, strides)


@functools.cache
def _nothing(dimensions):
    return DeviceArray(0, (), (0,) * dimensions, "", False, None, None, None)


def _queue(declaration, device, stream, rows, shape, pointers, strides):
    if math.prod(shape[:-1]) >= LIMIT:
        # What a causal limit is counted along is not cut.
        whole = shape[-2] if rows.causal else 1
        if whole >= LIMIT:
            raise ValueError("causal is for fewer than 2**31 rows along the axis that it counts")
        longest, parts = in_parts(shape[: -2 if rows.causal else -1], -(-LIMIT // whole))
        for start, part in parts:
            moved = [pointer + start * each[longest] for pointer, each in zip(pointers, strides, strict=True)]
            part = (*shape[:longest], part, *shape[longest + 1 :])
            _queue(declaration, device, stream, rows, part, moved, strides)
        return
    in_vectors = rows.mask is None and not any(
        pointer % VECTOR for pointer in pointers[: 1 if declaration.reduces else 2]
    )
    ready = _prepared(
        declaration.reduces,
        rows.x.dtype,
        shape,
        strides,
        in_vectors,
        rows.masked,
        rows.causal,
        min(1024, device.threads),
    )
    arguments = [*pointers, *ready.integers, *([rows.factor] if rows.masked else [])]
    chosen = ready.plan
    launch(
        device, stream, ready.blocks, chosen.threads, arguments, chosen.write, declaration, rows.x.dtype, *ready.variant
    )


@functools.lru_cache(maxsize=1024)
def _prepared(reduces, dtype, shape, strides, in_vectors, masked, causal, largest_block):
    format, length = format_of(dtype), shape[-1]
    steps = [each[-1] for each in strides]
    batch, outer = _batch(shape[:-1], tuple(each[:-1] for each in strides), causal)
    count = math.prod(batch)
    results = 1 if reduces else 2
    vectors = in_vectors and is_in_vectors(format, length, steps[:results], outer[:results])
    columns = length > 1 and count > 1 and 0 < abs(outer[0][-1]) < abs(steps[0])
    chosen = plan(
        format, length, len(batch), vectors=vectors, masked=masked, columns=columns, largest_block=largest_block
    )
    integers = (
        *address_values(batch, outer),
        *(count, length, chosen.team),
        *([VECTOR, VECTOR] if vectors else steps[:2]),
        *([steps[2], int(causal)] if masked else []),
    )
    variant = (chosen.form, bound(chosen, largest_block))
    return Prepared(chosen, variant, -(-count // chosen.rows_of_block), integers)


# The result, which is the second array, decides about the order of the axes. What a causal limit is counted along stays
# an axis of its own, and the last.
def _batch(shape, strides, causal):
    x, out, *others = strides
    if not causal:
        shape, (x, *others, out) = merged(shape, (x, *others, out))
        return shape, (x, out, *others)
    outer, (x, *others, out) = merged(shape[:-1], tuple(each[:-1] for each in (x, *others, out)))
    found = zip((x, out, *others), strides, strict=True)
    return (*outer, shape[-1]), tuple((*first, each[-1]) for first, each in found)
