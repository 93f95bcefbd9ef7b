"""What is added to the pages that ``asv publish`` has written."""

import shutil
import sys
from pathlib import Path

from pages import navigation, offline, overview, pictures, results, summary, third_party

BENCH = Path(__file__).resolve().parent.parent


def publish(folder, run, conditions, cache):
    """Write the front page and the summary, and make asv's own pages work without a network; return the summary.

    Parameters
    ----------
    folder : Path
        With ``results`` and ``html``, and ``summary.md`` afterwards.
    run : Run
        What has just been measured.
    conditions : list of str
        What was measured, where and when, one line each.
    cache : Path
        Folder that keeps what has been downloaded.
    """
    pages = folder / "html"
    recorded = [one for one in results.runs(folder / "results") if one.machine == run.machine and one.ratios()]
    earlier = [one for one in recorded if one.date < run.date]
    drawn = pictures.draw(run, [*earlier, run], pages / "pictures") if run.ratios() else {}
    for path in BENCH.glob("comparison_*.svg"):
        (pages / "pictures").mkdir(exist_ok=True)
        shutil.copy(path, pages / "pictures")
    overview.write(run, earlier, drawn, conditions, pages)
    navigation.add_link(pages, "overview.html", "Overview")
    try:
        offline.store_copies(pages, cache)
    except third_party.UnavailableError as error:
        print(f"asv's own pages need a network: {error}", file=sys.stderr)
    text = summary.markdown(run, conditions)
    for place in (folder, pages):
        (place / "summary.md").write_text(text, encoding="utf-8")
    return text
