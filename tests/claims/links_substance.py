"""Use of drugs and alcohol: where each claim about it is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from link import WORDS, Link, Settings, in_named_areas, last_word, town, under

from beboersim.chance import uniform
from beboersim.month import crime, money, schooling, staff, substance, work
from beboersim.month.context import Context
from beboersim.town import Town
from beboersim.world.codes import EMPLOYED, NAMED_AREA, OUTSIDE, STUDENT
from beboersim.world.columns import I64
from beboersim.world.school import DROPS_OUT
from beboersim.world.taking_part import (
    ALCOHOL,
    AT_RISK,
    CLUB,
    HASH_AND_PILLS,
    HEAVY,
    NO_USE,
    RECOVERY,
    STREET,
)
from estates import Estate
from small_towns import ages

SOME = 40
CYCLE = 24  # months, the shortest grants


def some(found: Town, first: int, last: int, state: int, kind: int) -> I64:
    """Return residents of the named areas of some ages, each of whom is given a state and a kind of use."""
    rows = in_named_areas(found)
    age = ages(found, rows)
    rows = rows[(age >= first) & (age < last)][:SOME]
    assert len(rows) == SOME
    found.world.ties.substance[rows] = state
    found.world.ties.kind_of_use[rows] = kind
    return rows


def chance_to(found: Town, rows: I64, becomes: int) -> float:
    """Return the mean chance within a year, as the kernel that decides has it."""
    c, w = found.context, found.world
    p = substance.substance_now(c)
    s = substance.surroundings(c, p)

    def happens(row: int, word: int) -> bool:
        state, _ = substance.use_after_a_year(
            w.persons, w.ties, w.households, w.areas, row, uniform(word), 0.5, s, p
        )
        return bool(state == becomes)

    chances = [last_word(lambda word, row=row: happens(row, word)) for row in rows.tolist()]
    return float(np.mean(chances)) / WORDS


def beginning_of_members(settings: Settings) -> float:
    """Of the young in a club."""
    found = town(settings)
    rows = some(found, 15, 25, NO_USE, HASH_AND_PILLS)
    found.world.ties.takes_part[rows] |= CLUB
    return chance_to(found, rows, AT_RISK)


def stopping_of_the_known(settings: Settings) -> float:
    """Of grown-up heavy drinkers whom staff have known for four years."""
    found = town(settings)
    rows = some(found, 30, 60, HEAVY, ALCOHOL)
    found.world.ties.known[rows] = 48
    return chance_to(found, rows, RECOVERY)


def relapse(settings: Settings) -> float:
    found = town(settings)
    return chance_to(found, some(found, 30, 60, RECOVERY, ALCOHOL), HEAVY)


def relapse_on_the_street(settings: Settings) -> float:
    found = town(settings)
    rows = some(found, 18, 30, RECOVERY, HASH_AND_PILLS)
    found.world.ties.peers[rows] = STREET
    return chance_to(found, rows, HEAVY)


def risk_of_heavy_users(settings: Settings) -> float:
    found = town(settings)
    rows = some(found, 18, 40, HEAVY, HASH_AND_PILLS)
    c, w = found.context, found.world
    p = crime.crime_now(c)
    return float(np.mean([crime.risk_of(w.persons, w.ties, row, c.month, 1.0, p) for row in rows]))


def losing_of_heavy_users(settings: Settings) -> float:
    """The chance of heavy users in work to lose it."""
    found = town(settings)
    c, w = found.context, found.world
    rows = some(found, 25, 60, HEAVY, HASH_AND_PILLS)
    rows = rows[(w.persons.activity[rows] == EMPLOYED) & (w.persons.weak[rows] == 1)]
    m, p = work.market(c), c.parameters.work

    def loses(row: int, word: int) -> bool:
        event = work.event_at_work(
            w.persons, w.ties, w.households, w.areas, row, c.month, word, WORDS - 1, m, p
        )
        return bool(event == work.LOSES)

    assert len(rows) > 3
    return float(np.mean([last_word(lambda word, row=row: loses(row, word)) for row in rows.tolist()])) / WORDS


def dropping_out(settings: Settings) -> float:
    """The chance of students who use heavily to drop out."""
    found = town(settings)
    c, w = found.context, found.world
    rows = some(found, 16, 25, HEAVY, HASH_AND_PILLS)
    w.persons.activity[rows] = STUDENT
    p = schooling.schooling_now(c)
    around = schooling.around(c, p)

    def drops(row: int, word: int) -> bool:
        step = schooling.step_of(w.persons, w.ties, w.households, row, c.month, word, around, p)
        return bool(step == DROPS_OUT)

    return float(np.mean([last_word(lambda word, row=row: drops(row, word)) for row in rows.tolist()])) / WORDS


def attention_to_adults(settings: Settings) -> float:
    """The share of visible adult users who are noticed in the named areas."""
    found = town(settings)
    c = found.context
    return float(substance.focus_now(c, substance.substance_now(c))[c.world.areas.kind == NAMED_AREA].mean())


def let_to_who_uses(settings: Settings) -> float:
    """Return whether the home is assigned to somebody who uses heavily, before one who is without a home for longer."""
    estate = Estate(
        assignment_share=1.0, assignment_fallback=0.0, internal_every=0,
        **{name.replace("letting.", "").replace(".", "__"): value for name, value in settings.items()},
    )  # fmt: skip
    home = estate.vacancy()
    longer, uses = estate.lodger(), estate.lodger()
    estate.c.world.households.search_since[longer] = estate.c.month - 12
    for household, state in ((longer, NO_USE), (uses, HEAVY)):
        estate.c.world.ties.substance[estate.person(household)] = state
    estate.let()
    assert estate.tenant_of(home) in (longer, uses)
    return float(estate.tenant_of(home) == uses)


def points_of_the_list(settings: Settings) -> float:
    """How many points adult heavy users add to the share without work or education in the named areas."""
    found = town(settings)
    rows = in_named_areas(found)
    age = ages(found, rows)
    rows = rows[(age >= 18) & (age < 65)]
    outside = found.world.persons.activity[rows] == OUTSIDE
    others = found.world.ties.substance[rows] != HEAVY
    return float(100.0 * (outside.mean() - outside[others].mean()))


def use_of_everybody(settings: Settings) -> float:
    """A number that tells the use of all residents apart, after two years of grants."""
    found = town(settings)
    for _ in range(CYCLE):
        found.step((money.money, staff.staff, substance.substance))
    use = found.world.ties.substance[: int(found.world.used[0])].astype(np.int64)
    return float((use * (1 + np.arange(len(use)) % 97)).sum())


def need_that_money_meets(settings: Settings) -> float:
    """How many children live in homes of low income where the plans' money goes, once every grant has run out."""
    found = town(settings | {"funding.grant_months": CYCLE}, CYCLE + 1)
    for _ in range(CYCLE):
        found.step((money.money,))
    c, here = found.context, found.context.named_areas
    spent = c.dose[here] * c.measurement.residents[here]
    return float((spent * money.children_in_need(c)[here]).sum() / spent.sum())


