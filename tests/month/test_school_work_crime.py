from __future__ import annotations

import itertools

import numpy as np
import pytest

from beboersim.chance import ANY_WORD, UNIT, Purpose, address, fill
from beboersim.evidence.findings import findings
from beboersim.month import crime, schooling, work
from beboersim.month.crime import ask_offenders, is_convicted
from beboersim.month.ledger import Event
from beboersim.month.schooling import first_wage
from beboersim.month.work import (
    FINDS,
    LOSES,
    PENSION_AGES,
    RECOVERS,
    RETIRES,
    UNCHANGED,
    WITHDRAWS,
    close_year,
    event_at_work,
    finds_work,
    loses_work,
    market,
    pension_age_months,
    work_event,
)
from beboersim.policy.catalogue import catalogue
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town, of_plan
from beboersim.world.attachment import MOST_ODDS, ODDS_UNIT, Work, steady_states, times_by_attachment
from beboersim.world.codes import (
    BASIC,
    CHILD,
    EMPLOYED,
    HIGHER,
    NAMED_AREA,
    OUTSIDE,
    PENSIONER,
    PUPIL,
    STUDENT,
    UPPER_SECONDARY,
    VOCATIONAL,
)
from beboersim.world.columns import made
from beboersim.world.livelihoods import weak_from_school
from beboersim.world.offending import RISK_UNIT, Crime, conviction_risk
from beboersim.world.school import (
    BECOMES_PUPIL,
    BECOMES_STUDENT,
    COMPLETES,
    DROPS_OUT,
    GOES_OUTSIDE,
    GROWN_UP,
    LATEST_START,
    LATEST_STUDY,
    SCHOOL_STARTS,
    SKILLED_GOES_ON,
    STAYS,
    YOUTH_STARTS,
    Schooling,
    education_completed,
    school_step,
    starts_again,
)
from beboersim.world.state import Persons
from beboersim.world.taking_part import CLUB, HEAVY
from small_towns import ROOM, ages, has_run, people, residents, small_town

LAW = Plan(Scenario.load("law"))
SCHOOL, WORK, CRIME = of_plan(LAW, "schooling", Schooling), of_plan(LAW, "work", Work), of_plan(LAW, "crime", Crime)


def step(
    years: float,
    activity: int,
    u: float,
    education: int = BASIC,
    works: int = 1,
    months_in: int = 40,
    learning: float = 0.0,
    dropping: float = 1.0,
    beginning: float = 1.0,
) -> int:
    return school_step(
        months_old=int(years * 12), education=education, activity=activity, months_in=months_in,
        parent_works=works, learning=learning, u=u, p=SCHOOL, dropping=dropping, beginning=beginning,
    )  # fmt: skip


def test_school_starts_at_six_and_ends_at_sixteen() -> None:
    assert step(5.99, CHILD, 0.0) == STAYS
    assert step(6.0, CHILD, 0.999) == BECOMES_PUPIL
    assert step(15.99, PUPIL, 0.0) == STAYS
    assert step(16.0, PUPIL, 0.0) == BECOMES_STUDENT
    assert step(16.0, PUPIL, 0.9999) == GOES_OUTSIDE
    assert step(17.5, PUPIL, 0.0) == BECOMES_STUDENT


def test_the_child_of_a_home_without_work_starts_youth_education_less_often() -> None:
    between = SCHOOL.start_youth - 0.5 * SCHOOL.start_youth_parents_outside
    assert step(16.0, PUPIL, between, works=1) == BECOMES_STUDENT
    assert step(16.0, PUPIL, between, works=0) == GOES_OUTSIDE


def test_what_is_learnt_elsewhere_is_added_to_the_chance_of_going_on() -> None:
    assert step(16.0, PUPIL, SCHOOL.start_youth + 0.01) == GOES_OUTSIDE
    assert step(16.0, PUPIL, SCHOOL.start_youth + 0.01, learning=0.02) == BECOMES_STUDENT


