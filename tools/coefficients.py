"""Derive every constant of the elementary functions.

``python tools/coefficients.py`` prints each approximation with its interval, weight, degree and the error it reaches,
and the constants as they stand in ``numba_act/kernels/elementary``; ``--check`` exits with 1 if any differs there.

The polynomials are minimax: Remez exchange over a dense grid, in 200-bit arithmetic. Coefficients are then rounded to
the kernel's dtype one at a time, from the lowest power up. The neighbours of the nearest float are tried too, each with
a new minimax fit of the powers that are still free, so that later coefficients make good what earlier ones lost.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import mpmath
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from numba_act.kernels.elementary import exponential, hyperbolic

mpmath.mp.prec = 200
LN_2 = mpmath.log(2)


@dataclass(frozen=True)
class Approximation:
    """A polynomial to fit: ``target`` on ``[start, end]``, its error multiplied by ``weight``."""

    meaning: str
    target: object
    weight: object
    weight_meaning: str
    start: object
    end: object
    count: int

    def grid(self, points=120):
        """Return Chebyshev points, which crowd where a polynomial's error varies fastest."""
        middle, half = (self.start + self.end) / 2, (self.end - self.start) / 2
        return [middle - half * mpmath.cos(mpmath.pi * (i + mpmath.mpf(1) / 2) / points) for i in range(points)]


def exp_curvature(count):
    """Return the exponential's approximation; its argument just exceeds ln(2)/2 where k is rounded."""
    end = LN_2 / 2 * (1 + mpmath.mpf(2) ** -12)
    return Approximation(
        "(exp(r) - 1 - r) / r^2 in r",
        lambda r: (mpmath.exp(r) - 1 - r) / r**2,
        lambda r: r**2 / mpmath.exp(r),
        "r^2 / exp(r): the error relative to exp(r)",
        -end,
        end,
        count,
    )


def tanh_curvature(count):
    """Return the hyperbolic tangent's approximation; its argument reaches ln(2)/4 and the delay of the change of k."""
    end = (LN_2 / 4 + mpmath.mpf("0.085")) * (1 + mpmath.mpf(2) ** -12)

    def ratio(square):
        return mpmath.tanh(mpmath.sqrt(square)) / mpmath.sqrt(square)

    return Approximation(
        "(tanh(r) / r - 1) / r^2 in r^2",
        lambda square: (ratio(square) - 1) / square,
        lambda square: square / ratio(square),
        "r^3 / tanh(r): the error relative to tanh(r)",
        mpmath.mpf(10) ** -9,
        end**2,
        count,
    )


def evaluate(coefficients, x, lowest=0):
    """Return the polynomial whose first coefficient belongs to the power ``lowest``."""
    return sum(c * x ** (lowest + i) for i, c in enumerate(coefficients))


def weighted_errors(target, weight, grid, lowest, coefficients):
    """Return the weighted error at every point of the grid."""
    return [w * (t - evaluate(coefficients, x, lowest)) for x, t, w in zip(grid, target, weight, strict=True)]


def alternate(error, count):
    """Return ``count`` grid positions where the error alternates in sign, the largest it has."""
    peaks = []
    for position, value in enumerate(error):
        if peaks and (error[peaks[-1]] > 0) == (value > 0):
            if abs(value) > abs(error[peaks[-1]]):
                peaks[-1] = position
        else:
            peaks.append(position)
    while len(peaks) > count:
        smallest = min(range(len(peaks)), key=lambda i: abs(error[peaks[i]]))
        inside = 0 < smallest < len(peaks) - 1
        if inside and len(peaks) > count + 1:
            larger = max(peaks[smallest - 1], peaks[smallest + 1], key=lambda p: abs(error[p]))
            peaks[smallest - 1 : smallest + 2] = [larger]
        elif inside:
            peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
        else:
            peaks.pop(smallest)
    return peaks


