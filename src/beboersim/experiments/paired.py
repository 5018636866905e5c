"""Paired differences: the same seed in two worlds, so that chance which both share drops out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95


class Estimate(NamedTuple):
    """A mean over replications with its interval; the interval is None with fewer than two replications."""

    mean: float | None
    sd: float | None
    half_width: float | None
    n: int

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return None if self.mean is None or self.half_width is None else self.mean - self.half_width

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return None if self.mean is None or self.half_width is None else self.mean + self.half_width

    @property
    def clear(self) -> bool | None:
        """Whether the interval leaves zero out; None when there is no interval."""
        if self.low is None or self.high is None:
            return None
        return self.low > 0 or self.high < 0


def estimate(values: ArrayLike, level: float = LEVEL) -> Estimate:
    """Return mean, standard deviation and t interval half-width of replications; missing ones are left out."""
    found = np.asarray(values, np.float64)
    found = found[np.isfinite(found)]
    n = len(found)
    if n == 0:
        return Estimate(None, None, None, 0)
    if n == 1:
        return Estimate(float(found[0]), None, None, 1)
    # Equal values have a mean that may differ from them in the last digit, and then an sd that is not nought.
    if (found == found[0]).all():
        return Estimate(float(found[0]), 0.0, 0.0, n)
    from scipy.stats import t

    sd = float(found.std(ddof=1))
    return Estimate(float(found.mean()), sd, float(t.ppf(0.5 + level / 2, n - 1)) * sd / float(np.sqrt(n)), n)


def paired_values(baseline: ArrayLike, other: ArrayLike) -> NDArray[np.float64]:
    """Return other - baseline, seed by seed; both are ordered by seed."""
    first, second = np.asarray(baseline, np.float64), np.asarray(other, np.float64)
    if first.shape != second.shape:
        raise ValueError(f"paired replications need the same seeds: {first.shape} against {second.shape}")
    return np.asarray(second - first)


def paired_difference(baseline: ArrayLike, other: ArrayLike, level: float = LEVEL) -> Estimate:
    """Estimate other - baseline over common seeds; a seed that is missing on one side is left out."""
    return estimate(paired_values(baseline, other), level)
