"""Copies of the package with caches that are empty, filled, or filled by somebody else."""

import shutil

import pytest
from package_copy import RESULT, Package


@pytest.fixture
def package(tmp_path):
    return Package(tmp_path)


@pytest.fixture(scope="session")
def warm_cache(tmp_path_factory):
    """Return the cache folder of a user who has called the probe once."""
    package = Package(tmp_path_factory.mktemp("warm"))
    assert package.show() == (RESULT, True)
    return package.cache


@pytest.fixture
def warm(package, warm_cache):
    """Return a package whose cache is filled."""
    shutil.copytree(warm_cache, package.cache)
    return package


@pytest.fixture(scope="session")
def alien_cache(warm_cache, tmp_path_factory):
    """Return a folder of valid cache files with the right names that compute something else."""
    package = Package(tmp_path_factory.mktemp("alien"))
    package.edit("kernels/probe.py", "np.int64(2)", "np.int64(-2)")
    shutil.copytree(warm_cache, package.cache)  # which has the loops that serve all functions
    (right,) = [path for path in warm_cache.iterdir() if path.name.startswith("probe")]
    (package.cache / right.name).unlink()
    assert package.show() == (-RESULT, True)
    planted = tmp_path_factory.mktemp("planted")
    (other,) = [path for path in package.cache.iterdir() if path.name.startswith("probe")]
    assert right.name != other.name
    shutil.copytree(package.cache, planted, dirs_exist_ok=True)
    (planted / other.name).rename(planted / right.name)
    planted.chmod(0o700)
    return planted


@pytest.fixture
def clean_environment(monkeypatch):
    """Return a monkeypatch for an environment that says nothing about caches, for calls in this process."""
    for variable in ("NUMBA_ACT_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    return monkeypatch