@pytest.mark.parametrize(
    ("education", "complete", "drop_out"),
    [(BASIC, SCHOOL.complete_youth, SCHOOL.drop_out_youth),
     (UPPER_SECONDARY, SCHOOL.complete_higher, SCHOOL.drop_out_higher)],
)  # fmt: skip
def test_a_student_drops_out_completes_or_goes_on_at_the_levels_rates(
    education: int, complete: float, drop_out: float
) -> None:
    n, shortest = 20_000, int(SCHOOL.shortest_months)
    u = ((np.arange(n) + 0.5) / n).tolist()
    found = np.array([step(20.0, STUDENT, x, education, months_in=shortest) for x in u])
    assert (found == DROPS_OUT).mean() == pytest.approx(drop_out / 12.0, abs=1.0 / n)
    assert (found == COMPLETES).mean() == pytest.approx(complete / 12.0, abs=1.0 / n)
    early = np.array([step(20.0, STUDENT, x, education, months_in=shortest - 1) for x in u])
    assert (early == DROPS_OUT).sum() == (found == DROPS_OUT).sum()
    assert not (early == COMPLETES).any()


def test_who_has_a_club_stays_in_education_and_the_mean_stands() -> None:
    around = np.array([[0.0, 0.4]])  # safe as on the first day; two of five came to a club in 2015
    p = SCHOOL._replace(activities_stay=0.8)
    with_club, without = (schooling.dropping_by_activities(around, 0, 16 * 12, bits, p) for bits in (CLUB, 0))
    assert with_club == pytest.approx(0.8 * without)
    assert 0.4 * with_club + 0.6 * without == pytest.approx(1.0)
    assert schooling.dropping_by_activities(around, 0, 18 * 12, 0, p) == 1.0  # no café for the grown-up in 2015
    assert schooling.dropping_by_activities(around, 1, 16 * 12, CLUB, p) == 1.0  # no area of the table


def test_safety_moves_education_from_what_it_was_on_the_first_day() -> None:
    p = SCHOOL._replace(safe_start=0.1, safe_stay=0.3)
    as_then, safer = np.array([[0.0, 0.4]]), np.array([[0.1, 0.4]])
    assert schooling.start_by_safety(as_then, 0, p) == 0.0
    assert schooling.start_by_safety(safer, 0, p) == pytest.approx(0.01)
    assert schooling.dropping_by_safety(as_then, 0, p) == 1.0
    assert schooling.dropping_by_safety(safer, 0, p) == pytest.approx(0.97)


def test_education_rises_as_fast_as_it_was_found_to() -> None:
    """Of those of twenty, in log-odds a year: rounded to the hundredth."""
    claimed = float(catalogue()["schooling.rise"].preset("council"))
    said = findings()["E132"].outcome
    assert "66% in disadvantaged areas vs 81% nationally (2008: 56 vs 74)" in said
    for then, now in ((56, 66), (74, 81)):
        assert np.log(now / (100 - now) / (then / (100 - then))) / 5.0 == pytest.approx(claimed, abs=0.005)
    later = schooling.risen(SCHOOL._replace(rise=claimed), 10.0)
    odds = [p.start_youth / (1.0 - p.start_youth) for p in (SCHOOL, later)]
    assert np.log(odds[1] / odds[0]) == pytest.approx(10.0 * claimed)
    assert later.drop_out_youth == pytest.approx(SCHOOL.drop_out_youth * np.exp(-10.0 * claimed))
    assert schooling.risen(SCHOOL, 10.0) == SCHOOL  # under central
    assert schooling.risen(SCHOOL._replace(rise=claimed), 0.0) == SCHOOL._replace(rise=claimed)


def test_nobody_studies_at_forty_five() -> None:
    assert step(44.99, STUDENT, 0.5) == STAYS
    assert step(45.0, STUDENT, 0.5) == DROPS_OUT


def test_education_is_taken_up_again_before_thirty_only() -> None:
    for education, back in ((BASIC, True), (UPPER_SECONDARY, True), (VOCATIONAL, True), (HIGHER, False)):
        assert step(24.0, EMPLOYED, 0.0, education) == (BECOMES_STUDENT if back else STAYS)
        assert step(30.0, OUTSIDE, 0.0, education) == STAYS
    assert step(70.0, PENSIONER, 0.0) == STAYS
    assert starts_again(BASIC, SCHOOL) == SCHOOL.return_to_youth
    assert starts_again(UPPER_SECONDARY, SCHOOL) == SCHOOL.start_higher
    assert starts_again(VOCATIONAL, SCHOOL) == SKILLED_GOES_ON * SCHOOL.start_higher


