"""Letting: who gets the vacant social dwelling.

Vacancies are filled in the legal order (law.md §2.1): rehousing, municipal assignment, flexible letting, the internal
list, the waiting list by seniority, others. The law's own functions decide who may be refused; households decide
whether they apply for an area and whether they accept an offer. Declining does not cost the place (S44).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, mix, order_of_turns, philox, uniform
from beboersim.kernel import kernel
from beboersim.law.letting import (
    FULL_TIME_WEEK,
    barred_from_assignment,
    fits_the_home,
    in_force,
    meets_flexible_criteria,
)
from beboersim.law.letting.decisions import CRITERIA, DUTY, FIRST_GROUND
from beboersim.month.ledger import EV_BARRED, EV_LET, EV_OFFER_REFUSED, EV_SETTLED, FLOW, Ledger, moved, note
from beboersim.world.codes import (
    ARRIVING,
    ASSIGNED,
    ELDERLY,
    EMPLOYED,
    FAMILY,
    FLEXIBLE,
    INTERNAL,
    KEEPER,
    LIST,
    NONWESTERN_IMMIGRANT,
    NOT_SEARCHING,
    OTHER,
    OUTSIDE,
    SEPARATED,
    SOCIAL,
    STUDENT,
    WANTS_CHANGE,
    YOUTH,
)
from beboersim.world.columns import F64, I64
from beboersim.world.membership import occupy
from beboersim.world.profile import profile
from beboersim.world.queues import leave_list, on_a_list, put_on_lists
from beboersim.world.state import LISTS_HELD, Areas, Dwellings, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

LET_OF_ROUTE = FLOW["let_rehousing"]  # the six routes stand in the order of codes.ROUTES
OFFERS, REFUSALS = FLOW["offers"], FLOW["refusals"]
OFFERS_RESOURCEFUL, REFUSALS_RESOURCEFUL = FLOW["offers_resourceful"], FLOW["refusals_resourceful"]
REFUSED_BY_RULE = FLOW["refused_by_rule"]
CONSIDERED, AVOIDED = FLOW["considered"], FLOW["avoided"]
CONSIDERED_RESOURCEFUL, AVOIDED_RESOURCEFUL = FLOW["considered_resourceful"], FLOW["avoided_resourceful"]
WAIT_LIST, WAIT_ASSIGNED, WAIT_FLEXIBLE = FLOW["wait_list"], FLOW["wait_assigned"], FLOW["wait_flexible"]
ADULT_MONTHS = 18 * 12  # benefits of one's own begin at eighteen
ROUNDING = 1e-9  # so that a bound stays one when numbers are rounded another way
LOCAL, SPARE = 6, 7  # two walks more than routes: local young people first, smaller households last
PRIVATE, SOCIAL_HOME, EITHER = range(3)  # what a household looks for
LOCAL_YOUTH = FLOW["let_local_youth"]
HOUSEHOLDS_IN, RESOURCES_IN = FLOW["households_in"], FLOW["resources_in"]
HOUSEHOLDS_OUT, RESOURCES_OUT = FLOW["households_out"], FLOW["resources_out"]

# What is known of a seeker, as columns of one table.
FACTS = 11
(
    SIZE,
    AGE,
    RESOURCES,
    NEED,
    FLEXIBLE_OK,
    CONVICTED,
    FOREIGN_CITIZEN,
    BENEFIT,
    YOUTH_OK,
    LOCAL_AREA,
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
    own_area: float
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
    resourceful: float


class AreaRules(NamedTuple):
    """What levers and law say of each area this month, and its standing."""

    assignment_share: F64
    assignment_bar: I64
    flexible_share: F64
    flexible_duty: I64
    local_youth: F64
    standing: F64


class Market(NamedTuple):
    """The month's letting, the same for every vacancy: seekers, their queues, rules and switches.

    A queue is sorted keys; `…_starts` says where each organisation (lists) or municipality (need, anyone) begins.
    """

    seed: int
    month: int
    places: int
    route_address: int
    apply_address: int
    accept_address: int
    internal_every: float
    applying_on: float
    refusing_on: float
    keenest: F64  # highest chance of applying for an area, by no home (2) and known area (1)
    rows: I64
    facts: F64
    external: I64
    external_starts: I64
    internal: I64
    internal_starts: I64
    needy: I64
    needy_starts: I64
    anyone: I64
    anyone_starts: I64
    rules: AreaRules


@kernel
def need(lodged: int, children: float, outside: float, separated: int, months: float) -> float:
    """Return how pressing a household's need is, for municipal assignment (§ 59: by need, not by queue).

    The order is an assumption: no home, children, no work, a break-up, and time, in that order of weight.
    """
    waited = min(months, 24.0) / 24.0
    return 4.0 * lodged + 2.0 * min(children, 2.0) + 1.5 * min(outside, 1.0) + 1.0 * separated + waited


@kernel
def pull(standing: float, known_standing: float, own: int, urgent: int, resources: float, p: Letting) -> float:
    """Return how an area draws a seeker, in utility, whatever its name.

    People look where they know somebody and in places of like standing; those without a home are less choosy; the
    resourceful mind poor conditions more. Standing is the nearness to the list's lines without origin
    (month.measuring.conditions_of). Origin is not read.
    """
    wish = p.own_area * own + p.urgency * urgent - p.likeness * abs(standing - known_standing)
    return wish - p.conditions * resources * standing


@kernel
def application_chance(
    base: float, wish: float, stigma: float, resources: float, weight: float, extra: float
) -> float:
    """Return the probability that a seeker ticks off an area, a logit in its reputation.

    Parameters
    ----------
    base
        Probability for an area without stigma.
    wish
        See `pull`.
    weight, extra
        Utility lost at full stigma (share of income times the utility of income), and how much more of it a
        household of full resources loses (methods §2.3).
    """
    utility = np.log(base / (1.0 - base)) + wish - weight * (1.0 + extra * resources) * stigma
    return 1.0 / (1.0 + np.exp(-utility))


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
        1 if it lives in a social home; 1 if it stands on a waiting list.
    u
        Uniform draw that stays with the search. Some tenants look within the sector only.
    """
    if search == ARRIVING:
        return SOCIAL_HOME if listed == 1 else PRIVATE
    if tenant == 1 and u < p.stays_social:
        return SOCIAL_HOME
    rest = (u - p.stays_social) / (1.0 - p.stays_social) if tenant == 1 else u
    return EITHER if rest < seeks_social(resources, age, students, adults, p) else PRIVATE


