"""Letting: who gets the vacant social dwelling.

Vacancies are filled in the legal order (law.md §2.1), by the very functions that `beboersim law letting` calls: which
routes are open, who comes first on each, whom a rule refuses. The rules of the month are a table with a row an area
(`law.letting.rules`). A home that is hard to let waits for its time (month.vacancies). Households decide whether they
apply for an area and whether they accept an offer; declining does not cost the place (S44).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, fill, mix, philox, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.law.consequences import plan_is_met
from beboersim.law.dated import rule_on
from beboersim.law.letting.decisions import (
    ASSIGNED,
    COMBINED,
    DUTY,
    ELDERLY,
    FAMILY,
    FLEXIBLE,
    HARD_AREA,
    IN_ORDER,
    INTERNAL,
    LIST,
    NOT_REFUSED,
    OTHER,
    REHOUSING,
    AreaRule,
    fits_the_home,
    is_open,
    place_in_queue,
    refusal,
    relabelled,
    route_at,
    two_groups,
)
from beboersim.law.letting.rules import (
    AreaFacts,
    Choices,
    LettingRules,
    Terms,
    law_day,
    letting_rules,
    rule_of,
    times_of_assignment_bars,
    wording_of,
)
from beboersim.month.applicants import (
    FACTS,
    MUNICIPALITY,
    NEED,
    RESOURCES,
    ROOMS_GIVEN_UP,
    Asking,
    Glance,
    Letting,
    applicant,
    at_a_glance,
    describe_seekers,
    list_entries,
    square_metres,
)
from beboersim.month.ledger import EV_BARRED, EV_LET, EV_OFFER_REFUSED, EV_SETTLED, FLOW, Ledger, moved, note
from beboersim.month.rehousing import after_the_moves, stays_near, takes_rehousing, those_to_rehouse, word_of_wish
from beboersim.month.renewal import draw_of_renewal
from beboersim.month.searchers import searchers
from beboersim.month.vacancies import hard_to_let, vacant_homes
from beboersim.world.codes import IS_KEPT, IS_SOLD, SOCIAL
from beboersim.world.columns import F64, I16, I64, U8, U32
from beboersim.world.membership import occupy
from beboersim.world.queues import leave_list
from beboersim.world.state import LISTS_HELD, Areas, Dwellings, Households

if TYPE_CHECKING:
    from beboersim.month.context import Context
    from beboersim.policy.plan import Lever

LET_OF_ROUTE = FLOW["let_rehousing"]  # the six routes stand in the order of codes.ROUTES
OFFERS, REFUSALS = FLOW["offers"], FLOW["refusals"]
OFFERS_RESOURCEFUL, REFUSALS_RESOURCEFUL = FLOW["offers_resourceful"], FLOW["refusals_resourceful"]
REFUSED_BY_RULE = FLOW["refused_by_rule"]
CONSIDERED, AVOIDED = FLOW["considered"], FLOW["avoided"]
CONSIDERED_RESOURCEFUL, AVOIDED_RESOURCEFUL = FLOW["considered_resourceful"], FLOW["avoided_resourceful"]
WAIT_LIST, WAIT_ASSIGNED, WAIT_FLEXIBLE = FLOW["wait_list"], FLOW["wait_assigned"], FLOW["wait_flexible"]
LOCAL_YOUTH = FLOW["let_local_youth"]
REHOUSED_FROM, REHOUSED_WITHIN = FLOW["rehoused_from"], FLOW["rehoused_within"]
HOUSEHOLDS_IN, RESOURCES_IN = FLOW["households_in"], FLOW["resources_in"]
HOUSEHOLDS_OUT, RESOURCES_OUT = FLOW["households_out"], FLOW["resources_out"]

ROUNDING = 1e-9  # so that a bound stays one when numbers are rounded another way
# Wishes are told apart in steps for a bound on the chance of applying: from the lowest, and so many to a unit.
LOWEST_WISH, STEPS_A_UNIT, WISHES = -16.0, 16.0, 512
ROUTES = len(IN_ORDER)
MOST_WALKS = 2 * ROUTES + 2
MONTHS_KEPT = 2  # for how long a youth or elderly dwelling is kept for those it is meant for (assumption, 1-6)
FIRST_GROUP, SECOND_GROUP, BOTH_GROUPS = 0, 1, 2  # whom a walk is for, where some come before the others
HOUSED = 1 << 40  # beyond every vacancy's number
NOWHERE = -2  # no area, and not what stands for having no home
NOT_ASKED, APPLIES, AVOIDS, STAYS_AWAY = range(4)  # whether a seeker applies for an area


class Queue(NamedTuple):
    """Seekers in order: sorted keys with the seeker's number in the low bits, and where each group begins."""

    keys: I64
    starts: I64


