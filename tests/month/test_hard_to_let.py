"""Social homes that nobody looks at for months, where a region has more homes than seekers."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.evidence import trends
from beboersim.month.vacancies import hard_to_let, share_hard_to_let, vacant_homes, waits_for_tenant
from beboersim.world.columns import I64
from estates import Estate
from small_towns import small_town

MONTHS, TURNOVER = 6.0, 0.145


def test_the_published_vacancy_of_each_region_is_the_one_of_october_2024() -> None:
    published = {"Hovedstaden": 0.8, "Sjælland": 4.6, "Syddanmark": 8.3, "Midtjylland": 13.0, "Nordjylland": 12.7}
    assert {region: 1000.0 * trends.social_vacancy(region, 2024.75) for region in published} == pytest.approx(published)
    assert tuple(published) == trends.REGIONS


@pytest.mark.parametrize(("year", "nation"), [(2018.0, 2.6), (2020.0, 3.1), (2023.0, 5.68)])
def test_the_regions_together_have_the_nations_vacancy(year: float, nation: float) -> None:
    homes = (217_801, 76_149, 121_728, 124_282, 56_992)  # M1-014 to M1-018
    shares = [1000.0 * trends.social_vacancy(region, year) for region in trends.REGIONS]
    assert np.average(shares, weights=homes) == pytest.approx(nation, abs=0.02)  # two decimals in the table


def test_so_many_stand_empty_as_the_vacancy_asks_for() -> None:
    share = share_hard_to_let(0.013, 0.002, TURNOVER, MONTHS)
    assert share * TURNOVER * MONTHS / 12.0 == pytest.approx(0.011)
    # Little's law by simulation: homes given up month by month, counted while nobody looks at them.
    rng = np.random.default_rng(1)
    u, v = 1.0 - rng.random((2, 50_000))
    months = [
        sum(waits_for_tenant(a, b, float(m), share, MONTHS) for m in range(120)) if a < share else 0
        for a, b in zip(u, v, strict=True)
    ]
    # Months begun: the mean of an exponential time of mean D, rounded up.
    expected = share / (1.0 - np.exp(-1.0 / MONTHS))
    assert np.mean(months) == pytest.approx(expected, abs=4.0 * np.std(months) / np.sqrt(len(months)))


def test_below_the_usual_vacancy_no_home_is_hard_to_let() -> None:
    assert share_hard_to_let(0.0008, 0.002, TURNOVER, MONTHS) == 0.0
    assert waits_for_tenant(1e-9, 1e-9, 0.0, 0.0, MONTHS) == 0


def test_a_home_that_is_looked_at_once_is_looked_at_until_it_is_let() -> None:
    for v in (0.05, 0.4, 0.9):
        looks = [1 - waits_for_tenant(0.01, v, float(m), 0.1, MONTHS) for m in range(60)]
        assert looks == sorted(looks)
        assert looks[-1] == 1


def vacancies(estate: Estate) -> I64:
    return vacant_homes(estate.c.world.dwellings, estate.c.world.used, 1, float(estate.c.month))


@pytest.mark.parametrize(("times", "lets"), [(0.0, True), (1.0, False)])
def test_a_home_that_is_hard_to_let_is_let_to_nobody(
    times: float, lets: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trends, "social_vacancy", lambda region, year: 1.0)  # every home given up is hard to let
    estate = Estate()
    fields = {"hard_to_let": times, "hard_months": 1e9, "homes_turn_over": 1e-9}
    estate.c.parameters = estate.c.parameters._replace(letting=estate.c.parameters.letting._replace(**fields))
    home = estate.vacancy()
    row = estate.seeker()
    estate.let()
    assert estate.tenant_of(home) == (row if lets else -1)


def test_with_the_table_at_zero_nothing_is_hard_to_let(monkeypatch: pytest.MonkeyPatch) -> None:
    logs = []
    for value, times in ((0.0, 1.0), (0.013, 0.0)):
        monkeypatch.setattr(trends, "social_vacancy", lambda region, year, value=value: value)
        town = small_town(months=12, scale=0.1, settings={"letting.hard_to_let": times}, events=50_000)
        town.run(town.until)
        c = town.context
        assert not hard_to_let(c, vacant_homes(c.world.dwellings, c.world.used, 1, float(c.month))).any()
        logs.append(town.events)
    np.testing.assert_array_equal(*logs)