def test_no_chance_of_a_step_is_above_the_bound_that_lets_the_month_skip_people() -> None:
    studying, beginning = (word * UNIT for word in schooling.highest_words(SCHOOL))
    bound = {STUDENT: studying, EMPLOYED: beginning, OUTSIDE: beginning}
    most = schooling.dropping_by_use(HEAVY, SCHOOL) * times_by_attachment(MOST_ODDS, SCHOOL.weak_drops)
    for activity in (STUDENT, EMPLOYED, OUTSIDE):

        def likeliest(u: float, education: int, activity: int = activity) -> int:
            returning = schooling.returning_by_attachment(-MOST_ODDS, education, SCHOOL)
            return step(24.0, activity, u, education, dropping=most, beginning=returning)

        assert all(likeliest(bound[activity] + 1e-9, education) == STAYS for education in range(4))
        assert any(likeliest(bound[activity] - 1e-9, education) != STAYS for education in range(4))


@pytest.mark.parametrize(
    ("activity", "months_old", "marked"),
    [
        (CHILD, SCHOOL_STARTS, True),
        (CHILD, SCHOOL_STARTS - 1, False),
        (PUPIL, GROWN_UP, True),
        (PUPIL, YOUTH_STARTS, True),
        (PUPIL, YOUTH_STARTS - 1, False),
        (STUDENT, LATEST_STUDY, True),
        (STUDENT, LATEST_STUDY - 1, False),
        (EMPLOYED, LATEST_START, False),
        (PENSIONER, 70 * 12, False),
    ],
)
def test_who_is_of_an_age_to_take_a_step_is_looked_at_whatever_the_draw(
    activity: int, months_old: int, marked: bool
) -> None:
    marks = np.zeros(1, np.uint8)
    one = np.array([ANY_WORD]), np.array([activity], np.uint8), np.array([-months_old], np.int16)
    schooling.mark_near(one[0], 1000, 1000, one[1], one[2], 0, marks)
    assert marks[0] == marked


def test_chances_follow_attachment_around_the_mean_either_way_and_can_be_closed() -> None:
    assert times_by_attachment(0.0, 6.0) == 1.0
    assert times_by_attachment(ODDS_UNIT, 1.5) == pytest.approx(2.0 / (1.0 + np.exp(-1.5)), rel=1e-12)
    assert times_by_attachment(30.0, 6.0) > 1.0 > times_by_attachment(30.0, -6.0)
    assert times_by_attachment(30.0, 6.0) == pytest.approx(times_by_attachment(-30.0, -6.0), rel=1e-12)
    assert times_by_attachment(30.0, 6.0) + times_by_attachment(-30.0, 6.0) == pytest.approx(2.0, rel=1e-12)
    assert times_by_attachment(30.0, 0.0) == times_by_attachment(MOST_ODDS, -0.0) == 1.0


def test_only_coming_back_to_a_youth_education_turns_on_attachment() -> None:
    returns = schooling.returning_by_attachment
    assert returns(30.0, BASIC, SCHOOL) == times_by_attachment(30.0, -SCHOOL.weak_returns) < 1.0
    assert returns(30.0, UPPER_SECONDARY, SCHOOL) == 1.0
    assert returns(30.0, BASIC, SCHOOL._replace(weak_returns=0.0)) == 1.0


def came_back(steepness: float) -> float:
    """Return how many in a hundred weakly attached dropouts of 20-27 are in education after a year."""
    town = small_town(scale=0.5, months=12, settings={"schooling.weak_returns": steepness})
    rows, persons = residents(town.world), town.world.persons
    free = (persons.education[rows] == BASIC) & np.isin(persons.activity[rows], (EMPLOYED, OUTSIDE))
    young = (ages(town, rows) >= 20) & (ages(town, rows) < 28)
    ids = persons.id[rows[free & young & (persons.weak_odds[rows] > ODDS_UNIT / 2)]]
    later = has_run(town).world.persons
    return 100.0 * float((later.activity[np.isin(later.id, ids) & (later.household >= 0)] == STUDENT).mean())


