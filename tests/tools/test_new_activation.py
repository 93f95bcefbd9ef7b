"""A new activation costs one kernel and one line of reference: those in CONTRIBUTING.md, added to a copy."""

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "rectified_tanh"

SHOW = f"""
import numba_act as na
for namespace in (na, na.cpu, na.parallel, na.cuda, na.ufuncs):
    assert "{NAME}" in dir(namespace)
    if namespace is not na.cuda:
        assert namespace.{NAME}([-2.0, float("inf")]).tolist() == [0, 1]
"""
CHECKS = ("tools/test_documentation.py", "values/test_values.py", "contract/test_flags.py")


def test_the_activation_of_the_guide_is_everywhere_and_passes_its_tests(tmp_path):
    kernel, reference = (
        textwrap.dedent(block)
        for block in re.findall(
            r"^   ```python\n(.*?)^   ```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL | re.MULTILINE
        )
    )
    for folder in ("numba_act", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "numba_act" / "kernels" / "example.py").write_text(f'"""From CONTRIBUTING.md."""\n\n{kernel}')
    with open(tmp_path / "numba_act" / "reference.py", "a") as file:
        file.write(f"\n\n{reference}")
    subprocess.run([sys.executable, "-c", SHOW], cwd=tmp_path, check=True)
    tests = [f"tests/{check}" for check in CHECKS]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", NAME]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"^\d\d+ passed", run.stdout, re.MULTILINE), run.stdout
