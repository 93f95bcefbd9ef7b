"""Derive every constant of the elementary functions.

``python tools/coefficients.py`` prints each approximation with its interval, weight, degree and the error it reaches,
and the constants as they stand in ``numba_act/kernels``; ``--check`` exits with 1 if any differs there. It takes half a
minute, most of it for the 23 coefficients of the float64 `gated_normal.SCALED_ERFC`.

The polynomials are minimax: Remez exchange over a dense grid, in 200 or 300 bits. Coefficients are then rounded to
the kernel's dtype one at a time, from the lowest power up. The neighbours of the nearest float are tried too, each with
a new minimax fit of the powers that are still free, so that later coefficients make good what earlier ones lost.

Where an exchange does not settle, the last bits of its arithmetic decide where it stops, and so, between candidates as
good as each other, the last digits of the later coefficients. The kernels' error bounds were measured with the ones
that stand there. What produced them is therefore kept as it was: each approximation's precision, the number of its
points, and how its formula is written.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import mpmath
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from numba_act.kernels import exponential_linear
from numba_act.kernels.elementary import (
    error_function,
    exponential,
    gated_cubic_logistic,
    gated_normal,
    hyperbolic,
    hyperbolic_by_cells,
    log_one_plus_exp,
)

# A context of its own: its precision is nobody else's.
mp = mpmath.MPContext()
mp.prec = 200
mpf = mp.mpf
SUFFIXES = {np.float32: "_FLOAT32", np.float64: "_FLOAT64"}

# Of `hyperbolic_by_cells`: how many there are, the points of a fit, and the values tried below and above a wanted one.
CELLS, CELL_POINTS, CANDIDATES = 32, 40, 500

# Intervals end a little later than they must, because arguments are rounded; those in powers of a square begin a little
# above zero, where the formula of the target is 0 / 0.
MARGIN = 1 + mpf(2) ** -12
ABOVE_ZERO = mpf(10) ** -9


@dataclass(frozen=True)
class Approximation:
    """A polynomial to fit: ``target`` on an interval, its error multiplied by ``weight``.

    With ``keeping``, rounding one coefficient may leave the others as they were, where a new fit of them is worse.
    """

    module: object
    name: str
    count: int
    interval: object
    meaning: str
    target: object
    weight_meaning: str
    weight: object
    points: int = 120
    precision: int = 200
    keeping: bool = True

    def grid(self):
        """Return Chebyshev points, which crowd where a polynomial's error varies fastest."""
        start, end = self.interval()
        middle, half = (start + end) / 2, (end - start) / 2
        return [middle - half * mp.cos(mp.pi * (i + mpf(1) / 2) / self.points) for i in range(self.points)]


