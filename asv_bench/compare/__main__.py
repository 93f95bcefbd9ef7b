"""Compare the functions with those of other libraries, on one thread and on all.

    python asv_bench/compare                       everything: ten minutes
    python asv_bench/compare --quick               does it all run? the figures mean little
    python asv_bench/compare --threads one --function gelu --dtype float32 --size 100_000
    python asv_bench/compare --function softmax --shape 1024x1024

Each option takes several values. Prints a report, and writes it to `.asv/compare.md` too, with a picture beside it.
"""

import argparse
import importlib.util
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

from numba_act.engine.public.configuration import cpu_model

HERE = Path(__file__).resolve().parent.parent
STORED, WRITTEN = HERE / ".asv" / "compare.md", HERE / "COMPARISON.md"


def main():
    """Measure what the command line asks for and return the exit status."""
    options = arguments()
    drawing = importlib.util.find_spec("matplotlib") is not None
    if not drawing:
        print("There will be no picture: that needs matplotlib, which `make compare PEERS=1` brings.", file=sys.stderr)

    from compare.report import markdown

    chosen = {mode: chosen_cases(mode, options) for mode in options.threads}
    if not any(chosen.values()):
        sys.exit("Nothing matches: see the functions, dtypes, sizes and shapes in asv_bench/compare/cases.py.")
    results, absent, lines = measured(chosen, options)
    text = markdown(results, absent, [*conditions(absent, options), *lines], drawing)
    STORED.parent.mkdir(exist_ok=True)
    for path in (STORED, WRITTEN) if options.write else (STORED,):
        path.write_text(text)
        if drawing:
            from compare import picture

            picture.draw(results, path.parent)
    print(text, end="")


def arguments():
    """Return the options of the command line."""
    from compare.threads import MODES

    parser = argparse.ArgumentParser(description="Compare the functions with those of other libraries.")
    parser.add_argument("--threads", nargs="+", choices=MODES, default=MODES, help="only on one thread, or on all")
    parser.add_argument("--function", nargs="+", metavar="NAME", help="only these functions")
    parser.add_argument("--dtype", nargs="+", help="only these dtypes")
    parser.add_argument("--size", nargs="+", type=int, help="only these sizes")
    parser.add_argument("--shape", nargs="+", type=shape, metavar="1024x1024", help="only these shapes")
    parser.add_argument("--peer", nargs="+", metavar="LIBRARY", help="only these libraries, such as PyTorch")
    parser.add_argument("--quick", action="store_true", help="a few calls of each, none large; the figures mean little")
    parser.add_argument("--write", action="store_true", help=f"write the report to {WRITTEN.name} as well")
    return parser.parse_args()


def shape(text):
    """Return the numbers that an x stands between."""
    return tuple(map(int, text.split("x")))


def chosen_cases(mode, options):
    """Return the cases that the command line asks for."""
    from compare.cases import QUICK, cases

    return [
        case
        for case in cases(mode)
        if (not options.function or case.function in options.function)
        and (not options.dtype or case.dtype in options.dtype)
        and (not options.size or case.size in options.size)
        and (not options.shape or case.shape in options.shape)
        and (not options.quick or case.size <= QUICK)
    ]


def measured(chosen, options):
    """Return the results, the libraries that cannot be imported, and a line about each process."""
    from layers.others import Watch

    from compare.means import TITLES
    from compare.processes import Died, in_its_own
    from compare.suite import measure_all
    from compare.threads import ONE, environment
    from numba_act import most_threads

    results, absent, lines = [], {}, []
    for mode, cases in chosen.items():
        threads, watch = 1 if mode == ONE else most_threads(), Watch()
        try:
            found = in_its_own(environment(threads), measure_all, cases, threads, options.peer, options.quick)
        except Died:
            lines.append(f"**{TITLES[mode]}: not measured, the process died**")
        else:
            results += found[0]
            absent |= found[1]
            lines.append(f"{TITLES[mode]} ({threads}): ran {time.time() - watch.start:.0f} s; {watch.line()}")
    return results, absent, lines


def conditions(absent, options):
    """Return the lines that say what was measured, where and with what."""
    from compare.libraries import PEERS, NumbaAct

    peers = [one for one in PEERS if one.name not in absent and (not options.peer or one.name in options.peer)]
    versions = ", ".join(f"{name} {version(name)}" for one in (NumbaAct, *peers) for name in one.distributions)
    return [
        f"{time.strftime('%Y-%m-%d')}; {cpu_model()}; {platform.system()}, Python {platform.python_version()}",
        versions,
        f"normally distributed numbers times 3{'; `--quick`: the figures mean little' * options.quick}",
    ]


if __name__ == "__main__":
    # The modules beside this one are those of `compare`, in the processes that it starts as well.
    sys.path[0] = str(HERE)
    sys.exit(main())
