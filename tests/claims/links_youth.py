"""The links of the young: clubs, jobs, homework cafés, street workers and the street, each at its immediate target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from link import WORDS, Link, Settings, after, in_named_areas, last_word, town, under

from beboersim.month import company, meetings, schooling, volunteering, work, young, youth
from beboersim.month.offers import CLOSES, Offer, has_plan
from beboersim.month.street import LAST_JOINING, OLDEST_YOUNG, steady_shares
from beboersim.policy.catalogue import catalogue
from beboersim.town import Town
from beboersim.world.codes import BASIC, KEEPER, OUTSIDE, PUPIL, STUDENT
from beboersim.world.school import BECOMES_STUDENT, DROPS_OUT
from beboersim.world.taking_part import (
    ASSOCIATION,
    CLUB,
    COMMUNITY,
    HOMEWORK,
    MEETINGS,
    NOBODY,
    OUTREACH,
    SPARE_TIME_JOB,
    STREET,
    VOLUNTEER,
)

MANY = 1000.0  # volunteers, more than any café needs
CAFE: Settings = {"youth.cafe_evenings": 3.0}
HOMEWORK_CAFE: Settings = {"youth.homework_cafe": 3.0}
ASSOCIATION_RESULTS = catalogue()["youth.association_results"].preset("council")
LEFT_OUT_STREET = catalogue()["youth.left_out_street"].preset("council")
UNSTAFFED: Settings = {"youth.club_staffed": 0.0}


def months_old(found: Town, rows: np.ndarray) -> np.ndarray:
    return found.context.month - found.world.persons.birth[rows].astype(np.int64)


def aged(found: Town, low: int, high: int) -> np.ndarray:
    """Return the rows of those of the named areas who are so many months old, the last not included."""
    rows = in_named_areas(found)
    old = months_old(found, rows)
    return rows[(low <= old) & (old < high)]


def with_bit(found: Town, rows: np.ndarray, bit: int) -> np.ndarray:
    chosen = rows[found.world.ties.takes_part[rows] & bit > 0]
    assert len(chosen) >= 3
    return chosen


def with_volunteers(settings: Settings) -> Town:
    found = town(settings)
    found.world.areas.volunteers[:] = MANY
    found.step((youth.youth,))
    return found


def trouble_at_home(found: Town) -> None:
    """Give everyone who keeps a home in the named areas a conviction of last year."""
    persons, rows = found.world.persons, in_named_areas(found)
    persons.convicted_years[rows[persons.role[rows] == KEEPER]] = 2


def joining(found: Town, rows: np.ndarray) -> float:
    """Return the mean chance of joining a street group this month, as the kernel that decides has it."""
    c, w = found.context, found.world
    p = youth.acting(c)
    offered = youth.offers(c, p, company.count(c, steady_shares(p), has_plan(c)))
    chances = []
    for row in rows.tolist():
        home = int(w.persons.household[row])
        burdened = company.home_of(w.persons, w.ties, w.households, home, row) & company.BURDENED
        o = Offer(*offered[w.households.area[home]].tolist())
        chances.append(
            young.join_chance(
                int(w.persons.sex[row]), int(found.context.month - w.persons.birth[row]), int(w.ties.takes_part[row]),
                int(w.ties.peers[row]), burdened, burdened, o, p,
                int(company.is_left_out(w.ties.peers[row], w.persons.activity[row])),
            )
        )
    assert len(chances) > 2
    return float(np.mean(chances))


# What is measured


def offending(bit: int) -> Callable[[Settings], float]:
    """Return the mean risk of a conviction, over others', of those of 15-17 who take part in something."""

    def measure(settings: Settings) -> float:
        found = after(youth.youth, settings, 1)
        return float(found.world.ties.offending[with_bit(found, aged(found, 180, 216), bit)].mean())

    return measure


