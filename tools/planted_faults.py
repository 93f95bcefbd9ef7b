"""Plant faults in a copy of the package, one after the other, and see whether the tests find them.

    python tools/planted_faults.py              all: a quarter of an hour
    python tools/planted_faults.py stride race  those whose name has one of these words

Run it after the tests were made smaller or faster. Prints a table of the faults and of the first test that fails, and
ends with status 1 if a fault was not found. A fault whose place has changed is an error: find it a new one.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Fault(NamedTuple):
    """A fault: its name, the file in the package, what stands there, what is put in its place, and the tests to run."""

    name: str
    file: str
    old: str
    new: str
    tests: str


FAULTS = [
    Fault(
        "a wrong stride in gathering", "engine/loops/gather.py",
        "target[count - 1] = advance(source, (count - 1) * step)[0]",
        "target[count - 1] = advance(source, (count - 1) * size)[0]", "contract/test_layouts.py",
    ),
    Fault(
        "a wrong stride in scattering", "engine/loops/gather.py",
        "store_alone(advance(target, i * step), source[i])",
        "store_alone(advance(target, i * step), source[i + (count > 40)])", "contract/test_layouts.py",
    ),
    Fault(
        "an operand read with the stride of another", "engine/elementwise/blocks.py",
        "read(place, steps[operand], places[operand]", "read(place, steps[0], places[operand]",
        "contract/test_declarations.py",
    ),
    Fault(
        "a second output in the place of the first", "engine/elementwise/blocks.py",
        "                    place = advance(args[operand], start * steps[operand])\n                    write(",
        "                    place = advance(args[inputs], start * steps[inputs])\n                    write(",
        "contract/test_declarations.py",
    ),
    Fault(
        "an input gathered over another one", "engine/elementwise/blocks.py",
        "free &= address(args[operand]) != address(args[out])", "free &= True", "contract/test_declarations.py",
    ),
    Fault(
        "a missed overlap", "engine/loops/overlap.py",
        "for operand in range(out):", "for operand in range(1, out):", "contract/test_methods.py",
    ),
    Fault(
        "an output not taken for dependent on another element", "engine/elementwise/blocks.py",
        "    elif not independent(args, count, steps, loop_data):", "    elif count < 0:", "contract/test_methods.py",
    ),
    Fault(
        "a lost NaN", "kernels/elementary/logistic.py",
        "return x if is_nan(x) else result", "return result", "values/test_values.py",
    ),
    Fault(
        "a coefficient wrong by one unit in its last place", "kernels/elementary/exponential.py",
        "np.float32(0.041668136)", "np.float32(0.04166814)", "values/test_coefficients.py",
    ),
    Fault(
        "a float16 rounded half up instead of to even", "kernels/elementary/half_precision.py",
        "np.int32(magnitude + np.int32(0xFFF)) + odd", "np.int32(magnitude + np.int32(0x1000))", "values",
    ),
    Fault(
        "a bfloat16 rounded half up instead of to even", "kernels/elementary/half_precision.py",
        "bits + np.int32(_BELOW_HALF + np.int32(upper & np.int32(1)))", "bits + np.int32(0x8000)", "values",
    ),
    Fault(
        "a flag raised by NaN", "kernels/elementary/sign.py",
        "return to_bits(x) <= _NEGATIVE_INFINITY_BITS_FLOAT32", "return x < np.float32(0)", "contract/test_flags.py",
    ),
    Fault(
        "an overflow flag of halves", "kernels/exponential_linear.py",
        ", overflowing=True)", ")", "contract/test_flags.py",
    ),
    Fault(
        "a race: parts taken without the counter", "engine/threads/share.py",
        "first, min(part, total - first))\n        first = fetch_add(following, part)",
        "first, min(part, total - first))\n        first += part", "threads",
    ),
    Fault(
        "a wrong size of the last part", "engine/threads/share.py",
        "min(part, total - first)", "min(part, total - first - 1)", "contract/test_layouts.py",
    ),
    Fault(
        "work divided that depends on itself", "engine/threads/split.py",
        "return independent(args, dims[0], steps, loop_data)", "return True", "contract/test_methods.py",
    ),
    Fault(
        "the cost of numbers for arrays", "engine/threads/share.py",
        "cost = loop_data.cost_of_arrays if steps[operand] != 0 else cost", "pass", "threads/test_costs.py",
    ),
    Fault(
        "memory that two loops work in", "engine/threads/scratch.py",
        "exchange(busy, 1) == 0", "True", "threads/test_scratch.py",
    ),
    Fault(
        "a large frame", "engine/rows/tiles.py",
        "LINE = 1024", "LINE = 4096", "compiler/test_frames.py",
    ),
    Fault(
        "floating-point flags lost", "engine/compiler/usual_floats.py",
        "_merged(builder, arguments[0], read(builder))", "arguments[0]", "threads/test_float_state.py",
    ),
    Fault(
        "lanes of a sum folded in a wrong order", "engine/rows/sum_lanes.py",
        "for count in (8, 4, 2, 1)]", "for count in (8, 4, 1, 2)]", "rows",
    ),
    Fault(
        "a fold that looks at columns without a row", "engine/rows/fold.py",
        "if dims[1] == width:", "if dims[1] > 0:", "rows/test_other_reductions.py",
    ),
    Fault(
        "a fold that forgets what an addition has lost", "kernels/elementary/row_reductions.py",
        "return total, low + rounding", "return total, low", "rows/test_other_reductions.py",
    ),
    Fault(
        "a causal limit off by one, rows side by side", "engine/rows/mask.py",
        "visible if i < limit[j]", "visible if i <= limit[j]", "rows/test_causal.py",
    ),
    Fault(
        "a causal limit off by one, one row", "engine/rows/loop.py",
        "min(max(from_address(unit.limit, SIZE_TABLE)[0], 0), whole)",
        "min(max(from_address(unit.limit, SIZE_TABLE)[0] + 1, 0), whole)", "rows/test_causal.py",
    ),
    Fault(
        "a cache key that ignores constants", "engine/compiler/fingerprint.py",
        "            digest.update(repr(constant).encode())", "            pass", "compiler/test_stale_cache.py",
    ),
    Fault(
        "a cache key that ignores the modules of the loop", "engine/compiler/fingerprint.py",
        'digest.update(f"{name}\\0".encode() + _module(name)[0])', "pass", "compiler/test_stale_cache.py",
    ),
    Fault(
        "an import that goes up", "engine/compiler/memory.py",
        "import ctypes\n", "import ctypes\n\nimport numba_act.engine.public\n", "compiler/test_order_of_rooms.py",
    ),
    Fault(
        "a GPU kernel of float32 that computes in float64", "kernels/elementary/gated_softplus.py",
        "factor = real(2) + w if negative", "factor = np.float64(2) + w if negative", "gpu/test_ptx.py",
    ),
]  # fmt: skip


def main():
    """Plant the faults that the command line asks for and return the exit status."""
    parser = argparse.ArgumentParser(description="Do the tests find faults that are planted on purpose?")
    parser.add_argument("words", nargs="*", help="only faults whose name has one of these words")
    words = parser.parse_args().words
    chosen = [fault for fault in FAULTS if not words or any(word in fault.name for word in words)]
    found = []
    print("| fault | file | found by |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        for folder in ("numba_act", "tests", "tools", "asv_bench"):
            ignored = shutil.ignore_patterns("__pycache__", ".asv")
            shutil.copytree(ROOT / folder, Path(place, folder), ignore=ignored)
        for file in ("pyproject.toml", "README.md", "CONTRIBUTING.md"):
            shutil.copy(ROOT / file, place)
        python = environment(Path(place))
        for fault in chosen:
            found.append(first_failure(Path(place), python, fault))
            print(f"| {fault.name} | {fault.file} | {found[-1] or '**not found**'} |", flush=True)
    print(f"\n{sum(map(bool, found))} of {len(found)} faults were found")
    return 0 if all(found) else 1


def environment(place):
    """Return the Python of an environment whose package is the copy, in the processes that tests start as well."""
    venv.create(place / ".venv", symlinks=True)
    (packages,) = (place / ".venv").rglob("site-packages")
    installed = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "copy.pth").write_text("\n".join([str(place), *installed]))
    return place / ".venv" / "bin" / "python"


def first_failure(place, python, fault):
    """Return the first test of a copy that fails with a fault, or None."""
    path = place / "numba_act" / fault.file
    text = path.read_text()
    if text.count(fault.old) != 1:
        raise SystemExit(f"{fault.name}: its place is {text.count(fault.old)} times in {fault.file}, not once")
    path.write_text(text.replace(fault.old, fault.new))
    try:
        command = [python, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"tests/{fault.tests}"]
        run = subprocess.run(command, cwd=place, env=os.environ, capture_output=True, text=True, check=False)
    finally:
        path.write_text(text)
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", run.stdout, re.MULTILINE)
    return failed[1] if failed else f"status {run.returncode}" if run.returncode else None


if __name__ == "__main__":
    sys.exit(main())