class Market(NamedTuple):
    """The month's letting, the same for every vacancy: seekers, their queues, rules and switches.

    Two queues go by organisation (`external`, `internal`) and three by municipality (`needy`, `anyone`, `rehousing`).
    """

    seed: int
    month: int
    places: int
    route_address: int
    apply_address: int
    accept_address: int
    applying_on: float
    refusing_on: float
    highest: F64  # see `chances_by_wish`
    rows: I64
    facts: F64
    glance: Glance
    external: Queue
    internal: Queue
    needy: Queue
    anyone: Queue
    rehousing: Queue
    rehousing_address: int
    internal_share: float  # of those with a right to rehousing, who want to stay in their area
    patience: int  # months after which they take another area and another size
    left: I64  # the area that a seeker was rehoused from, -1 if not
    lots: F64  # two draws of each seeker, see `draw_lots`
    appeal: F64  # by area: utility that renewal adds
    fallback: F64  # chance by area that a barred household is assigned after all
    standing: F64  # by area
    first_area: I64  # of each municipality
    applying: U8  # area of the municipality x seeker: whether the seeker applies for it, once asked
    answered: I64  # the last vacancy that each seeker has said no to, or may not have; HOUSED once it has a home
    offered: I64  # the last vacancy that was offered to each seeker wherever it looked
    near: U32  # room for those of a queue whom a home may suit, see `left_at_a_glance`
    asked: U32  # room for those of them who are asked whether they apply for the area, and their draws, see `ask`
    addresses: I64
    words: U32
    walks: I64  # room for those of one vacancy, see `walks_of`


class HeldRules(NamedTuple):
    """The rules of letting as they were made last, and what they came from."""

    levers: dict[str, Lever]
    measured: dict[str, F64]
    states: tuple[bytes, ...]  # statuses of the areas, and what earlier ones left behind
    wording: int  # of the law of the day
    rules: LettingRules


@kernel
def pull(
    standing: float, known_standing: float, own: int, urgent: int, resources: float, likeness: float, choosy: float,
    p: Letting,
) -> float:
    """Return how an area draws a seeker, in utility, whatever its name.

    People look where they know somebody and in places of like standing; those without a home are less choosy; the
    resourceful mind poor conditions more. Standing is the nearness to the list's lines without origin
    (month.measuring.conditions_of). Origin is not read.

    Parameters
    ----------
    likeness
        Utility lost per unit by which the standings differ: `p.likeness`, or nil where a home is offered to everybody.
    choosy
        Utility that a household of full resources loses in poor conditions: `p.conditions`, or `p.last_resort` there.
    """
    wish = p.own_area * own + p.urgency * urgent - likeness * abs(standing - known_standing)
    return wish - choosy * resources * standing


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
def applies(u: float, wish: float, named: float, strength: float, p: Letting) -> int:
    """Return whether a household applies for an area, and if not, whether its name keeps it away.

    Parameters
    ----------
    u
        A draw that stays with the household and the area: with and without stigma, and all the time.
    wish, named, strength
        See `pull`; the area's stigma; the household's resources.
    """
    loss = p.income_utility * p.stigma_apply
    if u < application_chance(p.apply, wish, named, strength, loss, p.stigma_resources):
        return APPLIES
    return AVOIDS if u < application_chance(p.apply, wish, 0.0, strength, loss, p.stigma_resources) else STAYS_AWAY