def offending_with_heavy_problems(settings: Settings) -> float:
    """The same of those with heavy problems at home who come to a club that volunteers help to run."""
    found = town(settings)
    trouble_at_home(found)
    found.world.areas.volunteers[:] = MANY
    found.step((youth.youth,))
    return float(found.world.ties.offending[with_bit(found, aged(found, 180, 216), CLUB)].mean())


def results(bit: int) -> Callable[[Settings], float]:
    """Return the mean results after a year of pupils who take part in something."""

    def measure(settings: Settings) -> float:
        found = after(youth.youth, settings, 12)
        return float(found.world.ties.results[with_bit(found, aged(found, 132, 192), bit)].mean())

    return measure


def results_of_members(settings: Settings) -> float:
    """Return the mean results after a year of pupils in the last school year, all of whom belong to an association."""
    found = town(settings)
    rows = aged(found, 180, 192)
    found.world.ties.takes_part[rows] |= ASSOCIATION
    who = found.world.persons.id[rows].copy()  # rows are put in order once a year
    for _ in range(12):
        found.step((youth.youth,))
    rows = in_named_areas(found)
    rows = rows[np.isin(found.world.persons.id[rows], who)]
    return float(found.world.ties.results[rows].mean())


def trust_of_members(settings: Settings) -> float:
    """Of those of 15-17 who all come to a club with adults, after two years."""
    found = town(settings)
    rows = aged(found, 180, 198)
    found.world.ties.takes_part[rows] |= CLUB
    who = found.world.persons.id[rows].copy()  # rows are put in order once a year
    for _ in range(24):
        found.step((volunteering.volunteering,))
    rows = in_named_areas(found)
    return float(found.world.ties.trust[rows[np.isin(found.world.persons.id[rows], who)]].mean())


def starting_education(settings: Settings) -> float:
    """Return what is added to the chance of starting youth education in the last school year."""
    found = after(youth.youth, settings, 1, 0.25)  # of 15 few have a job: a smaller town may have nobody
    return float(found.world.ties.learning[aged(found, 180, 192)].mean())


def off_the_street_into_company(settings: Settings) -> float:
    """Return how many of a group that street workers know are elsewhere a year later, all beginning on the street."""
    found = town(settings)
    ties = found.world.ties
    rows = aged(found, 156, 276)
    ties.peers[rows] = STREET
    ties.takes_part[rows] = OUTREACH
    who = found.world.persons.id[rows].copy()  # rows are put in order once a year
    for _ in range(12):
        found.step((youth.youth,))
    rows = in_named_areas(found)
    rows = rows[np.isin(found.world.persons.id[rows], who)]
    return float((found.world.ties.peers[rows] == COMMUNITY).sum())


def reached_without_authority(settings: Settings) -> float:
    """Return how many more who trust others little are met by workers without authority than by those who have it."""
    met = []
    for authority in (False, True):
        found = town({**settings, "youth.street_authority": authority})
        ties, rows = found.world.ties, aged(found, 156, 276)
        ties.peers[rows], ties.takes_part[rows], ties.trust[rows] = STREET, 0, -50
        for _ in range(6):
            found.step((youth.youth,))
        met.append(float((ties.takes_part[rows] & OUTREACH > 0).sum()))
    return met[0] - met[1]


def joining_of_members(settings: Settings) -> float:
    """Of those who come to a club."""
    found = after(youth.youth, settings, 1)
    return joining(found, with_bit(found, aged(found, 156, 216), CLUB))


def joining_in_company(settings: Settings) -> float:
    """Of those who have a community."""
    found = after(youth.youth, settings, 1)
    rows = aged(found, 156, LAST_JOINING)
    return joining(found, rows[found.world.ties.peers[rows] == COMMUNITY])


def joining_of_the_heard(settings: Settings) -> float:
    """Of those of 15-17, all of whom have been heard within the year."""
    found = after(youth.youth, settings, 1)
    rows = aged(found, 180, 216)
    found.world.ties.takes_part[rows] |= MEETINGS
    return joining(found, rows)


