"""The findings as Markdown: all of them, and the few figures that the README shows."""

import datetime
import math
import subprocess
from importlib.metadata import version
from pathlib import Path

import peers
from distance import format_of

from numba_act.engine.public.configuration import cpu_model

ROOT = Path(__file__).parent.parent.parent
START, END = "<!-- accuracy -->\n", "<!-- end of accuracy -->"
_PROPERTIES = ("monotone", "odd", "bounds", "NaN for NaN only", "infinities and zeros", "identity")


def full(findings, strides):
    """Return everything, losses first."""
    failures = [sentence for finding in findings for sentence in finding.failures]
    losses = [finding for finding in findings if finding.better_peers]
    sections = ["# Accuracy", _introduction(findings, strides)]
    if failures:
        sections += ["## Promised and not kept", "\n".join(f"* {sentence}" for sentence in failures)]
    sections += ["## Where a peer is more accurate", _losses(losses) if losses else "Nowhere."]
    sections += ["## Largest errors", _errors(findings), "## Properties", _properties_text(), _properties(findings)]
    return "\n\n".join(sections) + "\n"


def short(findings):
    """Return the README's table."""
    chosen = {(finding.function, finding.dtype): finding for finding in findings if finding.is_default}
    dtypes = ("float32", "float64", "float16", "bfloat16")
    rows = [["function", *dtypes, "best of the others, float32"]]
    for name in dict.fromkeys(function for function, _ in chosen):
        found = [chosen.get((name, dtype)) for dtype in dtypes]
        rivals = found[0].peers if found[0] else {}
        best = min(rivals, key=rivals.get, default=None)
        rows.append([f"`{name}`", *(_ulp(finding.worst) if finding else "" for finding in found)])
        rows[-1].append(f"{_ulp(rivals[best])} ({best})" if best else "")
    return _table(rows)


def with_table(readme, findings):
    """Return the README's text with the table between its marks."""
    before, _, rest = readme.partition(START)
    return before + START + short(findings) + "\n" + END + rest.partition(END)[2]


def _introduction(findings, strides):
    libraries = peers.installed() | {name: version(name) for name in ("numba", "ml_dtypes", "mpmath")}
    own_errors = {}
    for finding in findings:
        own_errors[finding.dtype] = max(own_errors.get(finding.dtype, 0), finding.own_error)
    own_errors = ", ".join(f"{_power(error)} ULP for {dtype}" for dtype, error in own_errors.items())
    return f"""\
Written by `make accuracy` on {datetime.date.today()}, commit {_commit()}, in {_duration(findings)} of processor time on
{cpu_model()}; {", ".join(f"{name} {number}" for name, number in libraries.items())}.

* Inputs: float16 and bfloat16 all, float32 {_every(strides.float32)}, float64 {_every(strides.float64)} of a million
  that are log-spaced over the whole range and dense around 0, simple numbers, multiples of ln(2)/2 and the thresholds
  at which results become subnormal, zero or constant. With other parameters than the default ones: float32
  {_every(strides.float32_parameters)}, float64 {_every(strides.float64_parameters)}.
* The truth is the line of `numba_act/reference.py` over mpmath with 40 digits for float64, over float64 for the
  others. Its own largest error, by comparison with many more digits, is {own_errors}.
* ULP: the unit in the last place of the exact value. Not nearest: the share of results that are not the exact ones
  rounded.
* The peers are measured at the same inputs; in float32 at {_every(strides.float32_peers)}. NumPy is the formula in
  `numba_act/reference.py`, SciPy what it has, x times `expit` for silu and x times `ndtr` for gelu. Millions of
  ULP are results that are zero where they should not be: subnormal ones flushed to it, or after an overflow on the
  way."""


def _losses(losses):
    rows = [["function", "dtype", "ours at the same inputs", "theirs"]]
    for finding in losses:
        theirs = ", ".join(f"{name} {_ulp(finding.peers[name])}" for name in finding.better_peers)
        rows.append([f"`{finding.name}`", finding.dtype, _ulp(finding.ours_where_peers), theirs])
    return _table(rows)


def _errors(findings):
    libraries = [name for name in peers.PACKAGES if any(name in finding.peers for finding in findings)]
    rows = [["function", "dtype", "inputs", "promised", "largest error", "at x", "not nearest", *libraries]]
    for finding in findings:
        at = f"{finding.at:.{1 + math.ceil((format_of(finding.dtype).digits + 1) * math.log10(2))}g}"
        share = f"{100 * finding.wrong / finding.count:.3g} %"
        promised = "" if finding.bound is None else _ulp(finding.bound)
        row = [f"`{finding.name}`", finding.dtype, f"{finding.count:,}", promised, _ulp(finding.worst)]
        theirs = [_ulp(finding.peers[name]) if name in finding.peers else "" for name in libraries]
        rows.append([*row, at if finding.worst else "", share, *theirs])
    return _table(rows)


def _properties_text():
    return (
        "What the exact function has, counted over all of the inputs above; empty where it has it not. Infinities give "
        "the limit, zeros the exact value, with the sign of x where all results have it. The identity is\n"
        "`log_sigmoid(x) == -softplus(-x)` to the bit."
    )


def _properties(findings):
    rows = [["function", "dtype", *_PROPERTIES]]
    for finding in findings:
        texts = {title: text if is_kept else f"**{text}**" for title, text, is_kept in finding.properties}
        rows.append([f"`{finding.name}`", finding.dtype, *(texts.get(title, "") for title in _PROPERTIES)])
    return _table(rows)


def _table(rows):
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, "| " + " | ".join("---" for _ in rows[0]) + " |")
    return "\n".join(lines)


def _ulp(error):
    """Return an error rounded up, so that no figure is better than the truth."""
    if error == math.inf:
        return "∞"
    return f"{math.ceil(error * 10000) / 10000:g}" if error < 100 else f"{error:.1e}"


def _power(error):
    return f"2^{math.ceil(math.log2(error))}" if error else "0"


def _every(stride):
    return "all" if stride == 1 else f"every {stride}th"


def _duration(findings):
    return f"{sum(finding.seconds for finding in findings):,.0f} seconds"


def _commit():
    try:
        command = ["git", "describe", "--always", "--dirty", "--abbrev=12"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