def test_in_a_run_the_lastingly_weakly_attached_come_back_to_education_less() -> None:
    # Of 114 persons 15 in a hundred a year come back (return_to_youth), less those who leave again: uncertain by 3.
    assert came_back(0.0) > 9.0
    assert came_back(6.0) < 5.0


def test_attachment_to_work_runs_in_families_and_can_be_closed() -> None:
    chance = schooling.chance_of_weak_leaver
    assert chance(0.2, 1.0, 1, SCHOOL) > chance(0.2, 0.0, 1, SCHOOL) == pytest.approx(0.2)
    assert chance(0.2, 0.0, 0, SCHOOL) == pytest.approx(0.2 + SCHOOL.weak_parents_outside)
    closed = SCHOOL._replace(weak_inherited=0.0)
    assert chance(0.2, 1.0, 1, closed) == chance(0.2, -1.0, 1, closed) == pytest.approx(0.2)
    all_of_it = SCHOOL._replace(weak_inherited=1.0)
    odds = chance(0.2, 1.0, 1, all_of_it) / (1.0 - chance(0.2, 1.0, 1, all_of_it))
    assert odds == pytest.approx(0.25 * np.e, rel=1e-12)


def test_those_who_leave_school_are_weakly_attached_as_often_as_the_town_has_it() -> None:
    """The level is fitted to the town's first day: parents differ, the mean stays (world.livelihoods)."""
    town = small_town(scale=0.3, months=12)
    leavers = town.context.school_leavers
    world, rows = town.world, residents(town.world)
    persons, years = world.persons, ages(town, residents(town.world))
    homes = persons.household[rows[(years >= 13) & (years < 16)]]
    chances = np.array([
        schooling.chance_of_weak_leaver(
            leavers.weak[0], schooling.parents_odds(persons, world.households, int(home)),
            schooling.works_at_home(persons, world.households, int(home)), SCHOOL,
        )
        for home in homes
    ])  # fmt: skip
    error = chances.std() / np.sqrt(len(chances))
    assert chances.mean() == pytest.approx(weak_from_school(town.start.margins[0]), abs=4.0 * error)
    assert np.log(chances / (1.0 - chances)).mean() == pytest.approx(leavers.weak_usual[0], abs=0.3)


def test_a_completed_education_gives_a_vocational_or_upper_secondary_one_first_and_then_a_higher() -> None:
    share = SCHOOL.vocational_share
    assert education_completed(BASIC, share - 1e-9, SCHOOL) == VOCATIONAL
    assert education_completed(BASIC, share, SCHOOL) == UPPER_SECONDARY
    assert education_completed(UPPER_SECONDARY, 0.5, SCHOOL) == HIGHER
    assert education_completed(VOCATIONAL, 0.5, SCHOOL) == HIGHER


@pytest.mark.parametrize("inherited", [0.0, 0.5, 0.9])
def test_the_first_wages_have_the_towns_spread_and_keep_a_part_of_the_parents_advantage(inherited: float) -> None:
    level, spread, n = 12.5, 0.5, 20_000
    rng = np.random.default_rng(1)
    parents = np.exp(level + spread * rng.standard_normal(n))
    noise = rng.standard_normal(n)
    pairs = zip(parents.tolist(), noise.tolist(), strict=True)
    own = np.log([first_wage(parent, level, spread, inherited, z) for parent, z in pairs])
    assert own.mean() == pytest.approx(level, abs=5.0 * spread / np.sqrt(n))
    assert own.std() == pytest.approx(spread, abs=5.0 * spread / np.sqrt(2.0 * n))
    # The slope on the parents' level is the part inherited; its error is that of a regression.
    slope = np.cov(own, np.log(parents))[0, 1] / np.log(parents).var()
    assert slope == pytest.approx(inherited, abs=5.0 / np.sqrt(n))


def test_who_has_parents_without_a_wage_draws_from_the_towns_level() -> None:
    assert first_wage(0.0, 12.5, 0.5, 0.5, 0.0) == pytest.approx(np.exp(12.5))


