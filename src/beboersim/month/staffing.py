"""The staff of a plan: what money employs, how their time is dealt out, how well they are known and coordinated.

The money of a grant is staff-years (M07: 0.69 million DKK each, E105). A cut takes staff away as the grant runs out;
new ones are found over a year or two. Staff become known over years, and are strangers again where they are replaced:
a part of them in any year, more when a grant ends (A-22). Whom they reach is in month/reach.py, the month itself in
month/staff.py.

Staff and hours are those of the simulated residents: at a scale of a tenth, a tenth of the real ones.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.kernel import kernel
from beboersim.month.money import money_a_resident, plan_money
from beboersim.policy.catalogue import catalogue
from beboersim.world.codes import NAMED_AREA
from beboersim.world.columns import F64

if TYPE_CHECKING:
    from beboersim.month.context import Context

# The four focus areas of the grants of 2015-2018 (law.md § 4, S97), as the levers staff.* name them.
FOCUS = ("safety", "crime_prevention", "education_and_jobs", "parents")
ADVICE = "advice"  # help to residents with letters and authorities, taken out before the rest is dealt out


class Staff(NamedTuple):
    """Parameters of this process; see evidence/parameters/staff.toml."""

    cost_per_year: float
    rebuild_months: float
    known_months: float
    turnover: float
    coordination_months: float
    coordination_times: float
    crime_coordination: float
    lasting_months: float
    reach_adults: float
    reach_children: float
    kappa: float
    women: float
    outside: float
    known_weight: float
    authority: float
    safe: float
    bridge: float
    advice_reach: float
    advice_help: float
    jobs_men: float
    jobs_women: float


# What one area's staff do


@kernel
def staff_next(now: float, paid: float, rebuild_months: float) -> float:
    """Return the staff-years of an area a month later (M07).

    Parameters
    ----------
    now, paid
        Staff-years that are there, and that the money pays for.
    rebuild_months
        Months in which a plan that begins from nothing finds its staff; a cut bites at once.
    """
    return min(paid, now + paid / rebuild_months)


@kernel
def stay(turnover: float, kept: float, ends: int) -> float:
    """Return the share of staff who are still there after a month: fewer in the month a grant ends.

    Parameters
    ----------
    turnover
        Share of staff who leave in a year.
    kept
        Share of staff who are kept when a grant ends and the next begins.
    ends
        1 in the month that a grant ends.
    """
    return (1.0 - turnover / 12.0) * (kept if ends == 1 else 1.0)


@kernel
def known_next(known: float, stays: float, grows: float, known_months: float) -> float:
    """Return how well the staff of an area are known a month later, 0-1; who is new is known by nobody.

    Parameters
    ----------
    stays
        Share of last month's staff who are still there.
    grows
        This month's staff over last month's, at least 1: those who were added are new.
    known_months
        Months in which all but a third (1/e) of what there is to know is known.
    """
    known = known * stays / grows
    return known + (1.0 - known) / known_months


@kernel
def coordination_next(now: float, agreed: float, staffed: float, half_life: float) -> float:
    """Return how far school, police, housing and municipality work together a month later, 0-1 (M03).

    Parameters
    ----------
    agreed
        How far they are to work together: the lever.
    staffed
        The plan's staff over those of the frame of 2015-2018: somebody must call the meetings.
    half_life
        Months in which half of the way to what is agreed is gone.
    """
    return now + (agreed * min(staffed, 1.0) - now) * (1.0 - 0.5 ** (1.0 / half_life))


def joined_up(level: F64 | float, reference: float, times: float) -> F64 | float:
    """Return how many times as strong work is as at the reference, where it is coordinated to some level (M03, M29).

    Parameters
    ----------
    level, reference
        Coordination, 0-1, by area or of one, and that of the frame of 2015-2018, whose effects were measured.
    times
        Times the effect of work that is not coordinated, where all is.
    """
    return (1.0 + (times - 1.0) * level) / (1.0 + (times - 1.0) * reference)


@cache
def known_over_a_cycle(cycle: int, turnover: float, kept: float, known_months: float) -> F64:
    """Return how well staff are known at the end of each month of a grant, where one grant follows another for ever.

    A month takes what is known to a straight line of it, so the level at which a cycle ends as it began is found from
    what two beginnings come to.
    """

    def lived(known: float) -> F64:
        found = np.empty(cycle)
        for month in range(cycle):
            known = found[month] = known_next(known, stay(turnover, kept, 1 if month == 0 else 0), 1.0, known_months)
        return found

    from_nothing, from_all = lived(0.0)[-1], lived(1.0)[-1]
    found = lived(from_nothing / (1.0 - from_all + from_nothing))
    found.setflags(write=False)
    return found


# What other processes read


def has_plan(c: Context) -> F64:
    """Return 1 for the areas that have a social plan, by area: the named ones."""
    return (c.world.areas.kind == NAMED_AREA).astype(np.float64)


def as_first(name: str, c: Context) -> float:
    """Return what a lever was on the first day of the run, whatever the scenario says."""
    return default_in(name, c.start_month // 12)


@cache
def default_in(name: str, year: int) -> float:
    """Return a lever's default on the first day of a year."""
    return float(catalogue()[name].default_on(date(year, 1, 1)))