@borrowing
def walks_of(
    r: AreaRule,
    kind: int,
    rooms: int,
    duty: int,
    words: tuple[int, int, int, int],
    spare: int,
    everybody: int,
    walks: I64,
) -> int:
    """Write down which queues are walked for a vacancy, one after the other; return how many.

    Parameters
    ----------
    words
        The home's draw: whose turn it is on each route.
    spare
        Rooms more than suitable for a household when nobody of the right size wants the home.
    everybody
        1 for a home that nobody has taken for so long that it is offered to everybody, wherever they looked.
    walks
        Filled in: a route of codes.ROUTES; for whom (FIRST_GROUP, SECOND_GROUP or BOTH_GROUPS); rooms to spare; 1 where
        it is offered to everybody.
    """
    municipal_turn = 1 if uniform(words[0]) < r.assignment_share else 0
    flexible_turn = 1 if uniform(words[1]) < r.flexible_share else 0
    internal_turn = 1 if r.internal_every > 0 and uniform(words[2]) * r.internal_every < 1.0 else 0
    number = 0
    for step in range(ROUTES):
        route = route_at(step, duty)
        if is_open(route, kind, duty, municipal_turn, flexible_turn, internal_turn) == 0:
            continue
        if two_groups(r, route, rooms) == 1:
            number = add_walk(walks, number, route, FIRST_GROUP, 0, 0)
            number = add_walk(walks, number, route, SECOND_GROUP, 0, 0)
        elif route == OTHER:
            number = add_walk(walks, number, route, BOTH_GROUPS, spare, everybody)
        else:
            number = add_walk(walks, number, route, BOTH_GROUPS, 0, 0)
        # Nobody whom the home suits: the list again, which under a duty is the flexible one, for smaller households,
        # and in the end for those who had not applied for the area.
        if spare + everybody > 0 and route == (FLEXIBLE if duty == 1 else LIST):
            number = add_walk(walks, number, route, BOTH_GROUPS, spare, everybody)
    return number


@borrowing
def add_walk(walks: I64, number: int, route: int, wanted: int, spare: int, everybody: int) -> int:
    """Write down one more walk; return how many there are now."""
    walks[number, 0] = route
    walks[number, 1] = wanted
    walks[number, 2] = spare
    walks[number, 3] = everybody
    return number + 1


@borrowing
def left_at_a_glance(
    queue: I64,
    glance: Glance,
    answered: I64,
    number: int,
    rooms: int,
    spare: int,
    kind: int,
    others: int,
    here: int,
    near: U32,
) -> int:
    """Write down who in a queue is left when those whom the home cannot suit are taken out; return how many.

    Without branches: most are taken out, and which ones a processor cannot guess.

    Parameters
    ----------
    number
        Who has said no to this vacancy, or to a later one, is taken out.
    others
        1 if it may be let to those as well for whom such homes are not meant.
    here
        Who has a home in this area is taken out.
    near
        Filled in: the numbers of the seekers that are left.
    """
    size, kinds, home_area = glance.size, glance.kinds, glance.home_area
    left = 0
    for position in range(queue.shape[0]):
        k = queue[position] & 0xFFFFFFFF
        near[left] = k
        meant = kinds[k] >> kind & 1 | others
        left += fits_the_home(int(size[k]), rooms, spare) & meant & (answered[k] < number) & (home_area[k] != here)
    return left


@borrowing
def ask(seekers: U32, area: int, areas: Areas, applying: U8, m: Market, p: Letting) -> None:
    """Ask those of some seekers who have not been asked yet whether they apply for an area.

    Parameters
    ----------
    seekers
        Their numbers.
    applying
        The answers by seeker, filled in where they are missing.
    """
    asked, addresses, person = m.asked, m.addresses, m.glance.id
    number = 0
    for position in range(seekers.shape[0]):
        asked[number] = seekers[position]
        number += applying[seekers[position]] == NOT_ASKED
    for position in range(number):
        addresses[position] = mix(person[asked[position]], areas.id[area])
    fill(m.seed, addresses, 0, number, m.apply_address, m.words)
    for position in range(number):
        k = asked[position]
        applying[k] = answer_to(uniform(m.words[0, position]), k, area, areas, p.likeness, p.conditions, m, p)


