"""What the rules of letting ask about the households that seek a social home, as far as the columns tell.

The tables hold no benefits, releases, cancelled leases or contracts. Where a rule asks for one of them a proxy stands
in for it, and the register of the law (docs/law.md) says so beside the rule: a conviction for a release, time outside
work for a benefit, a job for a permanent job. Nobody's lease has been cancelled, nobody has a dispensation.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from beboersim.chance import philox, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.law.letting.decisions import (
    KINDS,
    LEASE_AGE,
    NEVER,
    PERMANENT,
    Applicant,
    AreaRule,
    both,
    for_youth,
    grounds_of,
    is_local_youth,
    meant_for,
)
from beboersim.law.letting.rules import LettingRules, rule_of
from beboersim.month.searchers import Searchers, profile_of
from beboersim.world.codes import (
    ARRIVING,
    EMPLOYED,
    ESTATE,
    KEEPER,
    MUST_MOVE,
    NAMED_AREA,
    NONWESTERN_IMMIGRANT,
    OUTSIDE,
    SEPARATED,
    SOCIAL,
    STUDENT,
    WANTS_CHANGE,
)
from beboersim.world.columns import F64, I16, I64, U8
from beboersim.world.columns import NEVER as NO_MONTH
from beboersim.world.profile import Profile
from beboersim.world.queues import on_a_list, put_on_lists, sign_up_with
from beboersim.world.state import LISTS_HELD, Areas, Dwellings, Households, Persons, Ties
from beboersim.world.taking_part import HEAVY

FULL_TIME_WEEK = 37.0  # hours, the Danish full-time week
PRIVATE, SOCIAL_HOME, EITHER, OPEN = range(4)  # what a household looks for; OPEN where it turns on who it is

# Benefits, in the groups that the rules name (law/letting/benefits.toml); integration benefit is told by citizenship.
NO_BENEFIT, CASH, INSURED, PENSION = range(4)

# What is known of a seeker, as columns of one table: first what every walk of a queue looks at.
FACTS = 19
(
    SIZE,
    AGE,
    YOUTH,
    RESOURCES,
    NEED,
    CHILDREN,
    GROUNDS,
    HOURS,
    IN_EDUCATION,
    YOUNGEST_KEEPER,
    ROOMS_GIVEN_UP,
    SEPARATED_MONTHS,
    SHARED_MONTHS,
    CLEAN_RECORD,
    CASH_NOW,
    CASH_MONTHS,
    WIDENED_MONTHS,
    GROWN_AREA,
    MUNICIPALITY,
) = range(FACTS)


class Letting(NamedTuple):
    """Parameters of this process; see evidence/parameters/letting.toml."""

    accept: float
    apply: float
    stigma_apply: float
    stigma_accept: float
    stigma_resources: float
    income_utility: float
    likeness: float
    untaken_months: float
    last_resort: float
    own_area: float
    newcomers_look: float
    urgency: float
    conditions: float
    seeks_social_couples: float
    seeks_social_students: float
    stays_social: float
    spare_rooms: float
    offers_a_round: float
    rounds: float
    seeks_social_poor: float
    seeks_social_rich: float
    need_line: float
    assigned_choose: float
    resourceful: float
    insured_months: float
    pension_age: float
    pension_months: float
    pension_share: float
    without_benefit: float
    record_months: float
    first_room_m2: float
    more_rooms_m2: float
    need_heavy_use: float
    hard_to_let: float
    hard_months: float
    usual_vacancy: float
    homes_turn_over: float


class Glance(NamedTuple):
    """What the walks of the queues look at, by seeker, in columns that lie close together."""

    size: U8
    kinds: U8  # bits: the kinds of dwelling that are meant for it
    home_area: I16  # area of its own home, -1 without one
    id: I64
    area: I16
    contact: I16
    lodged: U8  # 1 without a home of its own
    fresh: U8  # 1 for newcomers who still look only where they know people
    resources: F64


class Asking(NamedTuple):
    """What a month asks seekers by: its number, the words of its draws, and the two times of § 59."""

    seed: int
    month: int
    joining_address: int
    benefit_address: int
    recent_months: int
    benefit_months: int


class Support(NamedTuple):
    """What somebody lives on, in the law's groups, and for how many months in a row; 0 where it is another group."""

    kind: int
    cash_months: int
    insured_months: int
    widened_months: int


