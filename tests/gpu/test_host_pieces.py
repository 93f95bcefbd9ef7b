"""NumPy arrays on a GPU, in numba's simulator: pieces, rows, memory orders, dtypes, and errors in the middle.

The simulator copies at once, so whether anything is waited for is tested with a fake that copies as late as it may.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from processes import output_of

pytest.importorskip("numba_cuda")

from numba_act.engine.gpu.memory import host
from numba_act.engine.gpu.target import toolkit

# What lanes keep is filled with other bytes, which shows whatever was never written.
START = """
import threading
import weakref

import numpy as np

from numba_act.engine.gpu.memory import host
from numba_act.engine.gpu.target import toolkit

host.PIECE = 64
given_shapes = []


def double(given, result, stream):
    given_shapes.append(given.shape)
    assert given.is_c_contiguous() and result.is_c_contiguous()
    result.copy_to_device(given.copy_to_host().astype(result.dtype) * 2)


def total(given, result, stream):
    given_shapes.append(given.shape)
    result.copy_to_device(given.copy_to_host().sum(1, keepdims=True, dtype=result.dtype).copy())


def kept():
    return [lane for lanes in host._kept.lanes.values() for lane in lanes]


def check(compute, x, out, expected, *more):
    given_shapes.clear()
    for lane in kept():
        lane.staging[:] = 255
    host.on_host(compute, x, out, *more)
    np.testing.assert_array_equal(out, expected, strict=True)
