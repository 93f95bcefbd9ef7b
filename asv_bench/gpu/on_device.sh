#!/usr/bin/env bash
# Everything that needs a GPU, on a machine that is lent, without internet, and given back after minutes.
#
#     bash asv_bench/gpu/on_device.sh WHEELS [tests] [report] [scaling]
#
# WHEELS is the folder of carried wheels. Without a stage all three run; where a command may take ten minutes, give each
# a command of its own. Results and logs go to "$OUT", each as soon as it is there.
#
# The machine has PyTorch, CuPy, the CUDA toolkit and what the tests need. What it lacks, or has too old, is fetched
# where there is internet, in the root of the checkout, and `.whl` is named in `carry`:
#
#     echo /.whl/ >>.git/info/exclude
#     python3 -m pip download --no-deps --only-binary=:all: --python-version 3.12 --implementation cp \
#         --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_24_x86_64 \
#         --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 -d .whl \
#         hatchling pathspec tomlkit trove-classifiers "pytest>=9" numba-cuda numba llvmlite
#
# 64 MiB travel, with the checkout, and llvmlite alone takes 57: carry numba-cuda and use the machine's numba and
# llvmlite, or carry those two and use its numba-cuda. tbb and tcmlib (9 MiB) bring TBB, for scaling.
set -uo pipefail

wheels=$(realpath "${1:?the folder of wheels}")
shift
stages=${*:-tests report scaling}
out=${OUT:?the folder for the results}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
environment=${TMPDIR:-/tmp}/numba_act_environment
python=$environment/bin/python
export PYTHONUNBUFFERED=1

# numba-cuda looks for the toolkit in here.
if [[ -z ${CUDA_HOME:-}${CUDA_PATH:-} ]] && command -v nvcc >/dev/null; then
    CUDA_HOME=$(dirname "$(dirname "$(readlink -f "$(command -v nvcc)")")")
    export CUDA_HOME
fi

# If python3 is itself of a virtual environment, --system-site-packages means those of the Python behind it: its own
# packages, PyTorch among them, are added behind the new environment's.
make_environment() {
    python3 -m venv --system-site-packages "$environment" || return
    local parent site
    parent=$(python3 -c "import sysconfig; print(sysconfig.get_path('purelib'))")
    site=$("$python" -c "import sysconfig; print(sysconfig.get_path('purelib'))")
    echo "import site; site.addsitedir('$parent')" >"$site/parent.pth"
    local carried=("$wheels"/*.whl)
    "$python" -m pip install --quiet --no-index --no-deps --upgrade "${carried[@]}" || return
    "$python" -m pip install --quiet --no-index --no-deps --no-build-isolation --force-reinstall \
        "$root" || return
    # Says which versions met, and fails here and not in the middle if they do not fit.
    "$python" - <<'END'
from importlib.metadata import version

from numba import cuda

print("\n".join(f"{name} {version(name)}" for name in ("llvmlite", "numba", "numba-cuda", "numpy")))
END
}

# A limit in seconds, the name of the log, and a command.
logged() {
    timeout "$1" "${@:3}" 2>&1 | tee "$out/$2.log"
}

run_tests() {
    logged 540 tests "$python" -m pytest -q -m gpu -p no:cacheprovider tests/gpu
}

run_report() {
    logged 480 report "$python" asv_bench/cuda_report.py --write
    local status=$?
    [[ -f asv_bench/CUDA.md ]] && cp asv_bench/CUDA.md "$out/"
    return "$status"
}

run_scaling() {
    logged 540 scaling "$python" asv_bench/scaling.py --write || return
    cp asv_bench/SCALING.md asv_bench/scaling.png "$out/"
}

cd "$root" || exit
# What an earlier run has left must not pass for a result of this one, of which the first sections may be all there is.
case " $stages " in *" report "*) rm -f asv_bench/CUDA.md ;; esac
make_environment 2>&1 | tee "$out/install.log" || exit

failed=0
for stage in $stages; do
    echo "== $stage"
    "run_$stage" || failed=1
done
exit "$failed"