def lever(c: Context, name: str, at_start: bool) -> F64:
    """Return a lever over all areas; at the start what it was, for that is the same in every scenario."""
    return np.full(len(c.world.areas.kind), as_first(name, c)) if at_start else c.by_area(name)


def time_on(c: Context, focus: str, at_start: bool = False) -> F64:
    """Return the share of the staff's time that goes to a focus area, or to advice, by area.

    The levers of the four focus areas are weights: what counts is each over their sum.
    """
    advice = lever(c, f"staff.{ADVICE}", at_start)
    if focus == ADVICE:
        return advice
    weights = {one: lever(c, f"staff.{one}", at_start) for one in FOCUS}
    whole = sum(weights.values(), np.zeros(len(advice)))
    share = np.divide(weights[focus], whole, out=np.zeros(len(whole)), where=whole > 0.0)
    return (1.0 - advice) * share


def hours(c: Context, focus: str, at_start: bool = False) -> F64:
    """Return the full-time staff-years a year that go to a focus area (one of `FOCUS`) or to advice, by area.

    Parameters
    ----------
    focus
        One of `FOCUS`, or `ADVICE`.
    at_start
        For the first day: no lever is read, but what it was.
    """
    return c.world.areas.staff * c.kept(time_on, focus, at_start)


def full_staff(c: Context) -> F64:
    """Return the staff-years that the frame of 2015-2018 pays for, by area; none where there is no plan."""
    return plan_money(c, np.ones(len(c.dose))) / c.parameters.staff.cost_per_year


def dose(c: Context, focus: str, at_start: bool = False) -> F64:
    """Return the hours of a focus area over those that the frame of 2015-2018 gave it: x of effects D. 0: no plan."""
    of_frame = c.kept(hours_of_frame, focus)
    return np.divide(hours(c, focus, at_start), of_frame, out=np.zeros(len(of_frame)), where=of_frame > 0.0)


def hours_of_frame(c: Context, focus: str) -> F64:
    """Return the staff-years that the frame of 2015-2018 gave a focus area, by area."""
    return c.kept(full_staff) * c.made_once(time_on, focus, True)


def staff_per_1000(c: Context) -> float:
    """Return the staff-years a thousand residents that the frame of 2015-2018 pays for."""
    return 1000.0 * money_a_resident(c.parameters.money) / c.parameters.staff.cost_per_year


def coordination_at_reference(c: Context) -> float:
    """Return the coordination of a plan with the staff of the frame of 2015-2018."""
    return as_first("staff.coordination", c)


def times_by_coordination(c: Context, times: float) -> F64:
    """Return how many times as strong as at the reference coordinated work is, by area; 1 where there is no plan."""
    level, reference = c.world.areas.coordination, coordination_at_reference(c)
    seen = 1.0 + c.number("staff.coordination_on_effects") * (times - 1.0)
    return np.where(c.made_once(has_plan) > 0.0, joined_up(level, reference, seen), 1.0)


def coordinated_prevention(c: Context) -> F64:
    """Return how many times the effect of crime prevention is what it was at the reference, by area (M03)."""
    return times_by_coordination(c, c.parameters.staff.crime_coordination)


def coordinated_work(c: Context) -> F64:
    """Return how many times the effect of other work, and the time it lasts, is what it was at the reference (M29)."""
    return times_by_coordination(c, c.parameters.staff.coordination_times)


def known_at_reference(c: Context) -> F64:
    """Return how well staff are known in each month of a grant, with what the levers were on the first day."""
    p = c.parameters.staff
    return known_over_a_cycle(
        int(as_first("funding.grant_months", c)), p.turnover, as_first("staff.kept", c), p.known_months
    )


def known_in_the_mean(c: Context) -> float:
    """Return the mean of `known_at_reference`."""
    return float(known_at_reference(c).mean())
