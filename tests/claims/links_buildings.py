"""Links of the claims about buildings, firms, and who stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from link import Link, Settings, in_named_areas, last_word, town, under

from beboersim.month import buildings, leaving, meetings, renewal, stigma, work
from beboersim.month.renewal import YOUNG_FROM, YOUNG_UNTIL
from beboersim.town import Town
from beboersim.world.codes import HARD, NAMED_AREA
from beboersim.world.profile import profile

MONTHS = 24
HELD: Settings = {"buildings.retention": 1.0}
RENOVATED: Settings = {"buildings.renovation_budget": 200_000.0, "buildings.business_premises": 10.0}
SPECIAL: Settings = {"letting.rules": "2021", "buildings.plan_rules": "2021"}


# What is measured


def named(found: Town) -> np.ndarray:
    return np.flatnonzero(found.world.areas.kind == NAMED_AREA)


def renewed(settings: Settings) -> Town:
    """Return a town after two years in which nothing but its buildings changes."""
    found = town(settings, MONTHS)
    for _ in range(MONTHS):
        found.step((buildings.buildings,))
    return found


def wish_to_leave(found: Town, rows: list[int]) -> float:
    """Return the mean chance that a household looks for a home or leaves this month."""
    c, w = found.context, found.world
    m, p = leaving.departures(c), c.parameters.leaving

    def leaves(row: int) -> float:
        return last_word(
            lambda word: (
                leaving.answer_of(w.persons, w.households, w.dwellings, w.areas, row, c.month, word / 2**32, m, p)
                != leaving.STAYS
            )
        )

    assert len(rows) > 5
    return float(np.mean([leaves(row) for row in rows])) / 2**32


def profiles(found: Town) -> dict[int, Any]:
    """Return the households with a home in the named areas, by row."""
    c, w = found.context, found.world
    rows = np.unique(w.persons.household[in_named_areas(found)])
    rows = rows[w.households.dwelling[rows] >= 0]
    town_of = w.areas.municipality
    return {
        int(row): profile(w.persons, w.households, int(row), c.month, c.income_steps[town_of[w.households.area[row]]])
        for row in rows
    }


def resourceful_who_want_to_leave(settings: Settings) -> float:
    found = town(settings, MONTHS)
    line = found.context.parameters.letting.resourceful
    return wish_to_leave(found, [row for row, who in profiles(found).items() if who.resources > line][:30])


def young_who_want_to_leave(settings: Settings) -> float:
    """Return the wish of households of 18 to 25 in work or study, in areas where local youth comes first."""
    found = town(settings, MONTHS, 0.2)
    rows = [
        row
        for row, who in profiles(found).items()
        if YOUNG_FROM <= who.age < YOUNG_UNTIL and who.employed + who.students > 0
    ]
    return wish_to_leave(found, rows[:30])


def premises_in_use(settings: Settings) -> float:
    found = renewed(settings)
    return float(found.world.areas.premises_let[named(found)].sum())


def chance_by_firms(settings: Settings) -> float:
    """Return how many times others' the residents' chance of finding work is, where the market for work reads it."""
    found = renewed(settings)
    w = found.world
    rows, m = in_named_areas(found)[:60], work.market(found.context)
    area, sex = w.households.area[w.persons.household[rows]], w.persons.sex
    chances = [work.help_of(w.ties, w.areas, int(r), int(a), int(sex[r]), m) for r, a in zip(rows, area, strict=True)]
    return float(np.mean(chances))


def meetings_where_there_are_businesses(settings: Settings) -> float:
    """Return the share of meetings across groups in the named areas after two years in which firms have come."""
    found = renewed(settings)
    return float(meetings.daily_meetings(found.context)[named(found)].mean())


def reputation_under_special_rules(settings: Settings) -> float:
    """Return the mean stigma of areas that have the duties and bars of a transformation area, after a year."""
    found = town(settings, MONTHS)
    areas, places = found.world.areas, named(found)
    areas.status[places], areas.was_hard[places] = HARD, 1
    areas.years_listed[places] = 5
    for _ in range(12):
        found.step((buildings.buildings, stigma.stigma))
    return float(areas.stigma[places].mean())


def reputation_after_renewal(settings: Settings) -> float:
    found = town(settings, MONTHS)
    for _ in range(MONTHS):
        found.step((buildings.buildings, stigma.stigma))
    return float(found.world.areas.stigma[named(found)].mean())


# How the code is cut


def cut_holding(which: int) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a cut of what holds the resourceful (0), or the young (1)."""

    def cut(patch: pytest.MonkeyPatch) -> None:
        whole = renewal.holding
        nothing = lambda c: tuple(np.zeros_like(v) if k == which else v for k, v in enumerate(whole(c)))  # noqa: E731
        patch.setattr(leaving, "holding", nothing)

    return cut


def cut_premises(patch: pytest.MonkeyPatch) -> None:
    whole = renewal.premises_in_use
    patch.setattr(
        renewal, "premises_in_use",
        lambda now, built, plain, more, appeal, years: whole(now, built, plain, more, 0.0, years),
    )  # fmt: skip


def cut_firms(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(renewal, "chance_by_firms", lambda *given: 1.0)


def cut_meetings_in_businesses(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(meetings, "occasions", lambda c, **more: np.zeros(len(c.world.areas.kind)))


def cut_renewal_of_names(patch: pytest.MonkeyPatch) -> None:
    whole = stigma.move_stigma
    patch.setattr(stigma, "move_stigma", lambda *given: whole(*given[:-1], given[-1]._replace(renewal=0.0)))


def cut_special(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(buildings, "special_rules", lambda c, duties: np.zeros(len(c.world.areas.kind)))


def priority(settings: Settings) -> Settings:
    return settings | {"letting.local_youth_priority": True}


LINKS: tuple[Link, ...] = (
    Link("C-48", priority(under("null", "C-48")), priority(under("council", "C-48")), young_who_want_to_leave, -1,
         cut_holding(1), "buildings.priority_on_staying"),
    Link("C-49", HELD | under("null", "C-49"), HELD | under("council", "C-49"), resourceful_who_want_to_leave, -1,
         cut_holding(0), "buildings.conditions_on_leaving"),
    Link("C-50", RENOVATED | under("null", "C-50"), RENOVATED | under("council", "C-50"), premises_in_use, 1,
         cut_premises, "buildings.renewal_on_businesses"),
    Link("C-50", RENOVATED | under("null", "C-50"), RENOVATED | under("council", "C-50"), reputation_after_renewal, -1,
         cut_renewal_of_names, "buildings.renewal_on_stigma"),
    Link("C-51", RENOVATED | under("null", "C-51"), RENOVATED | under("council", "C-51"), chance_by_firms, 1,
         cut_firms, "buildings.businesses_on_jobs"),
    Link("C-51", RENOVATED | under("null", "C-51"), RENOVATED | under("council", "C-51"),
         meetings_where_there_are_businesses, 1, cut_meetings_in_businesses, "meetings.in_businesses"),
    Link("C-55", SPECIAL | under("null", "C-55"), SPECIAL | under("council", "C-55"), reputation_under_special_rules, 1,
         cut_special, "stigma.special_rules_on_name"),
)  # fmt: skip