@borrowing
def answer_to(
    u: float, k: int, area: int, areas: Areas, likeness: float, choosy: float, m: Market, p: Letting
) -> int:
    """Return whether a seeker applies for an area, see `applies`; most are ruled out by the bound on the chance."""
    contact, strength = m.glance.contact[k], m.glance.resources[k]
    own = 1 if area == contact or area == m.glance.area[k] else 0
    if own == 0 and m.glance.fresh[k] == 1:
        return STAYS_AWAY
    wish = pull(m.standing[area], m.standing[contact], own, int(m.glance.lodged[k]), strength, likeness, choosy, p)
    wish += m.appeal[area]
    if u >= m.highest[step_of_wish(wish)]:
        return STAYS_AWAY
    return applies(u, wish, areas.stigma[area] * m.applying_on, strength, p)


@borrowing
def draw_lots(seed: int, ids: I64, since: I16, purpose: int, lots: F64) -> None:
    """Fill in two draws that stay with each search: assigned where a rule bars it after all, and choosing itself."""
    for k in range(ids.shape[0]):
        words = philox(seed, ids[k], purpose, since[k])
        lots[0, k] = uniform(words[0])
        lots[1, k] = uniform(words[1])


@borrowing
def first_to_rehouse(
    households: Households,
    dwellings: Dwellings,
    queue: I64,
    number: int,
    area: int,
    rooms: int,
    kind: int,
    m: Market,
) -> int:
    """Return the first seeker with a right to rehousing who takes a vacancy, or -1."""
    for position in range(queue.shape[0]):
        k = queue[position] & 0xFFFFFFFF
        if m.answered[k] >= number or m.glance.kinds[k] >> kind & 1 == 0:
            continue
        row = m.rows[k]
        waited = m.month - households.search_since[row]
        near = stays_near(
            m.seed, households.id[row], m.rehousing_address, households.search_since[row], m.internal_share
        )
        if takes_rehousing(
            1 if households.area[row] == area else 0,
            1 if dwellings.fate[households.dwelling[row]] == IS_SOLD else 0,
            near,
            waited,
            int(m.glance.size[k]),
            rooms,
            int(m.facts[k, ROOMS_GIVEN_UP]),
            m.patience,
        ):
            return k
    return -1


