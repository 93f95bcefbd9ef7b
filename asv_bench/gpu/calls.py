"""What a call costs on so few numbers that the GPU has next to nothing to do, by whose arrays they are."""

from benchmarks import on_device
from layers.turns import Effort

from gpu import timers
from gpu.bars import BARE, CALLS
from gpu.contest import Contest, Entry
from gpu.elementwise import checked
from gpu.figures import Case

FUNCTIONS = ("relu", "leaky_relu", "tanh", "gelu")
SIZE, DTYPE = 1024, "float32"

# Blocks of about a thousand calls, and one wait for the GPU behind each.
EFFORT = Effort(blocks=31, fewest=5, seconds=1.0, block_seconds=0.01)


def figures(referee, peers):
    """Return the figures of numba's arrays against a bare launch, and of each peer's arrays against the peer."""
    found = []
    for name in FUNCTIONS:
        for whose in ("numba", *peers):
            case = Case(CALLS, name, DTYPE, f"{SIZE:_} of {whose}")
            found += referee.hold(case, _preparing(case, peers.get(whose)), EFFORT, timers.WaitingTimer)
    return found


def _preparing(case, peer):
    def prepare():
        x, y = on_device.filled(DTYPE, SIZE), on_device.empty(DTYPE, SIZE)
        if peer is None:
            theirs = (x, y)
            rivals = [Entry(BARE, "launch(x, y)", {"launch": on_device.bare_launch(SIZE), "x": x, "y": y}, y)]
        else:
            theirs = (peer.array(x), peer.array(y))
            rivals = peer.entries(case.function, x, y)
        names = dict(zip("xy", theirs, strict=True)) | {"f": on_device.function(case.function)}
        ours = Entry("numba_act", "f(x, out=y)", names, names["y"])
        return Contest(ours, rivals, lambda run: checked(case, run, x, y))

    return prepare
