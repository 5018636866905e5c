"""Links of the claims on volunteers, associations, premises, residents' meetings and councils."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from link import Link, Settings, in_named_areas, town, under

from beboersim.month import councils, democracy, meetings, reach, volunteering
from beboersim.town import Town
from beboersim.world.codes import NAMED_AREA
from beboersim.world.taking_part import ASSOCIATION, MEETINGS, VOLUNTEER

USUAL = 3.0  # staff-years per 1,000 residents, about what the frame of 2015-2018 pays
OF_COUNCIL_AGE = (15 * 12, 25 * 12)  # months


def named(found: Town) -> np.ndarray:
    """Return which areas are named ones with residents."""
    places = found.world.places
    lived_in = np.zeros(len(found.world.areas.kind), np.bool_)
    lived_in[:places] = found.context.measurement.residents > 0.0
    return lived_in & (found.world.areas.kind == NAMED_AREA)


def staffed(settings: Settings, staff: float = USUAL) -> Town:
    """Return a town whose named areas have so many staff-years per 1,000 residents."""
    found = town(settings)
    areas = found.world.areas
    areas.staff[:] = 0.0
    areas.staff[: found.world.places] = staff / 1000.0 * found.context.measurement.residents
    areas.staff[areas.kind != NAMED_AREA] = 0.0
    return found


def run(found: Town, months: int, *processes: Callable[[Any], None]) -> Town:
    for _ in range(months):
        found.step(processes)
    return found


def share_with(found: Town, bit: int, ages: tuple[int, int] = (15 * 12, 200 * 12)) -> float:
    """Return the share of the residents of the named areas, of some age in months, who take part in something."""
    rows = in_named_areas(found)
    age = found.context.month - found.world.persons.birth[rows].astype(np.int64)
    rows = rows[(age >= ages[0]) & (age < ages[1])]
    return float(np.mean(found.world.ties.takes_part[rows] & bit != 0))


# What is measured


def volunteers(settings: Settings) -> float:
    """After two years with twice the usual staff."""
    return share_with(run(staffed(settings, 2 * USUAL), 24, volunteering.volunteering), VOLUNTEER)


def volunteers_where_nobody_supports_them(settings: Settings) -> float:
    return share_with(run(staffed(settings, 0.0), 24, volunteering.volunteering), VOLUNTEER)


def members(settings: Settings) -> float:
    """After two years with the usual staff."""
    return share_with(run(staffed(settings), 24, volunteering.volunteering), ASSOCIATION)


def rooms_after_hours(settings: Settings) -> float:
    """Rooms in use where all staff have gone."""
    found = run(staffed(settings, 0.0), 1, volunteering.volunteering)
    return float(found.world.areas.premises[named(found)].mean())


def rooms_in_use(settings: Settings) -> float:
    found = run(staffed(settings), 1, volunteering.volunteering)
    return float(found.world.areas.premises[named(found)].mean())


def more_than_apart(settings: Settings) -> float:
    """What is in use with staff and volunteers, less what each would keep in use without the other."""
    found = staffed(settings | {"volunteering.premises": 1.0})
    c, areas = found.context, found.world.areas
    p = volunteering.in_force(c)
    staff, helpers = areas.staff.copy(), areas.volunteers.copy()

    def used(with_staff: float, with_volunteers: float) -> float:
        areas.staff[:], areas.volunteers[:] = with_staff * staff, with_volunteers * helpers
        volunteering.offers_of(c, p)
        return float(areas.premises[named(found)].mean())

    return used(1.0, 1.0) - used(1.0, 0.0) - used(0.0, 1.0)


def trust(settings: Settings) -> float:
    """Mean trust after two years, in which everybody is a member who does not leave."""
    found = staffed(settings | {"volunteering.member_quit_year": 0.05})
    rows = in_named_areas(found)
    found.world.ties.takes_part[rows] |= ASSOCIATION
    run(found, 24, volunteering.volunteering)
    return float(found.world.ties.trust[rows].astype(np.float64).mean())


def readiness(kind: str) -> Callable[[Settings], float]:
    """Return a measure: the share of people of average trust who would be volunteers or members in the long run."""

    def measure(settings: Settings) -> float:
        found = staffed(settings, 2 * USUAL)
        offers = volunteering.offers_of(found.context, volunteering.in_force(found.context))
        join, leave = (getattr(offers, f"{kind}_{what}")[named(found)] for what in ("join", "quit"))
        return float((join / (join + leave)).mean())

    measure.__name__ = f"readiness_{kind}"
    return measure


def attendance(staff: float = USUAL) -> Callable[[Settings], float]:
    """Return a measure: adults who have a say after a year with so many staff."""

    def measure(settings: Settings) -> float:
        found = run(staffed(settings, staff), 12, democracy.democracy)
        return float(found.world.areas.say[named(found)].mean())

    measure.__name__ = f"attendance_{staff:g}"
    return measure


def fit_with_rooms(settings: Settings) -> float:
    """How well activities fit after a year of volunteers, staff and the rooms that they have."""
    found = run(staffed(settings), 12, volunteering.volunteering, democracy.democracy)
    return float(found.world.areas.fit[named(found)].mean())


def trusting(settings: Settings) -> Town:
    """Return a town in whose named areas everybody trusts others by a standard deviation more than is usual."""
    found = town(settings)
    found.world.ties.trust[in_named_areas(found)] = 50
    found.step((democracy.democracy,))
    return found


def worth_of_help_towards_work(settings: Settings) -> float:
    """Times the chance of finding work of who takes part, where people trust each other."""
    found = trusting(settings)
    gain = reach.reach_now(found.context, np.zeros(len(found.context.dose))).gain
    return float(gain[named(found)].mean())


def danish_after_an_effort(settings: Settings) -> float:
    """Command of Danish after two years of a full language effort, where people trust each other."""
    found = run(trusting({**settings, "meetings.language_effort": 1.0}), 24, meetings.meetings)
    rows = in_named_areas(found)
    danish = found.world.ties.danish[rows]
    return float(danish[danish != meetings.NO_DANISH].mean())


def meetings_across_groups(settings: Settings) -> float:
    """The share of meetings of the residents of the named areas that are with the other group."""
    found = town(settings)
    return float(meetings.daily_meetings(found.context)[named(found)].mean())


def young_who_are_heard(settings: Settings) -> float:
    return share_with(run(staffed(settings), 12, democracy.democracy), MEETINGS, OF_COUNCIL_AGE)


def fit(at_start: float = 1.0, trusting: int = 0) -> Callable[[Settings], float]:
    """Return a measure: how well activities fit after a year, where everybody has some trust (in 1/50 SD)."""

    def measure(settings: Settings) -> float:
        found = staffed(settings)
        found.world.areas.fit[:] = at_start
        if trusting:
            found.world.ties.trust[in_named_areas(found)] = trusting
        run(found, 12, democracy.democracy)
        return float(found.world.areas.fit[named(found)].mean())

    measure.__name__ = f"fit_{at_start:g}_{trusting}"
    return measure


# How the code is cut


def without(module: ModuleType, **gone: float) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a cut that takes a size out of what is in force."""

    def cut(patch: pytest.MonkeyPatch) -> None:
        whole = module.in_force
        patch.setattr(module, "in_force", lambda c: whole(c)._replace(**gone))

    return cut


