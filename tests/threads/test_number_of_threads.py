"""How many threads there are: the variables, the CPUs of the process, the quota of its container."""

import os
from pathlib import Path

import pytest
from package_copy import RESULT, Package
from processes import finish, start
from threading_layers import each_layer, run_on

from numba_act.engine.threads.cpus import available


@each_layer
def test_one_thread(layer):
    script = """
        assert na.get_num_threads() == na.most_threads() == 1
        check(na.parallel.sigmoid)
        check(na.parallel.softmax)
        big = np.resize(x, 5_000_000)
        assert na.sigmoid(big).tobytes() == na.cpu.sigmoid(big).tobytes()
        assert pool.count == 0
        assert threading.active_count() == 1
        assert probe()() == {threading.get_ident()}
    """
    run_on(layer, script, checked=False, NUMBA_NUM_THREADS=1)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes are not bound to CPUs")
@each_layer
def test_bound_to_one_cpu(layer):
    script = """
        assert na.get_num_threads() == 1
        check(na.parallel.sigmoid)
        assert pool.count == 0
        assert probe()() == {threading.get_ident()}
    """
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})  # the script inherits it
        run_on(layer, script, checked=False, NUMBA_NUM_THREADS=None)
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize("cache", ["cold", "warm"])
@pytest.mark.parametrize("value", ["abc", "0", "-3", "", "2.5"])
def test_what_is_no_number_of_threads_is_refused(value, cache, tmp_path):
    """numba, which is imported only if the cache is cold, would raise another error for some and warn of others."""
    script = """
        import numba_act as na

        for use in (lambda: na.relu, lambda: na.cpu.relu, na.most_threads, na.get_num_threads, na.show_config):
            try:
                use()
            except ValueError as error:
                print(error)
    """
    process = start(script, Path.home() if cache == "warm" else tmp_path, NUMBA_NUM_THREADS=value)
    message = f"the environment variable NUMBA_NUM_THREADS must be an integer of 1 or more, not {value!r}"
    assert finish(process).splitlines() == [message] * 5


def test_more_threads_than_cpus(tmp_path):
    script = """
        import sys

        import numpy as np
        import numba_act as na

        print(na.parallel.probe(np.ones(10**6, np.int64)).sum(), na.most_threads(), "numba" in sys.modules)
    """
    package = Package(tmp_path)
    wanted = 2 * os.cpu_count() + 1
    for compiled in (True, False):
        found = finish(package.start(script, NUMBA_NUM_THREADS=wanted, NUMBA_ACT_THREADING_LAYER="workers")).split()
        assert found == [str(10**6 * int(RESULT)), str(wanted), str(compiled)]


V2 = "sys/fs/cgroup"
V1 = "sys/fs/cgroup/cpu,cpuacct"
GROUPS = "proc/self/cgroup"

# Files of control groups, and to how many of a hundred CPUs they limit a process.
QUOTAS = {
    "none": ({}, 100),
    "no files": ({GROUPS: "0::/\n"}, 100),
    "quota": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "150000 100000\n"}, 2),
    "whole": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "300000 100000\n"}, 3),
    "less than one": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "20000 100000\n"}, 1),
    "more than there are": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "90000000 100000\n"}, 100),
    "unlimited": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "max 100000\n"}, 100),
    "own group": ({GROUPS: "0::/a/b\n", f"{V2}/a/b/cpu.max": "400000 100000\n"}, 4),
    "parent": (
        {
            GROUPS: "0::/a/b\n",
            f"{V2}/a/b/cpu.max": "max 100000\n",
            f"{V2}/a/cpu.max": "250000 100000\n",
            f"{V2}/cpu.max": "max 100000\n",
        },
        3,
    ),
    "smallest": (
        {
            GROUPS: "0::/a/b\n",
            f"{V2}/a/b/cpu.max": "800000 100000\n",
            f"{V2}/a/cpu.max": "50000 10000\n",
            f"{V2}/cpu.max": "700000 100000\n",
        },
        5,
    ),
    "path of the host": ({GROUPS: "0::/docker/0123\n", f"{V2}/cpu.max": "200000 100000\n"}, 2),
    "path outside": ({GROUPS: "0::/../../other\n", f"{V2}/cpu.max": "200000 100000\n"}, 2),
    "other group": ({GROUPS: "0::/a\n", f"{V2}/b/cpu.max": "200000 100000\n"}, 100),
    "not to be read": ({GROUPS: "0::/\n", f"{V2}/cpu.max": "\n"}, 100),
    "version 1": (
        {
            GROUPS: "3:cpuset:/x\n2:cpu,cpuacct:/a\n1:name=systemd:/a:b\n",
            f"{V1}/a/cpu.cfs_quota_us": "250000\n",
            f"{V1}/a/cpu.cfs_period_us": "100000\n",
        },
        3,
    ),
    "version 1, unlimited": (
        {
            GROUPS: "2:cpu,cpuacct:/\n",
            f"{V1}/cpu.cfs_quota_us": "-1\n",
            f"{V1}/cpu.cfs_period_us": "100000\n",
        },
        100,
    ),
    "version 1, named the other way round": (
        {
            GROUPS: "2:cpuacct,cpu:/\n",
            f"{V1}/cpu.cfs_quota_us": "200000\n",
            f"{V1}/cpu.cfs_period_us": "100000\n",
        },
        2,
    ),
    "version 1, of its own": (
        {
            GROUPS: "2:cpuacct:/\n1:cpu:/a\n",
            "sys/fs/cgroup/cpu/a/cpu.cfs_quota_us": "600000\n",
            "sys/fs/cgroup/cpu/a/cpu.cfs_period_us": "100000\n",
        },
        6,
    ),
    "both versions": (
        {
            GROUPS: "2:cpu,cpuacct:/\n0::/\n",
            f"{V1}/cpu.cfs_quota_us": "200000\n",
            f"{V1}/cpu.cfs_period_us": "100000\n",
        },
        2,
    ),
}


@pytest.mark.parametrize("situation", QUOTAS)
def test_quota_of_a_container(situation, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(100), raising=False)
    files, expected = QUOTAS[situation]
    for path, content in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    assert available(tmp_path) == expected
