"""What all jobs together say about a function in a dtype, and whether that is what is promised."""

import math

import numpy as np
from jobs import elementwise
from measure import OURS

LARGEST_OWN_ERROR = 2.0**-10  # of the truth, in units in the last place


class Finding:
    """The added up results of one function, dtype and choice of parameters.

    Attributes
    ----------
    count : int
        Finite inputs at which ours was measured.
    worst, at, wrong
        The largest error in units in the last place, an input where it is, and how many results are not the nearest.
    peers : dict
        ``{library: largest error}``.
    ours_where_peers : float
        Our largest error at the inputs at which the others were measured.
    properties : list of (name, text, is kept)
        Those that the exact function has.
    """

    def __init__(self, subject, results):
        self.function, self.dtype, self.parameters = subject
        self.declaration = elementwise()[self.function]
        self.bound = self.declaration.max_ulp.get(self.dtype)
        defaults = self.declaration.parameters
        self.is_default = self.parameters == tuple(float(np.dtype(self.dtype).type(x)) for x in defaults.values())
        inputs = [(job, result) for job, result in results if job.kind == "inputs"]
        (truth,) = (result for job, result in results if job.kind == "truth")
        self.own_error = truth["own_error"]
        self.seconds = sum(result["seconds"] for _, result in results)
        beside_peers = [result for job, result in inputs if job.with_peers]
        # A sweep for ours alone is the finer one.
        ours = [result for job, result in inputs if not job.with_peers] or beside_peers
        errors = [result["errors"][OURS] for result in ours if result["count"]]
        worst = max(errors, key=lambda error: error["worst"])
        self.worst, self.at = worst["worst"], worst["at"]
        self.wrong = sum(error["wrong"] for error in errors)
        self.count = sum(result["count"] for result in ours)
        self.peers = {}
        for result in beside_peers:
            for library, error in result["errors"].items():
                self.peers[library] = max(self.peers.get(library, 0.0), error["worst"])
        self.ours_where_peers = self.peers.pop(OURS, self.worst)
        self.properties = self._properties(truth, ours)

    @property
    def name(self):
        """The function, with its parameters if they are not the default ones."""
        if self.is_default:
            return self.function
        pairs = zip(self.declaration.parameters, self.parameters, strict=True)
        return f"{self.function}({', '.join(f'{name}={value:g}' for name, value in pairs)})"

    @property
    def better_peers(self):
        """The libraries with a smaller largest error at the same inputs."""
        return [name for name, worst in self.peers.items() if round(worst, 4) < round(self.ours_where_peers, 4)]

    @property
    def failures(self):
        """Sentences about what is promised and not kept."""
        where = f"{self.name} in {self.dtype}"
        found = [f"{where}: {title}: {text}" for title, text, is_kept in self.properties if not is_kept]
        if self.bound is not None and self.worst > self.bound:
            found.append(f"{where}: {self.worst:.4g} ULP at {self.at!r} exceeds the bound {self.bound:.4g}")
        if self.own_error > LARGEST_OWN_ERROR:
            found.append(f"{where}: the truth itself is {self.own_error:.2g} ULP off")
        return found

    def _properties(self, truth, ours):
        def none(key):
            count = sum(result[key] for result in ours)
            return f"{count} times not" if count else "yes", not count

        found = []
        if truth["monotone"]:
            found.append(("monotone", *none("falls")))
        if truth["odd"]:
            found.append(("odd", *none("not_odd")))
        rounded = np.array([truth["at_least"], truth["at_most"]]).astype(self.dtype).astype(float)
        if np.isfinite(rounded).any():
            least, greatest = min(result["least"] for result in ours), max(result["greatest"] for result in ours)
            text = " and ".join(
                f"{sign} {bound:.5g}" for sign, bound in zip("≥≤", rounded, strict=True) if math.isfinite(bound)
            )
            is_kept = rounded[0] <= least and greatest <= rounded[1]
            found.append(("bounds", text if is_kept else f"{text}, but {least!r} to {greatest!r}", is_kept))
        found.append(("NaN for NaN only", *none("wrong_nan")))
        wrong = truth["wrong_specials"]
        found.append(("infinities and zeros", f"wrong at {', '.join(wrong)}" if wrong else "yes", not wrong))
        if "not_identical" in ours[0]:
            found.append(("identity", *none("not_identical")))
        return found
