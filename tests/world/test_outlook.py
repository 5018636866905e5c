"""A municipality's path: counts while there are counts, then cohorts whose total is the published population."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.evidence.municipalities import AGE_YEARS, age_table
from beboersim.world.ages import OLDEST, by_single_year
from beboersim.world.margins import household_size, margins
from beboersim.world.outlook import (
    Outlook,
    births,
    local_fertility,
    net_migration,
    origin_shares,
    outlook,
    population,
    survival,
)

SIZES = np.array([0.44, 0.33, 0.10, 0.09, 0.04])
PLACES = ["Aarhus", "Svendborg", "Læsø"]


def path_of(name: str, year: int = 2015, standstill: bool = False) -> Outlook:
    return outlook(margins(name, year), SIZES, standstill)


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("year", [2010, 2015])
def test_residents_are_the_published_counts_while_there_are_counts(name: str, year: int) -> None:
    path = path_of(name, year)
    for k, at in enumerate(range(year, AGE_YEARS[1] + 1)):
        np.testing.assert_allclose(path.residents[k], by_single_year(age_table(name, at)), rtol=1e-9)


@pytest.mark.parametrize("name", PLACES)
def test_after_the_counts_the_total_is_the_population_and_nobody_is_negative(name: str) -> None:
    path, here = path_of(name), margins(name, 2015)
    for k in range(AGE_YEARS[1] - 2015 + 1, len(path.residents)):
        assert path.residents[k].sum() == pytest.approx(population(here, 2015.0 + k), rel=1e-9)
    assert (path.residents >= 0.0).all()
    assert np.isfinite(path.residents).all()


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("standstill", [False, True])
def test_origins_add_up_to_the_residents_and_sizes_to_all_households(name: str, standstill: bool) -> None:
    path = path_of(name, standstill=standstill)
    np.testing.assert_allclose(path.origins.sum(axis=1), path.residents.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(path.households.sum(axis=1), 1.0, rtol=1e-12)
    assert (path.origins > 0.0).all()
    assert ((path.owner_occupied > 0.0) & (path.owner_occupied < 1.0)).all()
    assert path.homes[0] == 1.0
    np.testing.assert_allclose(path.households[0], SIZES / SIZES.sum(), atol=1e-12)


def test_homes_follow_residents_over_household_size() -> None:
    path, here = path_of("Aarhus"), margins("Aarhus", 2015)
    for k in (1, 3, 10):
        size = household_size(here.municipality.one_person_households(2015.0 + k))
        needed = path.residents[k].sum() / size
        first = path.residents[0].sum() / household_size(here.one_person)
        assert path.homes[k] == pytest.approx(needed / first, rel=1e-9)


def test_at_a_standstill_every_year_is_the_first() -> None:
    path = path_of("Svendborg", standstill=True)
    for column in (path.residents, path.origins, path.households, path.homes, path.owner_occupied):
        assert (column == column[0]).all()


def test_net_migration_carries_one_count_to_the_next_on_average() -> None:
    """Of the young, whose rates are not averaged over ages: a plain average over the years it is read from."""
    name, alive = "Odense", survival()
    rates = net_migration(name)
    for age in range(15, 33):
        found = []
        for year in range(2012, 2017):
            before, after = (by_single_year(age_table(name, y)) for y in (year, year + 1))
            found.append(after[age + 1] / before[age] - alive[age])
        assert rates[age] == pytest.approx(np.mean(found), abs=1e-12)
    assert (rates[85:] == 0.0).all()
    assert len(rates) == OLDEST


@pytest.mark.parametrize("name", PLACES)
def test_the_towns_own_fertility_gives_the_newborn_of_the_first_day(name: str) -> None:
    here = margins(name, 2015)
    assert births(here.residents, 2015.0) * local_fertility(here) == pytest.approx(here.residents[0])


def test_shares_of_origin_on_the_first_day_are_the_margins() -> None:
    here = margins("Odense", 2015)
    shares = origin_shares(here, 2015.0)
    assert shares.sum() == pytest.approx(1.0)
    assert shares[2:].sum() == pytest.approx(here.non_western)
    assert shares[1] == pytest.approx(here.western)


def test_a_date_before_or_after_the_path_is_read_at_its_ends() -> None:
    path = path_of("Svendborg")
    assert path.in_year(2000.0) == 0
    assert path.in_year(2015.99) == 0
    assert path.in_year(2016.0) == 1
    assert path.in_year(2200.0) == len(path.residents) - 2
