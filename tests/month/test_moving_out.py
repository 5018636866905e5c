from __future__ import annotations

import itertools

import numpy as np
import pytest

from beboersim.month.leaving import (
    HIGHEST_CHANCE,
    LEAVES_TOWN,
    LOOKS,
    ROUNDING,
    SETTLED_MONTHS,
    STAYS,
    decision_to_leave,
    departures,
    highest_chances,
    highest_of,
    likeliest,
    rates_by_marks,
)
from beboersim.month.outline import AT_WORK, CHILD, COUPLE, NEW_JOB, PENSIONED, STUDYING, outline
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town, of_plan
from beboersim.world.codes import ELDERLY, FAMILY, OWNER_OCCUPIED, PRIVATE_RENTED, SOCIAL, YOUTH
from beboersim.world.kinds import AGE_GROUP, KINDS, kind_number, kind_of
from beboersim.world.mobility import (
    Leaving,
    away_share,
    hazard_of,
    leave_hazard,
    settled_factor,
    settled_factors,
    yearly_rate,
)
from beboersim.world.profile import profile

P = of_plan(Plan(Scenario.load("law")), "leaving", Leaving)
ONE_HOUSEHOLD = {"age": 40.0, "couple": 0, "children": 0.0, "employed": 1.0, "students": 0.0, "pensioners": 0.0,
                 "new_job": 0.0, "tenure": SOCIAL, "kind": FAMILY}  # fmt: skip


def hazard(p: Leaving = P, **changed: float) -> float:
    facts: dict[str, float] = {**ONE_HOUSEHOLD, "resources": 0.5, "months_here": P.tenure_months, "stigma": 0.0}
    return leave_hazard(**(facts | changed), p=p)  # type: ignore[arg-type]


def a_year(**changed: float) -> float:
    return yearly_rate(**(ONE_HOUSEHOLD | changed), p=P)  # type: ignore[arg-type]


@pytest.mark.parametrize("tenure", [PRIVATE_RENTED, OWNER_OCCUPIED])
def test_students_leave_most_and_pensioners_least(tenure: int) -> None:
    """Of private homes; in social ones the rates of those of working age are fitted to how often homes are let."""
    student = hazard(students=1.0, employed=0.0, age=23.0, tenure=tenure)
    worker, idle = hazard(tenure=tenure), hazard(employed=0.0, tenure=tenure)
    pensioner = hazard(employed=0.0, pensioners=1.0, age=70.0, tenure=tenure)
    assert student > worker > pensioner
    assert student > idle > pensioner


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (dict(age=30.0), dict(age=29.9)),
        (dict(new_job=0.0), dict(new_job=1.0)),
        (dict(children=2.0), dict(children=0.0)),
        (dict(tenure=OWNER_OCCUPIED), dict(tenure=PRIVATE_RENTED)),
        (dict(stigma=0.0), dict(stigma=1.0)),
        (dict(stigma=1.0, resources=0.0), dict(stigma=1.0, resources=1.0)),
        (dict(), dict(kind=YOUTH)),
        (dict(), dict(couple=1)),
    ],
)
def test_what_makes_a_household_leave_more(less: dict[str, float], more: dict[str, float]) -> None:
    assert hazard(**less) < hazard(**more)


def test_the_yearly_rate_is_the_published_one_of_what_the_keepers_do() -> None:
    outside = {"employed": 0.0}
    owner, renter = {"tenure": OWNER_OCCUPIED}, {"tenure": PRIVATE_RENTED}
    assert a_year() == pytest.approx(P.employed * P.social)
    assert a_year(**outside, students=1.0) == pytest.approx(P.student * P.social)
    assert a_year(**outside) == pytest.approx(P.outside * P.social * P.social_outside)
    assert a_year(**owner) == pytest.approx(P.employed * P.owner)
    assert a_year(**renter) == pytest.approx(P.employed * P.private_rented)
    # Pensioners' and special dwellings' rates were read as they are, of social tenants.
    assert a_year(**outside, pensioners=1.0, age=70.0) == P.pensioner
    assert a_year(age=65.0) == P.pensioner
    assert a_year(kind=YOUTH) == P.youth_dwelling
    assert a_year(kind=ELDERLY) == P.elderly_dwelling
    assert a_year(**owner, kind=YOUTH) == a_year(**owner)


def test_at_the_reference_tenure_the_months_hazard_is_a_twelfth_of_the_yearly_rate() -> None:
    assert hazard() == pytest.approx(a_year() / 12.0, rel=1e-12)
    assert hazard(stigma=0.0, resources=1.0) == hazard(stigma=0.0, resources=0.0)


def test_the_hazard_falls_with_the_time_in_the_home_as_a_weibull_does() -> None:
    falling = P._replace(tenure_shape=0.85)
    for months in (1.0, 12.0, 60.0, 300.0):
        # The hazard of a Weibull of shape k is proportional to time to the power k - 1.
        assert settled_factor(months, falling) == pytest.approx((months / P.tenure_months) ** -0.15)
    assert hazard(falling, months_here=120.0) < hazard(falling, months_here=3.0)
    assert settled_factor(0.0, falling) == settled_factor(1.0, falling)
    table = settled_factors(600, falling)
    np.testing.assert_allclose(table[:599], [settled_factor(float(k), falling) for k in range(599)])
    assert table[599] == max(settled_factor(599.0, falling), settled_factor(1e4, falling))
    rising = P._replace(tenure_shape=1.2)
    assert settled_factors(600, rising)[599] == settled_factor(1e4, rising)


