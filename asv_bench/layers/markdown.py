"""Tables as Markdown, and the lines that say where the figures come from."""

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version

from numba_act import most_threads
from numba_act.engine.public.configuration import cpu_model

PACKAGES = ("numba-act", "numba", "numpy", "tbb")


def table(head, rows, left=1):
    """Return a table whose first columns are aligned to the left, the others to the right."""
    rule = ["---"] * left + ["---:"] * (len(head) - left)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, rule, *rows])


def ratio(number, limit=1.005):
    """Return a ratio with two digits, in bold if it is above a limit."""
    text = f"{number:.2f}"
    return f"**{text}**" if number > limit else text


def microseconds(seconds):
    """Return a time in microseconds with about three digits."""
    number = 1e6 * seconds
    return f"{number:,.{2 if number < 10 else 1 if number < 100 else 0}f}"


def conditions(missing, watch, quick):
    """Return the list that says what was measured, where and when.

    Parameters
    ----------
    missing : dict
        The layers that there are not, and why.
    watch : others.Watch
        Since when.
    quick : bool
        Whether the figures mean nothing.
    """
    lines = [
        f"{time.strftime('%Y-%m-%d')}; {cpu_model()}, {os.cpu_count()} CPUs; threads: {most_threads()}",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, {versions(PACKAGES)}",
        *(f"no {layer}: {reason}" for layer, reason in missing.items()),
        f"normally distributed numbers times 3; ran {time.time() - watch.start:.0f} s; {watch.line()}",
        *["`--quick`: figures mean nothing"] * quick,
    ]
    return "\n".join(f"* {line}" for line in lines)


def versions(packages):
    """Return the packages that are installed, with their versions."""
    found = []
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
