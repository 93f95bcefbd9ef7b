"""Measure from which size on it is worth dividing an array among threads.

    python asv_bench/break_even.py                    all layers: four minutes
    python asv_bench/break_even.py --layer workers
    python asv_bench/break_even.py --quick            does it run? the figures mean nothing
    python asv_bench/break_even.py --write            keeps the report as BREAK_EVEN.md

Each layer that can be loaded is measured in a process of its own. Prints tables and the thresholds that are in force in
``numba_act/engine/layers.py``.
"""

import argparse
import importlib.util
import sys
from pathlib import Path

WRITTEN = Path(__file__).resolve().parent / "BREAK_EVEN.md"


def main():
    """Measure what the command line asks for and return the exit status."""
    from layers.processes import LAYERS, on_each_layer

    parser = argparse.ArgumentParser(description="Measure from which size on to divide an array among threads.")
    parser.add_argument("--layer", nargs="+", choices=LAYERS, default=LAYERS, help="only these layers")
    parser.add_argument("--quick", action="store_true", help="a few blocks of each; the figures mean nothing")
    parser.add_argument("--write", action="store_true", help=f"write the report to {WRITTEN.name} as well")
    options = parser.parse_args()
    if importlib.util.find_spec("tqdm") is None:
        sys.exit("This needs tqdm, which `pip install -e .[demo]` brings.")
    from layers import markdown, thresholds
    from layers.ladder import measure_ladder
    from layers.others import Watch

    watch = Watch()
    results, missing = on_each_layer(measure_ladder, options.layer, quick=options.quick)
    if not results:
        sys.exit("\n".join(f"no {layer}: {reason}" for layer, reason in missing.items()))
    threads = max(most for most, _ in results.values())
    where = markdown.conditions(threads, missing, watch, options.quick)
    if threads > 1:
        body = thresholds.markdown({layer: ladder for layer, (_, ladder) in results.items()})
    else:
        body = "One thread is all that a call may use here: nothing is ever divided."
    text = f"# From which size on to divide\n\n{where}\n\n{body}\n"
    if options.write:
        WRITTEN.write_text(text)
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
