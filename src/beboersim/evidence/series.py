"""A dated series: what was observed, and what is only filled in between or beyond."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Reading = Literal["read", "interpolated", "extrapolated"]
SAME_DAY = 0.5 / 366  # two decimal years closer than half a day are the same date


@dataclass(frozen=True, slots=True)
class Series:
    """Values at decimal years (2015.0 is 1 January 2015), straight lines between them, held constant outside them.

    `estimate` is true when the points themselves are estimated; points after `observed_until` are extrapolated.
    """

    times: tuple[float, ...]
    values: tuple[float, ...]
    source: str
    estimate: bool = False
    observed_until: float = math.inf

    def __call__(self, year: float) -> float:
        """Return the value at a decimal year."""
        after = bisect_right(self.times, year)
        if after == 0:
            return self.values[0]
        if after == len(self.times):
            return self.values[-1]
        left, right = self.times[after - 1], self.times[after]
        weight = (year - left) / (right - left)
        return self.values[after - 1] * (1.0 - weight) + self.values[after] * weight

    def reading(self, year: float) -> Reading:
        """Return whether the value at a decimal year was read, or filled in between or beyond the points."""
        if year > self.observed_until + SAME_DAY:
            return "extrapolated"
        if any(abs(time - year) < SAME_DAY for time in self.times):
            return "read"
        return "interpolated" if self.times[0] < year < self.times[-1] else "extrapolated"


def series(
    points: Iterable[tuple[float, float]], source: str, *, estimate: bool = False, observed_until: float = math.inf
) -> Series:
    """Return a series of (decimal year, value) points in any order; of two points on one date the first counts."""
    dated: dict[float, float] = {}
    for time, value in points:
        dated.setdefault(time, value)
    if not dated:
        raise ValueError(f"a series without points: {source}")
    times = tuple(sorted(dated))
    return Series(times, tuple(dated[time] for time in times), source, estimate, observed_until)