@kernel
def support_of(activity: int, weak: int, months_old: int, months_out: int, u: float, p: Letting) -> Support:
    """Return what somebody lives on. A proxy: the tables say who is outside work, and since when, but not on what.

    Who is firmly attached to work is insured for a time and then has cash benefit; who is weakly attached has cash
    benefit, or from a certain age and after a long time disability pension; some have no benefit at all.

    Parameters
    ----------
    activity, weak, months_old, months_out
        See world.codes; 1 if weakly attached to work; age and time in the activity, months.
    u
        A draw that stays with the person.
    """
    if activity != OUTSIDE or months_old < 12 * LEASE_AGE or u >= 1.0 - p.without_benefit:
        return Support(NO_BENEFIT, 0, 0, 0)
    if weak == 0:
        insured = int(p.insured_months)
        if months_out < insured:
            return Support(INSURED, 0, months_out, months_out)
        return Support(CASH, months_out - insured, 0, months_out - insured)
    if months_old >= 12.0 * p.pension_age and months_out >= p.pension_months and u < p.pension_share:
        return Support(PENSION, 0, 0, PERMANENT)
    return Support(CASH, months_out, 0, months_out)


@kernel
def square_metres(rooms: int, p: Letting) -> float:
    """Return the size of a dwelling by its rooms, which are all that the tables hold of it."""
    return p.first_room_m2 + p.more_rooms_m2 * (rooms - 1)


@kernel
def is_in_need(resources: float, outside: float, lodged: int, use: float, p: Letting) -> int:
    """Say whether a home may be assigned: few resources, and no home, somebody outside work, or heavy use."""
    return 1 if resources < p.need_line and (lodged == 1 or outside > 0.0 or use > 0.0) else 0


@kernel
def need(lodged: int, children: float, outside: float, separated: int, months: float) -> float:
    """Return how pressing a household's need is, for municipal assignment (§ 59: by need, not by queue).

    The order is an assumption: no home, children, no work, a break-up, and time, in that order of weight.
    """
    waited = min(months, 24.0) / 24.0
    return 4.0 * lodged + 2.0 * min(children, 2.0) + 1.5 * min(outside, 1.0) + 1.0 * separated + waited


@borrowing
def lives_in_social(households: Households, dwellings: Dwellings, areas: Areas, row: int) -> int:
    """Say whether a household lives in a social home: its own, or with others where the homes of the area are."""
    home = households.dwelling[row]
    if home >= 0:
        return 1 if dwellings.tenure[home] == SOCIAL else 0
    kind = areas.kind[households.area[row]]
    return 1 if kind in (NAMED_AREA, ESTATE) else 0


@kernel
def seeks_social(resources: float, age: float, students: float, adults: int, p: Letting) -> float:
    """Return the probability that a searching household seeks a social dwelling as well as a private one.

    The fewer the resources the likelier; couples less than singles (M4-128 M4-129); young students for youth dwellings.
    """
    if students > 0.0 and age < 30.0:
        return p.seeks_social_students
    chance = p.seeks_social_poor - (p.seeks_social_poor - p.seeks_social_rich) * resources
    if adults == 2:  # couples of few resources seek much as singles do
        chance *= 1.0 - (1.0 - p.seeks_social_couples) * min(2.0 * resources, 1.0)
    return chance