@kernel
def describe_seekers(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    used: I64,
    places: int,
    month: int,
    seed: int,
    seeking_address: int,
    joining_address: int,
    steps: F64,
    organisations: I64,
    p: Letting,
    rows: I64,
    facts: F64,
) -> int:
    """List the households that seek a social dwelling, with what the rules need to know of them; return how many."""
    found = 0
    for row in range(used[1]):
        if households.searching[row] == NOT_SEARCHING or households.head[row] < 0:
            continue
        area = households.area[row]
        if area == places:
            continue
        who = profile(persons, households, row, month, steps[areas.municipality[area]])
        home = households.dwelling[row]
        tenant = 1 if home >= 0 and dwellings.tenure[home] == SOCIAL else 0
        u = uniform(philox(seed, households.id[row], seeking_address, households.search_since[row])[0])
        listed = on_a_list(households, row)
        search, adults = households.searching[row], households.adults[row]
        if looks_for(search, tenant, listed, who.resources, who.age, who.students, adults, u, p) == PRIVATE:
            continue
        hours = 0.0
        convicted = 0.0
        foreign = 0.0
        benefit = 0.0
        member = households.head[row]
        while member >= 0:
            if persons.role[member] == KEEPER and persons.activity[member] == EMPLOYED:
                hours = max(hours, persons.hours[member] / 100.0 * FULL_TIME_WEEK)
            if month - persons.convicted[member] <= 6:
                convicted = 1.0
            if (
                persons.citizen[member] == 0
                and persons.origin[member] >= NONWESTERN_IMMIGRANT
                and persons.activity[member] != STUDENT
            ):
                foreign = 1.0
            grown = month - persons.birth[member] >= ADULT_MONTHS
            if grown and persons.activity[member] == OUTSIDE and month - persons.since[member] >= 6:
                benefit = 1.0
            member = persons.next[member]
        reason = households.searching[row]
        lodged = 1 if households.dwelling[row] < 0 else 0
        waited = float(month - households.search_since[row])
        rows[found] = row
        facts[found, SIZE] = households.size[row]
        facts[found, AGE] = who.age
        facts[found, RESOURCES] = who.resources
        facts[found, NEED] = -1.0
        if who.resources < p.need_line and (lodged == 1 or who.outside > 0.0):
            facts[found, NEED] = need(lodged, who.children, who.outside, 1 if reason == SEPARATED else 0, waited)
        facts[found, FLEXIBLE_OK] = meets_flexible_criteria(
            hours, 1 if who.students > 0.0 else 0, 1 if who.age >= 65.0 and who.employed + who.outside == 0.0 else 0
        )
        facts[found, CONVICTED] = convicted
        facts[found, FOREIGN_CITIZEN] = foreign
        facts[found, BENEFIT] = benefit
        facts[found, YOUTH_OK] = 1.0 if who.age < 30.0 and (who.students > 0.0 or who.age < 26.0) else 0.0
        in_step = facts[found, FLEXIBLE_OK] == 1.0 and who.age < 26.0  # young: to 25 (assumption, 24-30)
        facts[found, LOCAL_AREA] = who.grown_area if in_step else -1.0
        facts[found, MUNICIPALITY] = areas.municipality[area]
        if on_a_list(households, row) == 0:
            municipality = int(facts[found, MUNICIPALITY])
            put_on_lists(households, organisations, row, municipality, month, seed, joining_address)
        found += 1
    return found