def finds(p: Work = WORK, **changed: float) -> float:
    facts: dict[str, float] = dict(age=35, weak=1, trend=0.0, stigma=0.0, foreign=0, help=1.0)
    facts |= changed
    return finds_work(
        int(facts["age"]), int(facts["weak"]), facts["trend"], facts["stigma"], int(facts["foreign"]), facts["help"], p,
    )  # fmt: skip


def test_the_chance_of_work_without_influences_is_the_parameter() -> None:
    assert finds() == WORK.find_weak
    assert finds(weak=0) == WORK.find_stable
    assert finds(age=54) == WORK.find_weak
    assert finds(age=55) == pytest.approx(WORK.find_weak * WORK.find_after_55)


def test_the_address_costs_callbacks_of_applicants_of_foreign_background_only() -> None:
    assert finds(stigma=1.0, foreign=1) == pytest.approx(WORK.find_weak * (1.0 - WORK.callback_penalty))
    assert finds(stigma=1.0, foreign=0) == finds()
    assert finds(WORK._replace(callback_penalty=0.0), stigma=1.0, foreign=1) == finds()


def test_a_rising_trend_helps_to_find_and_to_keep_work() -> None:
    assert finds(trend=0.3) > finds() > finds(trend=-0.3)
    assert loses_work(20, 1, 0.3, WORK) < loses_work(20, 1, 0.0, WORK)


def test_fresh_jobs_of_the_weakly_attached_end_most() -> None:
    fresh = int(WORK.fresh_months)
    assert loses_work(fresh - 1, 1, 0.0, WORK) == WORK.lose_fresh
    assert loses_work(fresh, 1, 0.0, WORK) == WORK.lose_weak
    assert loses_work(0, 0, 0.0, WORK) == WORK.lose_stable


def at_work(activity: int = EMPLOYED, months_old: int = 400, weak: int = 1, u: float = 0.5, turn: float = 0.5) -> int:
    return work_event(
        months_old=months_old, activity=activity, weak=weak, months_in=100, trend=0.0, stigma=0.0, foreign=0,
        help=1.0, becomes_weak=0.01, recovers=0.02, pension_age_months=780, u_job=u,
        u_attachment=turn, p=WORK,
    )  # fmt: skip


def test_retiring_comes_before_attachment_and_attachment_before_the_job() -> None:
    assert at_work(months_old=780, u=0.0, turn=0.0) == RETIRES
    assert at_work(months_old=779, u=0.0, turn=0.0) == RECOVERS
    assert at_work(weak=0, u=0.0, turn=0.0) == WITHDRAWS
    assert at_work(u=0.0) == LOSES
    assert at_work(OUTSIDE, u=0.0) == FINDS
    assert at_work() == at_work(OUTSIDE, weak=0, u=0.9) == UNCHANGED


def test_attachment_changes_at_its_rates() -> None:
    assert at_work(weak=0, turn=0.01 - 1e-9) == WITHDRAWS
    assert at_work(weak=0, turn=0.01) == UNCHANGED
    assert at_work(weak=1, turn=0.02 - 1e-9) == RECOVERS
    assert at_work(weak=1, turn=0.02) == UNCHANGED


def test_the_first_day_has_the_incomes_that_a_year_of_work_gives() -> None:
    """Of the same persons, a year apart, rates as they were: 2.5 per cent more where benefit beside work was left out.

    What a year of age adds is half a per cent at most, and the sampling error of the mean change some 0.3.
    """
    town = small_town(scale=0.5, months=12, settings={"time.standstill": True})
    rows, persons = residents(town.world), town.world.persons
    years = ages(town, rows)
    rows = rows[(years >= 30) & (years < 58)]
    before = dict(zip(persons.id[rows].tolist(), persons.income_past[rows].tolist(), strict=True))
    town.run(town.until)
    rows, persons = residents(town.world), town.world.persons
    after = zip(persons.id[rows].tolist(), persons.income_past[rows].tolist(), strict=True)
    both = [(before[who], now) for who, now in after if who in before]
    then, now = np.array(both).mean(axis=0)
    assert len(both) > 5000
    assert now / then == pytest.approx(1.0, abs=0.015)


def test_help_multiplies_the_chance_of_work() -> None:
    assert finds(help=1.5) == pytest.approx(1.5 * finds())