def joining_from_a_heavy_home(settings: Settings) -> float:
    found = town(settings)
    trouble_at_home(found)
    found.step((youth.youth,))
    return joining(found, aged(found, 156, LAST_JOINING))


def joining_of_the_left_out(settings: Settings) -> float:
    """Of those of 16-19, who all have no company and neither work nor study."""
    found = after(youth.youth, settings, 1)
    rows, w = aged(found, 192, LAST_JOINING), found.world
    w.ties.peers[rows], w.ties.takes_part[rows], w.persons.activity[rows] = NOBODY, 0, OUTSIDE
    return joining(found, rows)


def joining_beside_visible_groups(settings: Settings) -> float:
    """Where ten in a thousand residents more are on the street than on the first day."""
    found = after(youth.youth, settings, 1)
    found.world.areas.street[:] = found.context.young_at_start.street + 10.0
    return joining(found, aged(found, 156, LAST_JOINING))


def joining_where_friends_are(settings: Settings) -> float:
    """Of those without other company, where every second of the young is on the street."""
    found = after(youth.youth, settings, 1)
    rows, ties = aged(found, 156, OLDEST_YOUNG), found.world.ties
    ties.peers[rows[::2]] = STREET
    others = rows[1::2]
    ties.peers[others], ties.takes_part[others] = NOBODY, 0
    return joining(found, others)


def joining_for_want_of_a_cafe(settings: Settings) -> float:
    """Return how much more readily the young join a street group without a café than with one."""
    chances = []
    for evenings in (0.0, 5.0):
        found = with_volunteers({**settings, "youth.cafe_evenings": evenings})
        chances.append(joining(found, aged(found, 168, LAST_JOINING)))
    return chances[0] - chances[1]


def joining_of_helpers(settings: Settings) -> float:
    """Of those of 16-19, all of whom help to run the café."""
    found = with_volunteers(settings)
    rows = aged(found, 192, LAST_JOINING)
    found.world.ties.takes_part[rows] |= VOLUNTEER
    return joining(found, rows)


def chance_at_school(found: Town, rows: np.ndarray, step: int) -> float:
    """Return the mean chance of some persons to take a step in education this month, as the kernel has it."""
    c, w = found.context, found.world
    p = schooling.schooling_now(c)
    around = schooling.around(c, p)

    def takes(row: int, word: int) -> bool:
        return bool(schooling.step_of(w.persons, w.ties, w.households, row, c.month, word, around, p) == step)

    assert len(rows) > 2
    return float(np.mean([last_word(lambda word, row=row: takes(row, word)) for row in rows.tolist()])) / WORDS


def where_all_feel_safe(settings: Settings) -> Town:
    found = town(settings)
    found.world.areas.safety[: found.world.places] = 1.0
    return found


def starting_where_all_feel_safe(settings: Settings) -> float:
    """The chance of those who leave school."""
    found = where_all_feel_safe(settings)
    rows = aged(found, 180, 192)
    found.world.persons.birth[rows] = found.context.month - 192
    found.world.persons.activity[rows] = PUPIL
    return chance_at_school(found, rows, BECOMES_STUDENT)


def starting_ten_years_on(settings: Settings) -> float:
    """The chance of those who leave school in 2025."""
    found = town(settings)
    found.context.month += 120
    rows = aged(found, 300, 312)  # any; they are made pupils of sixteen
    found.world.persons.birth[rows] = found.context.month - 192
    found.world.persons.activity[rows] = PUPIL
    return chance_at_school(found, rows, BECOMES_STUDENT)


def dropping_out_where_all_feel_safe(settings: Settings) -> float:
    """Of those of 18-24 who study; none of them comes to a café, for there is none."""
    found = where_all_feel_safe(settings)
    rows = aged(found, 216, 300)
    return chance_at_school(found, rows[found.world.persons.activity[rows] == STUDENT], DROPS_OUT)


