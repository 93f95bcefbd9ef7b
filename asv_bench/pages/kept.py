"""What the README shows of a run: its pictures, its means and its worst figures."""

import shutil
from pathlib import Path

from pages.summary import means

BENCH = Path(__file__).resolve().parent.parent
README, PICTURES = BENCH.parent / "README.md", BENCH / "pictures"
START, END = "<!-- ratio -->\n", "<!-- end of ratio -->"
WORST = 5


def keep(run, conditions, pages):
    """Put the figures of a run into the README, and its pictures where the README finds them.

    Parameters
    ----------
    run : Run
    conditions : list of str
        Of which the first two say when and where.
    pages : Path
        Folder with ``pictures``.
    """
    for path in (pages / "pictures").glob("ratio_*.svg"):
        PICTURES.mkdir(exist_ok=True)
        shutil.copy(path, PICTURES)
    before, _, rest = README.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{START}{_text(run, conditions)}\n{END}{after}", encoding="utf-8")


def _text(run, conditions):
    ratios = run.ratios()
    worst = sorted(ratios, key=ratios.get, reverse=True)[:WORST]
    lost = sum(ratio > 1 for ratio in ratios.values())
    return "\n".join(
        [
            f"{'; '.join(conditions[:2])}. Slower than NumPy: {lost} of {len(ratios)}. The worst {WORST}:",
            "",
            "| function | dtype | size | ratio |",
            "|---|---|---:|---:|",
            *(f"| {' | '.join(case)} | {ratios[case]:.4g} |" for case in worst),
            "",
            "Geometric means:",
            "",
            means(run),
        ]
    )