def approximations(real):
    """Return all polynomials for a dtype."""

    def choose(float32, float64):
        return float32 if real is np.float32 else float64

    rate, centre = mpf(gated_normal.RATE), mpf(gated_normal.CENTRE)
    erfc_end = choose(13.5, 38.8)

    def scaled_erfc(x):
        position = x + centre
        a = mpf(gated_normal.SHIFT) * position / (1 - position)
        return (mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) * (1 + rate * a) - 1) / position

    return [
        Approximation(
            module=exponential,
            name="EXP_CURVATURE",
            count=choose(5, 10),
            interval=lambda: (-mp.ln2 / 2 * MARGIN, mp.ln2 / 2 * MARGIN),
            meaning="(exp(r) - 1 - r) / r^2 in r",
            target=lambda r: (mp.exp(r) - 1 - r) / r**2,
            weight_meaning="r^2 / exp(r): the error relative to exp(r)",
            weight=lambda r: r**2 / mp.exp(r),
            keeping=False,
        ),
        Approximation(
            module=hyperbolic,
            name="TANH_CURVATURE",
            count=choose(3, 7),
            interval=lambda: (ABOVE_ZERO, ((mp.ln2 / 4 + mpf("0.085")) * MARGIN) ** 2),
            meaning="(tanh(r) / r - 1) / r^2 in r^2",
            target=of_root(lambda r: (mp.tanh(r) / r - 1) / r**2),
            weight_meaning="r^3 / tanh(r): the error relative to tanh(r)",
            weight=of_root(lambda r: r**3 / mp.tanh(r)),
            keeping=False,
        ),
        Approximation(
            module=log_one_plus_exp,
            name="LOG1P_CURVATURE",
            count=choose(4, 9),
            interval=lambda: (ABOVE_ZERO, (2 * mp.sqrt(mpf(1) / 2) / (2 + mp.sqrt(mpf(1) / 2))) ** 2 * MARGIN),
            meaning="(2 atanh(z/2) - z) / z^3 in z^2",
            target=of_root(lambda z: (2 * mp.atanh(z / 2) - z) / z**3),
            weight_meaning="z^3 / (2 atanh(z/2)): the error relative to 2 atanh(z/2)",
            weight=of_root(lambda z: z**3 / (2 * mp.atanh(z / 2))),
        ),
        Approximation(
            module=error_function,
            name="ERF_CURVATURE",
            count=choose(6, 11),
            interval=lambda: (ABOVE_ZERO, mpf("0.875") ** 2),
            meaning="(erf(a) / a - 2 / sqrt(pi)) / a^2 in a^2",
            target=of_root(lambda a: (mp.erf(a) / a - 2 / mp.sqrt(mp.pi)) / a**2),
            weight_meaning="a^3 / erf(a): the error relative to erf(a)",
            weight=of_root(lambda a: a**3 / mp.erf(a)),
        ),
        Approximation(
            module=gated_normal,
            name="SCALED_ERFC",
            count=choose(10, 23),
            interval=lambda: (mpf(10) ** -12 - centre, mpf(erfc_end) / (erfc_end + gated_normal.SHIFT) - centre),
            meaning="(exp(a^2 / 2) erfc(a / sqrt(2)) (1 + RATE a) - 1) / t, t = a / (a + SHIFT), in t - CENTRE",
            target=scaled_erfc,
            weight_meaning="t / (exp(a^2 / 2) erfc(a / sqrt(2)) (1 + RATE a)): the error relative to erfc(a / sqrt(2))",
            weight=lambda x: (x + centre) / (1 + scaled_erfc(x) * (x + centre)),
            points=choose(160, 140),
            precision=300,
        ),
    ]


def scalars(real):
    """Yield where each scalar constant of a dtype stands, its name and its value."""
    for module, name, value in (
        (exponential, "LOG2_E", 1 / mp.ln2),
        (hyperbolic, "TWO_LOG2_E", 2 / mp.ln2),
        (hyperbolic, "HALF_LN_2", mp.ln2 / 2),
        (error_function, "ROOT_2", mp.sqrt(2)),
    ):
        yield module, name, nearest(value, real)

    # The high part of this one is a multiple of a power of two, so that subtracting it is exact.
    slope = 2 * mp.sqrt(2 / mp.pi)
    last_place = mpf(2) ** (-20 if real is np.float32 else -47)
    scale = mpf("1.05070098735548049342")
    for module, name, value, high in (
        (exponential, "LN_2", mp.ln2, None),
        (gated_cubic_logistic, "SLOPE", slope, mp.nint(slope / last_place) * last_place),
        (gated_cubic_logistic, "CUBIC", mpf("0.044715") * slope, None),
        (error_function, "TWO_BY_ROOT_PI", 2 / mp.sqrt(mp.pi), None),
        (error_function, "RATE_ROOT_2", mpf(gated_normal.RATE) * mp.sqrt(2), None),
        (exponential_linear, "SELU_SCALE", scale, None),
        (exponential_linear, "SELU_SCALE_ALPHA", scale * mpf("1.67326324235437728482"), None),
    ):
        head = nearest(value if high is None else high, real)
        yield module, name + "_HIGH", head
        yield module, name + "_LOW", nearest(value - mpf(float(head)), real)

    # From halfway between the largest number and the next power of two on, a result is rounded to infinity.
    information = np.finfo(real)
    overflowing = mpf(2) ** int(information.maxexp) - mp.ldexp(1, int(information.maxexp - information.nmant - 2))
    largest = nearest(overflowing / scale, real)
    largest = largest if mpf(float(largest)) * scale < overflowing else np.nextafter(largest, real(0))
    yield exponential_linear, "SELU_LARGEST", largest