def dropping_out_of_members(settings: Settings) -> float:
    """Of those of 16-17 who study, all of whom come to a club."""
    found = town(settings)
    rows = aged(found, 192, 216)
    found.world.persons.activity[rows] = STUDENT
    found.world.ties.takes_part[rows] |= CLUB
    return chance_at_school(found, rows, DROPS_OUT)


def helpers_outside(settings: Settings) -> tuple[Town, np.ndarray]:
    """Return a town with a café, and the rows of those of 18-24, who all help to run it and neither work nor study."""
    found = town(settings)
    found.world.areas.volunteers[:] = MANY
    rows = aged(found, 216, 299)
    found.world.persons.activity[rows], found.world.persons.education[rows] = OUTSIDE, BASIC
    found.world.ties.takes_part[rows] |= VOLUNTEER
    found.step((youth.youth,))
    return found, rows


def helpers_who_begin_an_education(settings: Settings) -> float:
    """The chance of it in a month."""
    return chance_at_school(*helpers_outside(settings), BECOMES_STUDENT)


def helpers_who_find_work(settings: Settings) -> float:
    """The chance of it in a month."""
    found, rows = helpers_outside(settings)
    c, w = found.context, found.world
    m, p = work.market(c), c.parameters.work

    def finds(row: int, word: int) -> bool:
        event = work.event_at_work(w.persons, w.ties, w.households, w.areas, row, c.month, word, WORDS - 1, m, p)
        return bool(event == work.FINDS)

    return float(np.mean([last_word(lambda word, row=row: finds(row, word)) for row in rows.tolist()])) / WORDS


def helpers_who_go_on(settings: Settings) -> float:
    """How many of those who help at the café go on as volunteers for two years."""
    found, rows = helpers_outside(settings)
    who = found.world.persons.id[rows].copy()  # rows are put in order once a year
    goes_on = np.ones(len(who), np.bool_)
    for _ in range(24):
        found.step((volunteering.volunteering, youth.youth))
        here = in_named_areas(found)
        helping = here[found.world.ties.takes_part[here] & VOLUNTEER > 0]
        goes_on &= np.isin(who, found.world.persons.id[helping])
    return float(goes_on.sum())


def joining_where_clubs_are_open_longer(settings: Settings) -> float:
    """Of all of 13-17: who joins is seen on the street, by which residents feel less safe."""
    found = after(youth.youth, settings, 1)
    return joining(found, aged(found, 156, 216))


def results_beside_role_models(settings: Settings) -> float:
    """Return the results of all pupils after a year in which more older youths work or study than on the first day."""
    found = town(settings)
    then = found.context.young_at_start
    found.context.young_at_start = then._replace(role_models=then.role_models - 0.3)
    for _ in range(12):
        found.step((youth.youth,))
    return float(found.world.ties.results[aged(found, 132, 192)].mean())


def results_where_the_local_young_stay(settings: Settings) -> float:
    """Return the results of all pupils after a year in which all of 18-24 are from here, and all of them study."""
    found = town(settings)
    w, rows = found.world, aged(found, 216, 299)
    w.persons.area_grown[rows] = w.households.area[w.persons.household[rows]]
    w.persons.activity[rows] = STUDENT
    for _ in range(12):
        found.step((youth.youth,))
    return float(w.ties.results[aged(found, 132, 192)].mean())


def coming_to_the_cafe(settings: Settings) -> float:
    return float(youth.attendance(with_volunteers(settings).context).sum())


def prejudice_of_the_young(settings: Settings) -> float:
    """Of those of 15-23, after a year in which the café has volunteers."""
    found = town(settings)
    found.world.areas.volunteers[:] = MANY
    for _ in range(12):
        found.step((youth.youth, meetings.meetings))
    return float(found.world.ties.prejudice[aged(found, 180, 288)].mean())


