"""What the demo prints, for a reader who knows NumPy and nothing of this package."""

from comparison import SIZE
from exactness import ROW, SAMPLE
from training import BATCH, EPOCHS, WIDTHS

BEHIND = "  <- slower than NumPy"


def introduction(digits):
    """Describe the task and the network."""
    inputs, hidden, outputs = WIDTHS
    images, test_images = len(digits.images), len(digits.test_images)
    return f"""
Reading handwritten digits
==========================
A network of {inputs} inputs, {hidden} hidden units and {outputs} outputs, written in NumPy (float32), learns from
{images} images of 8 x 8 pixels in {EPOCHS} rounds and is tested on {test_images} images it has not seen. It is trained
twice for each hidden activation: once with numba_act, once with the usual NumPy formulas, such as
1 / (1 + np.exp(-x)). All else is the same.
"""


def preparation(seconds):
    """Say what compilation took."""
    return (
        "numba_act compiles a function when it is first used and keeps it on disk: "
        f"all were ready after {seconds:.1f} s."
    )


def training(runs):
    """Tabulate the runs, one line per activation."""
    lines = [
        "",
        f"{'':13}{'recognised':^22}  {'seconds to train':^20}  {'of these, in activations':^25}",
        f"{'hidden':13}{'numba_act':>11}{'NumPy':>11}  {'numba_act':>10}{'NumPy':>10}  {'numba_act':>13}{'NumPy':>12}",
    ]
    for activation, (ours, theirs) in runs.items():
        lines.append(
            f"{activation:13}{ours.accuracy:11.1%}{theirs.accuracy:11.1%}  "
            f"{ours.seconds:10.2f}{theirs.seconds:10.2f}  {_part(ours):>13}{_part(theirs):>12}"
        )
    lines += [
        "",
        "The two runs take turns, round by round, on one thread. Activations are the hidden one,",
        f"{BATCH * WIDTHS[1]:,} numbers at a time, and softmax. The rest is matrix products and the optimiser,",
        "the same in both runs.",
        "",
    ]
    return "\n".join(lines)


def _part(run):
    return f"{run.activation_seconds:.2f} ({run.activation_seconds / run.seconds:.0%})"


def _error(units):
    return f"{units:.2f}" if units < 1000 else f"{units:.1e}"


def comparison(rows):
    """Tabulate the comparison of single calls."""
    lines = [
        "One call",
        "========",
        f"{SIZE:,} numbers (softmax and its relatives: rows of {ROW}), one thread on both sides. Both allocate the",
        "result, and formulas of several steps their intermediate results too. The two are called in turn: median",
        "times, median of the ratios.",
        f"The largest error on {SAMPLE:,} numbers is in units of the last digit (ULP): 0.5 is perfect rounding.",
        "",
        f"{'':22}{'microseconds':^21}{'':9}  {'largest error, ULP':^20}",
        f"{'function':12}{'dtype':10}{'numba_act':>11}{'NumPy':>10}{'ratio':>9}  {'numba_act':>11}{'NumPy':>9}",
    ]
    lines += [
        f"{row.function:12}{row.dtype:10}{1e6 * row.seconds:11.1f}{1e6 * row.numpy_seconds:10.1f}{row.ratio:9.2f}  "
        f"{_error(row.error):>11}{_error(row.numpy_error):>9}{BEHIND if row.ratio > 1 else ''}"
        for row in rows
    ]
    return "\n".join([*lines, ""])
