"""Measure from which size on it is worth dividing an array among threads.

    python asv_bench/break_even.py                    all layers: four minutes
    python asv_bench/break_even.py --layer workers
    python asv_bench/break_even.py --quick            does it run? the figures mean nothing
    python asv_bench/break_even.py --write            keeps the report as BREAK_EVEN.md

Each layer that can be loaded is measured in a process of its own. Prints tables and the thresholds that are in force in
``numba_act/engine/threads/layers.py``.
"""

import sys
from pathlib import Path

WRITTEN = Path(__file__).resolve().parent / "BREAK_EVEN.md"


def main():
    """Measure what the command line asks for and return the exit status."""
    from layers import command

    options = command.parsed(command.parser("Measure from which size on to divide an array among threads.", WRITTEN))
    from layers import thresholds
    from layers.ladder import measure_ladder

    _, text = command.measured(measure_ladder, options, "From which size on to divide", thresholds.markdown)
    if options.write:
        WRITTEN.write_text(text)
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
