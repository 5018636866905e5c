"""Volunteering: volunteers, associations and trust, and the premises that need people.

Staff ask residents and support those who run something (effects M11); volunteers keep the rooms open when the staff
have gone home. Who joins and who stops depends on trust, and membership does next to nothing to trust (M12, X8). Rooms
are a capacity that needs people (M13). Rates are those of 2015 with what ran then: every gain is against that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, normal, philox, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.month.councils import reach_of_council
from beboersim.month.safety import mediation
from beboersim.month.staffing import staff_per_1000
from beboersim.month.volunteers import (
    NOT_MET,
    TRUST_UNIT,
    Reference,
    Volunteering,
    as_kept,
    asked_share,
    continuity,
    in_steady_state,
    in_use,
    month_rate,
    next_trust,
    odds_at_mean_trust,
    open_after_hours,
    still_in,
    stops_more,
    supported_share,
    volunteer_odds,
)
from beboersim.policy.catalogue import catalogue
from beboersim.world.codes import KEEPER, NAMED_AREA
from beboersim.world.columns import F64, I16, I32, U8
from beboersim.world.state import Areas, Households, Persons, Ties
from beboersim.world.taking_part import ADVICE, ASSOCIATION, CLUB, HELPS, MEETINGS, NETWORK, VOLUNTEER

if TYPE_CHECKING:
    from beboersim.month.context import Context

YOUNGEST = 15 * 12  # months; who is asked to run something, or about trust in others
ADULT = 18 * 12
OWN_BITS = ASSOCIATION | VOLUNTEER | NETWORK
# Draws of a person in a month, all under Purpose.VOLUNTEERING.
EVERY_MONTH, BIRTHDAY, FIRST_MET, MOVED_IN = 0, 1, 2, 3


class Efforts(NamedTuple):
    """What is decided in the month, by area; and how far an integration council helps staff and residents meet."""

    support: F64  # times the staff's time of 2015
    referral: F64
    rooms: F64  # share of the need
    frame: F64  # meals, structure and fixed days, 0 to 1
    grounds: F64  # share of the need
    network: F64  # 1 where there is a network of parents
    carry: F64  # 1 where volunteers are asked to do what the staff did
    reach: float
    adults: F64  # share of the clubs' hours with adults present


class Offers(NamedTuple):
    """How readily somebody of average trust joins and stops in a month, and what trust returns to, by area."""

    volunteer_join: F64
    volunteer_quit: F64
    member_join: F64
    member_quit: F64
    network_join: F64
    club_trust: F64  # what a club adds to the level of trust of the young who come there
    mediated: F64  # what the staff's mediation adds to the level of trust, in standard deviations


@borrowing
def make_offers(areas: Areas, residents: F64, e: Efforts, was: Reference, p: Volunteering, offers: Offers) -> None:
    """Work out the month's rates of joining and stopping, and the premises in use, of every named area.

    The volunteers are those of the month before.
    """
    volunteer_quit, member_quit = month_rate(p.quit_year), month_rate(p.member_quit_year)
    for area in range(residents.shape[0]):
        if areas.kind[area] != NAMED_AREA:
            continue
        people = max(residents[area], 1.0) / 1000.0
        staff = areas.staff[area] / people
        volunteers = areas.volunteers[area] / people
        missing = min(max(1.0 - staff / was.staff, 0.0), 1.0)
        day = min(1.0, staff / p.day_need)
        evening = open_after_hours(volunteers, p.evening_need)
        if e.carry[area] > 0.5:  # the same hands by day and in the evening
            moved = 0.5 * missing * evening
            day, evening = min(1.0, day + moved), evening - moved
        lasting = continuity(day, evening, p.together)
        used = in_use(e.rooms[area], lasting, e.frame[area])
        areas.premises[area] = used
        house = max(1.0 + p.house_gain * (used / was.rooms - 1.0), 0.0)
        asked = asked_share(staff, e.support[area] * e.reach * house, p.asked_per_staff)
        rooms = max(1.0 + p.rooms_gain * (used / was.rooms - 1.0), 0.0)
        supported = supported_share(volunteers, staff, e.support[area], p.supported_per_staff)
        odds = volunteer_odds(asked, was, p.local, p.asked_gain) * rooms
        offers.volunteer_join[area] = volunteer_quit * odds
        offers.volunteer_quit[area] = volunteer_quit * stops_more(supported, missing, e.carry[area], p)
        shown = max(1.0 + p.referral_gain * (e.referral[area] * asked - was.asked), 0.0)
        outside = in_use(e.grounds[area], lasting, 1.0)
        out = max(1.0 + p.grounds_gain * (outside / was.grounds - 1.0), 0.0)
        offers.member_join[area] = member_quit * was.member_odds * shown * out
        offers.member_quit[area] = member_quit
        offers.network_join[area] = volunteer_quit * was.network_odds * e.network[area]
        offers.club_trust[area] = p.club_trust * e.adults[area]


@kernel
def go_through(
    persons: Persons,
    ties: Ties,
    households: Households,
    kind: U8,
    number: int,
    month: int,
    seed: int,
    address: int,
    offers: Offers,
    p: Volunteering,
    volunteers: F64,
) -> None:
    """Let the residents of the named areas join, stop and go on, and count the volunteers of every area.

    Who is met for the first time, or has moved in, is drawn as those are who have lived there long. A move away cuts
    the local ties. `kind` is that of areas.
    """
    half = 0.5 * np.log(p.trust_odds)
    more = np.empty(256)
    for code in range(256):
        more[code] = np.exp(half * (code - 128) / TRUST_UNIT)
    kept = p.trust_stability**0.25
    # Columns that every household of the town is asked for, once each: a field of a table is not free.
    head, area_of, moved_in = households.head, households.area, households.moved_in
    following, birth, role, identity = persons.next, persons.birth, persons.role, persons.id
    takes_part, trust_of = ties.takes_part, ties.trust
    volunteer_join, volunteer_quit = offers.volunteer_join, offers.volunteer_quit
    member_join, member_quit, network_join = offers.member_join, offers.member_quit, offers.network_join
    club_trust = offers.club_trust
    last_month = month - 1
    for home in range(number):
        moved = moved_in[home] == last_month
        if kind[area_of[home]] != NAMED_AREA:
            if moved:
                member = head[home]
                while member >= 0:
                    takes_part[member] &= 0xFFFF ^ (OWN_BITS | MEETINGS | HELPS)
                    member = following[member]
            continue
        member, area = head[home], area_of[home]
        parents = False
        if network_join[area] > 0.0:
            parents = children_in(role, birth, following, member, month)
        while member >= 0:
            age = month - birth[member]
            if age >= YOUNGEST:
                parent = parents and role[member] == KEEPER
                bits = takes_part[member]
                met = trust_of[member] != NOT_MET
                if not met:
                    trust_of[member] = first_trust(seed, identity[member], address)
                elif age % 12 == 0:
                    w = philox(seed, identity[member], address, BIRTHDAY)
                    felt = p.member_trust if bits & ASSOCIATION else 0.0
                    felt += p.meetings_trust if bits & MEETINGS else 0.0
                    # Who gets on with others comes to trust them (C-11); nobody grown up comes to a club.
                    felt += club_trust[area] if bits & CLUB and age < ADULT else 0.0
                    felt += p.advice_trust if bits & ADVICE else 0.0
                    felt += offers.mediated[area]
                    trust = trust_of[member] / TRUST_UNIT
                    trust_of[member] = as_kept(next_trust(trust, felt, kept, normal(uniform(w[0]), uniform(w[1]))))
                up = more[trust_of[member] + 128]
                join_v, leave_v = volunteer_join[area] * up, volunteer_quit[area] / up
                join_m, leave_m = member_join[area] * up, member_quit[area] / up
                join_n = network_join[area] * up if parent else 0.0
                leave_n = leave_v if parent else 1.0  # who goes out in the area does so as volunteers do
                if met and not moved:
                    if bits & HELPS:
                        leave_v *= p.helper_quit  # who is of use to the younger goes on
                    w = philox(seed, identity[member], address, EVERY_MONTH)
                    volunteer = still_in(1 if bits & VOLUNTEER else 0, join_v, leave_v, uniform(w[0]))
                    association = still_in(1 if bits & ASSOCIATION else 0, join_m, leave_m, uniform(w[1]))
                    network = still_in(1 if bits & NETWORK else 0, join_n, leave_n, uniform(w[2]))
                else:
                    w = philox(seed, identity[member], address, MOVED_IN)
                    volunteer = still_in(0, in_steady_state(join_v, leave_v), 1.0, uniform(w[0]))
                    association = still_in(0, in_steady_state(join_m, leave_m), 1.0, uniform(w[1]))
                    network = still_in(0, in_steady_state(join_n, leave_n), 1.0, uniform(w[2]))
                    bits &= 0xFFFF ^ MEETINGS
                bits &= 0xFFFF ^ OWN_BITS
                takes_part[member] = bits | volunteer * VOLUNTEER | association * ASSOCIATION | network * NETWORK
                volunteers[area] += volunteer
            member = following[member]


@borrowing
def children_in(role: U8, birth: I16, following: I32, member: int, month: int) -> bool:
    """Say whether a household has a child under eighteen at home."""
    while member >= 0:
        if role[member] != KEEPER and month - birth[member] < ADULT:
            return True
        member = following[member]
    return False


@kernel
def first_trust(seed: int, person: int, address: int) -> int:
    """Draw the trust of somebody who is met for the first time; the nation's mean and spread are an assumption."""
    w = philox(seed, person, address, FIRST_MET)
    return as_kept(normal(uniform(w[0]), uniform(w[1])))


