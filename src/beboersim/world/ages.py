"""Residents by single year of age, from published bands.

Within a band the numbers are graduated: the smoothest line (least sum of squared second differences) that keeps every
band's total (Whittaker-Henderson graduation under exact totals). Even numbers within bands would make a town drift by
itself, as cohorts step over the edges of the bands.
"""

from __future__ import annotations

import numpy as np

from beboersim.evidence.municipalities import AgeTable
from beboersim.kernel import kernel
from beboersim.world.columns import F64

OLDEST = 110
AGES_IN_MONTHS = (OLDEST + 1) * 12  # the length of a table by age in months
OPEN_BAND = 95  # the last band, 95 and older, has no upper age
TAIL_YEARS = 2.0  # mean years beyond 95 of its residents (assumption, 1.5-3; half die within a year and a half)


@kernel
def in_range(months_old: int) -> int:
    """Return an age in months, or the nearest that a table by age in months has."""
    return min(max(months_old, 0), AGES_IN_MONTHS - 1)


def by_single_year(table: AgeTable) -> F64:
    """Return residents by age 0-110 whose sums over the bands are the table's."""
    closed = table.age_from < OPEN_BAND
    residents = np.zeros(OLDEST + 1)
    residents[:OPEN_BAND] = graduated(table.age_from[closed], table.population[closed])
    tail = np.exp(-np.arange(OLDEST + 1 - OPEN_BAND) / TAIL_YEARS)
    residents[OPEN_BAND:] = table.population[~closed].sum() * tail / tail.sum()
    return residents


def graduated(first_ages: np.ndarray, totals: F64) -> F64:
    """Return the smoothest numbers by single age with the given totals of bands that begin at `first_ages`.

    Where the smoothest line would fall below a tenth of its band's mean, it is held there and the band rescaled.
    """
    edges = np.append(first_ages, OPEN_BAND)
    size = int(edges[-1])
    band = np.searchsorted(edges, np.arange(size), side="right") - 1
    second = np.diff(np.eye(size), n=2, axis=0)
    sums = (band[None, :] == np.arange(len(totals))[:, None]).astype(np.float64)
    system = np.block([[2.0 * second.T @ second, sums.T], [sums, np.zeros((len(totals), len(totals)))]])
    line = np.linalg.solve(system, np.concatenate([np.zeros(size), totals]))[:size]
    mean = (totals / np.diff(edges))[band]
    line = np.maximum(line, 0.1 * mean)
    return line * (totals / np.bincount(band, weights=line))[band]


def between_bands(table: AgeTable, values: F64) -> F64:
    """Return a share by single age 0-110: straight lines between the middles of the bands where it is known.

    Below the first known band and above the last the share is 0.
    """
    known = ~np.isnan(values)
    middle = 0.5 * (table.age_from + np.minimum(table.age_to, OLDEST) + 1.0)
    ages = np.arange(OLDEST + 1) + 0.5
    first, last = table.age_from[known].min(), table.age_to[known].max()
    inside = (ages > first) & (ages < last + 1)
    return np.where(inside, np.interp(ages, middle[known], values[known]), 0.0)
