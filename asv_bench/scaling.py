"""Measure what several threads are worth: by layer, number of threads, size, layout and callers.

    python asv_bench/scaling.py                    all layers: seven minutes
    python asv_bench/scaling.py --layer workers
    python asv_bench/scaling.py --large            a hundred million elements too
    python asv_bench/scaling.py --quick            does it run? the figures mean nothing
    python asv_bench/scaling.py --write            keeps the report as SCALING.md, the picture as scaling.png

Each layer that can be loaded is measured in a process of its own. Prints tables, and where the picture is.
"""

import importlib.util
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WRITTEN, PICTURE = HERE / "SCALING.md", "scaling.png"


def main():
    """Measure what the command line asks for and return the exit status."""
    from layers import command

    parser = command.parser("Measure what several threads are worth.", WRITTEN)
    parser.add_argument("--large", action="store_true", help="a hundred million elements too")
    options = command.parsed(parser)
    drawing = importlib.util.find_spec("matplotlib") is not None
    if not drawing:
        print(f"There will be no picture: that needs matplotlib, {command.BRINGS}.", file=sys.stderr)
    from layers import report
    from layers.suite import measure

    title = "What several threads are worth"
    results, text = command.measured(measure, options, title, report.markdown, large=options.large)
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