def reference(c: Context) -> Reference:
    """Return what ran in 2015: the staff that the frame paid, and levers as they stood."""
    p = c.parameters.volunteering
    staff = staff_per_1000(c)
    rooms, grounds = (
        float(catalogue()[f"volunteering.{name}"].history[0].value) for name in ("premises", "grounds")
    )
    return Reference(
        staff, asked_share(staff, 1.0, p.asked_per_staff), rooms, grounds,
        odds_at_mean_trust(p.local, p.trust_odds), odds_at_mean_trust(p.member_share, p.trust_odds),
        odds_at_mean_trust(p.network_share, p.trust_odds),
    )  # fmt: skip


def efforts(c: Context) -> Efforts:
    """Return what is decided this month."""
    lever = {
        name: c.by_area(f"volunteering.{name}")
        for name in (
            "support", "referral", "premises", "catering", "structure", "regularity", "grounds", "parents_network",
            "culture_house", "carry",
        )
    }  # fmt: skip
    house = lever["culture_house"] * c.parameters.volunteering.culture_rooms
    return Efforts(
        lever["support"], lever["referral"], np.minimum(lever["premises"] + house, 1.0),
        lever["catering"] * lever["structure"] * lever["regularity"], lever["grounds"], lever["parents_network"],
        lever["carry"], reach_of_council(c), c.by_area("youth.club_staffed"),
    )  # fmt: skip


