"""The dated path of a municipality that no policy can shift: its residents by age and origin, its homes, their owners.

To 2017 residents follow the published counts by age; after that each cohort lives, dies and moves as it did from 2012
to 2017, and the total follows the published population (and the nation's after the last count). Homes follow from
population and household size; there is no published series of completed dwellings by municipality, so that path is an
assumption (municipal.md §8).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from beboersim.evidence import trends
from beboersim.evidence.municipalities import AGE_YEARS, age_table
from beboersim.world import life_course
from beboersim.world.ages import OLDEST, by_single_year
from beboersim.world.columns import F64
from beboersim.world.margins import Margins, household_size, immigrants_among_non_western

MIGRATION_READ = (2012, 2017)  # counts by age between which net migration is read
LAST_PATH_YEAR = 2051
SMOOTHED_OVER = 3  # years of age on either side, in which a net rate is averaged


class Outlook(NamedTuple):
    """One municipality's path at scale 1. Yearly arrays begin on 1 January of the start year."""

    start_year: int
    residents: F64  # year x age 0-110
    origins: F64  # year x origin group
    households: F64  # year x size (1, 2, 3, 4, 5 and more), shares of all
    homes: F64  # dwellings over those of the start
    owner_occupied: F64  # share of dwellings

    def in_year(self, time: float) -> int:
        """Return the place of a year in the arrays."""
        return min(max(int(time) - self.start_year, 0), len(self.residents) - 2)


def population(margins: Margins, year: float) -> float:
    """Return residents on a date: the published series, and after it the nation's growth."""
    series = margins.municipality.population
    last = min(series.times[-1], series.observed_until)
    if year <= last:
        return series(year)
    return series(last) * trends.national_population(year) / trends.national_population(last)


def survival() -> F64:
    """Return the share of an age, both sexes, who are alive a year later, by age 0-110."""
    men, women = np.exp(-life_course.deaths("men")), np.exp(-life_course.deaths("women"))
    of_women = life_course.women()
    return (1.0 - of_women) * men + of_women * women


@cache
def counted(name: str, year: int) -> F64:
    """Return residents by age 0-110 on 1 January, as counted by bands of ages."""
    residents = by_single_year(age_table(name, year))
    residents.setflags(write=False)
    return residents


def net_migration(name: str) -> F64:
    """Return net migration a year as a share of those of an age before, by age 0-109, read from two counts by age."""
    alive = survival()[:-1]
    rates = []
    for year in range(*MIGRATION_READ):
        before, after = (counted(name, y) for y in (year, year + 1))
        rates.append((after[1:] - before[:-1] * alive) / np.maximum(before[:-1], 1.0))
    mean = np.mean(rates, axis=0)
    window = np.ones(2 * SMOOTHED_OVER + 1)
    weight = np.convolve(np.ones(OLDEST), window, "same")
    smooth: F64 = np.convolve(mean, window, "same") / weight
    # Cohorts shrink within a few years at eighteen to thirty: those ages are not averaged away.
    young = (np.arange(OLDEST) >= 14) & (np.arange(OLDEST) < 34)
    return np.where(young, mean, np.where(np.arange(OLDEST) < 85, smooth, 0.0))


def residents_path(margins: Margins, years: np.ndarray) -> F64:
    """Return residents by year and age: counts, then cohorts whose total is the population's."""
    name = margins.municipality.name
    rates = net_migration(name)
    alive = survival()
    mobile = life_course.mobility()
    found = np.zeros((len(years), OLDEST + 1))
    found[0] = margins.residents
    fertility = local_fertility(margins)
    for k, year in enumerate(years[:-1]):
        if year + 1 <= AGE_YEARS[1]:
            found[k + 1] = counted(name, int(year) + 1)
            continue
        now = found[k]
        later = np.zeros(OLDEST + 1)
        later[1:] = np.maximum(now[:-1] * (alive[:-1] + rates), 0.0)
        later[0] = births(now, float(year)) * fertility
        missing = population(margins, float(year) + 1.0) - later.sum()
        later += missing * mobile * later / (mobile * later).sum()
        found[k + 1] = np.maximum(later, 0.0)
    return found


def births(residents: F64, year: float) -> float:
    """Return the births of a year at the nation's rates; half of each age are women."""
    total = 0.0
    for band in trends.fertility_rates(year):
        total += 0.5 * residents[band.age_from : band.age_to + 1].sum() * band.rate
    return total


def local_fertility(margins: Margins) -> float:
    """Return births over those at the nation's rates, from the newborn of the first day."""
    return float(margins.residents[0] / births(margins.residents, float(margins.year)))


def origin_shares(margins: Margins, year: float) -> F64:
    """Return the share of each origin group on a date: the municipality's path, with the nation's descendants."""
    non_western = margins.municipality.non_western(year)
    western = max(margins.municipality.immigrants(year) - non_western, 0.5 * margins.western)
    immigrants = immigrants_among_non_western(year)
    return np.array([1.0 - non_western - western, western, non_western * immigrants, non_western * (1.0 - immigrants)])


def household_shares(margins: Margins, one_person: float, at_start: F64) -> F64:
    """Return the share of households by size from the share of one person; the others keep their mix."""
    others = at_start[1:] / at_start[1:].sum()
    return np.concatenate([[one_person], (1.0 - one_person) * others])


def outlook(margins: Margins, households_at_start: F64, standstill: bool) -> Outlook:
    """Return the path of a municipality from the start year on.

    Parameters
    ----------
    households_at_start
        Shares of households by size 1, 2, 3, 4, 5 and more.
    standstill
        Whether everything stays as on the first day.
    """
    years = np.arange(margins.year, LAST_PATH_YEAR + 1)
    dated = np.where(standstill, margins.year, years).astype(np.float64)
    here = margins.municipality
    if standstill:
        residents = np.repeat(margins.residents[None, :], len(years), axis=0)
    else:
        residents = residents_path(margins, years)
    people = residents.sum(axis=1)
    # The starting households are the published share's as nearly as families allow; the path keeps the difference.
    lead = households_at_start[0] - margins.one_person
    one = np.array([here.one_person_households(y) for y in dated])
    homes = people / np.array([household_size(share) for share in one])
    return Outlook(
        margins.year,
        residents,
        np.stack([origin_shares(margins, y) for y in dated]) * people[:, None],
        np.stack([household_shares(margins, share + lead, households_at_start) for share in one]),
        homes / homes[0],
        np.array([here.owner_occupied(y) for y in dated]),
    )
