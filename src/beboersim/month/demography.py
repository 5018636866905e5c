"""Demography: births, deaths, leaving home, couples and separations.

Mortality and fertility are published rates by age (national_trends.csv). Leaving home and finding a partner have the
rates under which the families of the first day reproduce themselves (world.life_course); separations are published
(M2-117). Origin at birth follows Danmarks Statistik's rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import ANY_WORD, UNIT, Purpose, address, fill, mix, philox, uniform
from beboersim.evidence import trends
from beboersim.kernel import borrowing, kernel
from beboersim.month.asking import BLOCK, asked, listed
from beboersim.month.ledger import (
    BIRTHS,
    DEATHS,
    EV_BIRTH,
    EV_DEATH,
    EV_LEFT_HOME,
    EV_SEPARATION,
    EV_TAKEN_IN,
    EV_UNION,
    Ledger,
    moved,
    note,
)
from beboersim.world import life_course
from beboersim.world.ages import OLDEST, in_range
from beboersim.world.attachment import MOST_ODDS, relative_wage, times_by_attachment
from beboersim.world.codes import (
    AT_HOME,
    BASIC,
    CHILD,
    DANISH,
    KEEPER,
    LEFT_HOME,
    NONWESTERN_DESCENDANT,
    NONWESTERN_IMMIGRANT,
    SEPARATED,
    WESTERN,
)
from beboersim.world.columns import F64, I16, I32, I64, NEVER, U8, U32
from beboersim.world.life_course import parity_factor
from beboersim.world.membership import (
    join,
    make_keeper,
    new_household,
    new_person,
    oldest,
    part,
    vacate,
)
from beboersim.world.state import Areas, Dwellings, Households, Persons, World

if TYPE_CHECKING:
    from beboersim.month.context import Context

TAKING_IN = address(Purpose.TAKING_IN, 0)
LARGEST = 9  # persons in a household that others join
# Men who look for a partner over what the couples of the age need, so that most women find one (assumption, 1.2-2).
MEN_SOUGHT = 1.5
# Those who find partners less by attachment to work are made up for by the others of the town, at most twice over: a
# guard for towns of a few singles (assumption, 0.3-0.8).
LEAST_USUAL = 0.5
# Events with a bound of their own: death, birth, leaving home, and parting or uniting of those who keep a home.
DEATH, BIRTH, LEAVING, KEEPING = range(4)
OLD_AGE_MONTHS = 12 * 70  # from here on the bound on death is that of the oldest
(NOTHING, DIES, GIVES_BIRTH, LEAVES_HOME, SEPARATES, SEEKS_PARTNER) = range(6)


GROWN_WAGE = 30 * 12  # months old: wages of the young are no measure of what work will pay them
BAND = 10  # years of age within which a partner is sought at first
LEAST_WAGE = 1e4  # DKK a year, for those without a wage of their own


class Demography(NamedTuple):
    """Parameters of this process; see evidence/parameters/demography.toml."""

    partner_birth_ratio: float
    birth_spacing_months: float
    nonwestern_births: float
    separation_rate: float
    separation_men_ratio: float
    within_origin: float
    alike: float
    near: float
    weak_partners: float


class LocalRates(NamedTuple):
    """What makes a municipality's families its own: by age in years, 0-110. Fitted to its first day (see exchange)."""

    birth_factor: F64  # births of a childless single woman over the nation's mean of the age
    unites_women: F64  # yearly rates of finding a partner
    unites_men: F64


class Rates(NamedTuple):
    """Monthly probabilities by age in years (0-110), for this month; some by municipality too."""

    death_men: F64
    death_women: F64
    birth: F64  # municipality x age, of a childless single woman
    leave_home: F64
    separate: F64
    partner: F64  # sex (1 woman) x municipality x age
    highest: U32  # event (see DEATH) x age in months: words above it are no event for anyone


@kernel
def birth_multiple(adults: int, keeper: int, children: int, ratio: float) -> float:
    """Return a woman's rate of giving birth over that of a childless single woman of her age.

    A grown daughter in her parents' home is no partner in their couple.
    """
    return parity_factor(children) * (ratio if adults == 2 and keeper == 1 else 1.0)


