"""Reasons: the month's chances of one household and its members, and what makes them higher or lower.

Nothing here decides anything. Every chance comes from the function by which the month decides, and what a reason does
to it is the same function once more, as it would be without the reason. Origin is no reason that is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from beboersim.month.crime import OFFENDING_UNIT, crime_now, crime_trend, own_level, risk_by_use, risk_of
from beboersim.month.demography import birth_chance, rates_of
from beboersim.month.leaving import HIGHEST_CHANCE, departures
from beboersim.month.letting import application_chance
from beboersim.month.renewal import staying_factor
from beboersim.month.schooling import (
    LEARNING_UNIT,
    around,
    beginning_by_helping,
    dropping_by_activities,
    dropping_by_safety,
    dropping_by_use,
    returning_by_attachment,
    schooling_now,
    start_by_danish,
    start_by_safety,
    works_at_home,
)
from beboersim.month.work import finds_work, loses_work, market, plan_help
from beboersim.world.ages import OLDEST
from beboersim.world.attachment import times_by_attachment
from beboersim.world.codes import BASIC, EMPLOYED, KEEPER, NONWESTERN_IMMIGRANT, NOT_SEARCHING, OUTSIDE, PUPIL, STUDENT
from beboersim.world.kinds import kind_of
from beboersim.world.mobility import away_share, hazard_of, settled_factor
from beboersim.world.offending import LOWEST_AGE_MONTHS, conviction_risk
from beboersim.world.profile import profile
from beboersim.world.school import LATEST_START, YOUTH_STARTS, starts_again
from beboersim.world.state import LISTS_HELD
from beboersim.world.taking_part import HELPS

if TYPE_CHECKING:
    from beboersim.month.context import Context

NEVER_CONVICTED = 1e6  # months since


class Reason(NamedTuple):
    """One thing that makes a chance what it is: its name, the chance over that without it, and its own value."""

    name: str
    times: float
    value: float | None = None


class Odds(NamedTuple):
    """A chance this month, 0-1, and the reasons that are known for it."""

    chance: float
    reasons: tuple[Reason, ...] = ()


class Place(NamedTuple):
    """A place on a waiting list: the organisation's number, the month of signing up, and who searches and is before."""

    organisation: int
    since: int
    before: int
    searching: int


def about_home(c: Context, row: int) -> dict[str, Odds]:
    """Return a household's chances of looking for another home in the town ("looks") and of leaving it ("leaves").

    A household without a dwelling of its own only leaves; one at the gate or elsewhere does neither.
    """
    world, p, m = c.world, c.parameters.leaving, departures(c)
    households, dwellings, areas = world.households, world.dwellings, world.areas
    area, home = int(households.area[row]), int(households.dwelling[row])
    if area >= world.places:
        return {}
    town = int(areas.municipality[area])
    who = profile(world.persons, households, row, c.month, c.income_steps[town])
    balance = float(m.balance[town, kind_of(who)])
    exchange = Reason("balance", balance)
    if home < 0:
        return {"leaves": Odds(min(p.lodger_leaves * balance, HIGHEST_CHANCE), (exchange,))}
    months = c.month - int(households.moved_in[row])

    def hazard(stigma_on: float = m.stigma_on, **otherwise: float) -> float:
        return float(hazard_of(who._replace(**otherwise), dwellings, areas, home, area, months, stigma_on, p))

    now = hazard()
    busy = who.employed + who.students
    held = float(staying_factor(who.resources, who.age, busy, m.hold[area], m.young[area], m.resourceful))
    reasons = [
        Reason("tenure", float(settled_factor(float(months), p)), float(months)),
        Reason("new_job", now / hazard(new_job=0.0) if who.new_job else 1.0),
        Reason("child", now / hazard(children=0.0) if who.children else 1.0, float(who.children)),
        Reason("stigma", now / hazard(stigma_on=0.0), float(areas.stigma_inside[area])),
    ]
    if held != 1.0:
        reasons.append(Reason("held", held))
    now *= held
    away = float(away_share(who.age, who.students, p))
    goes = (*reasons, Reason("away", away, float(who.age)), exchange)
    return {
        "looks": Odds(now * (1.0 - away), (*reasons, Reason("stays_near", 1.0 - away, float(who.age)))),
        "leaves": Odds(min(now * away * balance, HIGHEST_CHANCE), goes),
    }


