"""Families' rates reproduce the profiles they were derived from; plain recursions over a cohort are the oracle."""

from __future__ import annotations

import math

import numpy as np
import pytest

from beboersim.evidence import trends
from beboersim.world import life_course
from beboersim.world.ages import OLDEST
from beboersim.world.life_course import OLD, coupled, in_couples, leaving_home, separating, town_at_home, uniting


def test_who_leaves_at_the_derived_rates_is_at_home_as_the_profile_says() -> None:
    share, rate = life_course.at_home().tolist(), leaving_home().tolist()
    here = 1.0
    for age in range(OLDEST):
        if 19 <= age <= 35:  # the first departures, due at seventeen, come at eighteen
            assert here == pytest.approx(share[age], abs=1e-9), age
        here *= math.exp(-rate[age])
        if age < 18:
            assert rate[age] == 0.0
    assert here < 1e-9


def test_at_home_falls_from_everybody_to_nobody() -> None:
    share = life_course.at_home()
    assert share[:18].tolist() == [1.0] * 18
    assert (np.diff(share[17:37]) < 0.0).all()
    assert (share[36:] == 0.0).all()


def test_a_town_to_which_the_young_come_has_no_more_at_home_than_its_own_children() -> None:
    even = np.full(OLDEST + 1, 100.0)
    np.testing.assert_allclose(town_at_home(even)[18:], life_course.at_home()[18:])
    university = even.copy()
    university[20:25] = 400.0
    np.testing.assert_allclose(town_at_home(university)[20:25], life_course.at_home()[20:25] / 4.0)
    emptied = even.copy()
    emptied[20:25] = 10.0
    assert town_at_home(emptied).max() == 1.0
    assert (town_at_home(emptied)[18:] <= 0.95).all()
    assert np.isfinite(town_at_home(np.zeros(OLDEST + 1))).all()


@pytest.mark.parametrize("sex", ["men", "women"])
@pytest.mark.parametrize("exponent", [0.6, 1.0, 1.6])
def test_couples_at_the_derived_rates_are_as_many_at_each_age_as_the_profile_says(
    sex: trends.Sex, exponent: float
) -> None:
    """A cohort from eighteen on: couples part or lose a partner, and single adults find one."""
    share = in_couples(exponent, sex)
    separation, at_home = separating(0.032), life_course.at_home()
    rate = uniting(exponent, sex, separation, at_home)
    dies = life_course.partner_deaths(sex)
    couples = float(share[18])
    # From 65 the nation's couples end by deaths alone; another exponent's would part faster than the rates let them.
    for age in range(18, 75 if exponent == 1.0 else OLD):
        free = max(1.0 - float(at_home[age]) - couples, 0.02)
        couples = couples * (1.0 - float(separation[age] + dies[age])) + float(rate[age]) * free
        assert couples == pytest.approx(float(share[age + 1]), abs=1e-9), age
    assert rate.max() < 0.6  # the limit of the rate is not met
    assert (rate[:18] == 0.0).all()
    assert (rate[75:] == 0.0).all()


def test_the_exponent_1_is_the_nation_and_a_greater_one_has_more_couples() -> None:
    np.testing.assert_allclose(in_couples(1.0, "women"), coupled("women"))
    assert (in_couples(1.5, "women")[20:] >= in_couples(1.0, "women")[20:]).all()


@pytest.mark.parametrize(("sex", "other"), [("men", "women"), ("women", "men")])
def test_couples_of_the_old_become_fewer_only_by_a_partners_death(sex: trends.Sex, other: trends.Sex) -> None:
    share = coupled(sex)
    deaths = life_course.deaths(other)
    older = life_course.OLDER_HUSBAND if sex == "women" else -life_course.OLDER_HUSBAND
    left = float(share[OLD])
    for age in range(OLD, 100):
        assert share[age] == pytest.approx(left)
        left *= 1.0 - float(deaths[min(max(age + older, 0), OLDEST)])
    assert share[100] < 0.2


def test_deaths_are_the_published_rates_of_the_bands() -> None:
    for sex in ("men", "women"):
        for band in trends.mortality(sex):  # type: ignore[arg-type]
            mine = life_course.deaths(sex)[band.age_from : band.age_to + 1]  # type: ignore[arg-type]
            assert (mine == band.rate).all()
    assert life_course.deaths("men")[70] > life_course.deaths("women")[70]


def test_couples_part_at_the_mean_rate_overall() -> None:
    """Weighted by the couples of a standing population, separations are the published ones, within the stated half."""
    alive = np.cumprod(1.0 - life_course.deaths("women"))
    couples = coupled("women") * alive
    mean = (separating(0.032) * couples).sum() / couples.sum()
    assert mean == pytest.approx(0.032, rel=0.5)


def test_the_weights_of_the_couple_race_give_the_profile_back() -> None:
    weights = life_course.couple_weights()
    for row, sex in enumerate(("men", "women")):
        share = 1.0 - np.exp(-weights[row])
        np.testing.assert_allclose(share[25:65], coupled(sex)[25:65], atol=1e-12)  # type: ignore[arg-type]
    assert (weights > 0.0).all()


@pytest.mark.parametrize(("children", "times"), [(0, 1.0), (1, 1.7), (2, 0.3), (4, 0.2), (9, 0.2)])
def test_births_follow_each_other_as_the_table_says(children: int, times: float) -> None:
    assert life_course.parity_factor(children) == times
