"""Pages that ask no other host for anything: what asv's index.html loads from others is stored beside it."""

import shutil
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from pages.third_party import installed

FOLDER = "third_party"

# The file that takes the place of each address, which is known by its path and query. flot and stupidtable are not
# packaged as asv has them: flot is not minified there, and stupidtable is the first version that npm knows.
COPIES = {
    "/jquery-3.3.1.min.js": "jquery/dist/jquery.min.js",
    "/ajax/libs/flot/0.8.3/jquery.flot.min.js": "flot/jquery.flot.js",
    "/ajax/libs/flot/0.8.3/jquery.flot.time.min.js": "flot/jquery.flot.time.js",
    "/ajax/libs/flot/0.8.3/jquery.flot.selection.min.js": "flot/jquery.flot.selection.js",
    "/ajax/libs/flot/0.8.3/jquery.flot.categories.min.js": "flot/jquery.flot.categories.js",
    "/npm/flot-orderbars@1.0.0/js/jquery.flot.orderBars.js": "flot-orderbars/js/jquery.flot.orderBars.js",
    "/ajax/libs/stupidtable/1.0.1/stupidtable.min.js": "stupid-table-plugin/stupidtable.min.js",
    "/ajax/libs/blueimp-md5/2.19.0/js/md5.min.js": "blueimp-md5/js/md5.min.js",
    "/npm/bootstrap@3.1.1/dist/js/bootstrap.min.js": "bootstrap/dist/js/bootstrap.min.js",
    "/npm/bootstrap@3.1.1/dist/css/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
}
# What the style sheets load in turn.
FONTS = "bootstrap/dist/fonts"

# Elements that make a browser load something, and the attribute that says what. Links to follow are not among them.
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
# What only makes sense for a file of another host.
OF_OTHERS = "integrity", "crossorigin", "referrerpolicy"


class UnknownFileError(LookupError):
    """A page loads a file of another host that no copy is known of."""


def store_copies(pages, cache):
    """Store what index.html loads from other hosts beside it, and let it load that.

    Nothing is written unless all is at hand: after an error the page is what it was, and works with a network.

    Parameters
    ----------
    pages : Path
        Folder that ``asv publish`` has written.
    cache : Path
        Folder that keeps the downloaded files from one call to the next.

    Raises
    ------
    UnknownFileError
        If the page loads a file that no copy is known of, as that of another version of asv may.
    third_party.UnavailableError
        If the files cannot be downloaded.
    """
    page = pages / "index.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    needed = [point_to_copy(*found) for found in loaded_from_others(soup)]
    if not needed:
        return
    packages, copies = installed(cache), pages / FOLDER
    for name in needed:
        (copies / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(packages / name, copies / name)
    shutil.copytree(packages / FONTS, copies / FONTS, dirs_exist_ok=True)
    page.write_text(str(soup), encoding="utf-8")


def loaded_from_others(soup):
    """Yield each element that loads something from another host, with the attribute that names it."""
    for tag, attribute in LOADING.items():
        for element in soup.find_all(tag, attrs={attribute: True}):
            if urlsplit(element[attribute]).netloc:
                yield element, attribute


def point_to_copy(element, attribute):
    """Let an element load a copy and return the name of the file that this is a copy of."""
    address = urlsplit(element[attribute])
    try:
        name = COPIES[address._replace(scheme="", netloc="").geturl()]
    except KeyError:
        raise UnknownFileError(
            f"asv's index.html loads {element[attribute]}, which asv_bench/pages/offline.py knows no copy of."
        ) from None
    element[attribute] = f"{FOLDER}/{name}"
    for other in OF_OTHERS:
        del element[other]
    return name
