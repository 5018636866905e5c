"""Seekers and completed dwellings: the exogenous stream at the town's gate.

How many come in a month, of what age and background, is set by date alone, and each seeker's id by month and number in
the stream, so no policy shifts it. Whether they settle is decided in the model; who does not lives elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, draw, mix, normal, philox, uniform
from beboersim.evidence import trends
from beboersim.kernel import kernel
from beboersim.month.work import pension_age_months
from beboersim.world.attachment import WAGE_BY_EDUCATION, Work
from beboersim.world.codes import (
    ARRIVING,
    AT_HOME,
    BASIC,
    CHILD,
    DANISH,
    EMPLOYED,
    ESTATE,
    FAMILY,
    HIGHER,
    KEEPER,
    NEIGHBOURHOOD,
    NONWESTERN_DESCENDANT,
    NONWESTERN_IMMIGRANT,
    OUTSIDE,
    OWNER_OCCUPIED,
    PENSIONER,
    PRIVATE_RENTED,
    PUPIL,
    SOCIAL,
    STUDENT,
    UPPER_SECONDARY,
    VOCATIONAL,
    WESTERN,
)
from beboersim.world.columns import F64, I64, NEVER
from beboersim.world.membership import join, new_household, new_person
from beboersim.world.outlook import Outlook
from beboersim.world.state import Dwellings, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

# Kinds of arriving households: lowest and highest age of the first keeper, keepers, mean children.
# A full-time wage over the mean gross income of 15-64, all activities (assumption 1.15-1.35; fitted to named wages).
WAGE_OVER_INCOME = 1.2

KINDS = (
    ("single_18_21", 18, 21, 1, 0.0),
    ("single_22_29", 22, 29, 1, 0.0),
    ("couple_22_29", 22, 29, 2, 0.0),
    ("single_30_49", 30, 49, 1, 0.0),
    ("couple_30_49", 30, 49, 2, 0.0),
    ("family", 27, 45, 2, 1.7),
    ("single_parent", 25, 45, 1, 1.5),
    ("single_50_64", 50, 64, 1, 0.0),
    ("couple_50_64", 50, 64, 2, 0.0),
    ("single_65", 65, 84, 1, 0.0),
    ("couple_65", 65, 84, 2, 0.0),
)
AGE_FROM = np.array([k[1] for k in KINDS])
AGE_TO = np.array([k[2] for k in KINDS])
KEEPERS = np.array([k[3] for k in KINDS])
CHILDREN = np.array([k[4] for k in KINDS])


def households_coming(persons_by_age: F64) -> F64:
    """Return how many households of each kind come in a month, from persons by age group (world.outlook.SEEKER_AGES).

    Children come in families, one in four with a single parent; other adults come alone or in couples (assumption:
    70 % of persons of 22-29, 60 % of 30-49 and half of the older come alone).
    """
    children, young, twenties, middle, older, oldest = persons_by_age
    families = children / 1.65
    couples_with, alone_with = 0.75 * families, 0.25 * families
    # Parents of 27-45: one in six is under 30.
    parents = 2.0 * couples_with + alone_with
    twenties_left = max(twenties - parents / 6.0, 0.0)
    middle_left = max(middle - parents * 5.0 / 6.0, 0.0)
    return np.array(
        [
            young,
            0.7 * twenties_left,
            0.15 * twenties_left,
            0.6 * middle_left,
            0.2 * middle_left,
            couples_with,
            alone_with,
            0.5 * older,
            0.25 * older,
            0.5 * oldest,
            0.25 * oldest,
        ]
    )


# What newcomers bring; all assumptions. Basic schooling only: 16 % (10-25), 30 points more if weakly attached (15-45).
BASIC_SHARE, BASIC_IF_WEAK = 0.16, 0.30
# Above basic, up to which share upper secondary and vocational, as at the start (world.livelihoods.ABOVE_BASIC).
UPPER_SECONDARY_UNTIL, VOCATIONAL_UNTIL = 0.16, 0.61
OUTSIDE_IF_WEAK, OUTSIDE_IF_STABLE = 0.70, 0.06  # of those not studying (0.5-0.9, 0.03-0.10)
WAGE_SPREAD = 0.45  # log s.d. (0.35-0.7, mobility §8 income_log_sd_within)
LOW_WAGE = 0.75  # of those under 25 or weakly attached (0.6-0.9)
WESTERN_LIFT = 1.5  # Western share among newcomers over the residents' (1-2)
WOMEN_AMONG_SINGLE_PARENTS = 0.85  # (0.8-0.9)
OWN_RISK = 16  # sixteenths: a newcomer's risk of conviction is the nation's


class Newcomer(NamedTuple):
    """What every newcomer's start in the town is drawn from."""

    wage_level: float  # DKK a year at full time, vocational education
    pension_age_months: int
    citizens_immigrant: float
    citizens_descendant: float
    work: Work