@borrowing
def let_month(
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    vacancies: I64,
    rules: LettingRules,
    m: Market,
    p: Letting,
    ledger: Ledger,
) -> None:
    """Fill the month's vacancies one after the other: walk the queues until somebody takes the home.

    Who has said no to a home, or stays away from its area, is not asked again on a later route; but a home that nobody
    takes for months is offered to everybody in the end (`letting.untaken_months`).
    """
    # By name before the loops: taking a column out of a table within them costs more than the rest of a glance.
    person, area_of, resources = m.glance.id, m.glance.area, m.glance.resources
    answered, offered, rows, facts, walks, near = m.answered, m.offered, m.rows, m.facts, m.walks, m.near
    for number in range(vacancies.shape[0]):
        home = vacancies[number]
        area = dwellings.area[home]
        town = areas.municipality[area]
        applying = m.applying[area - m.first_area[town]]
        organisation = areas.organisation[area]
        rooms = int(dwellings.rooms[home])
        r = rule_of(rules, area)
        kind = relabelled(int(dwellings.kind[home]), square_metres(rooms, p), r)
        duty = 1 if kind == FAMILY and r.flexible_duty == 1 else 0
        # A home keeps its turns until it is let, so that one that is hard to let is not drawn for again and again.
        words = philox(m.seed, dwellings.id[home], m.route_address, int(dwellings.vacant_since[home]) + 32768)
        others_turn = 1 if uniform(words[3]) >= r.work_share else 0
        empty_months = m.month - int(dwellings.vacant_since[home])
        tenant = -1
        in_the_end = 1 if empty_months >= p.untaken_months else 0
        for walk in range(walks_of(r, kind, rooms, duty, words, int(p.spare_rooms), in_the_end, walks)):
            route, wanted, spare, everybody = walks[walk, 0], walks[walk, 1], walks[walk, 2], walks[walk, 3]
            if route == REHOUSING:
                queue = m.rehousing.keys[m.rehousing.starts[town] : m.rehousing.starts[town + 1]]
                tenant = first_to_rehouse(households, dwellings, queue, number, area, rooms, kind, m)
                start = stop = 0
            elif route == ASSIGNED and kind != ELDERLY:
                queue, start, stop = m.needy.keys, m.needy.starts[town], m.needy.starts[town + 1]
            elif route == OTHER or route == ASSIGNED:  # of the elderly, who has looked longest: need of care is unknown
                queue, start, stop = m.anyone.keys, m.anyone.starts[town], m.anyone.starts[town + 1]
            elif route == INTERNAL:
                queue = m.internal.keys
                start, stop = m.internal.starts[organisation], m.internal.starts[organisation + 1]
            else:
                queue = m.external.keys
                start, stop = m.external.starts[organisation], m.external.starts[organisation + 1]
            offers_left = p.offers_a_round * p.rounds
            left = left_at_a_glance(
                queue[start:stop], m.glance, answered, HOUSED if everybody == 1 else number, rooms, spare, kind,
                1 if route == OTHER and empty_months > MONTHS_KEPT else 0, NOWHERE if route == INTERNAL else area, near,
            )  # fmt: skip
            if everybody == 0:
                ask(near[:left], area, areas, applying, m, p)
            considered = considered_rich = 0.0
            for position in range(left):
                k = near[position]
                again = 1 if answered[k] >= number else 0
                if everybody == 1 and (offered[k] == number or (again == 1 and applying[k] != STAYS_AWAY)):
                    continue
                lives_here = 1 if area_of[k] == area else 0
                nothing_elsewhere = 0
                chooses = 1
                if route == ASSIGNED and kind != ELDERLY:
                    chooses = 1 if m.lots[1, k] < p.assigned_choose else 0
                    if r.assignment_fallback == 1:
                        nothing_elsewhere = 1 if m.lots[0, k] < m.fallback[area] else 0
                in_organisation = 1 if route == INTERNAL else 0
                if wanted != BOTH_GROUPS:
                    a = applicant(facts, k, area, lives_here, in_organisation, nothing_elsewhere, r)
                    if int(place_in_queue(a, r, route, rooms, 0.0, 0.0)[0]) != wanted:
                        continue
                strength = resources[k]
                rich = 1.0 if strength > p.resourceful else 0.0
                if chooses == 1:
                    answer = applying[k]
                    if everybody == 1 and answer != APPLIES and answer != AVOIDS:
                        offered[k] = number
                        u = uniform(philox(m.seed, mix(person[k], areas.id[area]), m.apply_address, 0)[0])
                        answer = answer_to(u, k, area, areas, 0.0, p.last_resort, m, p)
                    if again == 0:
                        considered += 1.0
                        considered_rich += rich
                    if answer != APPLIES:
                        answered[k] = number
                        if answer == AVOIDS:
                            ledger.flows[AVOIDED, area] += 1.0
                            ledger.flows[AVOIDED_RESOURCEFUL, area] += rich
                        continue
                a = applicant(facts, k, area, lives_here, in_organisation, nothing_elsewhere, r)
                reason = refusal(a, r, route, kind, rooms, others_turn)
                if reason != NOT_REFUSED:
                    if reason in (DUTY, COMBINED, HARD_AREA):
                        answered[k] = number  # refused on every later route as well
                    ledger.flows[REFUSED_BY_RULE, area] += 1.0
                    note(ledger, m.month, EV_BARRED, person[k], dwellings.id[home], reason)
                    continue
                # An offer, and the household's answer.
                ledger.flows[OFFERS, area] += 1.0
                ledger.flows[OFFERS_RESOURCEFUL, area] += rich
                u = uniform(philox(m.seed, mix(person[k], dwellings.id[home]), m.accept_address, 0)[0])
                named = areas.stigma[area] * m.refusing_on
                loss = p.income_utility * p.stigma_accept
                if u < application_chance(p.accept, 0.0, named, strength, loss, p.stigma_resources):
                    tenant = k
                    break
                answered[k] = number
                ledger.flows[REFUSALS, area] += 1.0
                ledger.flows[REFUSALS_RESOURCEFUL, area] += rich
                note(ledger, m.month, EV_OFFER_REFUSED, person[k], dwellings.id[home], route)
                offers_left -= 1.0
                if offers_left <= 0.0:
                    break
            ledger.flows[CONSIDERED, area] += considered
            ledger.flows[CONSIDERED_RESOURCEFUL, area] += considered_rich
            if tenant >= 0:
                if route == FLEXIBLE and wanted == FIRST_GROUP:
                    ledger.flows[LOCAL_YOUTH, area] += 1.0
                if route == REHOUSING:
                    m.left[tenant] = area_of[tenant]
                    ledger.flows[REHOUSED_FROM, m.left[tenant]] += 1.0
                    ledger.flows[REHOUSED_WITHIN, area] += 1.0 if m.left[tenant] == area else 0.0
                    dwellings.fate[home] = IS_KEPT
                hand_over(
                    households, dwellings, areas, m.places, m.month, rows[tenant], home, area, organisation, route,
                    facts[tenant, RESOURCES], ledger,
                )  # fmt: skip
                answered[tenant] = HOUSED
                break


