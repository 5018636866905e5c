"""Working lives: the recursion stands where it should, against matrices and against plain sums."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import of_plan
from beboersim.world.attachment import (
    FIRST_AGE,
    LAST_AGE,
    LATE_CAREER,
    MOST_ODDS,
    ODDS_UNIT,
    WAGE_BY_EDUCATION,
    YOUNG_WAGE,
    Work,
    a_year_on,
    chance_of_weak,
    in_parts,
    relative_wage,
    steady_states,
    working_lives,
)
from beboersim.world.codes import BASIC, HIGHER, VOCATIONAL
from beboersim.world.livelihoods import OUTSIDE_ODDS, lives_of, outside_by_age
from beboersim.world.margins import margins
from beboersim.world.school import Schooling

LAW = Plan(Scenario.load("law"))
WORK, SCHOOL = of_plan(LAW, "work", Work), of_plan(LAW, "schooling", Schooling)
YEARS = LAST_AGE - FIRST_AGE
NOBODY = np.zeros(3)
SETTLED = WORK._replace(turns=0.0)  # nobody's attachment is dealt anew


def monthly(p: Work, rate: float, late: float) -> np.ndarray:
    """Return the monthly transitions between working, outside (stable), outside, fresh, settled (weak), as a matrix.

    Nobody's attachment is dealt anew.
    """
    becoming, recovering = max(rate, 0.0), max(-rate, 0.0)
    working, idle, waiting, fresh, settled = range(5)
    moves = [
        (idle, working, p.find_stable * late), (working, idle, p.lose_stable), (waiting, fresh, p.find_weak * late),
        (fresh, waiting, p.lose_fresh), (settled, waiting, p.lose_weak), (fresh, settled, 1.0 / p.fresh_months),
        # Who becomes weakly attached leaves work; who recovers keeps what he or she does.
        (working, waiting, becoming), (idle, waiting, becoming), (waiting, idle, recovering),
        (fresh, working, recovering), (settled, working, recovering),
    ]  # fmt: skip
    matrix = np.eye(5)
    for start, to, chance in moves:
        matrix[start, to] += chance
        matrix[start, start] -= chance
    return matrix


@pytest.mark.parametrize("rate", [-0.01, 0.0, 0.01])
@pytest.mark.parametrize("age", [30, LATE_CAREER - 1, LATE_CAREER])
def test_a_year_is_twelve_monthly_transitions(rate: float, age: int) -> None:
    state = np.array([0.6, 0.05, 0.15, 0.08, 0.12])
    late = WORK.find_after_55 if age >= LATE_CAREER else 1.0
    expected = state @ np.linalg.matrix_power(monthly(WORK, rate, late), 12)
    np.testing.assert_allclose(a_year_on(state, age, rate, 0.0, NOBODY, SETTLED), expected, rtol=1e-12)


@pytest.mark.parametrize("turns", [0.05, 0.25])
def test_attachment_dealt_anew_makes_none_more(turns: float) -> None:
    """As many of the stably attached become weakly attached as the other way; both lose their work in it at most."""
    state = np.array([0.6, 0.05, 0.15, 0.08, 0.12])
    after = a_year_on(state, 30, 0.0, 0.0, NOBODY, WORK._replace(turns=turns))
    assert after[2:].sum() == pytest.approx(state[2:].sum(), rel=1e-12)
    assert after.sum() == pytest.approx(1.0, rel=1e-12)
    assert after[1] + after[2] > a_year_on(state, 30, 0.0, 0.0, NOBODY, SETTLED)[1:3].sum()


def test_who_is_weakly_attached_follows_age_schooling_and_what_is_lasting() -> None:
    assert chance_of_weak(0.0, 0.0, HIGHER) == pytest.approx(0.5)
    odds = [chance / (1.0 - chance) for chance in (chance_of_weak(-1.0, 20.0, level) for level in (BASIC, VOCATIONAL))]
    assert odds[0] / odds[1] == pytest.approx(OUTSIDE_ODDS["basic"], rel=1e-12)
    assert odds[1] == pytest.approx(np.exp(-1.0 + 20.0 / ODDS_UNIT), rel=1e-12)
    assert in_parts(0.5) == 0.5 * ODDS_UNIT
    assert in_parts(9.0) == -in_parts(-9.0) == MOST_ODDS


def test_as_people_grow_older_the_odds_of_all_move_alike() -> None:
    """Rates in proportion to the own chance: two groups, far apart in odds, stay so; at equal rates they would not."""
    low, high = 0.15, 0.6
    rate = 0.002
    for _ in range(240):
        low, high = low + (1.0 - low) * rate * low, high + (1.0 - high) * rate * high
    apart = np.log(high / (1.0 - high)) - np.log(low / (1.0 - low))
    assert apart == pytest.approx(np.log(0.6 / 0.4) - np.log(0.15 / 0.85), abs=2e-3)


def test_people_are_conserved_and_those_who_join_are_the_share_they_should_be() -> None:
    state = np.array([0.6, 0.05, 0.15, 0.08, 0.12])
    joining = np.array([0.5, 0.2, 0.3])
    after = a_year_on(state, 30, 0.002, 0.2, joining, WORK)
    assert after.sum() == pytest.approx(1.0, rel=1e-12)
    # One in twenty-four months of the year's joining is gone by the time the others have come: 1 - (1 - j/12)^12.
    alone = a_year_on(np.zeros(5), 30, 0.0, 0.2, joining, WORK)
    assert alone.sum() == pytest.approx(1.0 - (1.0 - 0.2 / 12.0) ** 12, rel=1e-12)


def test_a_state_that_stands_still_stays() -> None:
    """The stationary distribution of each type's own chain, with nobody crossing."""
    matrix = monthly(WORK, 0.0, 1.0)
    for rows in ([0, 1], [2, 3, 4]):
        own = matrix[np.ix_(rows, rows)]
        values, vectors = np.linalg.eig(own.T)
        still = np.real(vectors[:, np.argmax(np.real(values))])
        state = np.zeros(5)
        state[rows] = still / still.sum()
        np.testing.assert_allclose(a_year_on(state, 30, 0.0, 0.0, NOBODY, SETTLED), state, atol=1e-12)
    u_stable, _ = steady_states(WORK)
    stable = matrix[:2, :2]
    assert u_stable == pytest.approx(stable[0, 1] / (stable[0, 1] + stable[1, 0]), rel=1e-12)


