"""The streams that arrays are used in, and who waits for whom."""

from types import SimpleNamespace

import pytest

from numba_act.engine.gpu.memory.arrays import DeviceArray
from numba_act.engine.gpu.target import streams, toolkit
from numba_act.engine.gpu.target.streams import hand_back, launch_stream

pytest.importorskip("numba_cuda")


class FakeCuda:
    """What numba.cuda does with events, as a list of what was called."""

    def __init__(self):
        self.calls = []

    def external_stream(self, handle):
        return f"stream {handle}"

    def event(self, timing):
        assert not timing
        number = len(self.calls)
        return SimpleNamespace(
            record=lambda stream: self.calls.append((f"record {number}", stream)),
            wait=lambda stream: self.calls.append((f"wait {number}", stream)),
        )


@pytest.fixture
def fake_cuda(monkeypatch):
    cuda = FakeCuda()
    monkeypatch.setattr(toolkit, "cuda", lambda: cuda)
    monkeypatch.setattr(toolkit, "simulated", lambda: False)
    streams._numba_stream.cache_clear()
    yield cuda
    streams._numba_stream.cache_clear()


def queued_in(*handles):
    return [DeviceArray(4096, (1,), (4,), "float32", True, handle, None, None) for handle in handles]


@pytest.mark.parametrize(
    ("stream", "handle"),
    [
        (0, 0),
        (55, 55),
        (SimpleNamespace(ptr=66), 66),
        (SimpleNamespace(cuda_stream=77), 77),
        (SimpleNamespace(__cuda_stream__=lambda: (0, 88), ptr=1), 88),
    ],
)
def test_streams_of_any_library(stream, handle, fake_cuda):
    assert launch_stream(stream, queued_in(None, handle)) == handle
    assert not fake_cuda.calls


@pytest.mark.parametrize("stream", ["text", 1.5, object()])
def test_what_is_no_stream_is_named(stream, fake_cuda):
    with pytest.raises(TypeError, match=f"^stream must be .* not {type(stream).__name__}$"):
        launch_stream(stream, [])


@pytest.mark.parametrize(
    ("stream", "handles", "expected", "waits"),
    [
        (None, [], 0, []),
        (None, [None, None], 0, []),
        (None, [None, 5, 5], 5, []),
        (None, [5, 6], 5, [(6, 5)]),
        (None, [0, 1], 0, []),
        (None, [1, 0], 1, []),
        (1, [0], 1, []),
        (7, [None, 5, 7, 6], 7, [(5, 7), (6, 7)]),
        (7, [1], 7, [(1, 7)]),
        (0, [5], 0, [(5, 0)]),
    ],
)
def test_launches_wait_for_what_is_queued_elsewhere(stream, handles, expected, waits, fake_cuda):
    given_arrays = queued_in(*handles)
    assert launch_stream(stream, given_arrays) == expected
    assert fake_cuda.calls == calls_of(waits)


def test_owners_wait_for_a_launch_in_a_stream_not_theirs(fake_cuda):
    hand_back(5, queued_in(5, None, 6, 0))
    assert fake_cuda.calls == calls_of([(5, 6), (5, 0)])
    fake_cuda.calls.clear()
    hand_back(0, queued_in(1, 0, None))
    assert not fake_cuda.calls


def calls_of(waits):
    """Return the calls by which the second stream of each pair waits for the first."""
    named = [[f"stream {handle}" if handle else 0 for handle in pair] for pair in waits]
    return [
        call
        for number, (first, second) in enumerate(named)
        for call in ((f"record {2 * number}", first), (f"wait {2 * number}", second))
    ]