@borrowing
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


def rules_now(c: Context) -> LettingRules:
    """Return the rules of letting in every area this month, from statuses, the last measurement and the levers.

    They are those of last month when nothing that they come from has changed.
    """
    areas = c.world.areas
    states = (areas.status.tobytes(), areas.was_hard.tobytes(), areas.lists_since_hard.tobytes())
    wording = wording_of(c.law_day)
    held = c.held_rules
    if held is not None and held.levers is c.levers and held.measured is c.measured:
        unchanged = held.states == states and held.wording == wording
        if unchanged:
            return held.rules
    c.held_rules = HeldRules(c.levers, c.measured, states, wording, rules_by_area(c))
    return c.held_rules.rules


def rules_by_area(c: Context) -> LettingRules:
    """Return the rules of letting in every area this month, made anew."""
    areas = c.world.areas
    nowhere = len(areas.kind) - c.world.places
    unknown = np.full(nowhere, np.nan)
    facts = AreaFacts(
        status=areas.status,
        residents=np.append(c.measurement.residents / c.scale, unknown),
        outside_work=np.append(c.measured["outside_work_share"], unknown),
        outside_adults=np.append(c.measurement.outside_adults, unknown),
        was_hard=areas.was_hard,
        plan_done=plans_done(c),
        years_off=areas.lists_since_hard,
    )
    terms = Terms(*(c.by_area(f"letting.{name}") for name in Terms._fields))
    return letting_rules(c.law_day, facts, terms, choices_of(c))


def plans_done(c: Context) -> I64:
    """Return where a plan is carried out: the area was in the category and has as few family dwellings as it asks."""
    areas, rule = c.world.areas, rule_on("development_plan", c.law_day)
    if rule is None:
        return np.zeros(len(areas.kind), np.int64)
    most = rule.number("family_share_max")
    met = [plan_is_met(share, most) for share in areas.family_share.tolist()]
    return np.array(met, np.int64) * areas.was_hard


def choices_of(c: Context) -> Choices:
    """Return what levers say of letting in the whole town."""
    every = int(c.number("letting.internal_every"))
    return Choices(
        rules=c.word("letting.rules"),
        criteria=c.word("letting.criteria"),
        practice=c.word("letting.practice"),
        work_share=c.number("letting.work_share"),
        internal_every=None if every < 0 else every,
        special_rules=c.flag("list.special_rules"),
    )


def chances_by_wish(c: Context) -> F64:
    """Return bounds on the chance of applying for an area by the wish for it, see `step_of_wish`."""
    return highest_by_wish(c.parameters.letting)


@kernel
def highest_by_wish(p: Letting) -> F64:
    """Return the highest chance of applying for an area in every step of the wish: that of one without a bad name."""
    chances = np.ones(WISHES)
    if min(p.income_utility * p.stigma_apply, p.stigma_resources) >= 0.0:
        for step in range(WISHES - 1):
            wish = LOWEST_WISH + (step + 1) / STEPS_A_UNIT
            chances[step] = application_chance(p.apply, wish, 0.0, 0.0, 0.0, 0.0) * (1.0 + ROUNDING)
    return chances


@kernel
def step_of_wish(wish: float) -> int:
    """Return the step that a wish falls into; those beyond either end belong to the last."""
    return min(max(int((wish - LOWEST_WISH) * STEPS_A_UNIT), 0), WISHES - 1)


def by_group(keys: I64, groups: int) -> Queue:
    """Return keys sorted, and where each group (their high bits) begins."""
    ordered = np.sort(keys)
    return Queue(ordered, ordered.searchsorted(np.arange(groups + 1, dtype=np.int64) << 48))