def in_force(c: Context) -> Volunteering:
    """Return the parameters with what a switch closes set to no effect."""
    p = c.parameters.volunteering
    closed = {
        "staff_on_volunteers": {"asked_gain": 0.0, "unsupported": 1.0},
        "membership_on_trust": {"member_trust": 0.0},
        "meetings_on_trust": {"meetings_trust": 0.0},
        "clubs_on_trust": {"club_trust": 0.0},
        "advice_on_trust": {"advice_trust": 0.0},
        "mediation_on_trust": {"mediation_trust": 0.0},
        "referral_on_members": {"referral_gain": 0.0},
        "helping_on_staying": {"helper_quit": 1.0},
        "rooms_on_volunteers": {"rooms_gain": 0.0},
        "rooms_on_asking": {"house_gain": 0.0},
        "grounds_on_members": {"grounds_gain": 0.0},
        "staff_with_volunteers": {"together": 0.0, "carry_quit": 1.0},
    }
    for switch, none in closed.items():
        if not c.flag(f"volunteering.{switch}"):
            p = p._replace(**none)
    return p


def residents_of(c: Context) -> F64:
    """Return the residents of every place on the last 1 January."""
    return np.ascontiguousarray(c.measurement.residents)


def offers_of(c: Context, p: Volunteering) -> Offers:
    """Return the month's rates of joining and stopping by area; the premises in use are written down."""
    offers = Offers(*np.zeros((len(Offers._fields), len(c.world.areas.kind))))
    make_offers(c.world.areas, c.kept(residents_of), c.kept(efforts), c.made_once(reference), p, offers)
    if p.mediation_trust > 0.0:
        offers.mediated[:] = p.mediation_trust * mediation(c)
    return offers


def meet(c: Context, offers: Offers, p: Volunteering) -> None:
    """Go through the residents of the named areas, and write down how many volunteers there are."""
    world = c.world
    volunteers = np.zeros(len(world.areas.kind))
    go_through(
        world.persons, world.ties, world.households, world.areas.kind, int(world.used[1]), c.month, c.seed,
        c.address(Purpose.VOLUNTEERING), offers, p, volunteers,
    )  # fmt: skip
    world.areas.volunteers[:] = volunteers


def volunteering(c: Context) -> None:
    """Volunteering: who runs something, who joins an association, and the rooms that they use."""
    p = c.kept(in_force)
    meet(c, offers_of(c, p), p)


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
    p, was = c.parameters.volunteering, reference(c)
    volunteer, member = month_rate(p.quit_year), month_rate(p.member_quit_year)
    rates = (volunteer * was.volunteer_odds, volunteer, member * was.member_odds, member, 0.0, 0.0, 0.0)
    everywhere = len(c.world.areas.kind)
    meet(c, Offers(*(np.full(everywhere, rate) for rate in rates)), p)
    c.world.areas.premises[:] = np.where(c.world.areas.kind == NAMED_AREA, was.rooms, 0.0)


__all__ = ["Volunteering", "begin", "volunteering"]
