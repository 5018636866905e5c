"""The dated path of a municipality that no policy can shift: who comes looking for a home, and how many homes exist.

Population follows the published series (projected with the nation after the last count). Seekers by age are what the
change of the age pyramid needs plus ordinary turnover. Homes follow from population and household size; there is no
published series of completed dwellings by municipality, so that path is an assumption (municipal.md §8).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from beboersim.evidence import trends
from beboersim.evidence.municipalities import age_table
from beboersim.world.columns import F64
from beboersim.world.margins import Margins, household_size

# First ages of the groups in which seekers come, and the first age after the last.
SEEKER_AGES = (0, 18, 22, 30, 50, 65, 126)
PYRAMIDS = (2010, 2015)  # two counts five years apart, from which net migration by age is read
LAST_PATH_YEAR = 2051


class Seekers(NamedTuple):
    """Parameters of seekers and completed dwellings; see evidence/parameters/seekers.toml."""

    turnover_18_21: float
    turnover_22_29: float
    turnover_30_49: float
    turnover_50_64: float
    turnover_65: float
    nonwestern_lift: float
    weak_danish: float
    weak_nonwestern: float
    new_social: float


class Outlook(NamedTuple):
    """One municipality's path. Yearly arrays begin on 1 January of the start year."""

    start_year: int
    population: F64  # residents
    homes: F64  # dwellings over those of the start
    seekers: F64  # year x age group (SEEKER_AGES), persons who come in the year
    non_western: F64  # share of the residents


def population(margins: Margins, year: float) -> float:
    """Return residents on a date: the published series, and after it the nation's growth."""
    series = margins.municipality.population
    last = min(series.times[-1], series.observed_until)
    if year <= last:
        return series(year)
    return series(last) * trends.national_population(year) / trends.national_population(last)


def non_western(margins: Margins, year: float) -> float:
    """Return the non-Western share on a date."""
    return margins.municipality.non_western(year)


def survival(ages: np.ndarray) -> np.ndarray:
    """Return the share of persons of single ages who are alive five years later (both sexes)."""
    rates = np.zeros(130)
    for sex in ("men", "women"):
        for band in trends.mortality(sex):
            rates[band.age_from : band.age_to + 1] += 0.5 * band.rate
    return np.array([np.prod(1.0 - rates[age : age + 5]) for age in ages])


def single_years(name: str, year: int) -> F64:
    """Return residents by single age 0-99 on 1 January, even within the published bands."""
    table = age_table(name, year)
    by_age = np.zeros(100)
    for low, high, number in zip(table.age_from, table.age_to, table.population, strict=True):
        top = min(int(high), 99)
        by_age[low : top + 1] += number / (top + 1 - low)
    return by_age


def net_migration(name: str) -> F64:
    """Return net migration a year by seeker age group, as shares of the group's residents in 2015.

    Cohort method: residents of 2015 against the survivors of those five years younger in 2010; a group's net is a
    fifth of the five years'. Children's net is that of the ages born before 2010.
    """
    first, last = (single_years(name, year) for year in PYRAMIDS)
    ages = np.arange(95)
    net = (last[5:] - first[:95] * survival(ages)) / 5.0
    age_after = ages + 5
    groups = np.searchsorted(np.array(SEEKER_AGES), age_after, side="right") - 1
    by_group = np.bincount(groups, weights=net, minlength=6)
    residents = np.bincount(
        np.searchsorted(np.array(SEEKER_AGES), np.arange(100), side="right") - 1, weights=last, minlength=6
    )
    return by_group / residents


def outlook(margins: Margins, p: Seekers) -> Outlook:
    """Return the path of a municipality from the start year on."""
    name = margins.municipality.name
    years = np.arange(margins.year, LAST_PATH_YEAR + 1)
    people = np.array([population(margins, float(y)) for y in years])
    one_person = margins.municipality.one_person_households
    size = np.array([household_size(one_person(float(y))) for y in years])
    homes = people / size
    by_age = single_years(name, margins.year)
    group = np.searchsorted(np.array(SEEKER_AGES), np.arange(100), side="right") - 1
    residents = np.bincount(group, weights=by_age, minlength=6)
    turnover = np.array(
        [0.0, p.turnover_18_21, p.turnover_22_29, p.turnover_30_49, p.turnover_50_64, p.turnover_65]
    )
    # Children come with their parents: four fifths of the parents' rate (assumption, 0.6-1.0).
    turnover[0] = 0.8 * p.turnover_30_49
    base = np.maximum((net_migration(name) + turnover) * residents, 0.0)
    past_growth = population(margins, 2015.0) - population(margins, 2010.0)
    growth = np.diff(people)
    # Years that grow more than 2010-2015 did take in as many more, spread over the ages as the others.
    extra = growth - past_growth / 5.0
    adults_and_children = base.sum()
    seekers = np.maximum(base[None, :] * (1.0 + (extra / adults_and_children)[:, None]), 0.0)
    seekers = np.vstack([seekers, seekers[-1:]])
    shares = np.array([non_western(margins, float(y)) for y in years])
    return Outlook(margins.year, people, homes / homes[0], seekers, shares)
