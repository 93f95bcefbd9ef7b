"""What became slower or faster from one commit to the next."""

# By which factor less one the figures of two runs of one commit differ at most, in nineteen cases out of twenty.
NOISE = 0.06


def changes(run, before):
    """Return what changed by more than the noise, as lines of Markdown, what became slower first."""
    old = before.ratios()
    found = [(ratio / old[case], case) for case, ratio in run.ratios().items() if case in old]
    return [
        f"{' '.join(case)}: {old[case]:.3g} → {run.ratios()[case]:.3g}, {'slower' if change > 1 else 'faster'} by "
        f"{abs(change - 1):.0%}"
        for change, case in sorted(found, reverse=True)
        if not 1 / (1 + NOISE) <= change <= 1 + NOISE
    ]