def about_family(c: Context, row: int) -> dict[str, Odds]:
    """Return a person's chances of dying, giving birth, leaving home and parting this month."""
    persons, households = c.world.persons, c.world.households
    rates, home = rates_of(c), int(persons.household[row])
    age = min((c.month - int(persons.birth[row])) // 12, OLDEST)
    town = max(int(c.world.areas.municipality[households.area[home]]), 0)
    woman, adults = int(persons.sex[row]) == 1, int(households.adults[home])
    by_age = Reason("age", 1.0, float(age))
    found = {"dies": Odds(float((rates.death_women if woman else rates.death_men)[age]), (by_age,))}
    p = c.parameters.demography
    if woman:
        base = float(rates.birth[town, age])
        couple = Reason("couple", p.partner_birth_ratio if adults == 2 and persons.role[row] == KEEPER else 1.0)
        found["gives_birth"] = Odds(float(birth_chance(persons, row, base, adults, p)), (by_age, couple))
    if persons.role[row] != KEEPER:
        found["leaves_home"] = Odds(float(rates.leave_home[age]), (by_age,))
    elif adults == 2:
        share = 2.0 - p.separation_men_ratio if woman else p.separation_men_ratio
        found["separates"] = Odds(0.5 * float(rates.separate[age]) * share, (by_age,))
    return found


def about_school(c: Context, row: int) -> dict[str, Odds]:
    """Return a person's chances of beginning, completing or leaving an education this month."""
    persons, ties, p = c.world.persons, c.world.ties, schooling_now(c)
    doing, level = int(persons.activity[row]), int(persons.education[row])
    months_old, months_in = c.month - int(persons.birth[row]), c.month - int(persons.since[row])
    here, area = around(c, p), int(c.world.households.area[persons.household[row]])
    youth = level == BASIC
    if doing == STUDENT:
        completes = (p.complete_youth if youth else p.complete_higher) / 12.0
        use = float(dropping_by_use(ties.substance[row], p))
        safe = float(dropping_by_safety(here, area, p))
        going_out = float(dropping_by_activities(here, area, months_old, ties.takes_part[row], p))
        attached = float(times_by_attachment(persons.weak_odds[row], p.weak_drops))
        drops = (p.drop_out_youth if youth else p.drop_out_higher) / 12.0 * use * safe * going_out * attached
        why_not = (
            Reason("use", use), Reason("safety", safe), Reason("activities", going_out), Reason("attachment", attached),
        )  # fmt: skip
        return {
            "completes": Odds(completes if months_in >= p.shortest_months else 0.0),
            "drops_out": Odds(drops, why_not),
        }
    if doing == PUPIL and months_old >= YOUTH_STARTS:
        works = works_at_home(persons, c.world.households, int(persons.household[row]))
        start = p.start_youth if works == 1 else p.start_youth - p.start_youth_parents_outside
        helped = start + float(ties.learning[row]) / LEARNING_UNIT
        speaks = helped + float(start_by_danish(ties.danish[row], p))
        feels = speaks + float(start_by_safety(here, area, p))
        why = (
            Reason("parents_outside", start / p.start_youth),
            Reason("learning", helped / start),
            Reason("danish", speaks / helped),
            Reason("safety", feels / speaks),
        )
        return {"starts": Odds(feels, why)}
    if doing in (EMPLOYED, OUTSIDE) and months_old < LATEST_START:
        helps = float(beginning_by_helping(ties.takes_part[row], p))
        attached = float(returning_by_attachment(persons.weak_odds[row], level, p))
        starts = helps * attached * float(starts_again(level, p)) / 12.0
        return {"starts": Odds(starts, (Reason("helping", helps), Reason("attachment", attached)))}
    return {}


def about_work(c: Context, row: int) -> dict[str, Odds]:
    """Return a person's chance of finding work this month, or of losing it."""
    persons, p, m = c.world.persons, c.parameters.work, market(c)
    doing, weak = int(persons.activity[row]), int(persons.weak[row])
    months_in = c.month - int(persons.since[row])
    foreign = 1 if persons.origin[row] >= NONWESTERN_IMMIGRANT else 0
    trend = m.trend_nonwestern if foreign else m.trend_danish
    if doing == EMPLOYED:
        use = float(m.losing[c.world.ties.substance[row]])
        now = float(loses_work(months_in, weak, trend, p))
        settled = float(loses_work(int(p.fresh_months), weak, trend, p))
        reasons = (
            Reason("fresh_job", now / settled, float(months_in)),
            Reason("trend_lost", now / float(loses_work(months_in, weak, 0.0, p))),
            Reason("use", use),
        )
        return {"loses_work": Odds(now * use, reasons)}
    if doing != OUTSIDE:
        return {}
    area = int(c.world.households.area[persons.household[row]])
    age, sex = (c.month - int(persons.birth[row])) // 12, int(persons.sex[row])
    stigma = float(c.world.areas.stigma[area]) * m.callbacks_on
    helped = float(plan_help(c.world.ties, row, area, sex, m))
    contacts = float(c.world.areas.contacts[area] * c.world.areas.local_jobs[area])
    speaks = float(m.finding[c.world.ties.danish[row]])
    helps = m.helping if c.world.ties.takes_part[row] & HELPS else 1.0

    def chance(
        years: int = age, t: float = trend, reputation: float = stigma, plan: float = helped, known: float = contacts,
        danish: float = speaks, helping: float = helps,
    ) -> float:  # fmt: skip
        return float(finds_work(years, weak, t, reputation, foreign, plan * known * danish * helping, p))

    now = chance()
    why = (
        Reason("after_55", now / chance(years=min(age, 54)), float(age)),
        Reason("trend_found", now / chance(t=0.0)),
        Reason("callbacks", now / chance(reputation=0.0), stigma),
        Reason("programme", now / chance(plan=1.0), helped),
        Reason("help", now / chance(known=1.0), contacts),
        Reason("danish", now / chance(danish=1.0)),
        Reason("helping", now / chance(helping=1.0)),
    )
    return {"finds_work": Odds(now, why)}


def about_convictions(c: Context, row: int) -> dict[str, Odds]:
    """Return a person's chance of a conviction this month that the lists count."""
    persons, p, trend = c.world.persons, crime_now(c), crime_trend(c)
    months_old = c.month - int(persons.birth[row])
    if months_old < LOWEST_AGE_MONTHS:
        return {}
    now = float(risk_of(persons, c.world.ties, row, c.month, trend, p))
    since = float(c.month - int(persons.convicted[row]))
    outside = 1 if persons.activity[row] == OUTSIDE else 0
    ties = float(c.world.ties.offending[row]) / OFFENDING_UNIT
    use = float(risk_by_use(c.world.ties.substance[row], p))
    attached = float(times_by_attachment(persons.weak_odds[row], p.weak_risk))
    own = float(own_level(persons, c.world.ties, row, p))

    def risk(without_work: int, months: float) -> float:
        return float(conviction_risk(months_old / 12.0, int(persons.sex[row]), without_work, months, own, trend, p))

    reasons = (
        Reason("outside", now / risk(0, since) if outside else 1.0),
        Reason("earlier", now / risk(outside, NEVER_CONVICTED) if since < p.earlier_months else 1.0),
        Reason("attachment", attached),
        Reason("ties", ties),
        Reason("use", use),
        Reason("age", 1.0, float(months_old // 12)),
    )
    return {"convicted": Odds(now, reasons)}


def about_offer(c: Context, row: int, area: int) -> Odds:
    """Return a household's chance of accepting a social home in an area, and what the area's reputation does to it."""
    world, p = c.world, c.parameters.letting
    town = int(world.areas.municipality[area])
    who = profile(world.persons, world.households, row, c.month, c.income_steps[town])
    loss = p.income_utility * p.stigma_accept
    stigma = float(world.areas.stigma[area]) * c.number("stigma.on_refusing")
    now, without = (
        float(application_chance(p.accept, 0.0, level, who.resources, loss, p.stigma_resources))
        for level in (stigma, 0.0)
    )
    return Odds(now, (Reason("name", now / without, stigma),))


def places_in_queue(c: Context, row: int) -> tuple[Place, ...]:
    """Return a household's places on waiting lists, and how many who search now signed up before it on each."""
    households, n = c.world.households, int(c.world.used[1])
    searching = (households.searching[:n] != NOT_SEARCHING) & (households.head[:n] >= 0)
    found = []
    for slot in range(LISTS_HELD):
        organisation, since = int(households.organisation[row, slot]), int(households.listed_since[row, slot])
        if organisation < 0:
            continue
        stands = (households.organisation[:n] == organisation) & searching[:, None]
        before = stands & (households.listed_since[:n] < since)
        found.append(Place(organisation, since, int(before.sum()), int(stands.sum())))
    return tuple(found)
