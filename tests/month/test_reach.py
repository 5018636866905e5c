"""Whom the staff reach and help: one person by hand, then the residents of the named areas."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.month import money, reach, staff, work
from beboersim.month.reach import (
    NO_HELP,
    filled,
    helped_in_the_mean,
    is_helped,
    kept_of_help,
    known_after,
    meets,
    rate_without,
    weight_of,
)
from beboersim.policy.catalogue import Value
from beboersim.town import Town
from beboersim.world.codes import NAMED_AREA, OUTSIDE
from beboersim.world.taking_part import ADVICE, JOB_HELP
from small_towns import ROOM, ages, has_run, log_of, people, small_town

CLOSED: dict[str, Value] = {"funding.social_frame": 0.0, "funding.grant_months": 24}


def town_of(settings: dict[str, Value] | None = None, months: int = 60, scale: float = 0.05) -> Town:
    return small_town(("Aarhus",), months=months, scale=scale, settings=settings or {})


def lived(town: Town, months: int) -> Town:
    """Return a town in which only staff and money have run for some months."""
    for _ in range(months):
        town.step((staff.staff, money.money))
    return town


def residents_of_plans(town: Town) -> np.ndarray:
    world, rows = town.world, people(town.world)
    return rows[world.areas.kind[world.households.area[world.persons.household[rows]]] == NAMED_AREA]


def help_by_id(town: Town) -> dict[int, float]:
    """Return what help adds to each resident's chance of finding work, by the person's id: rows change in January."""
    rows = residents_of_plans(town)
    added = town.world.ties.job_chance[rows].astype(float) - NO_HELP
    return dict(zip(town.world.persons.id[rows].tolist(), added.tolist(), strict=True))


def test_the_first_members_of_staff_bring_the_most() -> None:
    assert filled(0.0, 0.4) == 0.0
    assert filled(1.0, 0.4) == pytest.approx(1.0 - np.exp(-0.4))
    assert filled(1.0, 0.4) - filled(0.0, 0.4) > filled(2.0, 0.4) - filled(1.0, 0.4) > 0.0
    assert filled(1e3, 0.4) == 1.0


def test_women_and_those_outside_work_come_more_often() -> None:
    assert weight_of(0, 0, 1.2, 1.25) == 1.0
    assert weight_of(1, 1, 1.2, 1.25) == pytest.approx(1.5)


def test_small_children_are_not_counted_and_older_ones_have_a_reach_of_their_own() -> None:
    assert meets(0.0, 5, 1.0, 1.0, 1.0) == 0
    assert [meets(u, 6, 9.0, 0.0, 0.4) for u in (0.39, 0.41)] == [1, 0]
    assert [meets(u, 17, 9.0, 0.0, 0.4) for u in (0.39, 0.41)] == [1, 0]
    assert [meets(u, 18, 1.5, 0.2, 0.0) for u in (0.29, 0.31)] == [1, 0]


def test_a_contact_finds_the_way_to_help() -> None:
    assert [is_helped(0.22, 1.0, 0.2, contact, 1.2) for contact in (0, 1)] == [0, 1]
    assert [is_helped(0.19, 1.0, 0.2, contact, 1.2) for contact in (0, 1)] == [1, 1]
    assert helped_in_the_mean(0.25, 0.2, 0.1, 1.0, 1.2, 1.0) == pytest.approx(0.2 * (0.75 + 0.25 * 1.2))
    assert helped_in_the_mean(0.25, 0.2, 0.1, 1.0, 1.0, 1.0) == pytest.approx(0.2)


def test_advice_opens_a_way_to_work() -> None:
    """A-24, assumption: half as many again of the advised are helped; the mean at the reference stays that of 2015."""
    assert helped_in_the_mean(0.25, 0.2, 0.1, 1.0, 1.0, 1.5) == pytest.approx(0.2 * (0.9 + 0.1 * 1.5))
    assert helped_in_the_mean(0.0, 0.8, 0.1, 1.0, 1.0, 1.5) == pytest.approx(0.8 * 0.9 + 0.1)  # no more than all
    opened: dict[str, Value] = {"staff.advice_help": 1.5, "staff.advice_reach": 0.3}
    town = town_of(opened)
    assert reach.opened_by_advice(town.context) == 1.5
    assert reach.opened_by_advice(town_of().context) == 1.0
    assert reach.opened_by_advice(town_of(opened | {"staff.advice_on_help": False}).context) == 1.0
    rows = residents_of_plans(town)
    rows = rows[town.world.persons.activity[rows] == OUTSIDE]
    parts, before = town.world.ties.takes_part[rows], town_of({"staff.advice_reach": 0.3}).world.ties.takes_part[rows]
    new = parts & ~before
    assert new.any()
    assert (new[new > 0] == JOB_HELP).all()
    assert (parts[new > 0] & ADVICE > 0).all()


def test_months_of_contact_are_counted_and_begin_again_when_the_staff_member_goes() -> None:
    assert known_after(7, 1, 0) == 8
    assert known_after(7, 1, 1) == known_after(7, 0, 0) == 0
    assert known_after(255, 1, 0) == 255


def test_half_of_what_help_gave_is_left_after_its_half_life() -> None:
    """To a part of 4096 a month, for what is left is cut to whole parts."""
    left = NO_HELP + 1434
    for _ in range(60):
        left = kept_of_help(left, 0.5 ** (1.0 / 60.0))
    assert left - NO_HELP == pytest.approx(717, abs=60)
    for _ in range(700):
        left = kept_of_help(left, 0.5 ** (1.0 / 60.0))
    assert left == NO_HELP  # it does end
    assert kept_of_help(NO_HELP, 0.9) == NO_HELP


@pytest.mark.parametrize("opens", [1.0, 1.5])
def test_at_the_reference_the_mean_chance_of_work_is_that_of_2015(opens: float) -> None:
    share, gain = 0.2, 1.35
    without = rate_without(share, gain)
    assert share * gain * without + (1.0 - share) * without == pytest.approx(1.0)
    assert rate_without(share, 1.0) == rate_without(0.0, gain) == 1.0
    # And of the persons: everybody outside work, over all draws that decide who takes part.
    town = town_of({"staff.advice_reach": 0.3, "staff.advice_help": opens})
    c = town.context
    r, without_plan, p = reach.reach_now(c, np.zeros(len(c.dose))), reach.without_plan(c), c.parameters.staff
    area = int(np.flatnonzero(town.world.areas.kind == NAMED_AREA)[0])
    at_reference = float(filled(3100.0 / 1.5 / p.cost_per_year * 1000.0, p.kappa))
    for sex in (0, 1):
        weight = weight_of(sex, 1, p.women, p.outside)
        in_contact = p.reach_adults * at_reference
        part = helped_in_the_mean(in_contact, r.jobs[area], r.advice[area], weight, r.bridge, r.opens)
        assert without_plan[area, sex] * (1.0 + part * (r.gain[area, sex] - 1.0)) == pytest.approx(1.0)


def test_where_there_is_no_plan_nothing_is_said() -> None:
    town = lived(town_of(), 3)
    world, rows = town.world, people(town.world)
    elsewhere = np.setdiff1d(rows, residents_of_plans(town))
    assert (world.ties.job_chance[elsewhere] == NO_HELP).all()
    assert (world.ties.known[elsewhere] == 0).all()
    assert (world.ties.takes_part[elsewhere] & (JOB_HELP | ADVICE) == 0).all()
    without = reach.without_plan(town.context)
    assert (without[world.areas.kind != NAMED_AREA] == 1.0).all()
    assert (without[world.areas.kind == NAMED_AREA] < 1.0).all()


def test_help_towards_work_is_for_those_outside_it() -> None:
    town = lived(town_of(), 1)
    persons, rows = town.world.persons, residents_of_plans(town)
    helped = rows[town.world.ties.takes_part[rows] & JOB_HELP > 0]
    assert len(helped) > 10
    assert (persons.activity[helped] == OUTSIDE).all()
    assert ages(town, helped).min() >= 18
    asked = town.context.month - 1  # some have had a birthday since
    assert ((asked - persons.birth[helped].astype(np.int64)) // 12).max() <= 64
    gain = np.where(persons.sex[helped] == 0, 1.35, 1.10)
    assert town.world.ties.job_chance[helped] == pytest.approx(4096.0 * gain, abs=0.5)


def test_who_comes_is_the_same_persons_and_the_hardest_to_reach_go_first() -> None:
    """With half the money those who still come are some of those who came before, and nobody else."""
    whole, half = (
        lived(town_of({"funding.social_frame": frame, "funding.grant_months": 24}), 30) for frame in (235e6, 117.5e6)
    )
    rows = residents_of_plans(whole)
    for bit in (JOB_HELP, ADVICE):
        then, now = (town.world.ties.takes_part[rows] & bit > 0 for town in (whole, half))
        assert now.sum() < then.sum()
        assert not (now & ~then).any()


def test_the_reach_of_a_focus_area_follows_the_time_it_gets() -> None:
    more, less = (
        reach.reach_now((c := town_of({"staff.education_and_jobs": share}).context), np.zeros(len(c.dose))).jobs
        for share in (0.6, 0.1)
    )
    here = more > 0.0
    assert here.sum() == 3
    assert (more[here] > less[here]).all()


def test_advice_needs_time_for_it() -> None:
    town = lived(town_of({"staff.advice": 0.0}), 1)
    assert (town.world.ties.takes_part & ADVICE == 0).all()
    assert (lived(town_of(), 1).world.ties.takes_part & ADVICE > 0).any()


def test_staff_with_authority_reach_fewer() -> None:
    with_authority, without = (
        reach.reach_now((c := town_of({"staff.non_authority": share}).context), np.zeros(len(c.dose))).adults
        for share in (0.0, 1.0)
    )
    here = without > 0.0
    assert (with_authority[here] < without[here]).all()


def test_when_a_plan_closes_help_ends_and_what_it_gave_fades_slowly() -> None:
    town = town_of(CLOSED)
    first = help_by_id(town)
    lived(town, 36)  # every grant has ended, a year ago at least
    ties, now = town.world.ties, help_by_id(town)
    assert (ties.takes_part & (JOB_HELP | ADVICE) == 0).all()
    assert (ties.known == 0).all()
    left = np.array([now[one] / first[one] for one in first if first[one] > 0.0])
    assert left.max() < 1.0
    # Cooperation has faded as well, and what is not coordinated lasts a twentieth less long (M29).
    assert left.min() > 0.5 ** (36.0 / (60.0 / 1.1)) - 36.0 / 400.0


def test_what_help_gave_goes_with_those_who_move_away() -> None:
    town = town_of()
    world = town.world
    row = residents_of_plans(town)[0]
    home = world.persons.household[row]
    world.ties.job_chance[row], world.ties.known[row] = NO_HELP + 1000, 30
    world.ties.takes_part[row] |= JOB_HELP
    world.households.area[home] = int(np.flatnonzero(world.areas.kind != NAMED_AREA)[0])
    town.step((staff.staff,))
    assert world.ties.job_chance[row] == kept_of_help(NO_HELP + 1000, 0.5 ** (1.0 / 60.0))
    assert world.ties.known[row] == 0
    assert world.ties.takes_part[row] & JOB_HELP == 0


def test_a_move_breaks_the_contact() -> None:
    town = town_of()
    world, rows = town.world, residents_of_plans(town)
    known = rows[world.ties.known[rows] > 5]
    world.households.moved_in[world.persons.household[known]] = town.context.month - 1
    town.step((staff.staff,))
    assert (world.ties.known[known] == 0).all()


def test_contacts_on_the_first_day_are_as_old_as_after_years_of_the_same() -> None:
    """The mean of months of contact, against that of the same residents eight years later; nobody moves or is born.

    Months are geometric, so the sampling error of a mean is about the mean over the square root of their number.
    """
    town = town_of(months=120, scale=0.15)
    then = town.world.ties.known[residents_of_plans(town)].astype(float)
    lived(town, 96)
    now = town.world.ties.known[residents_of_plans(town)].astype(float)
    assert (now > 0).mean() == pytest.approx((then > 0).mean(), abs=0.06)
    here = then > 0
    assert now[now > 0].mean() == pytest.approx(then[here].mean(), abs=5.0 * then[here].mean() / np.sqrt(here.sum()))


def test_the_order_of_rows_decides_nothing() -> None:
    one, other = town_of(), town_of()
    other.world.compact()
    lived(one, 2)
    lived(other, 2)
    ties = [
        {int(t.world.persons.id[row]): tuple(int(x[row]) for x in t.world.ties[:3]) for row in people(t.world)}
        for t in (one, other)
    ]
    assert ties[0] == ties[1]


def test_without_gain_the_town_is_the_one_without_help() -> None:
    """The size at null and the switch off are one world, to the last event; with the sizes as read it is another."""
    none, off, on = (
        has_run(small_town(("Høje-Taastrup",), months=24, events=ROOM, settings=settings))
        for settings in ({"staff.jobs_men": 1.0, "staff.jobs_women": 1.0}, {"funding.on_jobs": False}, {})
    )
    assert np.array_equal(log_of(none), log_of(off))
    assert not np.array_equal(log_of(none), log_of(on))


def test_the_market_knows_the_most_that_help_can_be() -> None:
    town = lived(town_of(), 1)
    m, world = work.market(town.context), town.world
    assert m.most_help == pytest.approx(world.ties.job_chance[people(world)].max() / 4096.0)
