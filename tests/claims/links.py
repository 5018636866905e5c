"""Where each claim that acts is looked at: its link alone, at its immediate target, and how the link is cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import links_buildings
import links_meetings
import links_people
import links_staff
import links_substance
import links_youth
import numpy as np
import pytest
from link import WORDS, Link, Settings, after, in_named_areas, last_word, town, under

from beboersim.month import crime, leaving, letting, stigma, work
from beboersim.month.ledger import FLOW
from beboersim.town import Town
from beboersim.world.codes import NONWESTERN_IMMIGRANT, OUTSIDE
from beboersim.world.columns import F64
from estates import Estate

LARGER = 0.3  # so that a month of letting has some lettings of each kind

SPECIAL: Settings = {"letting.flexible_share": 0.0, "letting.rules": "2021"}

HARSH: Settings = {"list.public": 0.0, "list.tone": 1.0}


# What is measured


def work_chance(found: Town, rows: np.ndarray) -> float:
    """Return the mean chance of finding work this month, as the kernel that decides has it."""
    c, w = found.context, found.world
    m, p = work.market(c), c.parameters.work

    def chance(row: int) -> int:
        return last_word(
            lambda word: (
                work.event_at_work(w.persons, w.ties, w.households, w.areas, row, c.month, word, WORDS - 1, m, p)
                == work.FINDS
            )
        )

    some = [row for row in rows.tolist() if w.persons.activity[row] == OUTSIDE][:60]
    assert len(some) > 20
    return float(np.mean([chance(row) for row in some])) / WORDS


def chance_of_work_of_foreign_background(settings: Settings) -> float:
    found = town(settings)
    rows = in_named_areas(found)
    return work_chance(found, rows[found.world.persons.origin[rows] >= NONWESTERN_IMMIGRANT])


def chance_of_giving_up_the_home(settings: Settings) -> float:
    """Of households in the named areas."""
    found = town(settings)
    c, w = found.context, found.world
    m, p = leaving.departures(c), c.parameters.leaving
    homes = np.unique(w.persons.household[in_named_areas(found)])[:60].tolist()

    def gives_up(row: int, word: int) -> bool:
        u = word / WORDS
        answer = leaving.answer_of(w.persons, w.households, w.dwellings, w.areas, row, c.month, u, m, p)
        return bool(answer != leaving.STAYS)

    return float(np.mean([last_word(lambda word, row=row: gives_up(row, word)) for row in homes])) / WORDS


def risk_of_a_conviction(settings: Settings) -> float:
    """Of those outside work in the named areas; the same people, who were drawn before."""
    found = town({})
    c, persons = found.context, found.world.persons
    p = c.parameters.crime._replace(**{name.split(".")[1]: value for name, value in settings.items()})
    rows = [row for row in in_named_areas(found).tolist() if persons.activity[row] == OUTSIDE]
    trend = crime.crime_trend(c)
    return float(np.mean([crime.risk_of(persons, found.world.ties, row, c.month, trend, p) for row in rows]))


def reputation(settings: Settings) -> float:
    """Return the mean stigma of the listed areas after a year in which nothing but reputations moves."""
    found = after(stigma.stigma, settings, 12)
    areas, places = found.world.areas, found.world.places
    return float(areas.stigma[:places][areas.status[:places] > 0].mean())


def flow_of_letting(name: str) -> Callable[[Settings], float]:
    """Return what a month of letting books, over all areas."""

    def measure(settings: Settings) -> float:
        return float(after(letting.letting, settings, 1, LARGER).context.ledger.flows[FLOW[name]].sum())

    return measure


def refused_offers(settings: Settings) -> float:
    """Return the refusals before eight homes of an estate with the worst of names are let, the queue being the same."""
    estate = Estate(scale=0.2)
    c = estate.c
    fields = {name.split(".")[1]: value for name, value in settings.items() if name.startswith("letting.")}
    c.parameters = c.parameters._replace(letting=c.parameters.letting._replace(accept=0.5, **fields))
    c.world.areas.stigma[estate.area] = 1.0
    switches = {name: value for name, value in settings.items() if name.startswith("stigma.")}
    c.levers = c.levers | {"stigma.on_applying": 0.0} | switches
    for _ in range(8):
        estate.vacancy()
    for queued in range(60):
        estate.seeker(queued=200 - queued)
    estate.let()
    return float(estate.flow("refusals"))


def let_to_who_works(settings: Settings) -> float:
    """Return whether the home goes to somebody in work, behind somebody without work in the queue."""
    estate = Estate(**{name.split(".")[1]: value for name, value in settings.items()})
    home = estate.vacancy()
    estate.seeker(queued=300, activity=OUTSIDE, hours=0)
    working = estate.seeker(queued=1)
    estate.let()
    return float(estate.tenant_of(home) == working)


def let_to_local_young(settings: Settings) -> float:
    """Return whether the home goes to the young person who grew up there, behind a stranger in the queue."""
    estate = Estate(flexible_share=1.0, **{name.split(".")[1]: value for name, value in settings.items()})
    home = estate.vacancy()
    estate.seeker(queued=300)
    local = estate.seeker(queued=1, area_grown=estate.area, birth=estate.c.month - 12 * 22)
    estate.let()
    return float(estate.tenant_of(home) == local)


# How the code is cut


def cut_market(**fixed: Callable[[work.Market], Any]) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a cut that gives the month's market for work other values."""

    def cut(patch: pytest.MonkeyPatch) -> None:
        whole = work.market
        patch.setattr(work, "market", lambda c: (m := whole(c))._replace(**{k: f(m) for k, f in fixed.items()}))

    return cut