def cells():
    """Return where each cell of `hyperbolic_by_cells` starts and ends, in the order of its tables."""
    narrow = hyperbolic_by_cells.NARROW_CELLS
    ends = [i + mpf(1) / 2 for i in range(narrow)] + [mpf(narrow + 1 + 2 * i) for i in range(CELLS - narrow)]
    ends = [end / mpf(hyperbolic_by_cells.CELLS_PER_UNIT) for end in ends]
    found = list(zip([mpf(0), *ends[:-1]], ends, strict=True))
    return found[narrow:] + found[:narrow]


def centre(start, end):
    """Return two floats near the middle of a cell, the second of which is almost the hyperbolic tangent of the first.

    In the second cell, where the result grows to three times what it is at the start, nearer to that; in the first 0.
    """
    if start == 0:
        return np.float32(0), np.float32(0)
    wanted = start + (end - start) / (3 if start < end / 2 else 2)
    wanted = min(wanted, mp.atanh(1 - mpf(2) ** -24))
    middle = int(nearest(mp.tanh(wanted), np.float32).view(np.int32))
    best = None
    for bits in range(middle - CANDIDATES, middle + CANDIDATES + 1):
        held = np.int32(bits).view(np.float32)
        value = mpf(float(held))
        if value < 1 and abs(mp.atanh(value) - wanted) < (end - start) / 2:
            place, slope = nearest(mp.atanh(value), np.float32), 1 - value**2
            error = abs(mp.tanh(mpf(float(place))) - value)
            error += abs(slope - mpf(float(nearest(slope, np.float32)))) * (end - start) / 2
            if best is None or error < best[0]:
                best = error, place, held
    return best[1:]


def cell(start, end):
    """Return the five numbers of a cell: its centre, the value there, and the minimax polynomial."""
    place, held = centre(start, end)
    at = mpf(float(place))
    value = mp.tanh(at)
    middle, half = (start + end) / 2 - at, (end - start) / 2
    grid = [middle - half * mp.cos(mp.pi * (i + mpf(1) / 2) / CELL_POINTS) for i in range(CELL_POINTS)]
    target = [(mp.tanh(r) / (1 + value * mp.tanh(r)) - r + value * r**2) / r**3 for r in grid]
    weight = [abs(r) ** 3 * (1 - value**2) / mp.tanh(at + r) for r in grid]
    coefficients, _ = minimax(target, weight, grid, 0, 3)
    return place, held, *(nearest(coefficient, np.float32) for coefficient in coefficients)


def cell_error(numbers, start, end):
    """Return the largest error relative to tanh(x) that the numbers of a cell leave."""
    at, value, *coefficients = [mpf(float(np.float32(number))) for number in numbers]
    error = mpf(0)
    for i in range(CELL_POINTS + 1):
        x = start + (end - start) * (i or ABOVE_ZERO) / CELL_POINTS
        r = x - at
        computed = value + (1 - value**2) * (r + r**2 * (evaluate(coefficients, r) * r - value))
        error = max(error, abs(computed / mp.tanh(x) - 1))
    return error


def of_root(function):
    """Return a function of the square of another's argument."""
    return lambda square: function(mp.sqrt(square))


def nearest(value, real):
    """Return the float nearest to a high-precision number, rounding once."""
    digits = np.finfo(real).nmant + 1
    fraction, exponent = mp.frexp(value)
    return real(np.ldexp(float(mp.nint(mp.ldexp(fraction, digits))), int(exponent) - digits))


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
    reference = [round((len(grid) - 1) * (1 - float(mp.cos(mp.pi * i / count))) / 2) for i in range(count + 1)]
    for _ in range(60):
        system, right = mp.matrix(count + 1), mp.matrix(count + 1, 1)
        for row, position in enumerate(reference):
            for column in range(count):
                system[row, column] = weight[position] * grid[position] ** (lowest + column)
            system[row, count] = (-1) ** row
            right[row] = weight[position] * target[position]
        solution = mp.lu_solve(system, right)
        coefficients, level = list(solution[:count]), abs(solution[count])
        error = weighted_errors(target, weight, grid, lowest, coefficients)
        largest = max(map(abs, error))
        peaks = alternate(error, count + 1)
        if len(peaks) <= count or largest <= level * (1 + mpf(10) ** -6):
            break
        reference = peaks
    return coefficients, largest


