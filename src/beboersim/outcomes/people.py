"""People or composition? The change in an area's share in work, split exactly.

Work rises in an area when the people who lived there find work (people), when others live there now (composition),
or when the young grow into and the old grow out of the ages 18-64 (age; deaths count here). The three add up to the
change. Everyone resident at the cohort date is followed wherever they live, with the same ids in every world, so the
people part is not a story about who moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

NEEDED: tuple[str, ...] = (
    "working",
    "age_18_64",
    "cohort_then",
    "cohort_then_working",
    "cohort_both",
    "cohort_both_working_then",
    "cohort_both_working_now",
    "cohort_now",
    "cohort_now_working",
)


class Parts(NamedTuple):
    """The change in the share in work since the cohort date, and the three parts that add up to it.

    NaN where a group in the split has nobody in it.
    """

    change: Floats
    people: Floats
    composition: Floats
    age: Floats

    def less(self, baseline: Parts) -> Parts:
        """Return what this world adds to each part of another one: the same people, the other policy."""
        return Parts(*(np.asarray(mine - theirs) for mine, theirs in zip(self, baseline, strict=True)))


def _share(counts: Mapping[str, ArrayLike], over: str, under: str) -> Floats:
    top, bottom = np.asarray(counts[over], np.float64), np.asarray(counts[under], np.float64)
    return np.asarray(np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom > 0))


def split_work(counts: Mapping[str, ArrayLike]) -> Parts:
    """Split the change in the share in work, element by element, from the recorded counts of outcomes.counts."""
    now = _share(counts, "working", "age_18_64")
    then = _share(counts, "cohort_then_working", "cohort_then")
    cohort_now = _share(counts, "cohort_now_working", "cohort_now")
    both_then = _share(counts, "cohort_both_working_then", "cohort_both")
    both_now = _share(counts, "cohort_both_working_now", "cohort_both")
    return Parts(
        change=np.asarray(now - then),
        people=np.asarray(both_now - both_then),
        composition=np.asarray(now - cohort_now),
        age=np.asarray((cohort_now - both_now) + (both_then - then)),
    )


def split_work_of(counts: Mapping[str, ArrayLike], areas: ArrayLike) -> Parts:
    """Split for a set of areas taken as one: `areas` is a mask or an index over the last axis of the counts.

    Someone who moves from one area of the set to another changes both areas' composition but not the set's.
    """
    chosen = np.asarray(areas)
    return split_work({name: np.asarray(counts[name], np.float64)[..., chosen].sum(-1) for name in NEEDED})
