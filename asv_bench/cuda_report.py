"""Measure ``numba_act.cuda`` on a GPU: against a copy, PyTorch, CuPy and a bare launch.

    python asv_bench/cuda_report.py              everything: seven minutes
    python asv_bench/cuda_report.py --quick      does it run? the figures mean nothing
    python asv_bench/cuda_report.py --write      keeps the report as CUDA.md, from the first section on

Results are checked before they are timed. PyTorch and CuPy take part if they are installed. Prints tables section by
section, and what lost at the end.
"""

import sys
from pathlib import Path

WRITTEN = Path(__file__).resolve().parent / "CUDA.md"


def main():
    """Measure what the command line asks for and return the exit status."""
    from benchmarks import on_device
    from layers import command

    options = command.report_parser("Measure numba_act.cuda on a GPU.", WRITTEN).parse_args()
    if on_device.missing():
        print(on_device.missing(), file=sys.stderr)
        return 1
    from gpu.card import conditions
    from gpu.report import checked_markdown, lost_markdown, markdown, section_markdown
    from gpu.suite import Suite

    suite = Suite(options.quick)
    lines = conditions(suite.absent, options.quick)
    print("\n".join(f"* {line}" for line in lines), flush=True)
    for section in suite.sections():
        print(f"\n{section_markdown(section, suite.figures[section])}", flush=True)
        if options.write:
            WRITTEN.write_text(markdown(lines, suite.figures, suite.checked))
    print(f"\n{checked_markdown(suite.checked)}\n\n{lost_markdown(suite.figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
