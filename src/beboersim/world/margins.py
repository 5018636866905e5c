"""Municipal margins at the start: residents by age band and origin, consistent with every published total."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from beboersim.evidence import trends
from beboersim.evidence.municipalities import AgeTable, Municipality, age_table, municipality, social_share
from beboersim.world.ages import by_single_year
from beboersim.world.columns import F64, I64

# Share of each origin group by coarse age on 1 January 2011 (national_trends.csv, age_share_*). Western stands for
# immigrants and descendants together, weighted 8 to 1 (assumption, 5-12).
COARSE_AGES = (16, 25, 40, 65, 126)  # first age of the next group
AGE_BY_ORIGIN = {
    "danish": (19.2, 10.7, 17.6, 34.6, 17.9),
    "western": (9.7, 14.6, 31.2, 31.6, 12.9),
    "nonwestern_immigrant": (5.3, 13.0, 36.0, 39.7, 5.9),
    "nonwestern_descendant": (66.6, 22.4, 10.6, 0.4, 0.0),
}
SWEEPS = 60  # of proportional fitting; the largest change left is below 1e-9 persons


@dataclass(frozen=True)
class Margins:
    """What is known of a municipality on 1 January of the start year. Shares are fractions."""

    municipality: Municipality
    year: int
    ages: AgeTable
    residents: F64  # by single year of age, 0-110
    by_age_and_origin: F64  # persons, age band x origin group
    non_western: float
    western: float
    owner_occupied: float
    one_person: float
    household_size: float
    social_share: float
    social_is_estimated: bool
    outside_work: float
    basic_education: float
    convicted: float


def household_size(one_person: float) -> float:
    """Return mean household size from the share of one-person households.

    With a third of the households of two persons and 3.6 persons in the larger ones, the national mix of 2022
    (national_trends.csv one/two_person_households_pct; 3.6 is an assumption, 3.4-3.8).
    """
    return one_person + 0.33 * 2.0 + 3.6 * (0.67 - one_person)


def margins(name: str, year: int) -> Margins:
    """Return the margins of a municipality on 1 January of a year."""
    here = municipality(name)
    at = float(year)
    ages = age_table(name, year)
    non_western = here.non_western(at)
    western = max(here.immigrants(at) - non_western, 0.0)
    social = social_share(name)
    one_person = here.one_person_households(at)
    return Margins(
        municipality=here,
        year=year,
        ages=ages,
        residents=by_single_year(ages),
        by_age_and_origin=fitted_age_and_origin(ages, non_western, western, at),
        non_western=non_western,
        western=western,
        owner_occupied=here.owner_occupied(at),
        one_person=one_person,
        household_size=household_size(one_person),
        social_share=social.value,
        social_is_estimated=social.is_estimate,
        outside_work=here.outside_work(at),
        basic_education=here.basic_education(at),
        convicted=here.convicted(at),
    )


def immigrants_among_non_western(year: float) -> float:
    """Return the share of immigrants (rather than descendants) among non-Western residents, national."""
    immigrants = np.array(trends.national("non_western_immigrants_pct_1jan"))
    descendants = np.array(trends.national("non_western_descendants_pct_1jan"))
    share = immigrants[:, 1] / (immigrants[:, 1] + descendants[:, 1])
    return float(np.interp(year, immigrants[:, 0], share))


def coarse_age(ages: I64) -> I64:
    """Return the coarse age group of each age."""
    return np.searchsorted(np.array(COARSE_AGES), ages, side="right").astype(np.int64)


def fitted_age_and_origin(ages: AgeTable, non_western: float, western: float, year: float) -> F64:
    """Return persons by age band and origin: the municipality's ages and origins, with national ages by origin.

    Iterative proportional fitting. Within a coarse age group the bands follow the municipality's own residents.
    """
    population = ages.population
    total = population.sum()
    immigrants = immigrants_among_non_western(year)
    by_origin = total * np.array(
        [1.0 - non_western - western, western, non_western * immigrants, non_western * (1.0 - immigrants)]
    )
    group = coarse_age(ages.age_from)
    table = np.empty((len(population), 4))
    for column, shares in enumerate(AGE_BY_ORIGIN.values()):
        in_group = np.bincount(group, weights=population, minlength=len(COARSE_AGES))
        table[:, column] = np.array(shares)[group] * population / in_group[group]
    for _ in range(SWEEPS):
        table *= (by_origin / table.sum(axis=0))[None, :]
        table *= (population / table.sum(axis=1))[:, None]
    return table
