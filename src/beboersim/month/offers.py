"""What is on offer to the young this month, by area, and which links of it act.

The plan's staff run a part of it, so it follows their time on crime prevention; the rest is the municipality's. What a
lever was in 2015 is the measure: clubs, street workers and homework cafés are given as times that.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.kernel import borrowing
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
    FirstDay,
    share,
)
from beboersim.month.staffing import coordinated_prevention, dose
from beboersim.month.street import pull_of_friends, pull_of_groups
from beboersim.policy.catalogue import catalogue
from beboersim.world.codes import NAMED_AREA
from beboersim.world.columns import F64, I16, I64

if TYPE_CHECKING:
    from beboersim.month.context import Context
    from beboersim.month.youth import Youth

# Each switch of the group and the parameters that it sets to where they do nothing.
CLOSES = {
    "clubs_on_offending": ("club_rr", "club_harm"),
    "clubs_on_results": ("club_results",),
    "activity_on_joining": ("activity_street",),
    "associations_on_results": ("association_results",),
    "jobs_on_offending": ("job_rr", "job_short_rr"),
    "jobs_on_education": ("job_start",),
    "homework_on_results": ("homework",),
    "results_on_education": ("results_start",),
    "street_on_offending": ("street_risk",),
    "groups_on_joining": ("street_pull",),
    "friends_on_joining": ("friends",),
    "communities_on_joining": ("community_street",),
    "heard_on_joining": ("heard_street",),
    "home_on_joining": ("home_street", "home_apart"),
    "left_out_on_joining": ("left_out_street",),
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
    """What one area offers the young in a month, and what they meet there."""

    club_hours: float  # times those of 2015-2018
    staffed: float  # part of a club's hours in which staff lead something
    volunteers: float  # part of what the young's own café needs that the area's volunteers can do
    jobs: float  # share of those of 13-17 who are offered help to a job with a mentor
    lasting: float  # part of these jobs that last a year or more
    homework: float  # hours, times those of 2015-2018
    workers: float  # street workers' hours, times those of 2015-2018
    authority: float  # 1 where they act as an authority
    evenings: float  # of the café, a week
    open_share: float  # part of them that there is somebody to open
    run_by_young: float  # 1 where the young run the café
    fit: float  # how well activities fit those they are for, times
    coordinated: float  # times the worth of prevention that is coordinated as in 2015
    role_models: float  # share of older youths in work or education over the first day's, in standard deviations
    pull: float  # times as many join the street as on the first day, by what is seen there
    friends_of_men: float  # the same by the friends of one's own sex who are there
    friends_of_women: float
    company_then: float  # share of the young off the street who had company on the first day
    left_out_then: float  # share of them who were left out, see `company.is_left_out`
    usual_jobs: float  # `jobs` and `lasting` at the reference
    usual_lasting: float
    usual_heard: float  # share of young adults who go to the residents' meetings at the reference
    debate: float  # 1 where there is a debate evening in the month
    usual_members: float  # share of residents who belong to an association at the reference


REFERENCE = Offer(
    club_hours=1.0, staffed=1.0, volunteers=0.0, jobs=0.0, lasting=0.0, homework=1.0, workers=1.0, authority=0.0,
    evenings=0.0, open_share=0.0, run_by_young=0.0, fit=1.0, coordinated=1.0, role_models=0.0, pull=1.0,
    friends_of_men=1.0, friends_of_women=1.0, company_then=0.0, left_out_then=0.0, usual_jobs=0.0,
    usual_lasting=0.0, usual_heard=0.0, debate=0.0, usual_members=0.0,
)  # fmt: skip


COLUMN = {name: number for number, name in enumerate(Offer._fields)}
BY_STAFF = [COLUMN["jobs"], COLUMN["homework"], COLUMN["workers"]]
BY_FRIENDS = slice(COLUMN["friends_of_men"], COLUMN["friends_of_women"] + 1)


@borrowing
def offer_of(o: F64, area: int) -> Offer:
    """Return the offer of one area, of a table of area x what is offered."""
    a = o[area]
    return Offer(
        a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14], a[15], a[16],
        a[17], a[18], a[19], a[20], a[21], a[22], a[23],
    )  # fmt: skip


def acting(c: Context) -> Youth:
    """Return the parameters of the month: where a switch is off, those that it closes are where they do nothing."""
    off = [name for switch, names in CLOSES.items() if not c.flag(f"youth.{switch}") for name in names]
    return c.parameters.youth._replace(**{name: float(catalogue()[f"youth.{name}"].preset("null")) for name in off})


def has_plan(c: Context) -> I64:
    """Return 1 for the areas that have a social plan."""
    return (c.world.areas.kind == NAMED_AREA).astype(np.int64)


def of_plan_staff(c: Context) -> F64:
    """Return the plan's staff on crime prevention over those of the frame of 2015-2018, by area (M07)."""
    return dose(c, "crime_prevention")


def coordinated(c: Context) -> F64:
    """Return times the effect of crime prevention that is coordinated as in 2015, by area (M03)."""
    return coordinated_prevention(c)