@kernel
def life_event(
    age: int,
    sex: int,
    keeper: int,
    adults: int,
    months_since_birth: float,
    u_death: float,
    u_birth: float,
    u_home: float,
    death: float,
    birth: float,
    leave_home: float,
    separate: float,
    partner: float,
    p: Demography,
) -> int:
    """Return what happens to a person's family life this month; death comes first, then birth, then the home.

    Parameters
    ----------
    age, sex, keeper
        Years; 1 woman; 1 if the person keeps the household, 0 for a child of the house.
    adults
        Keepers of the household, 2 is a couple.
    months_since_birth
        Since the woman's last birth.
    u_death, u_birth, u_home
        Uniform draws.
    death, birth, leave_home, separate, partner
        Monthly probabilities of this person; `separate` is the couple's.
    """
    if u_death < death:
        return DIES
    if sex == 1 and u_birth < birth and months_since_birth >= p.birth_spacing_months:
        return GIVES_BIRTH
    if keeper == 0:
        if u_home < leave_home:
            return LEAVES_HOME
    elif adults == 2:
        # Either partner may be the one who moves out; men more often (assumption).
        share = p.separation_men_ratio if sex == 0 else 2.0 - p.separation_men_ratio
        if u_home < 0.5 * separate * share:
            return SEPARATES
    elif u_home < partner:
        return SEEKS_PARTNER
    return NOTHING


@kernel
def ask_families(
    persons: Persons,
    households: Households,
    areas: Areas,
    start: int,
    stop: int,
    month: int,
    seed: int,
    address: int,
    rates: Rates,
    p: Demography,
    who: I32,
    what: U8,
) -> int:
    """Ask a span of persons and write down to whom something happens; return how many. Nothing is changed."""
    household, birth_month, sex, role = persons.household, persons.birth, persons.sex, persons.role
    highest = rates.highest
    most = (
        highest[DEATH, :OLD_AGE_MONTHS].max(), highest[DEATH].max(), highest[BIRTH].max(), highest[LEAVING].max(),
        highest[KEEPING].max(),
    )  # fmt: skip
    words = np.empty((4, BLOCK), np.uint32)
    first, second, third = words[0], words[1], words[2]
    marks = np.empty(BLOCK, np.uint8)
    near = np.empty(BLOCK, np.int64)
    found = 0
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        fill(seed, persons.id, begin, end, address, words)
        mark_near(first, second, third, most, birth_month[begin:end], sex[begin:end], role[begin:end], month, marks)
        number = listed(marks, end - begin, near)
        for k in range(number):
            row, age = begin + near[k], in_range(month - birth_month[begin + near[k]])
            death, birth, home = first[near[k]], second[near[k]], third[near[k]]
            of_home = LEAVING if role[row] == AT_HOME else KEEPING
            possible = (death <= highest[DEATH, age]) | (birth <= highest[BIRTH, age]) | (home <= highest[of_home, age])
            if household[row] < 0 or not possible:
                continue
            event = family_event(persons, households, areas, row, month, death, birth, home, rates, p)
            if event != NOTHING:
                who[found] = row
                what[found] = event
                found += 1
    return found


@borrowing
def mark_near(
    first: U32, second: U32, third: U32, most: tuple[int, int, int, int, int], born: I16, sex: U8, role: U8, month: int,
    marks: U8,
) -> None:  # fmt: skip
    """Mark whose words are not all above the bounds of any age, so that nothing is looked up.

    Of death there are two bounds, as few are so old that it is likely.
    """
    death, death_of_the_old, birth, leaving, keeping = most
    for k in range(len(born)):
        dies = first[k] <= (death if month - born[k] < OLD_AGE_MONTHS else death_of_the_old)
        gives_birth = (sex[k] == 1) & (second[k] <= birth)
        marks[k] = dies | gives_birth | (third[k] <= (leaving if role[k] == AT_HOME else keeping))


