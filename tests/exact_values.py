"""Exact results of the element-wise functions at finite numbers, and errors held to a bound."""

import functools
import math

import numpy as np
import ulp
from samples import finite_numbers


@functools.cache
def exact_at_finite_numbers(declaration, dtype):
    return ulp.exact(declaration, finite_numbers(dtype))


def assert_within(bound, computed, x, truth):
    """Fail where an error exceeds its bound, naming the worst place."""
    errors = ulp.errors(computed, truth)
    worst = np.argmax(errors - bound)
    assert np.all(errors <= bound), (
        f"{errors.flat[worst]:.3f} ULP at {x.flat[worst]!r}: {computed.flat[worst]!r}, "
        f"exactly {float(truth.flat[worst])!r}; {np.count_nonzero(errors > bound)} of {x.size} exceed the bound"
    )


@functools.cache
def limit(declaration, dtype, sign):
    """Return the limit at an infinity, rounded: what the exact function tends to far outside the dtype's range."""
    xp = ulp.FEW
    parameters = {name: xp.asarray(float(dtype.type(value))) for name, value in declaration.parameters.items()}
    function = getattr(ulp.reference, declaration.name)
    near, far = (function(xp.asarray([f"{sign}1e{digits}"]), **parameters, xp=xp)[0] for digits in (400, 800))
    if abs(far) > 1 and abs(far) >= 2 * abs(near):
        return dtype.type(math.copysign(math.inf, far))
    return dtype.type(float(far))