def without_frame(patch: pytest.MonkeyPatch) -> None:
    whole = volunteering.efforts
    patch.setattr(volunteering, "efforts", lambda c: (e := whole(c))._replace(frame=np.ones_like(e.frame)))


def without_council(patch: pytest.MonkeyPatch) -> None:
    for module in (volunteering, democracy):
        patch.setattr(module, "reach_of_council", lambda c: 1.0)


def without_trust_at_work(patch: pytest.MonkeyPatch) -> None:
    for module in (meetings, reach):
        patch.setattr(module, "succeeds_by_trust", lambda c: np.ones(len(c.dose)))


def without_integration(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(meetings, "meetings_by_council", lambda c: 0.0)


def without_openness(patch: pytest.MonkeyPatch) -> None:
    whole = councils.council_reach
    patch.setattr(councils, "council_reach", lambda link, k, local, h, gain, o: whole(link, k, local, h, gain, 0.0))


def contested(claim: str, also: Settings, measure: Callable[[Settings], float], cut: Any, switch: str) -> Link:
    """Return the link of a contested claim: without its sizes, and as the documents have them."""
    return Link(claim, under("null", claim) | dict(also), under("council", claim) | dict(also), measure, 1, cut, switch)


ROOMS: Settings = {"volunteering.premises": 1.0}
COUNCIL: Settings = {"democracy.council": "ishoej"}
OPEN: Settings = COUNCIL | {"democracy.local_meetings": 1.0, "democracy.open_hearings": 1.0}

LINKS: tuple[Link, ...] = (
    contested("C-04", {}, attendance(2 * USUAL), without(democracy, plan_gain=0.0), "democracy.plan_on_meetings"),
    contested("C-18", {}, volunteers, without(volunteering, asked_gain=0.0), "volunteering.staff_on_volunteers"),
    Link("C-18", {"volunteering.unsupported": 2.0}, {"volunteering.unsupported": 1.0},
         volunteers_where_nobody_supports_them, 1, without(volunteering, unsupported=1.0),
         "volunteering.staff_on_volunteers"),
    Link("C-19", {"volunteering.referral": 0.0}, {"volunteering.referral": 1.0}, members, 1,
         without(volunteering, referral_gain=0.0), "volunteering.referral_on_members"),
    Link("C-21", {"volunteering.local": 0.03}, {"volunteering.local": 0.10}, rooms_after_hours, 1,
         without(volunteering, evening_need=np.inf)),
    contested("C-22", {}, more_than_apart, without(volunteering, together=0.0), "volunteering.staff_with_volunteers"),
    contested("C-23", {}, trust, without(volunteering, member_trust=0.0), "volunteering.membership_on_trust"),
    contested("C-24", {}, fit(trusting=50), without(democracy, trust_gain=0.0), "democracy.trust_on_fit"),
    contested("C-24", {}, worth_of_help_towards_work, without_trust_at_work, "democracy.trust_on_integration"),
    contested("C-24", {}, danish_after_an_effort, without_trust_at_work, "democracy.trust_on_integration"),
    contested("C-25", ROOMS, readiness("volunteer"), without(volunteering, rooms_gain=0.0),
              "volunteering.rooms_on_volunteers"),
    contested("C-26", ROOMS, readiness("volunteer"), without(volunteering, house_gain=0.0),
              "volunteering.rooms_on_asking"),
    contested("C-26", ROOMS, fit_with_rooms, without(democracy, house_gain=0.0), "democracy.house_on_fit"),
    contested("C-27", {"volunteering.grounds": 1.0}, readiness("member"), without(volunteering, grounds_gain=0.0),
              "volunteering.grounds_on_members"),
    contested("C-31", {"democracy.dialogue": 1.0}, fit(at_start=1.1), without(democracy, dialogue_gain=0.0),
              "democracy.dialogue_on_fit"),
    contested("C-32", {"democracy.residents_steer": 1.0}, fit(), without(democracy, solution_gain=0.0),
              "democracy.residents_on_fit"),
    contested("C-33", {"democracy.workshops": 6.0}, attendance(), without(democracy, workshop_gain=0.0),
              "democracy.workshops_on_meetings"),
    contested("C-35", {"democracy.youth_council": True}, young_who_are_heard,
              without(democracy, youth_council_gain=0.0), "democracy.youth_council_on_meetings"),
    contested("C-36", COUNCIL, attendance(), without_council, "democracy.council_on_reach"),
    contested("C-36", COUNCIL, meetings_across_groups, without_integration, "democracy.council_on_integration"),
    contested("C-37", OPEN, attendance(), without_openness, "democracy.openness_on_reach"),
    Link("A-18", {"volunteering.regularity": 0.0}, {"volunteering.regularity": 1.0}, rooms_in_use, 1, without_frame),
)  # fmt: skip