def coming_to_the_cafe_with_role_models(settings: Settings) -> float:
    """Where more older youths are in work or education than on the first day."""
    found = with_volunteers(settings)
    then = found.context.young_at_start
    found.context.young_at_start = then._replace(role_models=then.role_models - 0.3)
    return float(youth.attendance(found.context).sum())


# How the code is cut


def closed(switch: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a cut that leaves the sizes that a switch closes out of the month, whatever they are set to."""
    nothing = {name: float(catalogue()[f"youth.{name}"].preset("null")) for name in CLOSES[switch]}

    def cut(patch: pytest.MonkeyPatch) -> None:
        whole = youth.acting
        patch.setattr(youth, "acting", lambda c: whole(c)._replace(**nothing))

    return cut


def offered(**fixed: float) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a cut that makes part of what is on offer the same everywhere."""

    def cut(patch: pytest.MonkeyPatch) -> None:
        whole = youth.offers

        def same(c: Any, p: Any, counted: Any) -> Any:
            table = whole(c, p, counted)
            for name, value in fixed.items():
                table[:, Offer._fields.index(name)] = value
            return table

        patch.setattr(youth, "offers", same)

    return cut


def cut_way(patch: pytest.MonkeyPatch) -> None:
    """Helping the younger leads nowhere."""
    at_school, at_work = schooling.schooling_now, work.market
    patch.setattr(schooling, "schooling_now", lambda c: at_school(c)._replace(helping=1.0))
    patch.setattr(work, "market", lambda c: at_work(c)._replace(helping=1.0))


def cut_school(**gone: float) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a cut that takes a size out of the month's schooling."""

    def cut(patch: pytest.MonkeyPatch) -> None:
        whole = schooling.schooling_now
        patch.setattr(schooling, "schooling_now", lambda c: whole(c)._replace(**gone))

    return cut


def cut_debates(patch: pytest.MonkeyPatch) -> None:
    whole = meetings.surroundings
    patch.setattr(meetings, "surroundings", lambda *given, **more: whole(*given, **more)._replace(debates=0.0))


def cut_trust(patch: pytest.MonkeyPatch) -> None:
    whole = volunteering.in_force
    patch.setattr(volunteering, "in_force", lambda c: whole(c)._replace(club_trust=0.0))


def cut_rise(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(schooling, "risen", lambda p, years: p)


def cut_going_on(patch: pytest.MonkeyPatch) -> None:
    whole = volunteering.in_force
    patch.setattr(volunteering, "in_force", lambda c: whole(c)._replace(helper_quit=1.0))


def link(
    claim: str,
    measure: Callable[[Settings], float],
    sign: int,
    switch: str,
    base: Settings = {},  # noqa: B006
    cut: Callable[[pytest.MonkeyPatch], None] | None = None,
) -> Link:
    """Return the link of a contested claim: the same world under `null` and under `council`."""
    off, on = ({**base, **under(preset, claim)} for preset in ("null", "council"))
    name = switch if "." in switch else f"youth.{switch}"
    return Link(claim, off, on, measure, sign, cut or closed(switch), name)


LINKS: tuple[Link, ...] = (
    Link("C-05", {**under("null", "C-05"), "youth.jobs": 0.9}, {**under("council", "C-05"), "youth.jobs": 0.9},
         starting_education, 1, closed("jobs_on_education"), "youth.jobs_on_education"),
    link("C-05", starting_where_all_feel_safe, 1, "safety.on_education", cut=cut_school(safe_start=0.0)),
    link("C-05", dropping_out_where_all_feel_safe, -1, "safety.on_education", cut=cut_school(safe_stay=0.0)),
    link("C-05", dropping_out_of_members, -1, "youth.activities_on_staying", cut=cut_school(activities_stay=1.0)),
    link("C-10", off_the_street_into_company, 1, "workers_on_leaving"),
    link("C-11", results(CLUB), 1, "clubs_on_results"),
    link("C-11", trust_of_members, 1, "volunteering.clubs_on_trust", cut=cut_trust),
    link("C-12", offending(CLUB), -1, "clubs_on_offending"),
    link("C-13", joining_where_clubs_are_open_longer, -1, "activity_on_joining", {"youth.club_hours": 2.0}),
    link("C-14", joining_of_members, -1, "activity_on_joining"),
    link("C-15", offending(SPARE_TIME_JOB), -1, "jobs_on_offending", {"youth.jobs": 0.9}),
    Link("C-20", UNSTAFFED, {"youth.club_staffed": 1.0}, offending_with_heavy_problems, -1, offered(staffed=1.0),
         "youth.clubs_on_offending"),
    link("C-28", joining_in_company, -1, "communities_on_joining"),
    Link("C-29", {**HOMEWORK_CAFE, "youth.homework": 0.0}, {**HOMEWORK_CAFE, "youth.homework": 0.2},
         results(HOMEWORK), 1, closed("homework_on_results"), "youth.homework_on_results"),
    Link("C-29", {"youth.role_results": 0.0}, {"youth.role_results": 1.5}, results_beside_role_models, 1,
         closed("role_models_on_results"), "youth.role_models_on_results"),
    Link("C-29", under("null", "C-29"), {**under("null", "C-29"), "youth.association_results": ASSOCIATION_RESULTS},
         results_of_members, 1, closed("associations_on_results"), "youth.associations_on_results"),
    Link("C-34", under("null", "C-34"), {**under("council", "C-34"), "youth.left_out_street": 1.0},
         joining_from_a_heavy_home, 1, closed("home_on_joining"), "youth.home_on_joining"),
    Link("C-34", under("null", "C-34"), {**under("null", "C-34"), "youth.left_out_street": LEFT_OUT_STREET},
         joining_of_the_left_out, 1, closed("left_out_on_joining"), "youth.left_out_on_joining"),
    link("C-35", joining_of_the_heard, -1, "heard_on_joining"),
    link("C-47", results_where_the_local_young_stay, 1, "role_models_on_results"),
    link("C-47", coming_to_the_cafe_with_role_models, 1, "role_models_on_attendance", CAFE, offered(role_models=0.0)),
    Link("C-48", under("null", "C-48"), under("council", "C-48"), starting_ten_years_on, 1, cut_rise,
         "time.on_education"),
    link("A-07", reached_without_authority, 1, "authority_on_contact", cut=offered(authority=0.0)),
    link("A-09", joining_beside_visible_groups, 1, "groups_on_joining", cut=offered(pull=1.0)),
    link("A-11", joining_for_want_of_a_cafe, 1, "communities_on_joining", cut=offered(evenings=0.0)),
    link("A-12", joining_where_friends_are, 1, "friends_on_joining",
         cut=offered(friends_of_men=1.0, friends_of_women=1.0)),
    link("A-13", coming_to_the_cafe, 1, "own_hands_on_attendance", CAFE, offered(run_by_young=0.0)),
    link("A-14", coming_to_the_cafe_with_role_models, 1, "role_models_on_attendance", CAFE, offered(role_models=0.0)),
    link("A-15", coming_to_the_cafe, 1, "debates_on_attendance", {**CAFE, "youth.debates": 12.0},
         cut=closed("debates_on_attendance")),
    link("A-15", prejudice_of_the_young, -1, "meetings.debates_on_prejudice", {**CAFE, "youth.debates": 12.0},
         cut_debates),
    link("A-25", joining_of_helpers, -1, "helping_on_helpers", CAFE),
    link("A-25", helpers_who_begin_an_education, 1, "helping_on_way", CAFE, cut_way),
    link("A-25", helpers_who_find_work, 1, "helping_on_way", CAFE, cut_way),
    link("A-25", helpers_who_go_on, 1, "volunteering.helping_on_staying", CAFE, cut_going_on),
)  # fmt: skip
