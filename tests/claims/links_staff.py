"""The claims about money, staff, reach, help towards work and safety: where each is looked at, and how it is cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from link import WORDS, Link, Settings, in_named_areas, last_word, town, under

from beboersim.month import money, reach, safety, staff, staffing, volunteering, work
from beboersim.town import Town
from beboersim.world.codes import NAMED_AREA, OUTSIDE
from beboersim.world.taking_part import ADVICE, CLUB, JOB_HELP, NETWORK

CYCLE = 24  # months, the shortest grants
YEARS = 36  # months, in which every grant of that length has ended and new staff have been found
HALF: Settings = {"funding.social_frame": 117.5e6, "funding.grant_months": CYCLE}
WHOLE: Settings = {"funding.social_frame": 235e6, "funding.grant_months": CYCLE}
CUT: Settings = {"funding.social_frame": 135e6, "funding.grant_months": CYCLE}
DOUBLED: Settings = {"funding.social_frame": 470e6, "funding.grant_months": CYCLE}
TOGETHER: Settings = {"staff.coordination": 1.0}
ALL_STAY: Settings = {"staff.kept": 1.0}
MEDIATING: Settings = {"staff.kept": 1.0, "staff.safety": 1.0}


# What is measured


def ran(settings: Settings, months: int) -> Town:
    """Return a town in which only staff, safety and money have run for some months."""
    found = town(settings, months)
    for _ in range(months):
        found.step((staff.staff, safety.safety, money.money))
    return found


def named(found: Town) -> np.ndarray:
    return np.flatnonzero(found.world.areas.kind == NAMED_AREA)


def dose(settings: Settings) -> float:
    """Return the money of the named areas after two years, over that of 2015-2018."""
    found = ran(settings, CYCLE)
    return float(found.context.dose[named(found)].mean())


def staff_years(settings: Settings) -> float:
    """Return the staff of the named areas once every grant has run out."""
    found = ran(settings, CYCLE + 1)
    return float(found.world.areas.staff[named(found)].sum())


def street_work(settings: Settings) -> float:
    """Return the staff-years for crime prevention, street workers among them, once every grant has run out."""
    found = ran(settings, CYCLE + 1)
    return float(staff.hours(found.context, "crime_prevention").sum())


def in_contact(months: int) -> Callable[[Settings], float]:
    """Return the share of residents of the named areas who are in contact with the staff after some months."""

    def measure(settings: Settings) -> float:
        found = ran(settings, months)
        return float((found.world.ties.known[in_named_areas(found)] > 0).mean())

    return measure


def reach_among_adults(settings: Settings) -> float:
    """Return the reach among men in work, after four years, in which every grant has ended once."""
    found = ran(settings, 48)
    return float(reach.reach_now(found.context, np.zeros(len(found.context.dose))).adults[named(found)].mean())


def familiarity(settings: Settings) -> float:
    """Return how well the staff are known after four years."""
    found = ran(settings, 48)
    return float(found.world.areas.staff_known[named(found)].mean())


def cooperation(settings: Settings) -> float:
    """Return how far school, police and housing work together after three years."""
    found = ran(settings, YEARS)
    return float(found.world.areas.coordination[named(found)].mean())


def strength_of_work(settings: Settings) -> float:
    """Return how many times as strong the work for education and jobs is as in 2015, after a year."""
    found = ran(settings, 12)
    return float(staff.coordinated_work(found.context)[named(found)].mean())


def left_after_five_years(settings: Settings) -> float:
    """Return what is left of help five years after it ended."""
    found = ran(settings, 12)
    left = reach.reach_now(found.context, np.zeros(len(found.context.dose))).lasting[named(found)]
    return float((left**60).mean())


def chance_of_work_of_the_helped(settings: Settings) -> float:
    """Return the chance of finding work of those who take part, over that of 2015; 1 where nobody does."""
    found = ran(settings, 1)
    world, m = found.world, work.market(found.context)
    rows = in_named_areas(found)
    helped = rows[world.ties.takes_part[rows] & JOB_HELP > 0].tolist()
    area, sex = world.households.area[world.persons.household], world.persons.sex
    chances = [work.help_of(world.ties, world.areas, row, int(area[row]), int(sex[row]), m) for row in helped]
    return float(np.mean(chances)) if chances else 1.0


def chance_of_help_of_a_contact(settings: Settings) -> float:
    """Return the chance that somebody outside work who is in contact with the staff is helped towards it."""
    found = ran(settings, 1)
    c = found.context
    r = reach.reach_now(c, np.zeros(len(c.dose)))
    area = named(found)[0]
    weight = reach.weight_of(0, 1, c.parameters.staff.women, c.parameters.staff.outside)
    return last_word(lambda word: reach.is_helped(word / WORDS, weight, r.jobs[area], 1, r.bridge) == 1) / WORDS


def advised(settings: Settings) -> float:
    """Return the share of those outside work in the named areas who get advice."""
    found = ran(settings, 1)
    rows = in_named_areas(found)
    rows = rows[found.world.persons.activity[rows] == OUTSIDE]
    return float((found.world.ties.takes_part[rows] & ADVICE > 0).mean())


def helped_to_work(settings: Settings) -> float:
    """Return the share of those outside work in the named areas who are helped towards it."""
    found = ran(settings, 1)
    rows = in_named_areas(found)
    rows = rows[found.world.persons.activity[rows] == OUTSIDE]
    return float((found.world.ties.takes_part[rows] & JOB_HELP > 0).mean())


def trust_of_the_advised(settings: Settings) -> float:
    """Return the mean trust after two years in which everybody in the named areas gets advice."""
    found = town(settings)
    rows = in_named_areas(found)
    found.world.ties.takes_part[rows] |= ADVICE
    for _ in range(CYCLE):
        found.step((volunteering.volunteering,))
    return float(found.world.ties.trust[rows].astype(np.float64).mean())


def trust_among_neighbours(settings: Settings) -> float:
    """Return the mean trust in others in the named areas after three years of staff who mediate."""
    found = town(settings, YEARS)
    for _ in range(YEARS):
        found.step((staff.staff, volunteering.volunteering))
    return float(found.world.ties.trust[in_named_areas(found)].astype(np.float64).mean())


def feel_safe(settings: Settings) -> float:
    """Return the share who feel safe in the named areas after three years of staff and money alone."""
    found = ran(settings, YEARS)
    return float(found.world.areas.safety[named(found)].mean())


def feel_safe_where_young_people_gather(settings: Settings) -> float:
    """Return the share who feel safe half a year after groups came to the street; a tenth are in parents' networks."""
    found = town(settings)
    rows = in_named_areas(found)
    found.world.ties.takes_part[rows[::10]] |= NETWORK
    found.world.areas.street[named(found)] = 10.0
    for _ in range(6):
        found.step((safety.safety,))
    return float(found.world.areas.safety[named(found)].mean())


