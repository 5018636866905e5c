"""When the list is made, by which rules, and what follows from it."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest

from beboersim.law.lists import load_rules
from beboersim.month.measuring import (
    ADULTS,
    AGE_18_64,
    CONVICTED,
    NON_WESTERN,
    OUTSIDE_TIME,
    RESIDENTS,
    indicators_of,
    social_places,
    standing_of,
    values_of,
)
from beboersim.month.publication import publication_in
from beboersim.town import Town
from beboersim.world.codes import UNLISTED
from small_towns import START, ages, has_run, residents, small_town


@pytest.mark.parametrize(
    ("rules", "day", "published"),
    [
        ("2014", date(2015, 12, 1), True),
        ("2014", date(2015, 11, 1), False),
        ("2014", date(2014, 12, 1), True),
        ("2014", date(2014, 2, 1), False),  # the extra list of that winter is left out
        ("2018", date(2018, 12, 1), True),
        ("2021", date(2025, 12, 1), True),
        ("none", date(2020, 12, 1), False),
    ],
)
def test_the_list_is_published_on_its_day(rules: str, day: date, published: bool) -> None:
    assert publication_in(load_rules(rules), day) is published


@pytest.fixture(scope="module")
def eleven_years() -> Town:
    return has_run(small_town(("Aarhus",), scale=0.02, months=12 * 8))


def test_a_list_follows_the_rules_of_its_own_day(eleven_years: Town) -> None:
    words = {r.date: set(r.status_words) - {"none"} for r in eleven_years.monthly if r.date.month == 12}
    vocabulary = {
        2015: {"ghetto"},
        2018: {"udsat", "udsat+ghetto", "udsat+ghetto+hard_ghetto"},
        2021: {"forebyggelse", "udsat", "udsat+parallelsamfund", "udsat+parallelsamfund+omdannelsesomraade"},
    }
    for year, known in vocabulary.items():
        assert words[date(year, 12, 1)], year
        assert words[date(year, 12, 1)] <= known, year


def test_a_status_changes_only_with_a_publication(eleven_years: Town) -> None:
    for before, now in pairwise(eleven_years.monthly):
        if now.date.month != 12:
            assert (before.status == now.status).all()
            assert (before.counts["years_listed"] == now.counts["years_listed"]).all()


def test_years_on_the_list_count_on_while_listed_and_start_again_after(eleven_years: Town) -> None:
    lists = [r for r in eleven_years.monthly if r.date.month == 12]
    for before, now in pairwise(lists):
        expected = np.where(now.status >= 2, before.counts["years_listed"] + 1, 0)
        assert (now.counts["years_listed"] == expected).all()


def test_indicators_change_on_the_first_of_january_and_with_new_rules_only(eleven_years: Town) -> None:
    names = ("outside_work_share", "convicted_share", "basic_education_share", "income_ratio", "nonwestern_share")
    for before, now in pairwise(eleven_years.monthly):
        same = all(np.array_equal(before.counts[n], now.counts[n], equal_nan=True) for n in names)
        new_rules = (now.date.year, now.date.month) in ((2018, 12), (2021, 12))
        assert same or now.date.month == 1 or new_rules
        assert not (same and now.date.month == 1)


def test_without_a_list_nobody_has_a_status() -> None:
    town = has_run(small_town(("Aarhus",), scale=0.02, months=14, settings={"list.rules": "none"}))
    assert (town.world.areas.status == UNLISTED).all()
    assert (town.world.areas.years_listed == 0).all()
    assert set(town.monthly[-1].status_words) == {"none"}


def test_a_mean_over_years_is_the_mean_of_the_areas_annual_shares() -> None:
    town = has_run(small_town(("Aarhus",), scale=0.02, months=13))
    m = town.context.measurement
    found = indicators_of(values_of(m, load_rules("2014"), town.context.scale, over_residents=False))
    for place, indicators in enumerate(found):
        assert indicators.outside_work == pytest.approx(m.outside[place, :2].mean())
        assert indicators.convicted == pytest.approx(m.convicted[place, :2].mean())
    np.testing.assert_allclose(m.outside[:, 0], m.share(OUTSIDE_TIME, AGE_18_64))
    np.testing.assert_allclose(m.convicted[:, 0], m.share(CONVICTED, ADULTS))


def test_a_mean_over_the_residents_follows_them_and_not_the_area() -> None:
    """The same people, read in two ways: what they did before they came counts only when the residents are followed."""
    town = has_run(small_town(("Aarhus",), scale=0.1))  # to the day of the measurement
    world, c = town.world, town.context
    rows = residents(world)
    rows = rows[(ages(town, rows) >= 18) & (ages(town, rows) < 65)]
    area = world.households.area[world.persons.household[rows]]
    own = world.persons.outside_past[rows, :2].mean(axis=1) / 200.0
    found = indicators_of(values_of(c.measurement, load_rules("2014"), c.scale, over_residents=True))
    expected = np.bincount(area, own, world.places) / np.bincount(area, minlength=world.places)
    np.testing.assert_allclose([i.outside_work for i in found], expected, rtol=1e-9)


def test_standing_reads_no_origin_and_no_rule_set() -> None:
    town = small_town(("Aarhus",), scale=0.02)
    m = town.context.measurement
    levels = standing_of(m, 0.01)
    m.sums[:, NON_WESTERN] = m.sums[:, RESIDENTS]
    assert np.array_equal(standing_of(m, 0.01), levels)
    assert ((levels > 0.0) & (levels <= 1.0)).all()
    m.outside[:] = 1.0
    assert (standing_of(m, 0.01) >= levels).all()
    same_town = small_town(("Aarhus",), scale=0.02, settings={"list.rules": "2018"})
    assert np.array_equal(same_town.context.standing, town.context.standing)


def test_private_neighbourhoods_are_never_on_the_list() -> None:
    town = small_town(("Aarhus",), scale=0.1, settings={"list.criteria_needed": 1})
    private = ~social_places(town.context)
    town.run(date(2016, 2, 1))
    assert (town.world.areas.status[: town.world.places][private] == UNLISTED).all()
    assert np.isnan(town.monthly[-1].counts["margin_residents"][private]).all()


def test_the_first_measurement_stands_in_the_first_record(fresh: Town) -> None:
    record = fresh.monthly[0]
    assert record.date == START
    assert record is fresh.yearly[0]
    assert np.isfinite(record.counts["outside_work_share"]).all()
    assert "births" not in record.counts