# How the code is cut


def cut_parameters(**fixed: float) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a cut that takes the effect out of some parameters of use."""

    def cut(patch: pytest.MonkeyPatch) -> None:
        whole = substance.substance_now
        patch.setattr(substance, "substance_now", lambda c: whole(c)._replace(**fixed))

    return cut


def cut_now(module: Any, name: str, **fixed: float) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a cut of the parameters that a process goes by this month."""

    def cut(patch: pytest.MonkeyPatch) -> None:
        whole = getattr(module, name)
        patch.setattr(module, name, lambda c: whole(c)._replace(**fixed))

    return cut


def cut_losing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(work, "job_loss_by_use", lambda c: np.ones(256))


def cut_need(patch: pytest.MonkeyPatch) -> None:
    whole = Context.flag
    patch.setattr(Context, "flag", lambda c, name, **k: name != "substance.on_assignment" and whole(c, name, **k))


def cut_loose(patch: pytest.MonkeyPatch) -> None:
    whole = substance.expected
    patch.setattr(substance, "expected", lambda p: whole(p._replace(loose=1.0)))


def treat(patch: pytest.MonkeyPatch) -> None:
    """Let the money of the plans keep people from relapse, which it does not."""
    whole = substance.surroundings
    patch.setattr(substance, "surroundings", lambda c, p: whole(c, p)._replace(aftercare=c.dose))


AFTERCARE_FOR_ALL: Settings = {"substance.aftercare": 1.0}
WATCHED: Settings = {"substance.health_indicators": True}
NO_TIES: Settings = {
    "substance.on_relations": False, "substance.on_communities": False, "substance.on_company": False,
    "money.cycle_months": CYCLE,
}  # fmt: skip

def cut_steering(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(money, "steered", lambda c: np.ones(len(c.dose)))


LINKS: tuple[Link, ...] = (
    Link("C-53", WATCHED | under("null", "C-53"), WATCHED | under("council", "C-53"), attention_to_adults, 1,
         cut_parameters(steering=0.0), "substance.on_attention"),
    Link("C-53", WATCHED | under("null", "C-53"), WATCHED | under("council", "C-53"), need_that_money_meets, 1,
         cut_steering, "funding.steering_on_money"),
    Link("A-02", under("null", "A-02"), under("council", "A-02"), beginning_of_members, -1,
         cut_parameters(community=1.0), "substance.on_communities"),
    Link("A-03", under("null", "A-03"), under("council", "A-03"), let_to_who_uses, 1, cut_need,
         "substance.on_assignment"),
    Link("A-04", under("null", "A-04"), under("council", "A-04"), attention_to_adults, -1,
         cut_parameters(crowded_out=0.0), "substance.on_attention"),
    Link("A-05", under("null", "A-05"), under("council", "A-05"), points_of_the_list, 1, cut_loose),
    Link("A-06", under("null", "A-06"), under("council", "A-06"), risk_of_heavy_users, 1,
         cut_now(crime, "crime_now", heavy_use=1.0), "substance.on_crime"),
    Link("A-08", under("null", "A-08"), under("council", "A-08"), stopping_of_the_known, 1,
         cut_parameters(relation=1.0), "substance.on_relations"),
    Link("A-10", under("null", "A-10"), under("council", "A-10"), losing_of_heavy_users, 1, cut_losing,
         "substance.on_work"),
    Link("A-10", under("null", "A-10"), under("council", "A-10"), dropping_out, 1,
         cut_now(schooling, "schooling_now", heavy_use=1.0), "substance.on_school"),
    Link("A-16", AFTERCARE_FOR_ALL | under("null", "A-16"), AFTERCARE_FOR_ALL | under("council", "A-16"), relapse, -1,
         cut_parameters(aftercare_relapse=1.0), "substance.on_aftercare"),
    Link("A-17", under("null", "A-17"), under("council", "A-17"), relapse_on_the_street, 1,
         cut_parameters(company=1.0), "substance.on_company"),
    Link("A-21", NO_TIES | {"funding.social_frame": 0.0}, NO_TIES | {"funding.social_frame": 470e6}, use_of_everybody,
         0, treat),
)  # fmt: skip