@kernel
def seeker_origin(u: float, v: float, non_western: float, western: float, age: int) -> int:
    """Return a seeker's origin group; the younger the likelier a descendant."""
    if u < non_western:
        # Descendants are young: their share among non-Western residents falls from 9 in 10 to nil (age shares 2011).
        descendants = 0.85 if age < 18 else (0.30 if age < 30 else (0.08 if age < 40 else 0.0))
        return NONWESTERN_DESCENDANT if v < descendants else NONWESTERN_IMMIGRANT
    if u < non_western + western:
        return WESTERN
    return DANISH


@kernel
def seeker_weak(origin: int, danish: float, foreign: float) -> float:
    """Return the chance that a seeker is weakly attached to work."""
    return foreign if origin >= NONWESTERN_IMMIGRANT else danish


@kernel
def add_person(
    persons: Persons,
    households: Households,
    used: I64,
    household: int,
    identity: int,
    seed: int,
    address: int,
    month: int,
    age: int,
    woman: int,
    role: int,
    origin: int,
    weak_chance: float,
    student_share: float,
    newcomer: Newcomer,
) -> None:
    """Create one seeker with education, work and income drawn for age, and put them into the household."""
    a = philox(seed, identity, address, 1)
    b = philox(seed, identity, address, 2)
    e = philox(seed, identity, address, 5)
    row = new_person(used)
    months_old = max(age * 12 + int(uniform(a[0]) * 12.0), 1)
    persons.id[row] = identity
    persons.birth[row] = month - months_old
    persons.sex[row] = woman
    persons.origin[row] = origin
    persons.citizen[row] = 1
    if origin == WESTERN:
        persons.citizen[row] = 0
    elif origin == NONWESTERN_IMMIGRANT:
        persons.citizen[row] = 1 if uniform(a[1]) < newcomer.citizens_immigrant else 0
    elif origin == NONWESTERN_DESCENDANT:
        persons.citizen[row] = 1 if uniform(a[1]) < newcomer.citizens_descendant else 0
    persons.role[row] = role
    weak = 1 if uniform(a[2]) < weak_chance else 0
    education = BASIC
    u = uniform(a[3])
    if age >= 18:
        basic = BASIC_SHARE + BASIC_IF_WEAK * weak
        if age < 25:
            education = UPPER_SECONDARY if u > basic else BASIC
        elif u > basic:
            share = (u - basic) / (1.0 - basic)
            education = UPPER_SECONDARY if share < UPPER_SECONDARY_UNTIL else HIGHER
            if UPPER_SECONDARY_UNTIL <= share < VOCATIONAL_UNTIL:
                education = VOCATIONAL
    persons.education[row] = education
    persons.danish_education[row] = 0 if origin == NONWESTERN_IMMIGRANT and education > BASIC and age >= 25 else 1
    if age < 6:
        doing = CHILD
    elif age < 16:
        doing = PUPIL
    elif months_old >= newcomer.pension_age_months:
        doing = PENSIONER
    elif uniform(b[0]) < student_share or age < 18:
        doing = STUDENT
    elif uniform(b[1]) < (OUTSIDE_IF_WEAK if weak == 1 else OUTSIDE_IF_STABLE):
        doing = OUTSIDE
    else:
        doing = EMPLOYED
    persons.activity[row] = doing
    persons.since[row] = month - int(uniform(b[2]) * 24.0) - 1
    persons.weak[row] = weak if doing != CHILD and doing != PUPIL and doing != PENSIONER else 0
    persons.hours[row] = 100 if doing == EMPLOYED else 0
    share_outside = 200 if doing == OUTSIDE else 0
    persons.outside_now[row] = 6 * share_outside * (month % 12) // 12
    persons.outside_past[row, :] = share_outside
    spread = WAGE_SPREAD * normal(uniform(e[0]), uniform(e[1]))
    level = WAGE_BY_EDUCATION[education]
    low = LOW_WAGE if weak == 1 or age < 25 else 1.0
    persons.wage[row] = newcomer.wage_level * level * np.exp(spread - 0.1) * low  # exp(-0.1): the mean of the spread
    yearly = 0.0
    if doing == EMPLOYED:
        yearly = float(persons.wage[row])
    elif doing == OUTSIDE or doing == PENSIONER:
        yearly = newcomer.work.benefit if doing == OUTSIDE else newcomer.work.pension
    elif doing == STUDENT:
        yearly = newcomer.work.student_grant if age >= 18 else newcomer.work.youth_income
    persons.income_past[row] = yearly
    persons.income_now[row] = yearly * (month % 12) / 12.0
    persons.convicted[row] = NEVER
    persons.convicted_years[row] = 0
    persons.risk[row] = OWN_RISK
    persons.births[row] = 0
    persons.last_birth[row] = NEVER
    persons.area_grown[row] = -1
    persons.cohort_area[row] = -1
    persons.cohort_worked[row] = 0
    join(persons, households, row, household)