def test_ties_multiply_the_chance_of_work_and_the_risk_of_a_conviction() -> None:
    town = small_town(scale=0.02)
    c, world = town.context, town.world
    row = int(people(world)[np.flatnonzero(ages(town, people(world)) == 30)[0]])
    area = int(world.households.area[world.persons.household[row]])
    m, sex = market(c), int(world.persons.sex[row])
    assert work.help_of(world.ties, world.areas, row, area, sex, m) == 1.0  # no area of this town has a plan
    before = crime.risk_of(world.persons, world.ties, row, c.month, 1.0, CRIME)
    world.ties.job_chance[row], world.ties.offending[row], world.areas.contacts[area] = 6144, 2048, 1.1
    assert work.help_of(world.ties, world.areas, row, area, sex, m) == pytest.approx(1.65)
    assert work.help_of(world.ties, world.areas, row, area, sex, m._replace(help_on=0.0)) == pytest.approx(1.1)
    assert crime.risk_of(world.persons, world.ties, row, c.month, 1.0, CRIME) == pytest.approx(0.5 * before)
    assert market(c).most_help == pytest.approx(1.65)


def test_no_chance_at_work_is_above_the_bound_that_lets_the_month_skip_people() -> None:
    c = small_town(scale=0.02).context
    for trend in (-0.3, 0.0, 0.3):
        m = market(c)._replace(trend_danish=trend, trend_nonwestern=-trend, most_help=1.5)
        bounds = work.highest_words(m, WORK).reshape(-1, 2)[[EMPLOYED, OUTSIDE]] * UNIT
        for weak, foreign, stigma, age in itertools.product((0, 1), (0, 1), (0.0, 1.0), (30, 60)):
            of_person = -trend if foreign else trend
            found = finds(age=age, weak=weak, trend=of_person, stigma=stigma, foreign=foreign, help=1.5)
            assert found <= bounds[1, weak] + UNIT
            assert max(loses_work(months, weak, of_person, WORK) for months in (0, 100)) <= bounds[0, weak] + UNIT


def test_a_months_jobs_found_and_lost_are_as_many_as_the_chances_say() -> None:
    """Every adult asked with a grid of draws, against the rates written out over the columns."""
    town = small_town(("Odense",), scale=0.05)
    c, persons = town.context, town.world.persons
    m, rows = market(c), people(town.world)
    rows = rows[np.isin(persons.activity[rows], (EMPLOYED, OUTSIDE)) & (ages(town, rows) < 65)]
    never = 2**32 - 1
    employed = persons.activity[rows] == EMPLOYED
    fresh = c.month - persons.since[rows] < WORK.fresh_months
    weak = persons.weak[rows] == 1
    loses = np.where(weak, np.where(fresh, WORK.lose_fresh, WORK.lose_weak), WORK.lose_stable)
    found = np.where(weak, WORK.find_weak, WORK.find_stable) * np.where(ages(town, rows) >= 55, WORK.find_after_55, 1.0)
    foreign = persons.origin[rows] >= 2
    area = town.world.households.area[persons.household[rows]]
    found = found * (1.0 - WORK.callback_penalty * town.world.areas.stigma[area] * foreign * m.callbacks_on)
    ties, households, areas = town.world.ties, town.world.households, town.world.areas
    found = found * m.without_plan[area, persons.sex[rows]] * ties.job_chance[rows] / work.JOB_CHANCE_UNIT
    assert len(np.unique(ties.job_chance[rows])) == 3, "nobody is helped: no, men, women"
    found = found * m.finding[ties.danish[rows]] * areas.contacts[area] * areas.local_jobs[area]
    chance = np.where(employed, loses * m.losing[ties.substance[rows]], found)
    for shift, happens in ((-2, True), (2, False)):
        word = np.clip(np.rint(chance * 2.0**32) + shift * 2.0, 1, never).astype(np.int64)
        events = [
            event_at_work(persons, ties, households, areas, row, c.month, w, never, m, WORK)
            for row, w in zip(rows.tolist(), word.tolist(), strict=True)
        ]
        wanted = np.where(employed, LOSES, FINDS) if happens else np.full(len(rows), UNCHANGED)
        assert np.array_equal(events, wanted)