@kernel
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


@kernel
def let_month(
    households: Households, dwellings: Dwellings, areas: Areas, vacancies: I64, m: Market, p: Letting, ledger: Ledger
) -> None:
    """Fill the month's vacancies one after the other, each by the first route that finds a tenant."""
    answered = np.full(m.rows.shape[0], -1, np.int64)  # the last vacancy that each seeker has said no to
    for v in range(vacancies.shape[0]):
        home = vacancies[v]
        area = dwellings.area[home]
        organisation = areas.organisation[area]
        town = areas.municipality[area]
        # A home keeps its route until it is let, so that one that is hard to let is not drawn for again and again.
        words = philox(m.seed, dwellings.id[home], m.route_address, int(dwellings.vacant_since[home]) + 32768)
        family = dwellings.kind[home] == FAMILY  # §§ 59 and 60 are about family dwellings
        duty = family and m.rules.flexible_duty[area] == 1
        tenant = -1
        route = OTHER
        if family and uniform(words[0]) < m.rules.assignment_share[area]:
            route = ASSIGNED
            tenant = walk(
                households, dwellings, areas, home, m.needy, m.needy_starts, town, ASSIGNED, v, answered, m, p, ledger
            )
        if tenant < 0 and (duty or (family and uniform(words[1]) < m.rules.flexible_share[area])):
            route = FLEXIBLE
            if m.rules.local_youth[area] > 0.0:
                tenant = walk(
                    households, dwellings, areas, home, m.external, m.external_starts, organisation, LOCAL, v, answered,
                    m, p, ledger,
                )  # fmt: skip
                if tenant >= 0:
                    ledger.flows[LOCAL_YOUTH, area] += 1.0
            if tenant < 0:
                tenant = walk(
                    households, dwellings, areas, home, m.external, m.external_starts, organisation, FLEXIBLE, v,
                    answered, m, p, ledger,
                )  # fmt: skip
        # Where flexible letting is a duty, nobody who fails the criteria may be let in by another route (§ 60(4)).
        if tenant < 0 and m.internal_every > 0.0 and uniform(words[2]) < 1.0 / m.internal_every:
            route = INTERNAL
            tenant = walk(
                households, dwellings, areas, home, m.internal, m.internal_starts, organisation, INTERNAL, v, answered,
                m, p, ledger,
            )  # fmt: skip
        if tenant < 0:
            route = LIST
            tenant = walk(
                households, dwellings, areas, home, m.external, m.external_starts, organisation, LIST, v, answered, m,
                p, ledger,
            )  # fmt: skip
        if tenant < 0:  # nobody whom the home suits: the same queue again, for smaller households
            tenant = walk(
                households, dwellings, areas, home, m.external, m.external_starts, organisation, SPARE, v, answered, m,
                p, ledger,
            )  # fmt: skip
        if tenant < 0:
            route = OTHER
            tenant = walk(
                households, dwellings, areas, home, m.anyone, m.anyone_starts, town, OTHER, v, answered, m, p, ledger
            )
        if tenant >= 0:
            hand_over(
                households, dwellings, areas, m.places, m.month, m.rows[tenant], home, area, organisation, route,
                m.facts[tenant, RESOURCES], ledger,
            )  # fmt: skip


