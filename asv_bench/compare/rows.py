"""The tables of cases: a line for each against the best peer, and against each rival that a bar names."""

from dataclasses import dataclass

from layers.markdown import table

from compare.bars import ALONE, BEST, bar
from compare.contest import Case, Contender
from compare.libraries import PEERS

NEW_ARRAY = "*"

HEAD = ["function", "dtype", "size", "threads", "ours us", "rival us", "ratio", "quartiles", "bar"]


@dataclass
class Row:
    """One case against one rival: the best of the peers, or one that a bar names."""

    case: Case
    ours: Contender
    rival: Contender
    bar: float | None
    peers: dict[str, Contender]

    @property
    def behind(self):
        """How many times over its bar it is; without a bar it is held to 1."""
        return self.rival.ratio / (self.bar or 1)

    def cells(self):
        """Return its line of the table."""
        low, high = self.rival.spread
        return [
            self.case.title,
            self.case.dtype,
            self.case.extent,
            self.case.threads,
            _microseconds(self.ours),
            f"{self.rival.library} {_microseconds(self.rival)}",
            f"**{self.rival.ratio:.2f}**" if self.behind > 1 else f"{self.rival.ratio:.2f}",
            f"{low:.2f} to {high:.2f}",
            f"{self.bar:.2f}" if self.bar else "",
            *(_microseconds(self.peers.get(peer.name)) for peer in PEERS),
        ]


def _microseconds(contender):
    if contender is None:
        return ""
    number = 1e6 * contender.seconds
    digits = 2 if number < 10 else 1 if number < 1000 else 0
    return f"{number:,.{digits}f}{'' if contender.writes else NEW_ARRAY}"


def rows(results):
    """Return a `Row` of each case against the best peer, and against each rival that a bar names."""
    found = []
    for result in results:
        fastest = result.fastest()
        peers = {name: one for name, one in fastest.items() if name not in ALONE}
        bars = {name: bar(name, result.case) for name in fastest if bar(name, result.case)}
        if peers:
            best = min(peers, key=lambda name: peers[name].seconds)
            bars[best] = bar(BEST, result.case) or bars.get(best)
        found += [Row(result.case, result.ours, fastest[name], limit, peers) for name, limit in bars.items()]
    return found


def tables(results):
    """Return the rows above their bar, those furthest behind first, and the others, each as Markdown with a title."""
    ordered = sorted(rows(results), key=lambda row: -row.behind)
    lost = [row for row in ordered if row.behind > 1]
    rest = [row for row in ordered if row.behind <= 1]
    head = HEAD + [peer.name for peer in PEERS]
    return [
        f"## {title} ({len(chosen)})\n\n{table(head, [row.cells() for row in chosen], left=2) if chosen else 'None.'}"
        for title, chosen in (("Above the bar, or above 1 without one", lost), ("The rest", rest))
    ]
