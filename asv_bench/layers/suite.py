"""All that ``scaling.py`` measures of one layer."""

from dataclasses import dataclass

from tqdm import tqdm

import numba_act
from layers import callers, choice, curves, layouts, sweep


@dataclass
class Measured:
    """What has been found, with the most threads that a call may use."""

    threads: int
    points: list[curves.Point]
    layouts: dict[str, tuple[str, float, float]]
    callers: float
    choice: tuple[float, tuple[float, float]]
    figures: list[sweep.Figure]


def measure(layer, large=False, quick=False):
    """Measure one layer, whose threads have been started.

    Parameters
    ----------
    layer : str
    large : bool
        Whether to go up to a hundred million elements.
    quick : bool
        Whether to see only if everything runs.
    """
    sizes = (*curves.SIZES, *[curves.LARGE] * large)
    if quick:
        sizes, sweep_sizes = sizes[:5], sweep.SIZES[:5]
    else:
        sweep_sizes = sweep.SIZES
    points, figures = curves.points(sizes), sweep.figures(sweep_sizes)

    def effort(of):
        return of.EFFORT.quick() if quick else of.EFFORT

    with tqdm(total=len(points) + len(layouts.LAYOUTS) + 2 + len(figures), desc=layer, unit="case") as bar:

        def seen(result):
            bar.update()
            return result

        return Measured(
            threads=numba_act.most_threads(),
            choice=seen(choice.measure_choice(effort(choice))),
            callers=seen(callers.measure_callers(quick)),
            points=[seen(curves.measure_point(*point, sizes[-1], effort(curves))) for point in points],
            figures=[seen(sweep.measure_figure(figure, sweep_sizes[-1], effort(sweep))) for figure in figures],
            layouts={one.title: seen(layouts.measure_layout(one, effort(layouts))) for one in layouts.LAYOUTS},
        )