@kernel
def hand_over(
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    places: int,
    month: int,
    row: int,
    home: int,
    area: int,
    organisation: int,
    route: int,
    resources: float,
    ledger: Ledger,
) -> None:
    """Let the dwelling to a household and book it: route, wait, resources, move."""
    ledger.flows[LET_OF_ROUTE + route, area] += 1.0
    waited = float(month - households.search_since[row])
    if route == LIST:
        for slot in range(LISTS_HELD):
            if households.organisation[row, slot] == organisation:
                waited = float(month - households.listed_since[row, slot])
        ledger.flows[WAIT_LIST, area] += waited
    elif route == ASSIGNED:
        ledger.flows[WAIT_ASSIGNED, area] += waited
    elif route == FLEXIBLE:
        ledger.flows[WAIT_FLEXIBLE, area] += waited
    old_home = households.dwelling[row]
    old_area = households.area[row]
    if old_home >= 0 and dwellings.tenure[old_home] == SOCIAL:
        ledger.flows[HOUSEHOLDS_OUT, old_area] += 1.0
        ledger.flows[RESOURCES_OUT, old_area] += resources
    ledger.flows[HOUSEHOLDS_IN, area] += 1.0
    ledger.flows[RESOURCES_IN, area] += resources
    moved(ledger, households, places, row, old_area, area)
    if old_area > places:
        note(ledger, month, EV_SETTLED, households.id[row], dwellings.id[home], area)
    occupy(households, dwellings, row, home, month)
    leave_list(households, row, organisation)
    note(ledger, month, EV_LET, households.id[row], dwellings.id[home], route)


@kernel
def suits(kind: int, age: float, youth_ok: float) -> int:
    """Say whether a household is one the dwelling is meant for: youth, elderly or family."""
    if kind == YOUTH:
        return 1 if youth_ok == 1.0 else 0
    if kind == ELDERLY:
        return 1 if age >= 60.0 else 0
    return 1


