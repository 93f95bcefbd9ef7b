"""Compare the functions with those of other libraries, on one thread.

    python asv_bench/compare                       everything: four minutes
    python asv_bench/compare --quick               does it all run? the figures mean little
    python asv_bench/compare --function gelu --dtype float32 --size 100_000
    python asv_bench/compare --function softmax --shape 1024x1024

Each option takes several values. Prints a report, and writes it to `.asv/compare.md` too.
"""

import argparse
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
STORED, WRITTEN = HERE / ".asv" / "compare.md", HERE / "COMPARISON.md"

# Read by the libraries when they are imported. NPROC is the size of XLA's thread pools; flags such as
# --xla_cpu_multi_thread_eigen leave those of its runtime alone.
ENVIRONMENT = {
    "NPROC": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_MAX_THREADS": "1",
    "JAX_PLATFORMS": "cpu",
    "JAX_ENABLE_X64": "1",
}


def main():
    """Measure what the command line asks for and return the exit status."""
    options = arguments()
    os.environ.update(ENVIRONMENT)
    import report
    from bars import ALONE, bar
    from cases import cases, measure, measure_alone
    from libraries import installed
    from turns import QUICK, THOROUGH

    start = time.time()
    peers, absent = installed(options.peer)
    chosen = [
        case
        for case in cases()
        if (not options.function or case.function in options.function)
        and (not options.dtype or case.dtype in options.dtype)
        and (not options.size or case.size in options.size)
        and (not options.shape or case.shape in options.shape)
    ]
    if not chosen:
        sys.exit("Nothing matches: see the functions, dtypes, sizes and shapes in asv_bench/compare/cases.py.")
    results = []
    for number, case in enumerate(chosen, 1):
        print(f"{number} of {len(chosen)}: {case.title} {case.dtype} {case.extent}", file=sys.stderr, flush=True)
        effort = QUICK if options.quick else THOROUGH
        results.append(measure(case, peers, effort))
        results += [measure_alone(case, rival, effort) for rival in ALONE if bar(rival, case)]

    text = report.markdown(results, absent, conditions(peers, options, time.time() - start))
    STORED.parent.mkdir(exist_ok=True)
    for path in (STORED, WRITTEN) if options.write else (STORED,):
        path.write_text(text)
    print(text, end="")


def arguments():
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description="Compare the functions with those of other libraries.")
    parser.add_argument("--function", nargs="+", metavar="NAME", help="only these functions")
    parser.add_argument("--dtype", nargs="+", help="only these dtypes")
    parser.add_argument("--size", nargs="+", type=int, help="only these sizes")
    parser.add_argument("--shape", nargs="+", type=shape, metavar="1024x1024", help="only these shapes")
    parser.add_argument("--peer", nargs="+", metavar="LIBRARY", help="only these libraries, such as PyTorch")
    parser.add_argument("--quick", action="store_true", help="a few rounds of each; the figures mean little")
    parser.add_argument("--write", action="store_true", help=f"write the report to {WRITTEN.name} as well")
    return parser.parse_args()


def shape(text):
    """Return the numbers that an x stands between."""
    return tuple(map(int, text.split("x")))


def conditions(peers, options, seconds):
    """Return the lines that say what was measured, where and how long."""
    from libraries import NumbaAct

    versions = ", ".join(f"{name} {version(name)}" for one in (NumbaAct, *peers) for name in one.distributions)
    quick = "; `--quick`: the figures mean little" if options.quick else ""
    return [
        f"{time.strftime('%Y-%m-%d')}; {processor()}; {platform.system()}, Python {platform.python_version()}",
        versions,
        f"normally distributed numbers times 3; ran {seconds:.0f} s{quick}",
    ]


def processor():
    """Return the name of the CPU."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    sys.exit(main())
