"""Measure what several threads are worth: by layer, number of threads, size, layout and callers.

    python asv_bench/scaling.py                    all layers: seven minutes
    python asv_bench/scaling.py --layer workers
    python asv_bench/scaling.py --large            a hundred million elements too
    python asv_bench/scaling.py --quick            does it run? the figures mean nothing
    python asv_bench/scaling.py --write            keeps the report as SCALING.md, the picture as scaling.png

Each layer that can be loaded is measured in a process of its own. Prints tables, and where the picture is.
"""

import argparse
import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WRITTEN, PICTURE = HERE / "SCALING.md", "scaling.png"
BRINGS = "which `pip install -e .[demo]` brings"


def main():
    """Measure what the command line asks for and return the exit status."""
    from layers.processes import LAYERS, on_each_layer

    parser = argparse.ArgumentParser(description="Measure what several threads are worth.")
    parser.add_argument("--layer", nargs="+", choices=LAYERS, default=LAYERS, help="only these layers")
    parser.add_argument("--large", action="store_true", help="a hundred million elements too")
    parser.add_argument("--quick", action="store_true", help="a few blocks of each; the figures mean nothing")
    parser.add_argument("--write", action="store_true", help=f"write the report to {WRITTEN.name} as well")
    options = parser.parse_args()
    if importlib.util.find_spec("tqdm") is None:
        sys.exit(f"This needs tqdm, {BRINGS}.")
    drawing = importlib.util.find_spec("matplotlib") is not None
    if not drawing:
        print(f"There will be no picture: that needs matplotlib, {BRINGS}.", file=sys.stderr)
    from layers import markdown, report
    from layers.others import Watch
    from layers.suite import measure

    watch = Watch()
    results, missing = on_each_layer(measure, options.layer, large=options.large, quick=options.quick)
    if not results:
        sys.exit("\n".join(f"no {layer}: {reason}" for layer, reason in missing.items()))
    threads = max(found.threads for found in results.values())
    where = markdown.conditions(threads, missing, watch, options.quick)
    text = f"# What several threads are worth\n\n{where}\n\n{report.markdown(results)}\n"
    print(text, end="", flush=True)
    if options.write:
        WRITTEN.write_text(text + f"\n![time by threads and size]({PICTURE})\n" * drawing)
    if drawing:
        from layers import picture

        path = (HERE if options.write else HERE / ".asv") / PICTURE
        path.parent.mkdir(exist_ok=True)
        picture.draw(results, path)
        print(f"\npicture: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