@kernel
def walk(
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    home: int,
    queue: I64,
    starts: I64,
    group: int,
    route: int,
    vacancy: int,
    answered: I64,
    m: Market,
    p: Letting,
    ledger: Ledger,
) -> int:
    """Walk one group's queue from the front until somebody takes the home; return the seeker's number or -1.

    Who has said no to this home, or stays away from its area, is not asked again on a later route.

    Parameters
    ----------
    queue, starts, group
        Sorted keys with the seeker's number in the low bits; where each group begins; whose queue it is.
    route
        A route of codes.ROUTES, or LOCAL (flexible letting, local young people only) or SPARE (list, smaller
        households too).
    vacancy, answered
        Number of the home among the month's; the last one that each seeker has answered.
    """
    area = dwellings.area[home]
    duty = dwellings.kind[home] == FAMILY and m.rules.flexible_duty[area] == 1
    bar = m.rules.assignment_bar[area]
    rooms = dwellings.rooms[home]
    kind = dwellings.kind[home]
    stigma = areas.stigma[area]
    spare = p.spare_rooms if route in (SPARE, OTHER) else 0.0
    loss_applying = p.income_utility * p.stigma_apply
    loss_accepting = p.income_utility * p.stigma_accept
    offers_left = p.offers_a_round * p.rounds
    for position in range(starts[group], starts[group + 1]):
        k = queue[position] & 0xFFFFFFFF
        row = m.rows[k]
        if answered[k] == vacancy or households.searching[row] == NOT_SEARCHING:
            continue
        if fits_the_home(int(m.facts[k, SIZE]), rooms, int(spare)) == 0:
            continue
        if suits(kind, m.facts[k, AGE], m.facts[k, YOUTH_OK]) == 0:
            continue
        if households.area[row] == area and households.dwelling[row] >= 0 and route != INTERNAL:
            continue
        if route == LOCAL and m.facts[k, LOCAL_AREA] != area:
            continue
        strength = m.facts[k, RESOURCES]
        rich = strength > p.resourceful
        if route != ASSIGNED:
            # Does the household apply for the area at all? The same draw decides with and without stigma.
            u = uniform(philox(m.seed, mix(households.id[row], areas.id[area]), m.apply_address, 0)[0])
            contact = households.contact[row]
            own = 1 if area in (contact, households.area[row]) else 0
            urgent = 1 if households.dwelling[row] < 0 else 0
            if u >= m.keenest[2 * urgent + own]:
                ledger.flows[CONSIDERED, area] += 1.0
                if rich:
                    ledger.flows[CONSIDERED_RESOURCEFUL, area] += 1.0
                answered[k] = vacancy
                continue
            wish = pull(m.rules.standing[area], m.rules.standing[contact], own, urgent, strength, p)
            would = application_chance(p.apply, wish, 0.0, strength, loss_applying, p.stigma_resources)
            named = stigma * m.applying_on
            does = application_chance(p.apply, wish, named, strength, loss_applying, p.stigma_resources)
            ledger.flows[CONSIDERED, area] += 1.0
            if rich:
                ledger.flows[CONSIDERED_RESOURCEFUL, area] += 1.0
            if u >= does:
                answered[k] = vacancy
                if u < would:
                    ledger.flows[AVOIDED, area] += 1.0
                    if rich:
                        ledger.flows[AVOIDED_RESOURCEFUL, area] += 1.0
                continue
        # Is the household barred from this home by a rule?
        if route == ASSIGNED:
            barred = barred_from_assignment(
                bar, int(m.facts[k, CONVICTED]), int(m.facts[k, FOREIGN_CITIZEN]), int(m.facts[k, BENEFIT])
            )
        else:
            barred = 1 if (duty or route in (FLEXIBLE, LOCAL)) and m.facts[k, FLEXIBLE_OK] == 0.0 else 0
        if barred == 1:
            if duty and route != ASSIGNED:
                answered[k] = vacancy  # the duty bars on every later route as well
            ledger.flows[REFUSED_BY_RULE, area] += 1.0
            reason = DUTY if duty else CRITERIA
            if route == ASSIGNED:  # the first ground in the order of § 59
                reason = FIRST_GROUND + 4  # cash benefit
                if m.facts[k, FOREIGN_CITIZEN] == 1.0:
                    reason = FIRST_GROUND + 3
                if m.facts[k, CONVICTED] == 1.0:
                    reason = FIRST_GROUND  # release
            note(ledger, m.month, EV_BARRED, households.id[row], dwellings.id[home], reason)
            continue
        # An offer, and the household's answer.
        ledger.flows[OFFERS, area] += 1.0
        if rich:
            ledger.flows[OFFERS_RESOURCEFUL, area] += 1.0
        answer = uniform(philox(m.seed, mix(households.id[row], dwellings.id[home]), m.accept_address, 0)[0])
        known = stigma * m.refusing_on
        if answer < application_chance(p.accept, 0.0, known, strength, loss_accepting, p.stigma_resources):
            return k
        answered[k] = vacancy
        ledger.flows[REFUSALS, area] += 1.0
        if rich:
            ledger.flows[REFUSALS_RESOURCEFUL, area] += 1.0
        offered_by = FLEXIBLE if route == LOCAL else LIST if route == SPARE else route
        note(ledger, m.month, EV_OFFER_REFUSED, households.id[row], dwellings.id[home], offered_by)
        offers_left -= 1.0
        if offers_left <= 0.0:
            return -1
    return -1


def area_rules(c: Context) -> AreaRules:
    """Return what levers and law say of each area this month."""
    law = in_force(c.law_day, c.world.areas.status)
    special = c.flag("list.special_rules")
    bars = law.assignment_bar * (c.by_area("letting.assignment_bars") > 0.5) * special
    duty = law.flexible_duty * (c.by_area("letting.flexible_obligatory") > 0.5) * special
    return AreaRules(
        c.by_area("letting.assignment_share"),
        bars.astype(np.int64),
        c.by_area("letting.flexible_share"),
        duty.astype(np.int64),
        c.by_area("letting.local_youth_priority"),
        c.standing,
    )


