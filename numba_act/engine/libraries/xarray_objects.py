"""DataArrays, variables and datasets of xarray: axes by name, dimensions, coordinates and attributes kept."""

import numpy as np
import xarray


def rows(call):
    """Return the result with the dimensions of x, or those that remain of a reduction."""
    x = call.x
    if not isinstance(x, xarray.DataArray | xarray.Variable | xarray.Dataset):
        return NotImplemented
    if call.out is not None or call.keepdims:
        raise TypeError("out and keepdims are not for objects of xarray: assign the result, or use expand_dims")
    if call.dim is not None and call.axis != -1:
        raise TypeError("axis and dim are given; one of them is enough")
    if isinstance(x, xarray.Dataset):
        if call.dim is None:
            raise TypeError("the axes of a dataset have names only: give dim")
        return x.map(lambda variable: call.again(x=variable, axis=-1, dim=call.dim), keep_attrs=True)
    dims = _dims(call)
    names = list(dims)
    if call.causal:
        call.check_causal(x.ndim, tuple(map(x.dims.index, dims)))
        names.insert(0, x.dims[-2])
    operands, core = [x], [names]
    if call.where is not None:
        operands.append(_like(call.where, x, "where"))
        core.append(names)
    if call.scale is not None:
        scale = _scale(call.scale, x, dims)
        operands.append(scale)
        core.append([name for name in names if name in getattr(scale, "dims", ())])

    def compute(values, *others):
        given = dict(zip([name for name in ("where", "scale") if getattr(call, name) is not None], others, strict=True))
        return call.again(x=values, axis=tuple(range(-len(dims), 0)) if dims else -1, **given)

    result = xarray.apply_ufunc(
        compute,
        *operands,
        input_core_dims=core,
        output_core_dims=[[] if call.declaration.reduces else names],
        dask="allowed",
        keep_attrs=True,
    )
    return result.transpose(*(name for name in x.dims if name in result.dims))


def _dims(call):
    """Return the names of the axes, in the order of those of x."""
    x, dim = call.x, call.dim
    if dim is None:
        return tuple(x.dims[axis] for axis in call.axes(x.ndim)) if x.ndim else ()
    if dim is ...:
        return x.dims
    wanted = [dim] if isinstance(dim, str) or dim in x.dims else list(dim)
    missing = [name for name in wanted if name not in x.dims]
    if missing:
        raise ValueError(f"x has no dimension {missing[0]!r}, only {', '.join(map(repr, x.dims))}")
    return tuple(name for name in x.dims if name in wanted)


def _like(operand, x, name):
    """Return a mask, or a factor for each element, with all dimensions of x."""
    if isinstance(operand, xarray.DataArray | xarray.Variable):
        if not set(operand.dims) <= set(x.dims):
            raise ValueError(f"{name} has dimensions that x has not got")
        variable = xarray.broadcast(operand, x)[0] if isinstance(operand, xarray.DataArray) else operand
        return variable if isinstance(operand, xarray.DataArray) else variable.set_dims(dict(x.sizes))
    return xarray.Variable(x.dims, np.broadcast_to(np.asarray(operand), x.shape))


def _scale(scale, x, dims):
    """Return a scale with the dimensions that it has, of which those of a plain array are the last of the rows'."""
    if isinstance(scale, xarray.DataArray | xarray.Variable):
        return scale if set(scale.dims).isdisjoint(dims) else _like(scale, x, "scale")
    if not np.ndim(scale):
        return scale
    if np.ndim(scale) == x.ndim:
        return _like(scale, x, "scale")
    batch = [name for name in x.dims if name not in dims]
    return xarray.Variable(batch[len(batch) - np.ndim(scale) :], scale)
