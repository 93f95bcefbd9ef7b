"""The front page: whether we are faster than plain NumPy, and by how much, at the reader's size and dtype."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt

from pages.bars import MEAN
from pages.changes import NOISE, changes
from pages.results import geometric_mean
from pages.summary import table

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COMPARISON = ROOT / "asv_bench" / "COMPARISON.md"


def write(run, earlier, pictures, conditions, folder):
    """Write ``overview.html`` into a folder.

    Parameters
    ----------
    run : Run
    earlier : list of Run
        Those before it on the same machine.
    pictures : dict
        What `pictures.draw` returned; the files lie in ``pictures/`` beside the page.
    conditions : list of str
        What was measured, where and when, one line each.
    folder : Path
    """
    behind = sorted((figure for figure in run.figures if figure.behind > 1), key=lambda figure: -figure.behind)
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    environment.filters["markdown"] = MarkdownIt("commonmark", {"html": False}).enable("table").render
    page = environment.get_template("overview.html.jinja").render(
        means=_means(run),
        held_to=MEAN,
        slower=table([figure for figure in behind if figure.bar is None]),
        missed=table([figure for figure in behind if figure.bar is not None]),
        changes=changes(run, earlier[-1]) if earlier else None,
        noise=NOISE,
        before=earlier[-1].commit[:8] if earlier else "",
        pictures=pictures,
        accuracy=_between(ROOT / "README.md", "<!-- accuracy -->", "<!-- end of accuracy -->"),
        others=_between(COMPARISON, "## Against each library\n", "<picture>"),
        compared=_between(COMPARISON, "\n* ", ";"),
        conditions=conditions,
    )
    (folder / "overview.html").write_text(page, encoding="utf-8")


def _means(run):
    """Return ``{dtype: (geometric mean, slowest function and size, its ratio)}``."""
    found = {}
    for dtype in dict.fromkeys(dtype for _, dtype, _ in run.ratios()):
        ratios = {f"{function}, {size}": ratio for (function, of, size), ratio in run.ratios().items() if of == dtype}
        worst = max(ratios, key=ratios.get)
        found[dtype] = geometric_mean(ratios.values()), worst, ratios[worst]
    return found


def _between(path, start, end):
    """Return the part of a Markdown file between two marks, or nothing if they are not there."""
    _, _, rest = path.read_text(encoding="utf-8").partition(start)
    return rest.partition(end)[0].strip()
