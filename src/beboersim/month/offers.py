"""What is on offer to the young this month, by area, and which links of it act.

The plan's staff run a part of it, so it follows their time on crime prevention; the rest is the municipality's. What a
lever was in 2015 is the measure: clubs, street workers and homework cafés are given as times that.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.month.clubs import MOST, debates_in
from beboersim.month.company import (
    MEN,
    OLDER,
    ROLE_MODELS,
    STREET_MEN,
    STREET_WOMEN,
    TOUCHED,
    WOMEN,
    Count,
    share,
)
from beboersim.month.street import pull_of_friends, pull_of_groups
from beboersim.policy.catalogue import catalogue
from beboersim.world.codes import NAMED_AREA
from beboersim.world.columns import F64, I64

if TYPE_CHECKING:
    from beboersim.month.context import Context
    from beboersim.month.youth import Youth

# Each switch of the group and the parameters that it sets to where they do nothing.
CLOSES = {
    "clubs_on_offending": ("club_rr", "club_harm"),
    "clubs_on_results": ("club_results",),
    "activity_on_joining": ("activity_street",),
    "jobs_on_offending": ("job_rr", "job_short_rr"),
    "jobs_on_education": ("job_start",),
    "homework_on_results": ("homework",),
    "results_on_education": ("results_start",),
    "street_on_offending": ("street_risk",),
    "groups_on_joining": ("street_pull",),
    "friends_on_joining": ("friends",),
    "communities_on_joining": ("community_street",),
    "home_on_joining": ("home_street", "home_apart"),
    "workers_on_leaving": ("contact_exit",),
    "workers_on_offending": ("outreach_rr",),
    "authority_on_contact": ("authority_access",),
    "role_models_on_results": ("role_results",),
    "role_models_on_attendance": ("role_attend",),
    "own_hands_on_attendance": ("cafe_own",),
    "debates_on_attendance": ("debate_peak",),
    "helping_on_helpers": ("helping",),
}


class Offer(NamedTuple):
    """The month's offer to the young, by area, and what they meet there."""

    plan: I64  # 1 where there is a social plan
    club_hours: F64  # times those of 2015-2018
    staffed: F64  # part of a club's hours in which staff lead something
    volunteers: F64  # part of what the young's own café needs that the area's volunteers can do
    jobs: F64  # share of those of 13-17 who are offered help to a job with a mentor
    lasting: F64  # part of these jobs that last a year or more
    homework: F64  # hours, times those of 2015-2018
    workers: F64  # street workers' hours, times those of 2015-2018
    authority: F64  # 1 where they act as an authority
    evenings: F64  # of the café, a week
    open_share: F64  # part of them that there is somebody to open
    run_by_young: F64  # 1 where the young run the café
    fit: F64  # how well activities fit those they are for, times
    coordinated: F64  # times the worth of prevention that is coordinated as in 2015
    role_models: F64  # share of older youths in work or education over the first day's, in standard deviations
    pull: F64  # times as many join the street as on the first day, by what is seen there
    friends: F64  # area x sex: the same by the friends who are there
    company_then: F64  # share of the young off the street who had company on the first day
    usual_jobs: float  # `jobs` and `lasting` at the reference
    usual_lasting: float


def acting(c: Context) -> Youth:
    """Return the parameters of the month: where a switch is off, those that it closes are where they do nothing."""
    off = [name for switch, names in CLOSES.items() if not c.flag(f"youth.{switch}") for name in names]
    return c.parameters.youth._replace(**{name: float(catalogue()[f"youth.{name}"].preset("null")) for name in off})


def has_plan(c: Context) -> I64:
    """Return 1 for the areas that have a social plan."""
    return (c.world.areas.kind == NAMED_AREA).astype(np.int64)


def of_plan_staff(c: Context) -> F64:
    """Return the plan's staff on crime prevention over those of the frame of 2015-2018, by area (M07)."""
    return c.dose * has_plan(c)


def coordinated(c: Context) -> F64:
    """Return times the effect of crime prevention that is coordinated as in 2015, by area (M03)."""
    return np.ones(len(c.world.areas.kind))


def usual(name: str) -> float:
    """Return what a lever of the group was in 2015."""
    return float(catalogue()[f"youth.{name}"].default_on(date(2015, 1, 1)))