@pytest.mark.parametrize("weak", [0, 1])
def test_the_long_run_share_outside_work_is_that_of_the_monthly_rates(weak: int) -> None:
    """One person for a very long time, against the formula that the synthesis uses."""
    rng = np.random.default_rng(1)
    find = finds(weak=weak)
    spells_in, spells_out = [], []
    for _ in range(4000):
        spells_out.append(rng.geometric(find))
        months = 0
        u = rng.random(2000)
        while u[months] >= loses_work(months, weak, 0.0, WORK):
            months += 1
        spells_in.append(months + 1)
    a, b = np.array(spells_out, float), np.array(spells_in, float)
    share = a.sum() / (a.sum() + b.sum())
    error = share * (1.0 - share) * np.sqrt((a.std() / a.mean()) ** 2 + (b.std() / b.mean()) ** 2) / np.sqrt(len(a))
    # The first month of a job counts in months: a spell is at least one month, as in the formula up to that month.
    assert abs(share - steady_states(WORK)[weak]) < 5.0 * error + 0.005


@pytest.mark.parametrize(
    ("time", "years"), [(2015.0, 65.0), (2018.99, 65.0), (2019.0, 65.5), (2019.5, 66.0), (2021.0, 66.5), (2022.0, 67.0),
                        (2029.9, 67.0), (2030.0, 68.0)],
)  # fmt: skip
def test_the_pension_age_is_that_of_the_date(time: float, years: float) -> None:
    assert pension_age_months(time) == round(years * 12)
    assert [age for _, age in PENSION_AGES] == sorted(age for _, age in PENSION_AGES)


def test_at_the_turn_of_the_year_this_year_becomes_last_year() -> None:
    persons = made(Persons, 2)
    persons.outside_now[:] = (1200, 600)
    persons.outside_past[0, :3] = (1, 2, 3)
    persons.income_now[:] = (100.0, 200.0)
    persons.convicted_years[:] = (1, 0b11111)
    close_year(persons, np.array([2, 0, 0], np.int64))
    assert persons.outside_past[0].tolist() == [200, 1, 2, 3]
    assert persons.outside_past[1, 0] == 100
    assert persons.income_past.tolist() == [100.0, 200.0]
    assert persons.income_now.tolist() == [0.0, 0.0]
    assert persons.outside_now.tolist() == [0, 0]
    assert persons.convicted_years.tolist() == [2, 0b11110]


def risk(p: Crime = CRIME, **changed: float) -> float:
    facts: dict[str, float] = dict(age=20.0, sex=0, outside=0, months_since=1e6, own_risk=1.0, trend=1.0)
    facts |= changed
    return conviction_risk(
        facts["age"], int(facts["sex"]), int(facts["outside"]), facts["months_since"], facts["own_risk"],
        facts["trend"], p,
    )  # fmt: skip


def test_the_risk_of_a_man_of_twenty_in_work_is_the_base() -> None:
    assert risk() == pytest.approx(CRIME.base / 12.0)
    assert risk(age=15.0) == risk()


@pytest.mark.parametrize(
    ("fact", "value", "times"),
    [("sex", 1, CRIME.women), ("outside", 1, CRIME.outside), ("months_since", 1.0, CRIME.earlier),
     ("months_since", CRIME.earlier_months, 1.0), ("own_risk", 2.5, 2.5), ("trend", 0.8, 0.8),
     ("age", 30.0, float(np.exp(-10.0 * CRIME.decline_per_year)))],
)  # fmt: skip
def test_each_fact_multiplies_the_risk(fact: str, value: float, times: float) -> None:
    assert risk(**{fact: value}) == pytest.approx(CRIME.base / 12.0 * times)