@borrowing
def family_event(
    persons: Persons,
    households: Households,
    areas: Areas,
    row: int,
    month: int,
    word_death: int,
    word_birth: int,
    word_home: int,
    rates: Rates,
    p: Demography,
) -> int:
    """Return `life_event` for a person of the tables."""
    home = persons.household[row]
    age = min((month - persons.birth[row]) // 12, OLDEST)
    woman = persons.sex[row]
    town = max(areas.municipality[households.area[home]], 0)  # followed leavers have the rates of the first
    adults = households.adults[home]
    keeper = 1 if persons.role[row] == KEEPER else 0
    birth = birth_chance(persons, row, rates.birth[town, age], adults, p)
    return life_event(
        age,
        woman,
        keeper,
        adults,
        float(month - persons.last_birth[row]),
        uniform(word_death),
        uniform(word_birth),
        uniform(word_home),
        rates.death_women[age] if woman == 1 else rates.death_men[age],
        birth,
        rates.leave_home[age],
        rates.separate[age],
        rates.partner[woman, town, age] * times_by_attachment(persons.weak_odds[row], -p.weak_partners),
        p,
    )


@borrowing
def birth_chance(persons: Persons, row: int, rate: float, adults: int, p: Demography) -> float:
    """Return a person's chance of giving birth this month, from that of a childless single woman of her age."""
    if rate <= 0.0:
        return 0.0
    keeper = 1 if persons.role[row] == KEEPER else 0
    rate *= birth_multiple(adults, keeper, persons.births[row], p.partner_birth_ratio)
    return rate * p.nonwestern_births if persons.origin[row] == NONWESTERN_IMMIGRANT else rate


@kernel
def origin_at_birth(mother: int, father: int, mother_born_citizen: int, father_born_citizen: int) -> int:
    """Return a newborn's origin group by Danmarks Statistik's rule.

    A child is of Danish origin when at least one parent is a Danish citizen born in Denmark. Otherwise it is a
    descendant, from the mother's group of countries, or the father's if hers is Danish. ``father`` is -1 if unknown.
    """
    if mother_born_citizen == 1 or father_born_citizen == 1:
        return DANISH
    group = mother if mother != DANISH or father < 0 else father
    if group == DANISH or group == WESTERN:
        return group
    return NONWESTERN_DESCENDANT


@kernel
def born_citizen(origin: int, citizen: int) -> int:
    """Say whether somebody is a Danish citizen born in Denmark. Western residents are taken as born abroad."""
    if citizen == 1 and (origin == DANISH or origin == NONWESTERN_DESCENDANT):
        return 1
    return 0


@borrowing
def give_birth(
    persons: Persons, households: Households, used: I64, mother: int, month: int, seed: int, address: int
) -> int:
    """Add a newborn to the mother's household; return its row. Its id comes from the mother and the birth order."""
    home = persons.household[mother]
    father = -1
    member = households.head[home]
    while member >= 0:
        if member != mother and persons.role[member] == KEEPER and persons.role[mother] == KEEPER:
            father = member
        member = persons.next[member]
    persons.births[mother] += 1
    persons.last_birth[mother] = month
    child = new_person(used)
    identity = mix(persons.id[mother], persons.births[mother])
    word = philox(seed, identity, address, 0)
    persons.id[child] = identity
    persons.birth[child] = month
    persons.sex[child] = 1 if uniform(word[0]) < 0.4868 else 0  # 1,054 boys to 1,000 girls (assumption, 0.483-0.490)
    mother_citizen = born_citizen(persons.origin[mother], persons.citizen[mother])
    father_citizen = 0
    father_origin = -1
    citizen = persons.citizen[mother]
    if father >= 0:
        father_origin = int(persons.origin[father])
        father_citizen = born_citizen(persons.origin[father], persons.citizen[father])
        citizen = max(citizen, persons.citizen[father])
    persons.origin[child] = origin_at_birth(persons.origin[mother], father_origin, mother_citizen, father_citizen)
    persons.citizen[child] = 1 if persons.origin[child] == DANISH else citizen
    persons.role[child] = AT_HOME
    persons.education[child] = BASIC
    persons.danish_education[child] = 1
    persons.activity[child] = CHILD
    persons.since[child] = month
    persons.weak[child] = 0
    persons.weak_odds[child] = 0
    persons.hours[child] = 0
    persons.outside_now[child] = 0
    persons.outside_past[child, :] = 0
    persons.wage[child] = 0.0
    persons.income_now[child] = 0.0
    persons.income_past[child] = 0.0
    persons.convicted[child] = NEVER
    persons.convicted_years[child] = 0
    persons.risk[child] = persons.risk[mother]
    persons.births[child] = 0
    persons.last_birth[child] = NEVER
    persons.area_grown[child] = -1
    persons.cohort_area[child] = -1
    persons.cohort_worked[child] = 0
    join(persons, households, child, home)
    return child


@borrowing
def taker(
    households: Households, used: I64, places: int, household: int, area: int, same_area: int, seed: int
) -> int:
    """Return the household that takes in the children of one without adults, from its area or from anywhere, or -1.

    Those at the gate and elsewhere have no dwelling that the model knows, so they take in only their like.
    """
    best = -1
    best_key = 9223372036854775807
    for other in range(used[1]):
        here = households.area[other] == area
        if same_area == 1 and not here:
            continue
        if other == household or households.head[other] < 0 or households.adults[other] < 1:
            continue
        if households.dwelling[other] < 0 and not (here and area >= places):
            continue
        if households.size[other] + households.size[household] > LARGEST:
            continue
        words = philox(seed, mix(households.id[household], households.id[other]), TAKING_IN, 0)
        key = (int(words[0]) << 31) | (int(words[1]) >> 1)
        if key < best_key:
            best = other
            best_key = key
    return best


@borrowing
def take_in_children(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    used: I64,
    places: int,
    household: int,
    month: int,
    seed: int,
    ledger: Ledger,
) -> int:
    """Find a home for children who are left alone: a household with room and an adult, of the area or else the town.

    Among several a draw for each decides. Returns the row of the household that takes them in, or the same household if
    an adult child can keep it.
    """
    eldest = oldest(persons, households, household)
    if (month - persons.birth[eldest]) // 12 >= 18:
        make_keeper(persons, households, eldest)
        return household
    area = households.area[household]
    best = taker(households, used, places, household, area, 1, seed)
    if best < 0:
        best = taker(households, used, places, household, area, 0, seed)
    if best < 0:
        make_keeper(persons, households, eldest)
        return household
    moved(ledger, households, places, household, area, households.area[best])
    while households.head[household] >= 0:
        child = households.head[household]
        part(persons, households, child)
        join(persons, households, child, best)
    vacate(households, dwellings, household, month)
    return best


@borrowing
def apply_life_events(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    used: I64,
    places: int,
    month: int,
    seed: int,
    newborn_address: int,
    who: I32,
    what: U8,
    order: I64,
    ledger: Ledger,
) -> None:
    """Let the listed events happen, in the order of the persons' ids."""
    for position in range(order.shape[0]):
        person = who[order[position]]
        event = what[order[position]]
        home = persons.household[person]
        if home < 0:
            continue
        area = households.area[home]
        if event == DIES:
            part(persons, households, person)
            if area < places:
                ledger.flows[DEATHS, area] += 1.0
            note(ledger, month, EV_DEATH, persons.id[person], households.id[home], area)
            if households.head[home] < 0:
                vacate(households, dwellings, home, month)
            elif households.adults[home] == 0:
                keeper = take_in_children(persons, households, dwellings, used, places, home, month, seed, ledger)
                if keeper != home:
                    note(ledger, month, EV_TAKEN_IN, households.id[home], households.id[keeper], area)
        elif event == GIVES_BIRTH:
            child = give_birth(persons, households, used, person, month, seed, newborn_address)
            if area < places:
                ledger.flows[BIRTHS, area] += 1.0
            note(ledger, month, EV_BIRTH, persons.id[child], persons.id[person], area)
        elif event == LEAVES_HOME or event == SEPARATES:
            if households.size[home] < 2 or (event == SEPARATES and households.adults[home] < 2):
                continue
            part(persons, households, person)
            persons.role[person] = KEEPER
            row = new_household(households, used, mix(persons.id[person], month), area, households.contact[home])
            join(persons, households, person, row)
            households.searching[row] = LEFT_HOME if event == LEAVES_HOME else SEPARATED
            households.search_since[row] = month
            if event == SEPARATES:
                households.moved_in[row] = households.moved_in[home]  # how long the home was shared (§ 60)
            if event == LEAVES_HOME:
                note(ledger, month, EV_LEFT_HOME, persons.id[person], households.id[row], area)
            else:
                note(ledger, month, EV_SEPARATION, persons.id[person], households.id[row], area)


@kernel
def pair_up(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    places: int,
    month: int,
    seekers: I64,
    bucket: I64,
    ledger: Ledger,
) -> None:
    """Join neighbours of opposite sex within each bucket of seekers, like brackets.

    `seekers` is sorted by bucket and then by noise or age. Somebody who joins or leaves a bucket changes the couples
    near them in that order, and not every couple after them. Both live where the one with a dwelling lives.
    """
    waiting = np.empty(seekers.shape[0], np.int64)
    number = 0
    for k in range(seekers.shape[0]):
        if k > 0 and bucket[k] != bucket[k - 1]:
            number = 0
        person = seekers[k]
        if number > 0 and persons.sex[waiting[number - 1]] != persons.sex[person]:
            number -= 1
            other = waiting[number]
            man, woman = (other, person) if persons.sex[person] == 1 else (person, other)
            unite(persons, households, dwellings, places, month, man, woman, ledger)
        else:
            waiting[number] = person
            number += 1


@borrowing
def unite(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    places: int,
    month: int,
    man: int,
    woman: int,
    ledger: Ledger,
) -> None:
    """Move one partner's household into the other's home: a dwelling before a lodging before the gate, else hers."""
    his = persons.household[man]
    hers = persons.household[woman]
    if his < 0 or hers < 0 or his == hers or households.adults[his] != 1 or households.adults[hers] != 1:
        return
    if households.size[his] + households.size[hers] > LARGEST:
        return
    stays, goes = hers, his
    at_the_gate = households.area[hers] > places and households.area[his] < places
    if at_the_gate or (households.dwelling[hers] < 0 and households.dwelling[his] >= 0):
        stays, goes = his, hers
    moved(ledger, households, places, goes, households.area[goes], households.area[stays])
    while households.head[goes] >= 0:
        member = households.head[goes]
        part(persons, households, member)
        join(persons, households, member, stays)
    vacate(households, dwellings, goes, month)
    note(ledger, month, EV_UNION, persons.id[woman], persons.id[man], households.area[stays])


@borrowing
def partner_bucket(
    persons: Persons, households: Households, areas: Areas, row: int, month: int, u: float, band: int, p: Demography
) -> int:
    """Return the pool in which a partner is sought: municipality, age band, and mostly the same background.

    That most couples share a background is a dated exogenous fact (a registered reading of origin, see docs/odd.md).
    `band` is the width of the age bands, years.
    """
    age = (month - persons.birth[row]) // 12
    if persons.sex[row] == 0:
        age -= 2  # men are on average about two years older than their partner (assumption, 1-3)
    background = 0
    if persons.origin[row] >= NONWESTERN_IMMIGRANT and u < p.within_origin:
        background = 1
    place = households.area[persons.household[row]]
    return ((areas.municipality[place] + 2) * 16 + max(age, 0) // band) * 2 + background


@borrowing
def partner_pools(
    persons: Persons,
    households: Households,
    areas: Areas,
    month: int,
    seed: int,
    address: int,
    rows: I64,
    places: int,
    standing: F64,
    p: Demography,
    bucket: I64,
    wider: I64,
    order: F64,
) -> None:
    """Fill in pools and place in them for those who seek a partner: chance, what work would pay them, where they live.

    Those next to each other become couples, so that couples are alike in wages and schooling, and met where conditions
    are alike.

    Parameters
    ----------
    places
        Areas with this number or a higher one are outside the town.
    standing
        How the areas stand (month.measuring.standing_of).
    bucket, wider, order
        Filled in: see `partner_bucket`, with narrow and wide bands of age, and the place in them.
    """
    for k in range(rows.shape[0]):
        word = philox(seed, persons.id[rows[k]], address, 0)
        bucket[k] = partner_bucket(persons, households, areas, rows[k], month, uniform(word[0]), BAND, p)
        wider[k] = partner_bucket(persons, households, areas, rows[k], month, uniform(word[0]), 2 * BAND, p)
        earns = persons.wage[rows[k]] * relative_wage(persons.education[rows[k]], GROWN_WAGE)
        home = persons.household[rows[k]]
        # Who comes from outside meets people where they know somebody.
        place = households.area[home] if households.area[home] < places else households.contact[home]
        order[k] = uniform(word[1]) + p.alike * np.log(max(earns, LEAST_WAGE)) - p.near * standing[place]


class LastingRates(NamedTuple):
    """What the rates of every month are made from, as in `Rates`.

    Partners are found once a quarter, in pools three months deep, so that small towns find them as large ones do: the
    first row of what hangs on that is of the other months, and the second of those.
    """

    death_men: F64
    death_women: F64
    birth_factor: F64
    leave_home: F64
    separate: F64
    partner: F64
    words: U32  # without births


def lasting_rates(local: Sequence[LocalRates], p: Demography) -> LastingRates:
    """Return what is the same in every month; `local` is what is each municipality's own."""
    death_men, death_women = (1.0 - np.exp(-life_course.deaths(sex) / 12.0) for sex in ("men", "women"))
    leave_home = 1.0 - np.exp(-life_course.leaving_home() / 12.0)
    separate = life_course.separating(p.separation_rate) / 12.0
    a_year = np.stack(
        [np.stack([one.unites_men * MEN_SOUGHT for one in local]), np.stack([one.unites_women for one in local])]
    )
    partner = np.stack([np.minimum(a_year * quarter, 1.0) for quarter in (0.0, 0.25)])
    words = np.zeros((2, 4, 12 * len(death_men)), np.uint32)
    words[:, DEATH] = highest_words(np.maximum(death_men, death_women))
    words[:, LEAVING] = highest_words(leave_home)
    words[:, KEEPING] = np.stack([keeping_words(separate, one, p) for one in partner])
    birth_factor = np.stack([one.birth_factor for one in local])
    return LastingRates(death_men, death_women, birth_factor, leave_home, separate, partner, words)


def highest_words(chances: F64) -> U32:
    """Return `chance.highest_word` of chances by year of age, by month of age."""
    return np.repeat(np.minimum(np.ceil(chances / UNIT), ANY_WORD).astype(np.uint32), 12, axis=-1)


def keeping_words(separate: F64, partner: F64, p: Demography) -> U32:
    """Return the bounds on parting and uniting; `partner` is by sex, municipality and age."""
    most = times_by_attachment(-MOST_ODDS, -p.weak_partners)
    return highest_words(np.maximum(separate, most * partner.max(axis=(0, 1))))


def monthly_rates(r: LastingRates, month: int, time: float, p: Demography) -> Rates:
    """Return the month's probabilities by age.

    Parameters
    ----------
    r
        What lasts.
    month, time
        The month, and the decimal year at which published fertility is read.
    """
    births = np.zeros(OLDEST + 1)
    for band in trends.fertility_rates(time):
        births[band.age_from : band.age_to + 1] = band.rate / 12.0
    birth = births * r.birth_factor
    most = birth.max(axis=0) * max(life_course.AFTER_CHILDREN) * p.partner_birth_ratio * max(p.nonwestern_births, 1.0)
    finds_partners = 1 if month % 3 == 0 else 0
    words = r.words[finds_partners].copy()
    words[BIRTH] = highest_words(most)
    return Rates(r.death_men, r.death_women, birth, r.leave_home, r.separate, r.partner[finds_partners], words)


def demography(c: Context) -> None:
    """Demography: births, deaths, leaving home, couples and separations."""
    world, p, rates = c.world, c.parameters.demography, rates_of(c)
    word = c.address(Purpose.DEMOGRAPHY)
    who, what = asked(
        c.pieces,
        int(world.used[0]),
        lambda start, stop, who, what: ask_families(
            world.persons, world.households, world.areas, start, stop, c.month, c.seed, word, rates, p, who, what
        ),
    )
    carry_out(c, who, what)


def rates_of(c: Context) -> Rates:
    """Return the month's probabilities.

    Attachment to work decides who finds a partner, not how many do: the rates of a town are over the mean of its
    singles.
    """
    p = c.parameters.demography
    rates = monthly_rates(c.made_once(lasting_rates_of), c.month, c.rates_time, p)
    if p.weak_partners == 0.0 or not rates.partner.any():
        return rates
    world, (sexes, towns, _) = c.world, rates.partner.shape
    wanted, all_alike = np.zeros((sexes, towns)), np.zeros((sexes, towns))
    partners_wanted(
        world.persons, world.households, world.areas, int(world.used[0]), c.month, rates.partner, p.weak_partners,
        wanted, all_alike,
    )  # fmt: skip
    usual = np.divide(wanted, all_alike, out=np.ones_like(wanted), where=all_alike > 0.0)
    partner = np.minimum(rates.partner / np.maximum(usual, LEAST_USUAL)[:, :, None], 1.0)
    highest = rates.highest.copy()
    highest[KEEPING] = keeping_words(rates.separate, partner, p)
    return rates._replace(partner=partner, highest=highest)


@borrowing
def partners_wanted(
    persons: Persons,
    households: Households,
    areas: Areas,
    used: int,
    month: int,
    partner: F64,
    steepness: float,
    wanted: F64,
    all_alike: F64,
) -> None:
    """Add up the chances of finding a partner of all who keep a home alone, by sex and municipality.

    Parameters
    ----------
    partner
        Chances by sex, municipality and age.
    wanted, all_alike
        Sex x municipality, to be filled in: with attachment to work, and without.
    """
    for row in range(used):
        home = persons.household[row]
        if home < 0 or persons.role[row] != KEEPER or households.adults[home] != 1:
            continue
        sex, town = persons.sex[row], areas.municipality[households.area[home]]
        if town < 0:  # leavers who are followed change nothing for those who stay
            continue
        chance = partner[sex, town, min((month - persons.birth[row]) // 12, OLDEST)]
        wanted[sex, town] += chance * times_by_attachment(persons.weak_odds[row], -steepness)
        all_alike[sex, town] += chance


def lasting_rates_of(c: Context) -> LastingRates:
    """Return what the rates of every month are made from."""
    return lasting_rates(c.local_rates, c.parameters.demography)


def carry_out(c: Context, who: I32, what: U8) -> None:
    """Let what was asked happen to families."""
    change_families(c.world, who, what, c.month, c.seed, c.standing, c.parameters.demography, c.ledger)


def change_families(
    world: World, who: I32, what: U8, month: int, seed: int, standing: F64, p: Demography, ledger: Ledger
) -> None:
    """Let what was asked happen: births, deaths and moves out in the order of ids, then couples."""
    found = len(who)
    world.reserve(found, found, 0)
    persons, households = world.persons, world.households
    seeking = who[what == SEEKS_PARTNER].astype(np.int64)
    happening = np.flatnonzero(what != SEEKS_PARTNER)
    order = happening[np.argsort(persons.id[who[happening]], kind="stable")]
    apply_life_events(
        persons, households, world.dwellings, world.used, world.places, month, seed, address(Purpose.NEWBORN, month),
        who, what, order, ledger,
    )  # fmt: skip
    seeking = seeking[persons.household[seeking] >= 0]
    if len(seeking) == 0:
        return
    bucket, wider, place = np.empty(len(seeking), np.int64), np.empty(len(seeking), np.int64), np.empty(len(seeking))
    word = address(Purpose.PARTNER, month)
    partner_pools(
        persons, households, world.areas, month, seed, word, seeking, world.places, standing, p, bucket, wider, place
    )
    ranked = np.lexsort((persons.id[seeking], place, bucket))
    pair_up(persons, households, world.dwellings, world.places, month, seeking[ranked], bucket[ranked], ledger)
    # Who found nobody of like age and background, as in small towns, looks among those of a wider age, then among all
    # others of the municipality, by age.
    for widest in (False, True):
        left = households.adults[persons.household[seeking]] == 1
        alone = seeking[left]
        pool = bucket_of_town(persons, households, world.areas, alone) if widest else wider[left]
        ranked = np.lexsort((persons.id[alone], persons.birth[alone], pool))
        pair_up(persons, households, world.dwellings, world.places, month, alone[ranked], pool[ranked], ledger)


def bucket_of_town(persons: Persons, households: Households, areas: Areas, rows: I64) -> I64:
    """Return the municipality in which each person lives or seeks a home."""
    return areas.municipality[households.area[persons.household[rows]]].astype(np.int64)