def fit(approximation, real):
    """Return the minimax error before rounding, the rounded coefficients, and their error."""
    with mp.workprec(approximation.precision):
        return rounded_one_by_one(approximation, real)


def rounded_one_by_one(approximation, real):
    """Return what `fit` returns, in the current precision."""
    grid = approximation.grid()
    target = [approximation.target(x) for x in grid]
    weight = [approximation.weight(x) for x in grid]
    count = approximation.count
    free, unrounded = minimax(target, weight, grid, 0, count)
    fixed = []
    for power in range(count):
        middle = nearest(free[0], real)
        best = None
        for candidate in (middle, np.nextafter(middle, real(np.inf)), np.nextafter(middle, real(-np.inf))):
            value = mpf(float(candidate))
            rest = [t - value * x**power for x, t in zip(grid, target, strict=True)]
            error, others = max(map(abs, weighted_errors(rest, weight, grid, power + 1, free[1:]))), free[1:]
            if power + 1 < count:
                fitted, fitted_error = minimax(rest, weight, grid, power + 1, count - power - 1)
                # Where the interval has zero inside, the remaining powers all vanish there and the exchange may not
                # converge.
                if fitted_error < error or not approximation.keeping:
                    error, others = fitted_error, fitted
            if best is None or error < best[0]:
                best = error, candidate, others, rest
        error, candidate, free, target = best
        fixed.append(candidate)
    return unrounded, tuple(fixed), error


def holds_cells(rows):
    """Return whether `hyperbolic_by_cells` has these numbers."""
    held = np.array(hyperbolic_by_cells.TANH_CELLS)
    return held.dtype == np.float64 and np.array_equal(held.astype(np.float32), np.array(rows))


def holds(module, name, value):
    """Return whether a module has a constant of this name, value and dtype."""
    held = getattr(module, name)
    return held == value and np.asarray(held).dtype == np.asarray(value).dtype


def main():
    """Print all constants; with ``--check``, return 1 if the kernels hold others."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="exit with 1 if the kernels hold other constants")
    check = parser.parse_args().check
    differing = []

    def emit(module, name, value):
        differing.extend([] if holds(module, name, value) else [f"{module.__name__}.{name}"])
        print(f"{name} = {value!r}")

    for real, suffix in SUFFIXES.items():
        for module, name, value in scalars(real):
            emit(module, name + suffix, value)
        for approximation in approximations(real):
            unrounded, coefficients, error = fit(approximation, real)
            start, end = approximation.interval()
            print(
                f"\n# {approximation.meaning} on [{float(start):.9g}, {float(end):.9g}], "
                f"degree {approximation.count - 1}, weight {approximation.weight_meaning}\n"
                f"# error 2^{float(mp.log(unrounded, 2)):.2f}, "
                f"with rounded coefficients 2^{float(mp.log(error, 2)):.2f}"
            )
            emit(approximation.module, approximation.name + suffix, coefficients)
        print()

    rows = []
    for start, end in cells():
        rows.append(cell(start, end))
        error = float(mp.log(cell_error(rows[-1], start, end), 2))
        print(f"({', '.join(map(str, rows[-1]))}),  # [{float(start):.9g}, {float(end):.9g}], error 2^{error:.2f}")
    print("# centre, value, and (tanh(r) / (1 + value tanh(r)) - r + value r^2) / r^3; errors relative to tanh(x)")
    differing.extend([] if holds_cells(rows) else [f"{hyperbolic_by_cells.__name__}.TANH_CELLS"])
    if check and differing:
        print("the kernels hold other values of " + ", ".join(differing), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