def cut_rules(**fixed: float) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a cut that gives every area the same value of some rules of letting."""

    def cut(patch: pytest.MonkeyPatch) -> None:
        whole = letting.rules_now

        def rules(c: Any) -> Any:
            found = whole(c)
            return found._replace(**{name: np.full_like(getattr(found, name), value) for name, value in fixed.items()})

        patch.setattr(letting, "rules_now", rules)

    return cut


def cut_letting(patch: pytest.MonkeyPatch) -> None:
    whole = letting.let_month
    patch.setattr(
        letting, "let_month",
        lambda h, d, a, v, r, m, p, out: whole(h, d, a, v, r, m._replace(applying_on=0.0, refusing_on=0.0), p, out),
    )  # fmt: skip


def cut_leaving(patch: pytest.MonkeyPatch) -> None:
    whole = leaving.departures
    patch.setattr(leaving, "departures", lambda c: whole(c)._replace(stigma_on=0.0))


def cut_crime(patch: pytest.MonkeyPatch) -> None:
    whole = crime.risk_of
    patch.setattr(
        crime, "risk_of",
        lambda who, ties, row, month, t, p: whole(who, ties, row, month, t, p._replace(outside=1.0)),
    )  # fmt: skip


def cut_words(patch: pytest.MonkeyPatch) -> None:
    whole = stigma.move_stigma
    patch.setattr(stigma, "move_stigma", lambda *given: whole(*given[:-1], given[-1]._replace(words=0.0)))


def cut_reputation(public: bool) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a cut of what the public list, or the criterion of origin, gives to a reputation."""

    def cut(patch: pytest.MonkeyPatch) -> None:
        whole = stigma.move_stigma

        def move(
            areas: Any, places: int, known: float, origin: float, news: float, share: F64, near: F64, p: Any
        ) -> None:
            whole(areas, places, *((0.0, origin, 0.0) if public else (known, 0.0, news)), share, near, p)

        patch.setattr(stigma, "move_stigma", move)

    return cut


no_callbacks = cut_market(callbacks_on=lambda m: 0.0)

OWN = (
    Link("C-07", {"crime.outside": 1.0}, {"crime.outside": 4.0}, risk_of_a_conviction, 1, cut_crime),
    Link("C-41", {"list.public": 0.0}, {"list.public": 1.0}, reputation, 1, cut_reputation(public=True)),
    Link("C-41", HARSH | under("null", "C-41"), HARSH | under("council", "C-41"), reputation, 1, cut_words,
         "stigma.words_on_name"),
    Link("C-42", {"list.ethnicity_criterion": False}, {"list.ethnicity_criterion": True}, reputation, 1,
         cut_reputation(public=False)),
    Link("C-43", under("null", "C-43"), under("council", "C-43"), flow_of_letting("avoided"), 1, cut_letting,
         "stigma.on_applying"),
    Link("C-43", {"letting.stigma_accept": 0.0}, {"letting.stigma_accept": 0.065}, refused_offers, 1, cut_letting,
         "stigma.on_refusing"),
    Link("C-44", {"work.callback_penalty": 0.0}, {"work.callback_penalty": 0.2}, chance_of_work_of_foreign_background,
         -1, no_callbacks, "stigma.on_callbacks"),
    Link("C-45", under("null", "C-45"), under("council", "C-45"), chance_of_giving_up_the_home, 1, cut_leaving,
         "stigma.on_leaving"),
    Link("C-46", {"letting.flexible_share": 0.0}, {"letting.flexible_share": 1.0}, let_to_who_works, 1,
         cut_rules(flexible_share=0.0, flexible_duty=0)),
    Link("C-47", {"letting.local_youth_priority": False}, {"letting.local_youth_priority": True}, let_to_local_young, 1,
         cut_rules(local_youth=0)),
    Link("C-55", SPECIAL | {"list.special_rules": False}, SPECIAL, flow_of_letting("refused_by_rule"), 1,
         cut_rules(assignment_bars=0, hard_area=0, flexible_duty=0)),
    Link("A-03", {"letting.assignment_share": 0.0}, {"letting.assignment_share": 0.25}, flow_of_letting("let_assigned"),
         1, cut_rules(assignment_share=0.0)),
)  # fmt: skip

# Those of the processes that have a file of their own here.
LINKS: tuple[Link, ...] = (
    *OWN,
    *links_people.LINKS,
    *links_staff.LINKS,
    *links_substance.LINKS,
    *links_meetings.LINKS,
    *links_youth.LINKS,
    *links_buildings.LINKS,
)

# Claims that act in part through something that is looked at elsewhere; the tests that they name show it.
ELSEWHERE: set[str] = set()  # none