@cache
def reference() -> Offer:
    """Return the offer of 2015, whatever a scenario says: the levers as they were, and nothing new."""
    jobs, lasting = (
        float(catalogue()[f"youth.{name}"].default_on(date(2015, 1, 1))) for name in ("jobs", "jobs_lasting")
    )
    return REFERENCE._replace(jobs=jobs, lasting=lasting, usual_jobs=jobs, usual_lasting=lasting)


def nothing_new(c: Context) -> F64:
    """Return the offer of the reference: area x what is offered."""
    return np.tile(np.array(reference()), (len(c.world.areas.kind), 1))


def decided(c: Context) -> F64:
    """Return what levers say of the offer, with the staff of 2015-2018 and the rest as at the reference."""
    found = nothing_new(c)
    columns: dict[str, F64] = {
        "club_hours": c.by_area("youth.club_hours"),
        "staffed": c.by_area("youth.club_staffed") * c.by_area("youth.club_structure"),
        "jobs": c.by_area("youth.jobs"),
        "lasting": c.by_area("youth.jobs_lasting"),
        "homework": c.by_area("youth.homework_cafe"),
        "workers": c.by_area("youth.street_workers"),
        "authority": c.by_area("youth.street_authority"),
        "evenings": c.by_area("youth.cafe_evenings"),
        "run_by_young": c.by_area("youth.cafe_run_by_young"),
    }
    for name, column in columns.items():
        found[:, COLUMN[name]] = column
    return found


def offers(c: Context, p: Youth, counted: Count) -> F64:
    """Return the month's offer: area x what is offered. Where there is no plan it is as at the reference."""
    here = c.named_areas
    areas, staff, young, then = c.world.areas, of_plan_staff(c)[here], counted.found[here], first_day(c, here)
    found = c.kept(decided)[here]
    found[:, COLUMN["club_hours"]] *= 1.0 - p.club_plan_share + p.club_plan_share * staff
    found[:, BY_STAFF] *= staff[:, None]
    found[:, COLUMN["jobs"]] = np.minimum(found[:, COLUMN["jobs"]], 1.0)
    volunteers = np.minimum(areas.volunteers[here] / (p.cafe_volunteers * c.scale), 1.0)
    own_hands = found[:, COLUMN["run_by_young"]] > 0.5
    found[:, COLUMN["volunteers"]] = volunteers
    found[:, COLUMN["open_share"]] = np.where(own_hands, volunteers, np.minimum(staff, 1.0))
    found[:, COLUMN["fit"]] = areas.fit[here]
    found[:, COLUMN["company_then"]] = then.company
    found[:, COLUMN["left_out_then"]] = then.left_out
    found[:, COLUMN["coordinated"]] = coordinated(c)[here]
    found[:, COLUMN["role_models"]] = role_models(then, p, young)
    found[:, COLUMN["pull"]] = pull(areas.street[here], then, p, young)
    found[:, COLUMN["usual_heard"]] = c.parameters.democracy.attend_young
    if c.by_area("youth.debates").any():
        found[:, COLUMN["debate"]] = debates(c)[here] > 0
    found[:, COLUMN["usual_members"]] = c.parameters.volunteering.member_share
    found[:, BY_FRIENDS] = friends(areas.municipality[here], then, p, young)
    everywhere = c.made_once(nothing_new).copy()
    everywhere[here] = found
    return everywhere


def first_day(c: Context, here: I64) -> FirstDay:
    """Return what some areas were like on the first day."""
    return FirstDay(*(column[here] for column in c.young_at_start))


def role_models(then: FirstDay, p: Youth, found: F64) -> F64:
    """Return the share of older youths in work or education over the first day's, in deviations of areas (M25)."""
    change = share(found, ROLE_MODELS, OLDER) - then.role_models
    return np.where(found[:, OLDER] > 0.0, np.clip(change / p.role_sd, -MOST, MOST), 0.0)


def pull(street: F64, then: FirstDay, p: Youth, found: F64) -> F64:
    """Return `pull_of_groups` by area; the groups are those seen last month."""
    touched = share(found, TOUCHED, STREET_MEN, STREET_WOMEN)
    return pull_of_groups(street, then.street, touched, then.touched, p)


def friends(town: I16, first_day: FirstDay, p: Youth, found: F64) -> F64:
    """Return `pull_of_friends`, area x sex (men first); the young of a town's areas share its schools (X14)."""
    then = first_day.friends
    young, on_street = found[:, [MEN, WOMEN]], found[:, [STREET_MEN, STREET_WOMEN]]
    more = np.divide(on_street, young, out=then.copy(), where=young > 0.0) - then
    of_town = np.stack(
        [
            np.bincount(town, weights=young[:, sex] * more[:, sex])
            / np.maximum(np.bincount(town, weights=young[:, sex]), 1.0)
            for sex in range(2)
        ],
        axis=1,
    )
    return pull_of_friends(p.neighbour_weight * more + (1.0 - p.neighbour_weight) * of_town[town], p)


def debates(c: Context) -> I64:
    """Return the debate evenings of the month, by area."""
    return np.array([debates_in(c.month, a_year) for a_year in c.by_area("youth.debates").tolist()], np.int64)
