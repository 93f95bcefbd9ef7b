"""What has been measured, as Markdown: what lost first."""

from layers.markdown import microseconds, table

from dask_costs.suite import COLUMNS, FEW_ROWS, MANY_CHUNKS, NUMBERS, WORKERS

OVERHEAD_AT_MOST, THROUGHPUT_AT_LEAST = 1e-3, 0.85

# The bytes of a chunk whose computing takes some ten times what Dask takes for it.
HELD_FROM = 32 << 20

EXPLANATION = f"""
Chunks lie in memory, those of a cluster in that of its workers. All take turns; figures are medians. **Bold is a bar
that is missed**, and what is worst comes first.

* *Overhead*: {MANY_CHUNKS} chunks of {FEW_ROWS} x 256 float32. What Dask takes for a chunk, from the call to the last
  result, beyond what a direct call of NumPy's array takes, with its threads and with {WORKERS} workers of one
  thread each. Bar: 1 ms.
* *Throughput*: {NUMBERS >> 20} Mi float32 in rows of {COLUMNS}. The chunks one after the other, each call on {WORKERS}
  threads, and the same chunks on {WORKERS} workers of one thread each. Results are new arrays, each of which is freed
  before the next chunk of its thread. Ratio: the throughput of the workers over that of the threads. Bar:
  {THROUGHPUT_AT_LEAST}, for chunks of {HELD_FROM >> 20} MiB and more; Dask itself makes them of 128 MiB."""


def markdown(found):
    """Return the tables for what `suite.measure` returns."""
    overheads, throughputs = found
    parts = [EXPLANATION, "## Overhead of a chunk", _overheads(overheads), "## Throughput", _throughputs(throughputs)]
    return "\n\n".join(parts)


def _overheads(found):
    rows = []
    for one in sorted(found, key=lambda one: -max(one.threads, one.cluster)):
        more = [_bold(microseconds(added), added > OVERHEAD_AT_MOST) for added in (one.threads, one.cluster)]
        rows.append([one.name, microseconds(one.direct), *more])
    return table(["call", "direct call us", "Dask's threads, us more", "cluster, us more"], rows)


def _throughputs(found):
    rows = []
    for one in sorted(found, key=lambda one: one.ratio):
        missed = one.chunk >= HELD_FROM and one.ratio < THROUGHPUT_AT_LEAST
        rates = [f"{4 * NUMBERS / seconds / 2**30:.2f}" for seconds in (one.threads, one.workers)]
        rows.append([one.name, f"{one.chunk >> 20} MiB", *rates, _bold(f"{one.ratio:.2f}", missed)])
    head = ["function", "chunk", f"{WORKERS} threads GiB/s", f"{WORKERS} workers GiB/s", "ratio"]
    return table(head, rows, left=2)


def _bold(text, bold):
    return f"**{text}**" if bold else text