def minimax(target, weight, grid, lowest, count):
    """Return ``count`` coefficients from the power ``lowest`` up, and the largest weighted error."""
    reference = [round((len(grid) - 1) * (1 - float(mpmath.cos(mpmath.pi * i / count))) / 2) for i in range(count + 1)]
    for _ in range(60):
        system, right = mpmath.matrix(count + 1), mpmath.matrix(count + 1, 1)
        for row, position in enumerate(reference):
            for column in range(count):
                system[row, column] = weight[position] * grid[position] ** (lowest + column)
            system[row, count] = (-1) ** row
            right[row] = weight[position] * target[position]
        solution = mpmath.lu_solve(system, right)
        coefficients, level = list(solution[:count]), abs(solution[count])
        error = weighted_errors(target, weight, grid, lowest, coefficients)
        largest = max(map(abs, error))
        peaks = alternate(error, count + 1)
        if len(peaks) <= count or largest <= level * (1 + mpmath.mpf(10) ** -6):
            break
        reference = peaks
    return coefficients, largest


def fit(approximation, real):
    """Return the minimax error before rounding, the rounded coefficients, and their error."""
    grid = approximation.grid()
    target = [approximation.target(x) for x in grid]
    weight = [approximation.weight(x) for x in grid]
    count = approximation.count
    free, unrounded = minimax(target, weight, grid, 0, count)
    fixed = []
    for power in range(count):
        nearest = real(float(free[0]))
        best = None
        for candidate in (nearest, np.nextafter(nearest, real(np.inf)), np.nextafter(nearest, real(-np.inf))):
            value = mpmath.mpf(float(candidate))
            rest = [t - value * x**power for x, t in zip(grid, target, strict=True)]
            # Where the interval has zero inside, the remaining powers all vanish there and the exchange may not converge.
            choices = [(max(map(abs, weighted_errors(rest, weight, grid, power + 1, free[1:]))), free[1:])]
            if power + 1 < count:
                others, error = minimax(rest, weight, grid, power + 1, count - power - 1)
                choices.append((error, others))
            error, others = min(choices, key=lambda choice: choice[0])
            if best is None or error < best[0]:
                best = error, candidate, others, rest
        error, candidate, free, target = best
        fixed.append(candidate)
    return unrounded, tuple(fixed), error


def nearest(value, real):
    """Return the float nearest to a high-precision number, rounding once."""
    digits = np.finfo(real).nmant + 1
    fraction, exponent = mpmath.frexp(value)
    return real(np.ldexp(float(mpmath.nint(mpmath.ldexp(fraction, digits))), int(exponent) - digits))


def scalars(real):
    """Yield where each scalar constant stands, its name and its value."""
    high = nearest(LN_2, real)
    yield exponential, "LOG2_E", nearest(1 / LN_2, real)
    yield exponential, "LN_2_HIGH", high
    yield exponential, "LN_2_LOW", nearest(LN_2 - mpmath.mpf(float(high)), real)
    yield hyperbolic, "TWO_LOG2_E", nearest(2 / LN_2, real)
    yield hyperbolic, "HALF_LN_2", nearest(LN_2 / 2, real)


def main():
    """Print all constants; with ``--check``, return 1 if the kernels hold others."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="exit with 1 if the kernels hold other constants")
    check = parser.parse_args().check
    differing = []

    def emit(module, name, value):
        held = getattr(module, name)
        same = held == value and np.asarray(held).dtype == np.asarray(value).dtype
        differing.extend([] if same else [f"{module.__name__}.{name}"])
        print(f"{name} = {value!r}")

    for real, suffix, exp_count, tanh_count in ((np.float32, "_FLOAT32", 5, 3), (np.float64, "_FLOAT64", 10, 7)):
        for module, name, value in scalars(real):
            emit(module, name + suffix, value)
        for module, name, approximation in (
            (exponential, "EXP_CURVATURE", exp_curvature(exp_count)),
            (hyperbolic, "TANH_CURVATURE", tanh_curvature(tanh_count)),
        ):
            unrounded, coefficients, error = fit(approximation, real)
            print(
                f"\n# {approximation.meaning} on [{float(approximation.start):.9g}, {float(approximation.end):.9g}], "
                f"degree {approximation.count - 1}, weight {approximation.weight_meaning}\n"
                f"# error 2^{float(mpmath.log(unrounded, 2)):.2f}, "
                f"with rounded coefficients 2^{float(mpmath.log(error, 2)):.2f}"
            )
            emit(module, name + suffix, coefficients)
        print()
    if check and differing:
        print("the kernels hold other values of " + ", ".join(differing), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