@kernel
def looks_for_surely(search: int, tenant: int, listed: int, u: float, p: Letting) -> int:
    """Return what a searching household looks for, or OPEN where that turns on its members; see `looks_for`."""
    if search == MUST_MOVE:
        return SOCIAL_HOME
    if search == ARRIVING:
        return SOCIAL_HOME if listed == 1 else PRIVATE
    return SOCIAL_HOME if tenant == 1 and u < p.stays_social else OPEN


@kernel
def looks_for(
    search: int, tenant: int, listed: int, resources: float, age: float, students: float, adults: int, u: float,
    p: Letting,
) -> int:
    """Return what a searching household looks for: a private home, a social one, or either.

    Parameters
    ----------
    search
        Why it searches (world.codes). Who comes to the town looks for a home such as those who left had.
    tenant, listed
        1 if it lives in a social home (`lives_in_social`); 1 if it stands on a waiting list.
    u
        Uniform draw that stays with the search. Some tenants look within the sector only.
    """
    surely = looks_for_surely(search, tenant, listed, u, p)
    if surely != OPEN:
        return surely
    rest = (u - p.stays_social) / (1.0 - p.stays_social) if tenant == 1 else u
    return EITHER if rest < seeks_social(resources, age, students, adults, p) else PRIVATE


@borrowing
def describe_members(persons: Persons, first: int, q: Asking, p: Letting, facts: F64) -> None:
    """Fill in what the rules ask about the members of a household, of whom `first` is the first.

    §§ 51 b and 51 c ask about the applicant and a partner who counts; a partner here counts at once, because the tables
    do not say who is married nor how long two have lived together. § 59 asks about every member.
    """
    month = q.month
    grounds = 0
    hours = 0.0
    youngest = 1000
    clean = 1
    cash_now = cash_months = widened = 0
    keepers = 0
    member = first
    while member >= 0:
        months_old = month - persons.birth[member]
        months_out = month - persons.since[member]
        activity = persons.activity[member]
        u = uniform(philox(q.seed, persons.id[member], q.benefit_address, 0)[0]) if activity == OUTSIDE else 0.0
        lives_on = support_of(activity, persons.weak[member], months_old, months_out, u, p)
        since_conviction = month - persons.convicted[member]
        foreign = 1 if persons.citizen[member] == 0 and persons.origin[member] >= NONWESTERN_IMMIGRANT else 0
        grown = months_old >= 12 * LEASE_AGE
        grounds |= grounds_of(
            months_old // 12,
            since_conviction if grown else NEVER,
            NEVER if grown else since_conviction,
            NEVER,
            foreign,
            1 if activity == STUDENT else 0,
            lives_on.cash_months,
            lives_on.cash_months if foreign == 1 else 0,
            1 if lives_on.kind == PENSION else 0,
            lives_on.insured_months,
            q.recent_months,
            q.benefit_months,
        )
        if persons.role[member] == KEEPER:
            if activity == EMPLOYED:
                hours = max(hours, persons.hours[member] / 100.0 * FULL_TIME_WEEK)
            youngest = min(youngest, months_old // 12)
            if since_conviction < p.record_months:
                clean = 0
            on_cash = 1 if lives_on.kind == CASH else 0
            other = 1 if keepers > 0 else 0
            cash_now = both(on_cash, other, cash_now)
            cash_months = both(lives_on.cash_months, other, cash_months)
            widened = both(lives_on.widened_months, other, widened)
            keepers += 1
        member = persons.next[member]
    facts[GROUNDS] = grounds
    facts[HOURS] = hours
    facts[YOUNGEST_KEEPER] = youngest
    facts[CLEAN_RECORD] = clean
    facts[CASH_NOW] = cash_now
    facts[CASH_MONTHS] = cash_months
    facts[WIDENED_MONTHS] = widened


@borrowing
def uses_heavily(persons: Persons, ties: Ties, first: int) -> int:
    """Say whether anybody in the household, of whom `first` is the first, uses drugs or alcohol heavily."""
    member = first
    while member >= 0:
        if ties.substance[member] == HEAVY:
            return 1
        member = persons.next[member]
    return 0


@borrowing
def describe(
    persons: Persons, ties: Ties, households: Households, dwellings: Dwellings, row: int, who: Profile, q: Asking,
    p: Letting, facts: F64,
) -> None:
    """Fill in what the rules ask about one household that seeks a social home."""
    month = q.month
    home = households.dwelling[row]
    searching = households.searching[row]
    apart = searching == SEPARATED
    waited = month - households.search_since[row]
    lodged = 1 if home < 0 else 0
    describe_members(persons, households.head[row], q, p, facts)
    facts[SIZE] = households.size[row]
    facts[AGE] = who.age
    facts[RESOURCES] = who.resources
    facts[NEED] = -1.0
    use = p.need_heavy_use * uses_heavily(persons, ties, households.head[row]) if p.need_heavy_use > 0.0 else 0.0
    if is_in_need(who.resources, who.outside, lodged, use, p) == 1:
        facts[NEED] = need(lodged, who.children, who.outside, 1 if apart else 0, float(waited)) + use
    facts[CHILDREN] = who.children
    facts[IN_EDUCATION] = 1.0 if who.students > 0.0 else 0.0
    facts[YOUTH] = for_youth(int(who.age), int(facts[IN_EDUCATION]))
    facts[ROOMS_GIVEN_UP] = dwellings.rooms[home] if home >= 0 and dwellings.tenure[home] == SOCIAL else 0
    facts[SEPARATED_MONTHS] = waited if apart else NEVER
    # The home that was shared is remembered by the month of moving in, until there is another one.
    knows = apart and lodged == 1 and households.moved_in[row] != NO_MONTH
    facts[SHARED_MONTHS] = households.search_since[row] - households.moved_in[row] if knows else 0
    facts[GROWN_AREA] = who.grown_area


@borrowing
def applicant(
    facts: F64, k: int, area: int, lives_here: int, in_organisation: int, nothing_elsewhere: int, r: AreaRule
) -> Applicant:
    """Return a seeker as the rules see it before a vacancy in an area.

    Parameters
    ----------
    facts, k
        What is known of the seekers, and the number of one of them.
    lives_here, in_organisation, nothing_elsewhere
        As in Applicant, for the vacancy.
    """
    age = int(facts[k, AGE])
    in_education = int(facts[k, IN_EDUCATION])
    grew_up_here = 1 if int(facts[k, GROWN_AREA]) == area else 0
    return Applicant(
        age,
        int(facts[k, SIZE]),
        int(facts[k, CHILDREN]),
        int(facts[k, YOUTH]),
        int(facts[k, GROUNDS]),
        facts[k, HOURS],
        PERMANENT,
        0,
        in_education,
        int(facts[k, YOUNGEST_KEEPER]),
        int(facts[k, ROOMS_GIVEN_UP]),
        int(facts[k, SEPARATED_MONTHS]),
        int(facts[k, SHARED_MONTHS]),
        int(facts[k, CLEAN_RECORD]),
        int(facts[k, CASH_NOW]),
        int(facts[k, CASH_MONTHS]),
        int(facts[k, WIDENED_MONTHS]),
        lives_here,
        in_organisation,
        is_local_youth(grew_up_here, age, in_education, facts[k, HOURS], r),
        0,
        nothing_elsewhere,
    )


@borrowing
def describe_seekers(
    persons: Persons,
    ties: Ties,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    searching: Searchers,
    steps: F64,
    organisations: I64,
    rules: LettingRules,
    q: Asking,
    p: Letting,
    rows: I64,
    facts: F64,
) -> int:
    """List the households that seek a social dwelling, with what the rules need to know of them; return how many.

    Who seeks a home and stands on no list signs up; who has priority as a local young person signs up where it holds.

    Parameters
    ----------
    searching
        The households that search, in the order in which they are listed.
    rows, facts
        Filled in: their rows, and what is known of each.
    """
    found = 0
    for k in range(searching.rows.shape[0]):
        row, u = searching.rows[k], searching.draws[k]
        tenant = lives_in_social(households, dwellings, areas, row)
        listed = on_a_list(households, row)
        search, adults = households.searching[row], households.adults[row]
        if looks_for_surely(search, tenant, listed, u, p) == PRIVATE:
            continue
        municipality = areas.municipality[households.area[row]]
        who = profile_of(persons, households, k, steps[municipality], searching)
        if looks_for(search, tenant, listed, who.resources, who.age, who.students, adults, u, p) == PRIVATE:
            continue
        rows[found] = row
        describe(persons, ties, households, dwellings, row, who, q, p, facts[found])
        facts[found, MUNICIPALITY] = municipality
        if listed == 0 and search != MUST_MOVE:
            put_on_lists(households, areas, organisations, row, municipality, q.month, q.seed, q.joining_address)
        grown = int(who.grown_area)
        if grown >= 0 and rules.local_youth[grown] == 1:
            in_education, hours = int(facts[found, IN_EDUCATION]), facts[found, HOURS]
            if is_local_youth(1, int(who.age), in_education, hours, rule_of(rules, grown)) == 1:
                sign_up_with(households, row, areas.organisation[grown], q.month)
        found += 1
    return found


@kernel
def at_a_glance(households: Households, rows: I64, facts: F64, month: int, p: Letting) -> Glance:
    """Return what the walks look at first, from what is known of the seekers."""
    n = rows.shape[0]
    found = Glance(
        np.empty(n, np.uint8), np.zeros(n, np.uint8), np.empty(n, np.int16), np.empty(n, np.int64),
        np.empty(n, np.int16), np.empty(n, np.int16), np.empty(n, np.uint8), np.empty(n, np.uint8), np.empty(n),
    )  # fmt: skip
    for k in range(n):
        row = rows[k]
        found.size[k] = int(facts[k, SIZE])
        for kind in range(len(KINDS)):
            found.kinds[k] |= meant_for(kind, int(facts[k, AGE]), int(facts[k, YOUTH]), 0) << kind
        lodged = households.dwelling[row] < 0
        found.home_area[k] = -1 if lodged else households.area[row]
        found.id[k] = households.id[row]
        found.area[k] = households.area[row]
        found.contact[k] = households.contact[row]
        found.lodged[k] = 1 if lodged else 0
        waited = month - households.search_since[row]
        found.fresh[k] = 1 if households.searching[row] == ARRIVING and waited < p.newcomers_look else 0
        found.resources[k] = facts[k, RESOURCES]
    return found


@borrowing
def list_entries(
    households: Households, areas: Areas, dwellings: Dwellings, rows: I64, n: int, external: I64, internal: I64
) -> int:
    """Fill in the sort keys of the waiting lists: organisation, month of signing up, seeker.

    `external` has a slot for every list held, `internal` one for every seeker; unused slots are -1. Keys hold the
    organisation in the high bits, then the month, then the seeker's place in `rows`, so that a plain sort is the
    queue. Returns the number of external entries.
    """
    count = 0
    for k in range(n):
        row = rows[k]
        for slot in range(LISTS_HELD):
            organisation = households.organisation[row, slot]
            if organisation >= 0:
                month = households.listed_since[row, slot] + 32768
                external[count] = (organisation << 48) | (month << 32) | k
                count += 1
        home = households.dwelling[row]
        internal[k] = -1
        if home >= 0 and dwellings.tenure[home] == SOCIAL and households.searching[row] == WANTS_CHANGE:
            organisation = areas.organisation[households.area[row]]
            month = households.moved_in[row] + 32768
            internal[k] = (organisation << 48) | (month << 32) | k
    return count