def feel_safe_where_all_come_to_the_club(settings: Settings) -> float:
    """Return the share who feel safe half a year after everybody young has begun to come to the club."""
    found = town(settings)
    found.world.ties.takes_part[in_named_areas(found)] |= CLUB
    for _ in range(6):
        found.step((safety.safety,))
    return float(found.world.areas.safety[named(found)].mean())


# How the code is cut


def cut_grants(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(money, "grant_dose", lambda *given: 1.0)


def cut_ends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(money, "grant_ends", lambda *given: 0)
    patch.setattr(staff, "grant_ends", lambda *given: 0)


def cut_reach(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reach, "filled", lambda *given: 0.7)
    patch.setattr(reach, "filled_where", lambda full, *given: np.where(full > 0.0, 0.7, 0.0))
    cut_knowing(patch)


def cut_knowing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reach, "by_being_known", lambda c: np.ones(len(c.dose)))


def cut_contact(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reach, "by_being_known", lambda c: np.zeros(len(c.dose)))


def cut_cooperation(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(staff, "coordination_next", lambda now, *given: now)


def cut_strength(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(staffing, "joined_up", lambda *given: 1.0)


def cut_jobs(patch: pytest.MonkeyPatch) -> None:
    whole = work.market
    patch.setattr(
        work, "market", lambda c: whole(c)._replace(help_on=0.0, without_plan=np.ones((len(c.dose), 2)))
    )  # fmt: skip


def cut_bridge(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reach, "bridge", lambda c: 1.0)


def cut_advice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reach, "dose", lambda c, *given: np.zeros(len(c.dose)))


def cut_way_to_work(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reach, "opened_by_advice", lambda c: 1.0)


def cut_trust_by_advice(patch: pytest.MonkeyPatch) -> None:
    whole = volunteering.in_force
    patch.setattr(volunteering, "in_force", lambda c: whole(c)._replace(advice_trust=0.0))


def cut_mediation(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(volunteering, "mediation", lambda c: np.zeros(len(c.dose)))


def cut_safety(**fixed: float) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a cut that gives safety other parameters."""

    def cut(patch: pytest.MonkeyPatch) -> None:
        whole = safety.conditions_of
        patch.setattr(
            safety, "conditions_of", lambda *given: whole(*given[:-2], given[-2]._replace(**fixed), given[-1])
        )

    return cut


def both(preset: Any, claim: str, beside: Settings) -> Settings:
    """Return a preset of a claim's contested sizes, and what holds beside it."""
    return {**beside, **under(preset, claim)}


LINKS: tuple[Link, ...] = (
    Link("C-01", HALF, DOUBLED, in_contact(YEARS), 1, cut_reach, "staff.on_contact"),
    Link("C-02", {**DOUBLED, "safety.plan": 0.0}, {**DOUBLED, "safety.plan": 0.04}, feel_safe, 1,
         cut_safety(plan=0.0), "safety.from_plan"),
    Link("C-13", under("null", "C-13"), under("council", "C-13"), feel_safe_where_all_come_to_the_club, 1,
         cut_safety(clubs=0.0), "safety.from_clubs"),
    Link("C-03", {"funding.social_frame": 0.0, "funding.grant_months": CYCLE}, WHOLE, cooperation, 1,
         cut_cooperation),
    Link("C-05", both("null", "C-05", TOGETHER), both("council", "C-05", TOGETHER), strength_of_work, 1, cut_strength,
         "staff.coordination_on_effects"),
    Link("C-06", under("null", "C-06"), under("council", "C-06"), chance_of_work_of_the_helped, 1, cut_jobs,
         "funding.on_jobs"),
    Link("C-08", WHOLE, CUT, staff_years, -1, cut_grants),
    Link("C-08", WHOLE, CUT, dose, -1, cut_grants),
    Link("C-09", WHOLE, CUT, street_work, -1, cut_grants),
    Link("C-16", under("null", "C-16"), under("council", "C-16"), chance_of_help_of_a_contact, 1, cut_bridge,
         "staff.bridge_on_help"),
    Link("C-17", {"staff.kept": 0.0}, {"staff.kept": 1.0}, reach_among_adults, 1, cut_knowing,
         "staff.on_contact"),
    Link("C-30", under("null", "C-30"), under("council", "C-30"), feel_safe_where_young_people_gather, 1,
         cut_safety(network=0.0), "safety.from_networks"),
    Link("C-52", under("null", "C-52"), under("council", "C-52"), chance_of_work_of_the_helped, 1, cut_jobs,
         "funding.on_jobs"),
    Link("C-54", both("null", "C-54", TOGETHER), both("council", "C-54", TOGETHER), left_after_five_years, 1,
         cut_strength, "staff.coordination_on_effects"),
    Link("A-01", under("null", "A-01"), under("council", "A-01"), in_contact(1), 1, cut_contact, "staff.on_contact"),
    Link("A-20", {"staff.coordination": 0.0}, TOGETHER, cooperation, 1, cut_cooperation),
    Link("A-22", {"funding.grant_months": 96}, {"funding.grant_months": CYCLE}, familiarity, -1, cut_ends),
    Link("A-22", {"funding.social_frame": 0.0, "funding.grant_months": 96},
         {"funding.social_frame": 0.0, "funding.grant_months": CYCLE}, dose, -1, cut_ends),
    Link("A-23", both("null", "A-23", ALL_STAY), both("council", "A-23", ALL_STAY), feel_safe, 1,
         cut_safety(known_part=0.0), "safety.from_plan"),
    Link("A-23", both("null", "A-23", MEDIATING), both("council", "A-23", MEDIATING), trust_among_neighbours, 1,
         cut_mediation, "volunteering.mediation_on_trust"),
    Link("A-24", under("null", "A-24"), under("council", "A-24"), advised, 1, cut_advice, "staff.on_advice"),
    Link("A-24", under("null", "A-24"), under("council", "A-24"), helped_to_work, 1, cut_way_to_work,
         "staff.advice_on_help"),
    Link("A-24", under("null", "A-24"), under("council", "A-24"), trust_of_the_advised, 1, cut_trust_by_advice,
         "volunteering.advice_on_trust"),
)  # fmt: skip