"""

ELEMENTS = """
for dtype in "f4", "f8", "i1", "i8":
    for size in 1, 2, 15, 16, 17, 48, 63, 64, 65, 1000:
        x = np.arange(size).astype(dtype)
        check(double, x, np.empty_like(x), x * np.dtype(dtype).type(2))
        most = 64 // x.itemsize
        assert [shape for shape, in given_shapes] == [most] * (size // most) + [size % most] * (size % most > 0)
        x2 = x.copy()
        check(double, x2, x2, x * np.dtype(dtype).type(2))

# Any memory order, as long as it is one; gaps of one length; a result of another size.
x = np.arange(720, dtype="f4").reshape(2, 3, 4, 5, 6)
for axes in (0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3):
    turned = x.transpose(axes)
    check(double, turned, np.empty_like(turned), turned * 2)
check(double, x.reshape(-1)[::3], np.empty(480, "f4")[::2], x.reshape(-1)[::3] * 2)
check(double, np.arange(100, dtype="i1"), np.empty(100, "f8"), np.arange(100) * 2.0)
assert max(given_shapes) == (8,)
check(double, np.array(3.0), np.array(0.0), np.array(6.0))
check(double, np.empty((0, 3)), np.empty((0, 3)), np.empty((0, 3)))
assert not given_shapes

# Overlapping arrays are computed as if they did not.
memory = np.arange(200, dtype="f4")
check(double, memory[:100].copy(), memory[:100], np.arange(100, dtype="f4") * 2)
memory[:] = np.arange(200)
check(double, memory[:150], memory[50:], np.arange(150, dtype="f4") * 2)

# An array that cannot be flattened without a copy is refused: results in a copy would be lost.
try:
    host.on_host(double, np.ones((4, 4)), np.ones((4, 5))[:, 1:])
except ValueError:
    print("done")
"""

ROWS = """
for length in 1, 3, 16, 17, 40:
    for count in 1, 2, 5, 33:
        x = np.arange(count * length, dtype="f4").reshape(count, length)
        check(double, x, np.empty_like(x), x * 2, length)
        check(total, x, np.empty((count, 1), "f4"), x.sum(1, keepdims=True), length)
        check(total, x, np.empty(count, "f8"), x.sum(1, dtype="f8"), length)
        assert sum(rows for rows, _ in given_shapes) == count
        assert all(width == length for _, width in given_shapes)
    # A longer row goes whole, and its memory is not kept.
    assert all(lane.staging.nbytes <= 64 for lane in kept())
check(total, np.empty((3, 0), "f4"), np.empty(3, "f4"), np.zeros(3, "f4"), 0)
assert given_shapes == [(3, 0)]
check(total, np.empty((0, 3), "f4"), np.empty(0, "f4"), np.zeros(0, "f4"), 3)
print("done")
"""

HALVES = """
import ml_dtypes

def same(*arrays):
    *given, result, stream = arrays
    assert all(array.dtype == np.uint16 for array in arrays[:-1])
    result.copy_to_device(given[0].copy_to_host())

for dtype in np.float16, ml_dtypes.bfloat16:
    x = np.arange(100, dtype="f4").astype(dtype)
    check(same, x, np.empty_like(x), x)
    out = np.zeros((10, 10), dtype)
    host.whole_on_host(same, [x.reshape(10, 10)], out)
    np.testing.assert_array_equal(out, x.reshape(10, 10), strict=True)
print("done")
"""

WHOLE = """
def scaled(x, slopes, result, stream):
    assert stream == 0
    shapes.append((x.shape, slopes.shape))
    product = x.copy_to_host() * slopes.copy_to_host()
    result.copy_to_device(np.asarray(product, order="C" if result.is_c_contiguous() else "F"))

x = np.arange(24.0).reshape(2, 3, 4)
slopes = np.array([1.0, 2.0, 3.0])[:, None]
for given in x, np.asfortranarray(x), x.transpose(1, 0, 2).copy().transpose(1, 0, 2), x[::-1, :, ::-1]:
    for out in np.zeros_like(x), np.zeros_like(x, order="F"), np.zeros((3, 2, 8)).transpose(1, 0, 2)[..., ::2]:
        shapes = []
        host.whole_on_host(scaled, [given, np.broadcast_to(slopes, x.shape)], out)
        np.testing.assert_array_equal(out, given * slopes)
        assert shapes == [((2, 3, 4), (1, 3, 1))]
out = np.array(0.0)
host.whole_on_host(scaled, [np.array(2.0), np.array(3.0)], out)
assert out == 6
shapes = []
host.whole_on_host(scaled, [np.empty((0, 3)), np.empty((0, 3))], np.empty((0, 3)))
assert not shapes
frozen = x.copy()
frozen.flags.writeable = False
out = np.zeros_like(x)
host.whole_on_host(scaled, [frozen, slopes], out)
np.testing.assert_array_equal(out, x * slopes)
print("done")
"""

ERRORS = """
FULL = "[2] Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY"
x = np.arange(100, dtype="f4")
lanes = []
make_lane = host._Lane

def watched_lane():
    lane = make_lane()
    lanes.append(weakref.ref(lane))
    return lane

host._Lane = watched_lane

def failing(number, kind, *arguments):
    def compute(given, result, stream):
        if len(given_shapes) == number:
            raise kind(*arguments)
        double(given, result, stream)
    return compute

def caught(compute, *arguments, run=host.on_host):
    given_shapes.clear()
    try:
        run(compute, *arguments)
    except BaseException as error:
        return error
    raise AssertionError

for number in 0, 1, 3, 6:
    for kind in ValueError, KeyboardInterrupt, MemoryError:
        error = caught(failing(number, kind, "not the GPU's"), x, np.zeros_like(x))
        assert type(error) is kind and str(error) == "not the GPU's"
        assert not kept()
    for arguments in (x, np.zeros_like(x)), (x.reshape(50, 2), np.zeros((50, 2), "f4"), 2):
        error = caught(failing(number, Exception, FULL), *arguments)
        assert type(error) is MemoryError and "GPU" in str(error)
        assert error.__context__ is None is error.__cause__
        # Nobody holds the memory, though the error is still there.
        assert not kept() and all(lane() is None for lane in lanes)
    check(double, x, np.empty_like(x), x * 2)
    assert len(kept()) == 3
    host._kept.lanes.clear()

# Memory may also be full while the lanes are made, or for an array in one piece.
cuda = toolkit.cuda()
device_array = cuda.device_array
for number in range(6):
    left = number

    def scarce(*arguments, **keywords):
        global left
        left -= 1
        if left < 0:
            raise Exception(FULL)
        return device_array(*arguments, **keywords)

    cuda.device_array = scarce
    error = caught(double, x, np.zeros_like(x))
    assert type(error) is MemoryError and not kept() and all(lane() is None for lane in lanes)
    if number < 2:
        left = number
        error = caught(double, [x], np.zeros_like(x), run=host.whole_on_host)
        assert type(error) is MemoryError and error.__context__ is None
    cuda.device_array = device_array
    check(double, x, np.empty_like(x), x * 2)
    assert kept()
    # What is kept may be what is missing elsewhere.
    error = caught(failing(0, Exception, FULL), [x], np.zeros_like(x), run=host.whole_on_host)
    assert type(error) is MemoryError and not kept()
print("done")
"""

KEPT = """
x = np.arange(100, dtype="f4")
check(double, x[:3], np.empty(3, "f4"), x[:3] * 2)
(lane,) = kept()
assert lane.staging.nbytes == 16
check(double, x, np.empty_like(x), x * 2)
assert kept()[0] is lane and len(kept()) == 3
buffers = [buffer for lane in kept() for buffer in (lane.staging, lane.given, lane.result)]
for size in 100, 1, 50:
    check(double, x[:size], np.empty(size, "f4"), x[:size] * 2)
again = [buffer for lane in kept() for buffer in (lane.staging, lane.given, lane.result)]
assert all(one is other for one, other in zip(buffers, again, strict=True))

others, failures = [], []

def run():
    try:
        for _ in range(30):
            out = np.empty_like(x)
            host.on_host(double, x, out)
            np.testing.assert_array_equal(out, x * 2)
        others.append({id(lane) for lane in kept()})
    except BaseException as error:
        failures.append(error)

threads = [threading.Thread(target=run) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures and len(others) == 4
assert {id(lane) for lane in kept()}.isdisjoint(set().union(*others))
print("done")
"""


@pytest.mark.parametrize(
    "script",
    [pytest.param(globals()[name], id=name) for name in ("ELEMENTS", "ROWS", "HALVES", "WHOLE", "ERRORS", "KEPT")],
)
def test_in_the_simulator(script, tmp_path):
    assert output_of(START + script, tmp_path, NUMBA_ENABLE_CUDASIM=1).split() == ["done"]


class LateStream:
    """A stream that does nothing before it is waited for."""

    def __init__(self):
        self.queue = []

    def synchronize(self):
        for step in self.queue:
            step()
        self.queue.clear()


class LateArray:
    """A device array whose copies are queued."""

    def __init__(self, memory):
        self.memory = memory
        self.shape = memory.shape

    def __getitem__(self, item):
        """Return a view."""
        return LateArray(self.memory[item])

    def view(self, dtype):
        return LateArray(self.memory.view(dtype))

    def reshape(self, shape):
        return LateArray(self.memory.reshape(shape))

    def copy_to_device(self, array, stream):
        stream.queue.append(lambda: np.copyto(self.memory, array))

    def copy_to_host(self, array, stream):
        stream.queue.append(lambda: np.copyto(array, self.memory))


@pytest.mark.parametrize("pieces", [1, 2, 3, 4, 10])
@pytest.mark.parametrize("in_place", [False, True])
def test_pieces_are_under_way_at_once_and_waited_for(pieces, in_place, monkeypatch):
    streams = []

    def stream():
        streams.append(LateStream())
        return streams[-1]

    fake = SimpleNamespace(
        stream=stream,
        pinned_array=lambda size, dtype: np.full(size, 255, dtype),
        device_array=lambda size, dtype: LateArray(np.full(size, 255, dtype)),
    )
    most = 0

    def compute(given, result, stream):
        nonlocal most
        most = max(most, sum(bool(each.queue) for each in streams))
        stream.queue.append(lambda: np.multiply(given.memory, 2, out=result.memory))

    monkeypatch.setattr(toolkit, "cuda", lambda: fake)
    monkeypatch.setattr(host, "current_number", lambda: 0)
    monkeypatch.setattr(host, "PIECE", 64)
    monkeypatch.setattr(host, "_kept", host._Kept())
    for _ in range(2):
        x = np.arange(16 * pieces - 3, dtype=np.float32)
        expected = x * 2
        out = x if in_place else np.zeros_like(x)
        host.on_host(compute, x, out)
        np.testing.assert_array_equal(out, expected)
    assert most == min(pieces, host.LANES) == len(streams)
