"""Meetings between people: where each claim about them is looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from link import WORDS, Link, Settings, after, in_named_areas, last_word, town, under

from beboersim.month import meetings, school_choice, work
from beboersim.town import Town
from beboersim.world.codes import NAMED_AREA, NONWESTERN_IMMIGRANT, OUTSIDE, PUPIL
from beboersim.world.columns import I64
from beboersim.world.taking_part import ASSOCIATION

MONTHS = 24
LARGE_MINORITY = 0.65  # above what is usual in the listed areas


def named(found: Town) -> I64:
    return np.flatnonzero(found.world.areas.kind == NAMED_AREA)


def meetings_where_more_of_the_majority_live(settings: Settings) -> float:
    """Meetings across groups that ten points more of the majority would add, where the minority is large."""
    found = town(settings)
    c = found.context
    large = named(found)[meetings.minority_shares(c)[named(found)] > LARGE_MINORITY]
    assert len(large) > 0
    return float((meetings.daily_meetings(c, fewer=0.1) - meetings.daily_meetings(c))[large].mean())


def prejudice_after_joining(settings: Settings) -> float:
    """How prejudice moves in two years in which everybody does something together with others."""
    found = town(settings, MONTHS)
    rows = in_named_areas(found)
    before = found.world.ties.prejudice[rows].mean()
    found.world.ties.takes_part[rows] |= ASSOCIATION
    for _ in range(MONTHS):
        found.step((meetings.meetings,))
    return float(found.world.ties.prejudice[rows].mean() - before)


def prejudice_of_members(settings: Settings) -> float:
    """Of those who do something together, against their neighbours."""
    found = town(settings)
    rows = in_named_areas(found)
    found.world.ties.takes_part[rows[::2]] |= ASSOCIATION
    meetings.begin(found.context)
    prejudice = found.world.ties.prejudice
    return float(prejudice[rows[::2]].mean() - prejudice[rows[1::2]].mean())


def jobs_where_more_work(settings: Settings) -> float:
    """Times the chance of a job, once six points more of the neighbours work."""
    found = town(settings)
    c = found.context
    c.measured["outside_work_share"][named(found)] -= 0.06
    meetings.set_contacts(c)
    return float(c.world.areas.contacts[named(found)].mean())


def danish_in_a_large_minority(settings: Settings) -> float:
    """Command of Danish of immigrants in areas where the minority is large."""
    found = town(settings)
    rows = in_named_areas(found)
    w = found.world
    share = meetings.minority_shares(found.context)[w.households.area[w.persons.household[rows]]]
    rows = rows[(w.persons.origin[rows] == NONWESTERN_IMMIGRANT) & (share > LARGE_MINORITY)]
    assert len(rows) > 50
    return float(w.ties.danish[rows].mean())


def meetings_under_a_bad_name(settings: Settings) -> float:
    """Of a resident of the minority, in the named areas on the first day."""
    found = town(settings)
    c = found.context
    s = meetings.surroundings(c, np.zeros(len(c.world.areas.kind)))
    return float(np.mean([
        meetings.meetings_across(
            1.0 - s.minority[area], 0, s.occasions[area], 1, c.world.areas.stigma[area] * s.inward_on,
            c.parameters.meetings,
        )
        for area in named(found)
    ]))  # fmt: skip


def work_of_immigrants(settings: Settings) -> float:
    """The chance of finding work of immigrants in the named areas, after two years."""
    found = after(meetings.meetings, settings, MONTHS)
    c, w = found.context, found.world
    rows = in_named_areas(found)
    rows = rows[(w.persons.origin[rows] == NONWESTERN_IMMIGRANT) & (w.persons.activity[rows] == OUTSIDE)][:60]
    m, p = work.market(c), c.parameters.work

    def finds(row: int, word: int) -> bool:
        event = work.event_at_work(
            w.persons, w.ties, w.households, w.areas, row, c.month, word, WORDS - 1, m, p
        )
        return bool(event == work.FINDS)

    assert len(rows) > 20
    return float(np.mean([last_word(lambda word, row=row: finds(row, word)) for row in rows.tolist()])) / WORDS


def distance_of_schools(settings: Settings) -> float:
    """How far the schools of the named areas are from the town, if the homes of so many pupils are mixed."""
    found = town({})
    c = found.context
    here = school_choice.pupils(c)
    places = c.world.places
    town_of = c.world.areas.municipality[:places]
    mixed = here.sum(axis=1, keepdims=True) * here.sum(axis=0) / here.sum()
    moved = (1.0 - settings["mixed"]) * here + settings["mixed"] * mixed  # type: ignore[operator]
    leaving = school_choice.leaving_shares(moved, c.world.areas, 1.0, c.parameters.meetings)
    return float(school_choice.distance_from_town(moved, leaving, town_of)[named(found)].mean())


def distance_of_daycare(settings: Settings) -> float:
    """How far the daycare of the named areas is from the town, if the homes of so many small children are mixed."""
    found = town({})
    here = school_choice.in_daycare_ages(found.context)
    places = found.world.places
    mixed = here.sum(axis=1, keepdims=True) * here.sum(axis=0) / here.sum()
    moved = (1.0 - settings["mixed"]) * here + settings["mixed"] * mixed  # type: ignore[operator]
    stay = np.zeros_like(moved)
    town_of = found.world.areas.municipality[:places]
    return float(school_choice.distance_from_town(moved, stay, town_of)[named(found)].mean())


def majority_met_in_mixed_institutions(settings: Settings) -> float:
    """The majority's share of whom pupils, and parents of small children, meet where institutions are as the town."""
    found = town(settings)
    c, w = found.context, found.world
    c.institutions[named(found)] = 0.15
    s = meetings.surroundings(c, np.zeros(len(w.areas.kind)))
    rows = in_named_areas(found)
    of_children = [
        meetings.company(row, w.persons, w.households.area[home], small, s)
        for row, home in zip(rows.tolist(), w.persons.household[rows].tolist(), strict=True)
        if (small := meetings.child_in_daycare(w.persons, w.households.head[home])) or w.persons.activity[row] == PUPIL
    ]
    assert len(of_children) > 100
    return 1.0 - float(np.mean(of_children))


