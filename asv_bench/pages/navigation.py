"""A link in the navigation bar of asv's pages."""

from bs4 import BeautifulSoup


def add_link(pages, address, text):
    """Put a link in front of asv's own.

    Parameters
    ----------
    pages : Path
        Folder that ``asv publish`` has written.
    address : str
        Where it leads, as seen from that folder.
    text : str
        What it says.

    Raises
    ------
    LookupError
        If the page has no such bar, as that of another version of asv may not.
    """
    page = pages / "index.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    first = soup.find(id="nav-li-")
    if first is None:
        raise LookupError("asv's index.html has no entry `nav-li-`, which asv_bench/pages/navigation.py looks for.")
    if soup.find("a", href=address):
        return
    entry = soup.new_tag("li")
    entry.append(soup.new_tag("a", href=address, string=text))
    first.insert_before(entry, "\n")
    page.write_text(str(soup), encoding="utf-8")