def test_convictions_are_as_many_as_the_risks_say() -> None:
    town = small_town(("Odense",), scale=0.15, months=1, events=ROOM)
    persons = town.world.persons
    mean = variance = 0.0
    for _ in range(6):
        town.context.ledger.noted[0] = 0
        rows = people(town.world)
        rows = rows[ages(town, rows) >= 15]
        month = town.context.month
        persons = town.world.persons
        before = {
            int(persons.id[row]): conviction_risk(
                (month - int(persons.birth[row])) / 12.0, int(persons.sex[row]), int(persons.activity[row] == OUTSIDE),
                float(month - int(persons.convicted[row])),
                persons.risk[row] / RISK_UNIT * times_by_attachment(persons.weak_odds[row], CRIME.weak_risk),
                1.0, CRIME,
            )
            for row in rows
        }  # fmt: skip
        town.step()
        found = sum(kind == Event.CONVICTION for _, kind, *_ in town.events.tolist())
        mean += sum(before.values()) - found
        variance += sum(r * (1.0 - r) for r in before.values())
    # Work may change within the month before the draw, and the trend within the half year: a tenth of the risk at most.
    assert abs(mean) < 5.0 * np.sqrt(variance) + 0.1 * variance


def test_those_who_are_skipped_are_not_convicted() -> None:
    """At thirty times the nation's level, asking each person by itself finds the same."""
    town = small_town(("Odense",), scale=0.1, months=1)
    c, n = town.context, int(town.world.used[0])
    persons, ties, word = c.world.persons, c.world.ties, address(Purpose.CRIME, c.month)
    who, what, words = np.empty(n, np.int32), np.empty(n, np.uint8), np.empty((4, n), np.uint32)
    found = ask_offenders(persons, ties, 0, n, c.month, c.seed, word, 30.0, CRIME, who, what)
    fill(c.seed, persons.id, 0, n, word, words)
    alone = [
        row for row in range(n)
        if persons.household[row] >= 0 and is_convicted(persons, ties, row, c.month, words[0, row], 30.0, CRIME) == 1
    ]  # fmt: skip
    assert who[:found].tolist() == alone
    assert found > 100


def convicted_by_attachment(weak_risk: float) -> tuple[float, float, float, float]:
    """Return by how much those convicted in a year are more weakly attached than the others of their area, and error.

    In log-odds; and the own risks of residents of named areas, and of all others, on the first day.
    """
    town = small_town(("Odense",), scale=1.0, months=12, events=ROOM, settings={"crime.weak_risk": weak_risk})
    persons, world = town.world.persons, town.world
    rows = people(world)
    area, own = world.households.area[persons.household[rows]], persons.risk[rows] / RISK_UNIT
    named = world.areas.kind[area] == NAMED_AREA
    lead = persons.weak_odds[rows] / ODDS_UNIT
    grown = ages(town, rows) >= 18
    lead -= (np.bincount(area[grown], lead[grown]) / np.maximum(np.bincount(area[grown]), 1))[area]
    by_id = dict(zip(persons.id[rows[grown]].tolist(), lead[grown].tolist(), strict=True))
    town.run(town.until)
    found = [by_id[who] for _, kind, who, *_ in town.events.tolist() if kind == Event.CONVICTION and who in by_id]
    return float(np.mean(found)), float(np.std(found) / np.sqrt(len(found))), own[named].mean(), own[~named].mean()


def test_those_weakly_attached_are_convicted_more_as_far_as_the_parameter_says() -> None:
    """And what sets named areas apart is then less the own risk of who lives there (crime.weak_risk)."""
    before, error, named_before, others_before = convicted_by_attachment(0.0)
    now, other, named, others = convicted_by_attachment(2.0)
    assert now > before + 4.0 * np.hypot(error, other)
    assert named_before > 2.0 * others_before
    assert named < 1.4 * others


def test_what_people_do_fits_their_age_after_two_years(two_years: Town) -> None:
    persons = two_years.world.persons
    rows = people(two_years.world)
    age, doing = ages(two_years, rows), persons.activity[rows]
    assert (age[doing == CHILD] <= 6).all()
    assert ((age[doing == PUPIL] >= 6) & (age[doing == PUPIL] <= 16)).all()
    assert ((age[doing == STUDENT] >= 16) & (age[doing == STUDENT] <= 45)).all()
    working = (doing == EMPLOYED) | (doing == OUTSIDE)
    assert ((age[working] >= 16) & (age[working] <= 66)).all()
    assert (age[doing == PENSIONER] >= 65).all()
    assert ((persons.hours[rows] > 0) == (doing == EMPLOYED)).all()
    assert (persons.income_past[rows] >= 0).all()
    assert (persons.outside_past[rows] <= 200).all()