def test_when_no_age_is_outside_work_more_than_another_types_stay_near_where_they_settle() -> None:
    """A flat profile with nobody joining: each age keeps the share outside, whatever its types do."""
    lives = working_lives(np.full(YEARS, 0.25), np.zeros(YEARS), 0.2, 0.6, WORK)
    outside = lives.weak * lives.outside_if_weak + (1.0 - lives.weak) * lives.outside_if_stable
    # From 55 it is harder to find work, so some become weakly attached; the level is held all the same.
    np.testing.assert_allclose(outside[2:], 0.25, atol=1e-4)
    early = slice(10, LATE_CAREER - FIRST_AGE)
    assert np.ptp(lives.weak[early]) < 0.005


@pytest.mark.parametrize("name", ["Aarhus", "Svendborg", "Læsø", "Høje-Taastrup"])
def test_working_lives_are_outside_work_at_each_age_as_published(name: str) -> None:
    here = margins(name, 2015)
    lives = lives_of(here, WORK, SCHOOL)
    outside = lives.weak * lives.outside_if_weak + (1.0 - lives.weak) * lives.outside_if_stable
    published = outside_by_age(here)
    # At most a fifth changes type in a month, so that a leap between two ages is met later; ages 20-60 are smooth.
    np.testing.assert_allclose(outside[2:42], published[2:42], atol=0.005)
    for share in lives:
        assert (share > 0.0).all()
        assert (share < 1.0).all()


def test_the_weakly_attached_are_outside_work_far_more_often() -> None:
    lives = lives_of(margins("Odense", 2015), WORK, SCHOOL)
    assert (lives.outside_if_weak > 3.0 * lives.outside_if_stable).all()


def test_a_wage_follows_education_and_is_lower_below_twenty_five() -> None:
    for education, pay in enumerate(WAGE_BY_EDUCATION):
        assert relative_wage(education, 300) == pay
        assert relative_wage(education, 299) == pytest.approx(pay * YOUNG_WAGE)