def keenest(p: Letting) -> F64:
    """Return the highest chance of applying for an area, by no home (2) and known area (1)."""
    if min(p.likeness, p.conditions, p.income_utility * p.stigma_apply, p.stigma_resources) < 0.0:
        return np.ones(4)
    chances = [
        application_chance(p.apply, pull(0.0, 0.0, own, urgent, 0.0, p), 0.0, 0.0, 0.0, 0.0)
        for urgent in (0, 1)
        for own in (0, 1)
    ]
    return np.array(chances) * (1.0 + ROUNDING)


def by_group(keys: I64, groups: int, shift: int) -> tuple[I64, I64]:
    """Return keys sorted, and where each group (the bits above `shift`) begins."""
    ordered = np.sort(keys, kind="stable")
    return ordered, np.searchsorted(ordered, np.arange(groups + 1, dtype=np.int64) << shift)


def letting(c: Context) -> None:
    """Letting: the vacant social dwellings are let in the legal order."""
    world, p = c.world, c.parameters.letting
    persons, households, dwellings, areas = world.persons, world.households, world.dwellings, world.areas
    n_homes = int(world.used[2])
    vacant = np.flatnonzero(
        (dwellings.household[:n_homes] < 0) & (dwellings.tenure[:n_homes] == SOCIAL) & (dwellings.area[:n_homes] >= 0)
    )
    if len(vacant) == 0:
        return
    vacant = vacant[np.argsort(dwellings.id[vacant], kind="stable")]
    capacity = int((households.searching[: int(world.used[1])] != NOT_SEARCHING).sum())
    rows = np.empty(capacity, np.int64)
    facts = np.empty((capacity, FACTS))
    found = describe_seekers(
        persons, households, dwellings, areas, world.used, world.places, c.month, c.seed, address(Purpose.SEEKING, 0),
        address(Purpose.JOINING, 0), c.income_steps, c.organisations, p, rows, facts,
    )  # fmt: skip
    # Ties are broken by a draw of the month, never by the place in the tables.
    turn = order_of_turns(households.id[rows[:found]], c.seed, c.address(Purpose.TURN))
    in_turn = np.lexsort((households.id[rows[:found]], turn))
    rows, facts = rows[:found][in_turn], facts[:found][in_turn]
    external = np.empty(found * LISTS_HELD, np.int64)
    internal = np.empty(found, np.int64)
    held = list_entries(households, areas, dwellings, rows, found, external, internal)
    external, external_starts = by_group(external[:held], world.organisations, 48)
    internal, internal_starts = by_group(internal[internal >= 0], world.organisations, 48)
    municipality = facts[:, MUNICIPALITY].astype(np.int64)
    number = np.arange(found, dtype=np.int64)
    # Need order: municipality, then need from high to low in thousandths, then id.
    needy = facts[:, NEED] >= 0.0
    pressing = (20_000 - np.rint(facts[:, NEED] * 1000.0)).astype(np.int64)
    needy_keys = ((municipality << 48) | (pressing << 32) | number)[needy]
    needy_keys, needy_starts = by_group(needy_keys, len(world.municipalities), 48)
    # Others: who has searched longest first.
    since = households.search_since[rows].astype(np.int64) + 32768
    anyone, anyone_starts = by_group(
        (municipality << 48) | (since << 32) | number, len(world.municipalities), 48
    )
    market = Market(
        seed=c.seed,
        month=c.month,
        places=world.places,
        route_address=address(Purpose.ROUTE, 0),
        apply_address=address(Purpose.APPLYING, 0),
        accept_address=c.address(Purpose.ACCEPTING),
        internal_every=c.number("letting.internal_every"),
        applying_on=c.number("stigma.on_applying"),
        refusing_on=c.number("stigma.on_refusing"),
        keenest=keenest(p),
        rows=rows,
        facts=facts,
        external=external,
        external_starts=external_starts,
        internal=internal,
        internal_starts=internal_starts,
        needy=needy_keys,
        needy_starts=needy_starts,
        anyone=anyone,
        anyone_starts=anyone_starts,
        rules=area_rules(c),
    )
    let_month(households, dwellings, areas, vacant, market, p, c.ledger)