def areas_by_town(c: Context) -> tuple[I64, int]:
    """Return where the areas of each municipality begin, and how many the largest has."""
    world = c.world
    first_area = np.searchsorted(world.areas.municipality[: world.places], np.arange(len(world.municipalities) + 1))
    return first_area, int(np.diff(first_area).max())


def letting(c: Context) -> None:
    """Letting: the vacant social dwellings are let in the legal order."""
    world, p = c.world, c.parameters.letting
    if not c.flag("substance.on_assignment"):
        p = p._replace(need_heavy_use=0.0)
    households, dwellings, areas = world.households, world.dwellings, world.areas
    vacant = vacant_homes(dwellings, world.used, 1, float(c.month))
    vacant = vacant[~hard_to_let(c, vacant)]
    if len(vacant) == 0:
        return
    vacant = vacant[np.argsort(dwellings.id[vacant], kind="stable")]
    asking = Asking(
        c.seed, c.month, address(Purpose.JOINING, 0), address(Purpose.BENEFIT, 0),
        *times_of_assignment_bars(law_day(c.law_day, c.word("letting.rules"))),
    )  # fmt: skip
    searching = c.searchers = searchers(c)
    rows = np.empty(len(searching.rows), np.int64)
    facts = np.empty((len(searching.rows), FACTS))
    rules = rules_now(c)
    found = describe_seekers(
        world.persons, world.ties, households, dwellings, areas, searching, c.income_steps,
        c.organisations, rules, asking, p, rows, facts,
    )  # fmt: skip
    rows, facts = rows[:found], facts[:found]
    external = np.empty(found * LISTS_HELD, np.int64)
    internal = np.empty(found, np.int64)
    held = list_entries(households, areas, dwellings, rows, found, external, internal)
    municipality = facts[:, MUNICIPALITY].astype(np.int64)
    number = np.arange(found, dtype=np.int64)
    # Need order: municipality, then need from high to low in thousandths, then id.
    needy = facts[:, NEED] >= 0.0
    pressing = (20_000 - np.rint(facts[:, NEED] * 1000.0)).astype(np.int64)
    # Others: who has searched longest first.
    began = households.search_since[rows]
    since = began.astype(np.int64) + 32768
    towns = len(world.municipalities)
    first_area, most_areas = c.made_once(areas_by_town)
    glance, lots = at_a_glance(households, rows, facts, c.month, p), np.empty((2, found))
    draw_lots(c.seed, glance.id, began, address(Purpose.FALLBACK, 0), lots)
    longest = max(held, found)  # no queue is longer
    market = Market(
        seed=c.seed,
        month=c.month,
        places=world.places,
        route_address=address(Purpose.ROUTE, 0),
        apply_address=address(Purpose.APPLYING, 0),
        accept_address=c.address(Purpose.ACCEPTING),
        applying_on=c.number("stigma.on_applying"),
        refusing_on=c.number("stigma.on_refusing"),
        highest=c.kept(chances_by_wish),
        rows=rows,
        facts=facts,
        glance=glance,
        external=by_group(external[:held], world.organisations),
        internal=by_group(internal[internal >= 0], world.organisations),
        needy=by_group(((municipality << 48) | (pressing << 32) | number)[needy], towns),
        anyone=by_group((municipality << 48) | (since << 32) | number, towns),
        rehousing=by_group(those_to_rehouse(c, rows, municipality), towns),
        rehousing_address=word_of_wish(),
        internal_share=c.parameters.buildings.internal_share,
        patience=int(c.parameters.buildings.patience_months),
        left=np.full(found, -1, np.int64),
        lots=lots,
        appeal=draw_of_renewal(c),
        fallback=c.by_area("letting.assignment_fallback"),
        standing=c.standing,
        first_area=first_area,
        applying=np.zeros((most_areas, found), np.uint8),
        answered=np.full(found, -1, np.int64),
        offered=np.full(found, -1, np.int64),
        near=np.empty(longest, np.uint32),
        asked=np.empty(longest, np.uint32),
        addresses=np.empty(longest, np.int64),
        words=np.empty((4, longest), np.uint32),
        walks=np.empty((MOST_WALKS, 4), np.int64),
    )
    let_month(households, dwellings, areas, vacant, rules, market, p, c.ledger)
    after_the_moves(c, rows, market.left)
