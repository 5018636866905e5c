"""Use of drugs and alcohol: the shares are the published ones, and nothing acts that is switched off."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.month import substance
from beboersim.month.attention import attention, focus_on_adults, handled
from beboersim.month.order import MONTH
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town, of_plan
from beboersim.world.codes import NAMED_AREA, SOCIAL
from beboersim.world.offending import Crime
from beboersim.world.relative import against_the_mean, by_degree
from beboersim.world.school import Schooling
from beboersim.world.taking_part import (
    AFTERCARE,
    ALCOHOL,
    AT_RISK,
    HASH_AND_PILLS,
    HEAVY,
    KHAT,
    NO_USE,
    NOT_DRAWN,
    NOTHING,
    RECOVERY,
)
from beboersim.world.using import (
    STATES,
    Substance,
    among_the_young,
    heavy_share,
    liabilities,
    next_use,
    onset_chance,
    relapse_chance,
    shares_by_age,
    stopping_chance,
)
from small_towns import ROOM, ages, log_of, people, residents, small_town

LAW = Plan(Scenario.load("law"))
USE = of_plan(LAW, "substance", Substance)
SHARES = shares_by_age(USE)
LIABLE = liabilities(SHARES, USE)
MONTHS = 12


def of_the_nation(by_home: np.ndarray) -> float:
    """Return the mean over homes (0 other, 1 social) and attachment (0 firm, 1 loose)."""
    loose = np.array([USE.loose_other, USE.loose_social])
    mean = (1.0 - loose) * by_home[:, 0] + loose * by_home[:, 1]
    return float((1.0 - USE.social_share) * mean[0] + USE.social_share * mean[1])


@pytest.mark.parametrize("kind", [HASH_AND_PILLS, ALCOHOL, KHAT])
@pytest.mark.parametrize("age", [16, 24, 25, 40])
def test_the_shares_of_an_age_follow_from_the_steps_of_the_year_before(kind: int, age: int) -> None:
    draws = (np.arange(2000) + 0.5) / 2000
    after = np.zeros(STATES)
    for state in range(STATES):
        for u in draws:
            onset, stops = onset_chance(kind, age, USE), stopping_chance(kind, USE)
            to = next_use(state, kind, onset, stops, relapse_chance(USE.relapse), u, USE)
            after[to] += SHARES[kind, age, state] / len(draws)
    assert after == pytest.approx(SHARES[kind, age + 1], abs=1 / 2000)  # a step of the draws
    assert SHARES[kind, age].sum() == pytest.approx(1.0)


def test_the_nations_young_use_as_was_published() -> None:
    """Two per cent of 15-24 use hash almost daily, 6.5 have a problem (E100 E101)."""
    problem = sum(
        of_the_nation(LIABLE[:, :, kind]) * among_the_young(SHARES, kind, 0) for kind in (HASH_AND_PILLS, ALCOHOL, KHAT)
    )
    daily = of_the_nation(LIABLE[:, :, HASH_AND_PILLS]) * among_the_young(SHARES, HASH_AND_PILLS, 1)
    assert daily == pytest.approx(0.02, rel=1e-12)
    assert problem == pytest.approx(0.065, rel=1e-12)


@pytest.mark.parametrize(("kind", "ratio"), [(HASH_AND_PILLS, 5.0), (ALCOHOL, 2.5)])
def test_social_housing_has_the_published_excess(kind: int, ratio: float) -> None:
    """E099, derived from treatments."""
    loose = np.array([USE.loose_other, USE.loose_social])
    mean = (1.0 - loose) * LIABLE[:, 0, kind] + loose * LIABLE[:, 1, kind]
    assert mean[1] / mean[0] == pytest.approx(ratio, rel=1e-12)


@pytest.mark.parametrize(
    ("times", "using", "finding"),
    [(1.0, 0.648, "E102, usual aftercare"), (0.6, 0.457, "E102, short stays"), (0.36, 0.313, "E143, a recovery home")],
)
def test_relapse_in_two_years_is_that_of_the_trial(times: float, using: float, finding: str) -> None:
    """Of 150 persons in two arms: a sampling error of 0.06 for each."""
    assert 1.0 - (1.0 - relapse_chance(times * USE.relapse)) ** 2 == pytest.approx(using, abs=0.02), finding


@pytest.mark.parametrize("group", ["work", "crime", "schooling"])
def test_the_shares_by_which_means_stay_are_about_those_of_the_nation(group: str) -> None:
    """Within a quarter: who works uses less than all of an age, and few ages are exactly those of a process."""
    given, first, last = {
        "work": (USE.job_loss_share, 18, 65),
        "crime": (of_plan(LAW, "crime", Crime).heavy_use_share, 15, 40),
        "schooling": (of_plan(LAW, "schooling", Schooling).heavy_use_share, 16, 25),
    }[group]
    other, social = (heavy_share(SHARES, LIABLE, home, first, last, USE) for home in (0, 1))
    assert given == pytest.approx((1.0 - USE.social_share) * other + USE.social_share * social, rel=0.25)


def test_what_some_have_leaves_the_mean_as_it_was() -> None:
    for times, share in ((2.0, 0.1), (0.5, 0.4), (1.0, 0.3)):
        mean = share * against_the_mean(times, share, 1) + (1.0 - share) * against_the_mean(times, share, 0)
        assert mean == pytest.approx(1.0, rel=1e-15)
        assert by_degree(times, share, share) == 1.0
    assert against_the_mean(1.0, 0.3, 1) == against_the_mean(1.0, 0.3, 0) == 1.0


def test_staff_see_the_street_more_than_the_shed_and_the_shed_more_than_curtains() -> None:
    street, shed, curtains = (substance.seen(kind, USE) for kind in (HASH_AND_PILLS, ALCOHOL, KHAT))
    assert street > shed > curtains > 0.0
    assert attention(shed, 1, 0.25) == shed
    assert attention(shed, 0, 0.25) == 0.25 * shed
    assert handled(48.0, 24.0, 0.3) == handled(24.0, 24.0, 0.3) == 0.3
    assert handled(0.0, 24.0, 0.3) == 0.0


def test_a_focus_on_origin_takes_from_adults_and_watching_health_gives() -> None:
    focus = np.array([0.25, 1.0])
    assert focus_on_adults(focus, 0.5, 0.0, 0.0, 0.0).tolist() == [0.25, 1.0]
    assert focus_on_adults(focus, 0.5, 1.0, 0.0, 0.0).tolist() == [0.125, 0.5]
    assert focus_on_adults(focus, 0.0, 1.0, 0.4, 1.0) == pytest.approx([0.25 + 0.4 * 0.75, 1.0])


def test_company_counts_the_household_before_the_neighbours() -> None:
    assert substance.likely_met(0.1, 5.0) == pytest.approx(1.0 - 0.9**5)
    assert substance.likely_met(0.0, 5.0) == 0.0
    town = small_town()
    w = town.world
    pair = next(row for row in people(w) if w.households.size[w.persons.household[row]] == 2)
    other = w.households.head[w.persons.household[pair]]
    other = w.persons.next[other] if other == pair else other
    for state, company in ((NO_USE, 0.0), (RECOVERY, 0.0), (HEAVY, 1.0)):
        w.ties.substance[[pair, other]] = HEAVY, state
        assert substance.company_of(w.persons, w.ties, w.households, pair, 0.0, 5.0) == company


def whole_year(preset: str, *, never_met: bool = False) -> Town:
    """Return a town after a year; if nobody is ever met, neither use nor language nor meetings are there."""
    town = small_town(("Høje-Taastrup",), months=MONTHS, preset=preset, events=ROOM)  # type: ignore[arg-type]
    order = MONTH
    if never_met:
        n = int(town.world.used[0])
        town.world.ties.substance[:n] = NOT_DRAWN
        town.world.ties.danish[:n] = NOT_DRAWN
        order = tuple(process for process in MONTH if process.__name__ not in ("substance", "meetings"))
    for _ in range(MONTHS):
        town.step(order)
    return town


def test_under_null_all_that_happens_is_what_happens_without_use_and_meetings() -> None:
    assert np.array_equal(log_of(whole_year("null")), log_of(whole_year("null", never_met=True)))


def test_a_town_stands_still_in_its_use_and_use_makes_a_difference() -> None:
    """The second, so that the test before could fail."""
    town = small_town(("Høje-Taastrup",), months=MONTHS)
    w = town.world

    def heavy() -> tuple[float, int]:
        rows = residents(w)
        rows = rows[ages(town, rows) >= 18]
        return float((w.ties.substance[rows] == HEAVY).mean()), len(rows)

    (before, number) = heavy()
    started = w.ties.substance[: int(w.used[0])].copy()
    after = whole_year("central")
    town, w = after, after.world
    now, _ = heavy()
    # Two counts of heavy users among so many, most of them the same persons: four standard errors of one.
    assert abs(now - before) <= 4.0 * np.sqrt(before / number)
    assert not np.array_equal(log_of(after), log_of(whole_year("central", never_met=True)))
    rows = residents(w)
    use, kind = w.ties.substance[rows], w.ties.kind_of_use[rows]
    grown = ages(town, rows) >= 16
    assert (use[grown] != NOT_DRAWN).all()
    assert (kind[(use != NO_USE) & (use != NOT_DRAWN)] != NOTHING).all()
    assert {NO_USE, AT_RISK, HEAVY, RECOVERY} <= set(use[grown])
    assert (w.ties.takes_part[rows] & AFTERCARE == 0).all()  # none is offered by default
    assert len(started) > 0


def test_the_start_has_about_the_attachment_that_is_assumed() -> None:
    """Loosely attached of 18-64 by home, in a town of the middle; a tenth either way."""
    town = small_town(("Odense",), scale=0.1)
    w = town.world
    rows = residents(w)
    age = ages(town, rows)
    rows = rows[(age >= 18) & (age < 65)]
    home = w.households.dwelling[w.persons.household[rows]]
    rows, home = rows[home >= 0], home[home >= 0]
    social = w.dwellings.tenure[home] == SOCIAL
    loose = w.persons.weak[rows] == 1
    assert loose[social].mean() == pytest.approx(USE.loose_social, abs=0.1)
    assert loose[~social].mean() == pytest.approx(USE.loose_other, abs=0.1)


def test_the_lever_is_the_attention_that_adult_users_get() -> None:
    """`substance.focus`: nothing, as in 2015, and all."""
    seen = []
    for focus in (0.0, 1.0):
        town = small_town(("Aarhus",), settings={"substance.focus": focus, "list.ethnicity_criterion": False})
        c = town.context
        here = town.world.areas.kind == NAMED_AREA
        seen.append(substance.focus_now(c, substance.substance_now(c))[here])
    assert (seen[0] < seen[1]).all()
