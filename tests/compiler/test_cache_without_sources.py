"""The cache of a package whose sources are no files: in a zip, compiled to bytecode, or held by a loader of its own."""

import compileall
import shutil

import pytest
from package_copy import KEY, RESULT, SHOW, contents
from processes import finish

VERSION = "__init__.py", '__version__ = "', '__version__ = "1.'
LOOP = "engine/elementwise/loop.py", "\ndef elementwise_loop", "\nEDITED = True\n\n\ndef elementwise_loop"


def zipped(package):
    """Return the path of a zip of the package."""
    return shutil.make_archive(package.place / "zipped", "zip", package.root, "numba_act")


def compiled(package):
    """Return a folder of the package as frozen applications have it: bytecode in the place of the sources."""
    folder = package.place / "compiled"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(package.root, folder)
    assert compileall.compile_dir(folder, quiet=1, legacy=True)
    for source in folder.rglob("*.py"):
        source.unlink()
    return folder


def key_of(package, path):
    """Return the key of the probe's compiled code, imported from a path, in a new process."""
    result, key = finish(package.start(KEY, PYTHONPATH=path)).split()
    assert float(result) == RESULT
    return key


def test_zip_has_the_cache_of_its_sources_and_leaves_it_with_them(warm):
    assert warm.show(PYTHONPATH=zipped(warm)) == (RESULT, False)
    warm.edit(*LOOP)
    assert warm.show(PYTHONPATH=zipped(warm)) == (RESULT, True)


def test_compiled_modules_have_a_cache_and_leave_it_when_they_change(package):
    assert package.show(PYTHONPATH=compiled(package)) == (RESULT, True)
    assert package.show(PYTHONPATH=compiled(package)) == (RESULT, False)
    package.edit(*LOOP)
    assert package.show(PYTHONPATH=compiled(package)) == (RESULT, True)


@pytest.mark.parametrize(("form", "edit"), [(zipped, VERSION), (compiled, LOOP)], ids=["version", "loop"])
def test_key_changes_with_the_code_and_the_version(package, form, edit):
    before = key_of(package, form(package))
    package.edit(*edit)
    assert key_of(package, form(package)) != before


def test_key_does_not_change_with_the_lines_that_code_stands_in(package):
    before = key_of(package, compiled(package))
    package.edit("engine/elementwise/loop.py", "\ndef elementwise_loop", "\n# A comment.\n\n\ndef elementwise_loop")
    assert key_of(package, compiled(package)) == before


# A loader need not show anybody what it runs, and those of some packers do not.
SECRET = """
    import importlib.machinery
    import sys


    class Secret:
        def __init__(self, name, path):
            self._inner = importlib.machinery.SourceFileLoader(name, path)

        def create_module(self, spec):
            return None

        def exec_module(self, module):
            exec(self._inner.get_code(module.__name__), vars(module))


    finder = importlib.machinery.FileFinder.path_hook((Secret, [".py"]))


    def hook(path):
        if path.startswith({root!r}):
            return finder(path)
        raise ImportError


    sys.path_hooks.insert(0, hook)
"""


def test_without_readable_code_everything_works_and_nothing_is_stored(warm):
    before = contents(warm.cache)
    result, compiled = finish(warm.start(SECRET.format(root=str(warm.root)) + SHOW)).split()
    assert (float(result), compiled) == (RESULT, "True")
    assert contents(warm.cache) == before
