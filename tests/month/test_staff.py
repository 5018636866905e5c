"""Money becomes staff, staff become known, people work together: one area by hand, then the areas of a town."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.month import money, staff, staffing
from beboersim.month.staffing import (
    coordination_next,
    joined_up,
    known_next,
    known_over_a_cycle,
    staff_next,
    stay,
)
from beboersim.policy.catalogue import Value
from beboersim.town import Town
from beboersim.world.codes import NAMED_AREA
from small_towns import small_town

COST = 690_000.0  # E105: 40 million DKK, four years, 14.5 members of staff


def named(town: Town) -> np.ndarray:
    return np.flatnonzero(town.world.areas.kind == NAMED_AREA)


def town_of(settings: dict[str, Value] | None = None, months: int = 24) -> Town:
    return small_town(("Aarhus",), months=months, settings=settings or {})


def staffed(settings: dict[str, Value], months: int) -> Town:
    """Return a town in which only staff and money have run."""
    town = town_of(settings, months)
    for _ in range(months):
        town.step((staff.staff, money.money))
    return town


def test_a_staff_year_costs_what_the_plan_of_gellerup_paid() -> None:
    assert town_of().context.parameters.staff.cost_per_year == pytest.approx(40e6 / 4.0 / 14.5, rel=0.001)


def test_a_grant_employs_what_its_money_pays_for() -> None:
    """1,550 DKK a resident from the fund, a quarter of the whole being local."""
    town = town_of()
    areas, c = town.world.areas, town.context
    here = named(town)
    residents = c.measurement.residents[here]
    assert areas.staff[here] == pytest.approx(residents * 1550.0 / 0.75 / COST)
    assert (np.delete(areas.staff, here) == 0.0).all()
    assert staffing.staff_per_1000(c) == pytest.approx(1550.0 / 0.75 / 690.0)


def test_a_cut_takes_staff_at_once_and_a_rise_finds_them_over_a_year_and_a_half() -> None:
    assert staff_next(10.0, 4.0, 18.0) == 4.0
    now = 0.0
    for _ in range(17):
        now = staff_next(now, 9.0, 18.0)
    assert now == pytest.approx(8.5)
    assert staff_next(now, 9.0, 18.0) == pytest.approx(9.0)
    assert staff_next(9.0, 9.0, 18.0) == 9.0


def test_staff_become_known_over_years_and_are_strangers_when_replaced() -> None:
    known = 0.0
    for _ in range(24):
        known = known_next(known, 1.0, 1.0, 24.0)
    assert known == pytest.approx(1.0 - (1.0 - 1.0 / 24.0) ** 24)
    assert known_next(0.8, 0.5, 1.0, 24.0) == pytest.approx(0.4 + 0.6 / 24.0)  # half of them were replaced
    assert known_next(0.8, 1.0, 2.0, 24.0) == pytest.approx(0.4 + 0.6 / 24.0)  # as many again were added
    assert stay(0.12, 0.5, 0) == pytest.approx(0.99)
    assert stay(0.12, 0.5, 1) == pytest.approx(0.495)


def test_a_cycle_of_grants_ends_as_it_began() -> None:
    cycle = known_over_a_cycle(48, 0.15, 0.5, 24.0)
    again = cycle[-1]
    for month in range(48):
        again = known_next(again, stay(0.15, 0.5, 1 if month == 0 else 0), 1.0, 24.0)
        assert again == pytest.approx(cycle[month])
    assert cycle.argmin() == 0
    assert cycle.argmax() == 47
    assert known_over_a_cycle(48, 0.15, 1.0, 24.0) == pytest.approx((1 / 24) / (1 - (1 - 1 / 24) * (1 - 0.15 / 12)))


def test_nothing_moves_while_money_and_levers_are_those_of_2015() -> None:
    """Staff and cooperation stand still, and areas are known as they were when their grant was as old."""
    town = staffed({}, 48)
    areas, first, here = town.world.areas, town_of().world.areas, named(town)
    assert (areas.staff == first.staff).all()
    assert (areas.coordination == first.coordination).all()
    assert areas.staff_known[here] == pytest.approx(first.staff_known[here])


def test_staff_kept_across_grants_are_better_known() -> None:
    kept, lost = (staffed({"staff.kept": share}, 48).world.areas.staff_known for share in (1.0, 0.0))
    here = named(town_of())
    assert (kept[here] > lost[here]).all()


def test_cooperation_needs_staff_and_takes_time() -> None:
    half_way = 0.0
    for _ in range(12):
        half_way = coordination_next(half_way, 0.8, 1.0, 12.0)
    assert half_way == pytest.approx(0.4)
    assert coordination_next(0.5, 1.0, 0.5, 12.0) == 0.5  # half the staff carry half of what is agreed
    assert coordination_next(0.5, 0.5, 3.0, 12.0) == 0.5  # and more staff no more than is agreed
    assert coordination_next(0.5, 0.5, 0.0, 12.0) < 0.5


def test_what_coordination_adds_is_nil_at_the_reference() -> None:
    assert joined_up(0.5, 0.5, 1.4) == 1.0
    assert joined_up(1.0, 0.0, 1.4) == pytest.approx(1.4)
    assert joined_up(0.0, 0.5, 1.4) == pytest.approx(1.0 / 1.2)
    assert joined_up(0.9, 0.5, 1.0) == 1.0
    c = town_of().context
    assert (staff.coordinated_work(c) == 1.0).all()
    assert (staff.coordinated_prevention(c) == 1.0).all()


def test_the_hours_of_all_focus_areas_are_the_staff() -> None:
    town = town_of({"staff.parents": 0.5, "staff.advice": 0.3})
    c, here = town.context, named(town)
    focus = {name: staff.hours(c, name)[here] for name in staff.FOCUS}
    advice = staff.hours(c, staff.ADVICE)[here]
    assert sum(focus.values()) + advice == pytest.approx(town.world.areas.staff[here])
    assert advice == pytest.approx(0.3 * town.world.areas.staff[here])
    assert focus["parents"] == pytest.approx(2.0 * focus["safety"])


def test_a_dose_is_one_at_the_reference_and_follows_time_and_money() -> None:
    town = town_of()
    here = named(town)
    for name in (*staff.FOCUS, staff.ADVICE):
        assert staff.dose(town.context, name)[here] == pytest.approx(1.0)
        assert (np.delete(staff.dose(town.context, name), here) == 0.0).all()
    town = staffed({"staff.crime_prevention": 0.75, "funding.social_frame": 117.5e6, "funding.grant_months": 24}, 26)
    assert staff.dose(town.context, "crime_prevention")[here] == pytest.approx(0.5 * 2.0)  # a half, not a quarter
    assert staff.dose(town.context, "safety")[here] == pytest.approx(0.5 * 2.0 / 3.0)
    assert (staff.dose(town.context, "safety", at_start=True)[here] == pytest.approx(0.5))


def test_no_time_at_all_for_the_focus_areas_is_no_hours() -> None:
    town = town_of(dict.fromkeys((f"staff.{name}" for name in staff.FOCUS), 0.0))
    assert (staff.hours(town.context, "safety") == 0.0).all()


def test_money_by_need_is_dealt_out_by_the_share_outside_work() -> None:
    assert money.dealt_out(0.0, 1.7) == 1.0
    assert money.dealt_out(1.0, 1.7) == 1.7
    assert money.dealt_out(0.5, 0.8) == pytest.approx(0.9)
    town = staffed({"funding.by_need": 1.0, "funding.grant_months": 24}, 24)
    here, share = named(town), town.context.measurement.outside[:, 0]
    dose = town.context.dose[here]
    assert dose / dose[0] == pytest.approx(share[here] / share[here][0])
    assert (np.delete(town.context.dose, here) == 1.0).all()


def test_what_need_deals_out_over_the_country_is_the_frame() -> None:
    """Over all areas of the start year, the mean by residents of what areas get is one."""
    from beboersim.evidence.areas import areas_in, read_areas

    rows = [row for row in areas_in(2015, read_areas()) if row.outside_work and row.residents]
    weights = np.array([row.residents for row in rows], float)
    shares = np.array([row.outside_work for row in rows], float)
    mean = np.average(shares, weights=weights)
    given = [money.dealt_out(0.6, share / mean) for share in shares.tolist()]
    assert np.average(given, weights=weights) == pytest.approx(1.0)


def test_grants_twice_as_long_move_no_end() -> None:
    for key in (3, 1 << 40, 12345678901):
        short = {month for month in range(24_000, 24_192) if money.grant_ends(key, month, 48)}
        assert {month for month in range(24_000, 24_192) if money.grant_ends(key, month, 96)} < short