def nothing_new(c: Context) -> Offer:
    """Return the offer of the reference: what ran in 2015, whatever the scenario says."""
    n = len(c.world.areas.kind)
    ones, none = np.ones(n), np.zeros(n)
    return Offer(
        plan=has_plan(c), club_hours=ones, staffed=ones, volunteers=none, jobs=np.full(n, usual("jobs")),
        lasting=np.full(n, usual("jobs_lasting")), homework=ones, workers=ones, authority=none, evenings=none,
        open_share=none, run_by_young=none, fit=ones, coordinated=ones, role_models=none, pull=ones,
        friends=np.ones((n, 2)), company_then=none, usual_jobs=usual("jobs"), usual_lasting=usual("jobs_lasting"),
    )  # fmt: skip


def offers(c: Context, p: Youth, counted: Count) -> Offer:
    """Return the month's offer."""
    areas, staff = c.world.areas, of_plan_staff(c)
    own_hands = c.by_area("youth.cafe_run_by_young")
    volunteers = np.minimum(areas.volunteers / (p.cafe_volunteers * c.scale), 1.0)
    return nothing_new(c)._replace(
        club_hours=c.by_area("youth.club_hours") * (1.0 - p.club_plan_share + p.club_plan_share * staff),
        staffed=c.by_area("youth.club_staffed") * c.by_area("youth.club_structure"),
        volunteers=volunteers,
        jobs=np.minimum(c.by_area("youth.jobs") * staff, 1.0),
        lasting=c.by_area("youth.jobs_lasting"),
        homework=c.by_area("youth.homework_cafe") * staff,
        workers=c.by_area("youth.street_workers") * staff,
        authority=c.by_area("youth.street_authority"),
        evenings=c.by_area("youth.cafe_evenings"),
        open_share=np.where(own_hands > 0.5, volunteers, np.minimum(staff, 1.0)),
        run_by_young=own_hands,
        fit=areas.fit.copy(),
        coordinated=coordinated(c),
        role_models=role_models(c, p, counted.found),
        pull=pull(c, p, counted.found),
        friends=friends(c, p, counted.found),
        company_then=c.young_at_start.company,
    )


def role_models(c: Context, p: Youth, found: F64) -> F64:
    """Return the share of older youths in work or education over the first day's, in deviations of areas (M25)."""
    change = share(found, ROLE_MODELS, OLDER) - c.young_at_start.role_models
    return np.where(found[:, OLDER] > 0.0, np.clip(change / p.role_sd, -MOST, MOST), 0.0)


def pull(c: Context, p: Youth, found: F64) -> F64:
    """Return `pull_of_groups` by area; the groups are those seen last month."""
    then, now = c.young_at_start, c.world.areas.street
    touched = share(found, TOUCHED, STREET_MEN, STREET_WOMEN)
    plan = has_plan(c)
    return np.array(
        [
            pull_of_groups(now[a], then.street[a], touched[a], then.touched[a], p) if plan[a] else 1.0
            for a in range(len(plan))
        ]
    )


def friends(c: Context, p: Youth, found: F64) -> F64:
    """Return `pull_of_friends` by area and sex; the young of other areas of the town go to the same schools (X14)."""
    plan, then = has_plan(c), c.young_at_start.friends
    times = np.ones((len(plan), 2))
    of_town = c.world.areas.municipality
    for sex, (number, on_street) in enumerate(((MEN, STREET_MEN), (WOMEN, STREET_WOMEN))):
        for area in np.flatnonzero(plan):
            town = np.flatnonzero(plan * (of_town == of_town[area]))
            young = found[town, number]
            whole = max(young.sum(), 1.0)
            seen = p.neighbour_weight * found[area, on_street] / max(found[area, number], 1.0)
            seen += (1.0 - p.neighbour_weight) * found[town, on_street].sum() / whole
            usual_share = p.neighbour_weight * then[area, sex]
            usual_share += (1.0 - p.neighbour_weight) * float((then[town, sex] * young).sum()) / whole
            times[area, sex] = pull_of_friends(seen, usual_share, p)
    return times


def debates(c: Context) -> I64:
    """Return the debate evenings of the month, by area."""
    return np.array([debates_in(c.month, a_year) for a_year in c.by_area("youth.debates").tolist()], np.int64)
