"""All that one process measures."""

from tqdm import tqdm

from compare.bars import ALONE, bar
from compare.contest import QUICK, THOROUGH, measure, measure_alone
from compare.libraries import installed


def measure_all(cases, threads, names, quick):
    """Return a `Result` of each case and rival, and the libraries that cannot be imported, with the reasons.

    Parameters
    ----------
    cases : list of Case
    threads : int
        How many a library may use.
    names : collection of str or None
        The only libraries to look for.
    quick : bool
        Whether to see only if everything runs.
    """
    peers, absent = installed(threads, names)
    effort = QUICK if quick else THOROUGH
    results = []
    for case in tqdm(cases, desc=f"{threads} thread{'s' * (threads > 1)}", unit="case"):
        results.append(measure(case, peers, effort))
        results += [measure_alone(case, rival, effort) for rival in ALONE if bar(rival, case)]
    return results, absent
