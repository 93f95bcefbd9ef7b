"""What `show_config` says, in processes of their own where it depends on what has been done before."""

import importlib.util
import os
from pathlib import Path

import numba
import numpy as np
import pytest
from processes import output_of

import numba_act as na


def test_prints_what_it_returns(capsys):
    found = na.show_config(mode="dicts")
    assert na.show_config() is None
    printed = capsys.readouterr().out
    for part, entries in found.items():
        assert f"{part}:\n" in printed
        for name, value in entries.items():
            assert f"  {name}: {value}\n" in printed


def test_says_what_is_true():
    found = na.show_config(mode="dicts")
    assert found["Versions"]["numpy"] == np.__version__
    assert found["Versions"]["numba"] == numba.__version__
    assert found["Versions"]["numba-act"] == na.__version__
    with na.num_threads(1):
        assert na.show_config(mode="dicts")["Threads"]["at most, in this thread"] == 1
    assert found["Threads"]["at most"] == na.most_threads()


def test_unknown_mode():
    with pytest.raises(ValueError, match="mode must be"):
        na.show_config(mode="json")


def test_gpu_that_is_not_there_is_explained(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "pip install" in na.show_config(mode="dicts")["CUDA"]["reason"]


def test_threads_are_started_by_use_and_not_by_asking():
    script = """
    import numpy as np
    import numba_act as na

    before = na.show_config(mode="dicts")["Threads"]
    na.relu(np.ones(10_000_000, "f4"))
    after = na.show_config(mode="dicts")["Threads"]
    print(before["layer"], before["started"], after["layer"], after["started"])
    """
    variables = {"NUMBA_ACT_THREADING_LAYER": "workers", "NUMBA_NUM_THREADS": 2}
    # Where everything is compiled already.
    assert output_of(script, Path.home(), **variables).split() == ["workers", "False", "workers", "True"]


def test_cache_folder(tmp_path):
    script = """
    import numba_act as na

    print(*na.show_config(mode="dicts")["Cache"].values())
    """
    assert output_of(script, tmp_path, NUMBA_ACT_CACHE_DIR=tmp_path / "kept").split() == [
        str(tmp_path / "kept"),
        "True",
    ]
    assert output_of(script, tmp_path, NUMBA_ACT_CACHE_DIR="").split() == ["none", "False"]
    if os.name == "posix":
        (tmp_path / "open").mkdir()
        (tmp_path / "open").chmod(0o777)
        assert output_of(script, tmp_path, NUMBA_ACT_CACHE_DIR=tmp_path / "open").split()[1] == "False"