@kernel
def arrive(
    persons: Persons,
    households: Households,
    used: I64,
    gate: int,
    code: int,
    month: int,
    seed: int,
    address: int,
    numbers: I64,
    non_western: float,
    western: float,
    weak_danish: float,
    weak_nonwestern: float,
    student_18: float,
    student_22: float,
    newcomer: Newcomer,
    kinds_from: I64,
    kinds_to: I64,
    kinds_keepers: I64,
    kinds_children: F64,
    contacts: F64,
) -> None:
    """Let the month's seekers of one municipality come to its gate, looking for a home.

    `contacts` holds the cumulated shares of each background's residents by area at the start: newcomers know people
    there. A dated exogenous rate, one of the registered readings of origin.
    """
    stream = mix(mix(code, month), 3)
    for kind in range(numbers.shape[0]):
        for ordinal in range(numbers[kind]):
            identity = mix(mix(stream, kind), ordinal)
            row = new_household(households, used, identity, gate, 0)
            households.searching[row] = ARRIVING
            households.search_since[row] = month
            word = philox(seed, identity, address, 0)
            more = philox(seed, identity, address, 3)
            third = philox(seed, identity, address, 4)
            low = kinds_from[kind]
            age = low + int(uniform(word[0]) * (kinds_to[kind] - low + 1))
            alone_with_children = kinds_children[kind] > 0.0 and kinds_keepers[kind] == 1
            woman = 1 if uniform(word[1]) < (WOMEN_AMONG_SINGLE_PARENTS if alone_with_children else 0.5) else 0
            origin = seeker_origin(uniform(word[2]), uniform(word[3]), non_western, western, age)
            weak = seeker_weak(origin, weak_danish, weak_nonwestern)
            background = 1 if origin >= NONWESTERN_IMMIGRANT else 0
            households.contact[row] = np.searchsorted(contacts[background], uniform(more[0]), side="right")
            studying = student_18 if age < 22 else (student_22 if age < 30 else 0.0)
            add_person(
                persons, households, used, row, mix(identity, 1), seed, address, month, age, woman, KEEPER, origin,
                weak, studying, newcomer,
            )  # fmt: skip
            if kinds_keepers[kind] == 2:
                other_age = max(age + (2 if woman == 1 else -2), 18)
                add_person(
                    persons, households, used, row, mix(identity, 2), seed, address, month, other_age, 1 - woman,
                    KEEPER, origin, weak, 0.5 * studying, newcomer,
                )  # fmt: skip
            if kinds_children[kind] > 0.0:
                mean = kinds_children[kind]
                u = uniform(third[0])
                children = 1 if u < 2.0 - mean else 2
                if u > 0.93:
                    children = 3
                for child in range(children):
                    oldest = min(max(age - 24, 0), 16)
                    child_age = int(uniform(more[1 + child]) * (oldest + 1))
                    child_origin = origin
                    if origin == NONWESTERN_IMMIGRANT and uniform(third[1]) < 0.5:
                        child_origin = NONWESTERN_DESCENDANT
                    add_person(
                        persons, households, used, row, mix(identity, 3 + child), seed, address, month, child_age,
                        1 if third[2 + child // 2] >> (child % 2) & 1 else 0, AT_HOME, child_origin, 0.0, 0.0, newcomer,
                    )  # fmt: skip


@kernel
def complete(
    dwellings: Dwellings, used: I64, areas_of: I64, tenures: I64, rooms: I64, identities: I64, month: int
) -> None:
    """Add the month's completed dwellings, vacant."""
    for k in range(areas_of.shape[0]):
        row = used[2]
        used[2] += 1
        dwellings.id[row] = identities[k]
        dwellings.area[row] = areas_of[k]
        dwellings.rooms[row] = rooms[k]
        dwellings.tenure[row] = tenures[k]
        dwellings.kind[row] = FAMILY
        dwellings.household[row] = -1
        dwellings.vacant_since[row] = month


def whole(expected: float, seed: int, key: int, address: int, attempt: int) -> int:
    """Turn an expected number into a whole one: the part after the point is the chance of one more."""
    return int(expected + draw(seed, key, address, attempt))


def at(path: F64, outlook: Outlook, time: float) -> float:
    """Return a yearly path on a date, straight lines between 1 Januaries."""
    return float(np.interp(time, outlook.start_year + np.arange(len(path)), path))


def seekers(c: Context) -> None:
    """Seekers and completed dwellings: who comes to the gate, and which homes are finished, by date alone."""
    for municipality, (here, path) in enumerate(zip(c.margins, c.outlooks, strict=True)):
        come_to_the_gate(c, municipality, here.municipality.code, path)
        complete_homes(c, municipality, here.municipality.code, path)


def come_to_the_gate(c: Context, municipality: int, code: int, path: Outlook) -> None:
    """Let the month's seekers of one municipality arrive."""
    world, p = c.world, c.parameters.seekers
    word = c.address(Purpose.ARRIVAL)
    year = min(int(c.time) - path.start_year, len(path.seekers) - 1)
    expected = households_coming(path.seekers[year] / 12.0) * c.scale
    numbers = np.array([whole(float(e), c.seed, code, word, 10 + k) for k, e in enumerate(expected)], np.int64)
    total = int(numbers.sum())
    world.reserve(total * 6, total, 0)
    margins = c.margins[municipality]
    band = margins.ages
    share = np.nan_to_num(band.in_education / np.maximum(band.population, 1.0))
    student_18 = float(share[band.age_from == 18][0])
    student_22 = float(share[band.age_from == 20][0] + share[band.age_from == 25][0]) / 2.0
    now = at(path.non_western, path, c.time)
    level = trends.regional_gross_income(margins.municipality.region, float(margins.year))
    newcomer = Newcomer(
        level * WAGE_OVER_INCOME,
        pension_age_months(c.time),
        c.citizens_immigrant,
        c.citizens_descendant,
        c.parameters.work,
    )
    arrive(
        world.persons, world.households, world.used, world.gate(municipality), code, c.month, c.seed, word, numbers,
        min(now * p.nonwestern_lift, 0.9), margins.western * WESTERN_LIFT, p.weak_danish, p.weak_nonwestern, student_18,
        student_22, newcomer, AGE_FROM, AGE_TO, KEEPERS, CHILDREN, c.contacts[municipality],
    )  # fmt: skip


def complete_homes(c: Context, municipality: int, code: int, path: Outlook) -> None:
    """Finish the month's homes: as many as the path needs, spread over estates and neighbourhoods by size."""
    world, p = c.world, c.parameters.seekers
    start_homes = c.homes_at_start[municipality]
    before = start_homes * at(path.homes, path, c.time)
    after = start_homes * at(path.homes, path, c.time + 1.0 / 12.0)
    word = c.address(Purpose.BUILDING)
    number = whole(max(after - before, 0.0), c.seed, code, word, 0)
    if number == 0:
        return
    world.reserve(0, 0, number)
    areas = world.areas
    own = areas.municipality == municipality
    sizes = np.array([a.households for a in c.areas] + [0.0] * (len(areas.kind) - world.places))
    places = []
    tenures = []
    rooms = []
    identities = []
    for ordinal in range(number):
        identity = mix(mix(mix(code, c.month), 7), ordinal)
        u = philox(c.seed, identity, word, 0)
        social = uniform(u[0]) < p.new_social
        possible = np.flatnonzero(own & (areas.kind == (ESTATE if social else NEIGHBOURHOOD)))
        if len(possible) == 0:
            social = False
            possible = np.flatnonzero(own & (areas.kind == NEIGHBOURHOOD))
        steps = np.cumsum(sizes[possible])
        places.append(int(possible[np.searchsorted(steps, uniform(u[1]) * steps[-1])]))
        owned = uniform(u[2]) < c.owned_share[municipality]
        tenures.append(SOCIAL if social else (OWNER_OCCUPIED if owned else PRIVATE_RENTED))
        rooms.append(2 + int(uniform(u[3]) * 3.0))
        identities.append(identity)
    complete(
        world.dwellings, world.used, np.array(places), np.array(tenures), np.array(rooms), np.array(identities), c.month
    )
