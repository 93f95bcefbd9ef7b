"""Measure what Dask costs: for each chunk, and two workers of a cluster against two threads.

    python asv_bench/clusters.py             four minutes
    python asv_bench/clusters.py --quick     does it run? the figures mean nothing
    python asv_bench/clusters.py --write     keeps the report as CLUSTERS.md

Needs dask and distributed, which ``pip install -e . --group libraries`` brings.
"""

import importlib.util
import sys
from pathlib import Path

WRITTEN = Path(__file__).resolve().parent / "CLUSTERS.md"


def main():
    """Measure what the command line asks for and return the exit status."""
    from layers import command

    options = command.report_parser("Measure what Dask costs.", WRITTEN).parse_args()
    if importlib.util.find_spec("distributed") is None:
        sys.exit("This needs dask and distributed, which `pip install -e . --group libraries` brings.")
    from dask_costs import report, suite
    from layers import markdown
    from layers.others import Watch

    watch = Watch()
    found = suite.measure(quick=options.quick)
    text = f"# What Dask costs\n\n{markdown.conditions({}, watch, options.quick)}\n{report.markdown(found)}\n"
    print(text, end="")
    if options.write:
        WRITTEN.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