def choosing_another_school(settings: Settings) -> float:
    """The share of the pupils of the named areas who go to another school than their district's."""
    found = town(settings)
    return float(found.world.areas.opting_out[named(found)].mean())


# How the code is cut


def cut_surroundings(patch: pytest.MonkeyPatch) -> None:
    """Nobody meets, and no name turns anybody inwards."""
    whole = meetings.surroundings
    patch.setattr(
        meetings, "surroundings", lambda *given, **more: whole(*given, **more)._replace(across_on=0.0, inward_on=0.0)
    )


def cut_meetings(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(meetings, "meetings_across", lambda *given: 0.0)


def cut_institutions(patch: pytest.MonkeyPatch) -> None:
    whole = meetings.surroundings
    patch.setattr(meetings, "surroundings", lambda *given, **more: whole(*given, **more)._replace(by_institutions=0.0))


def cut_contacts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(meetings, "jobs_by_contacts", lambda *given: 1.0)


def cut_neighbours(patch: pytest.MonkeyPatch) -> None:
    """Every area has the usual share of the minority, except where the areas are chosen that are looked at."""
    whole = meetings.surroundings

    def same(*given: Any, **more: Any) -> meetings.Surroundings:
        s = whole(*given, **more)
        usual = given[0].parameters.meetings.minority_reference
        return s._replace(minority=np.full_like(s.minority, usual))

    patch.setattr(meetings, "surroundings", same)


def cut_danish(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(work, "danish_on_jobs", lambda c: np.ones(256))


def cut_schools(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(school_choice, "in_school", lambda here, leaving: np.zeros(len(here)))
    patch.setattr(school_choice, "distance_from_town", lambda here, leaving, town_of: np.zeros(len(here)))


def cut_choice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(school_choice, "leaving_shares", lambda here, *given: np.zeros(here.shape))


LINKS: tuple[Link, ...] = (
    Link("C-38", under("null", "C-38"), under("council", "C-38"), meetings_where_more_of_the_majority_live, 1,
         cut_meetings, "meetings.across_groups"),
    Link("C-39", under("null", "C-39"), under("council", "C-39"), prejudice_after_joining, -1, cut_surroundings,
         "meetings.across_groups"),
    Link("C-39", under("null", "C-39"), under("council", "C-39"), jobs_where_more_work, 1, cut_contacts,
         "meetings.contacts"),
    Link("C-40", under("null", "C-40"), under("council", "C-40"), danish_in_a_large_minority, -1, cut_neighbours,
         "meetings.language"),
    Link("C-44", under("null", "C-44"), under("council", "C-44"), meetings_under_a_bad_name, -1, cut_surroundings,
         "stigma.on_contact"),
    Link("C-56", {"mixed": 0.0}, {"mixed": 1.0}, distance_of_schools, -1, cut_schools),
    Link("C-56", under("null", "C-56"), under("council", "C-56"), choosing_another_school, 1, cut_choice,
         "meetings.school_choice"),
    Link("C-56", {"mixed": 0.0}, {"mixed": 1.0}, distance_of_daycare, -1, cut_schools),
    Link("C-56", under("null", "C-56"), under("council", "C-56"), majority_met_in_mixed_institutions, 1,
         cut_institutions, "meetings.in_institutions"),
    Link("C-57", under("council", "C-57"), {**under("council", "C-57"), "meetings.language_effort": 1.0},
         work_of_immigrants, 1, cut_danish, "meetings.language"),
    Link("A-19", under("null", "A-19"), under("council", "A-19"), prejudice_of_members, -1, cut_surroundings,
         "meetings.across_groups"),
)  # fmt: skip