def test_with_the_parameter_at_zero_stigma_moves_nobody() -> None:
    off = P._replace(stigma=0.0)
    assert hazard(off, stigma=1.0, resources=1.0) == hazard(off, stigma=0.0)


@pytest.mark.parametrize(("hazard", "away", "balance"), [(0.02, 0.4, 1.0), (0.02, 0.4, 3.0), (0.5, 1.0, 0.2)])
def test_the_shares_who_leave_and_who_look_are_the_hazards(hazard: float, away: float, balance: float) -> None:
    n = 20_000
    found = np.array([decision_to_leave(hazard, away, balance, u) for u in ((np.arange(n) + 0.5) / n).tolist()])
    assert (found == LEAVES_TOWN).mean() == pytest.approx(hazard * away * balance, abs=1.0 / n)
    assert (found == LOOKS).mean() == pytest.approx(hazard * (1.0 - away), abs=1.0 / n)


def test_no_balance_empties_a_town_in_a_month() -> None:
    assert decision_to_leave(0.5, 1.0, 100.0, HIGHEST_CHANCE - 1e-9) == LEAVES_TOWN
    assert decision_to_leave(0.5, 1.0, 100.0, HIGHEST_CHANCE + 1e-9) == STAYS


EXTREMES = {
    "age": (18.0, 70.0),
    "couple": (0, 1),
    "children": (0.0, 3.0),
    "employed": (0.0, 2.0),
    "students": (0.0, 1.0),
    "pensioners": (0.0, 1.0),
    "new_job": (0.0, 1.0),
    "resources": (0.0, 1.0),
    "tenure": (SOCIAL, PRIVATE_RENTED, OWNER_OCCUPIED),
    "kind": (FAMILY, YOUTH, ELDERLY),
    "months_here": (0.0, 1.0, 700.0),
}


@pytest.mark.parametrize("stigma", [0.0, 1.0])
@pytest.mark.parametrize("most", [0.1, 1.0, 8.0])
def test_nobodys_chance_is_above_the_bound_that_lets_the_month_skip_them(stigma: float, most: float) -> None:
    balance = np.array([[0.1] * (KINDS // 2), [most] * (KINDS // 2)]).reshape(1, KINDS)
    worst = 1.0 + P.stigma * stigma * (1.0 + P.stigma_resources)
    bounds = highest_chances(rates_by_marks(P), balance, worst, P)[0]
    marks_of = dict(couple=COUPLE, children=CHILD, employed=AT_WORK, students=STUDYING, pensioners=PENSIONED,
                    new_job=NEW_JOB)  # fmt: skip
    for values in itertools.product(*EXTREMES.values()):
        facts = dict(zip(EXTREMES, values, strict=True))
        found = hazard(**facts, stigma=stigma)
        away = away_share(facts["age"], facts["students"], P)
        marks = sum(mark for name, mark in marks_of.items() if facts[name] > 0)
        highest = bounds[AGE_GROUP[int(facts["age"])], marks] * settled_factor(facts["months_here"], P)
        has = {name: int(facts[name] > 0) for name in marks_of}
        kind = kind_number(facts["age"], has["children"], has["couple"], has["employed"], 0, has["students"])
        assert 0.0 < found * (away * balance[:, kind].max() + 1.0 - away) <= highest + 1e-15


def test_the_outline_never_says_less_than_the_profile(two_years: Town) -> None:
    """Who is ruled out by the outline would not have been moved by the whole profile; often it says no more."""
    c = two_years.context
    world, m = two_years.world, departures(c)
    gap = []
    for row in np.flatnonzero(world.households.head[: int(world.used[1])] >= 0).tolist():
        home, area = int(world.households.dwelling[row]), int(world.households.area[row])
        months = c.month - int(world.households.moved_in[row])
        if home < 0:
            continue
        town = world.areas.municipality[area]
        who = profile(world.persons, world.households, row, c.month, m.steps[town])
        hazard = hazard_of(who, world.dwellings, world.areas, home, area, months, m.stigma_on, P)
        away = away_share(who.age, who.students, P)
        leaves = min(hazard * away * m.balance[town, kind_of(who)], HIGHEST_CHANCE)
        chance = leaves + hazard * (1.0 - away)
        seen = outline(world.persons, int(world.households.head[row]), c.month)
        bound = likeliest(seen, world.households, world.dwellings, world.areas, row, c.month, m, P)
        assert chance <= bound <= highest_of(seen, world.households, row, c.month, m) + ROUNDING
        if months < SETTLED_MONTHS - 1:  # after that the bound is that of any time
            gap.append((bound - ROUNDING) / chance - 1.0)
    assert len(gap) > 1000
    # Only stigma's term, which resources raise, tells them apart.
    assert max(gap) <= P.stigma * P.stigma_resources + 1e-9


@pytest.mark.parametrize(
    ("age", "students", "share"),
    [(22.0, 1.0, "away_student"), (40.0, 1.0, "away_student"), (26.9, 0.0, "away_young"), (27.0, 0.0, "away_middle"),
     (59.9, 0.0, "away_middle"), (60.0, 0.0, "away_old")],
)  # fmt: skip
def test_the_share_who_leave_the_town_is_the_parameter(age: float, students: float, share: str) -> None:
    assert away_share(age, students, P) == getattr(P, share)
